package rl

import (
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
)

// Planned is the task of a policy that is to bring a plant to a goal (the paper's
// model-based experiments, algorithms 3 and 5): M_φ sees a roll-out's states and
// actions and the goal; L_T is a loss of a roll-out, differentiated through policy,
// model and loss. It is a task for package meta.
type Planned struct {
	Plant  Plant
	Model  Model // what roll-outs move in: a learned model, or the plant
	Policy Policy
	Inputs PlannedInputs // of M_φ
	// Unclipped shows M_φ the policy's output before the limits; there M_φ can move an
	// action that is beyond them.
	Unclipped bool
	Score     Score // L_T of a roll-out
	Goal      []float64
}

// PlannedInputs computes the inputs of M_φ [T, d] from the states x [T+1, nx] of a
// roll-out, its actions u [T, nu] and the goal [1, ng].
type PlannedInputs func(x, u, goal *ad.Value) *ad.Value

// Score is a loss [1, 1] of one roll-out (one row in each of its values) for a goal.
type Score func(p Plant, tr Trajectory, goal []float64) *ad.Value

// Init draws θ₀, on the tape, or on the heap if it is nil.
func (p Planned) Init(tape *ad.Tape, rng *rand.Rand) nn.Params { return p.Policy.Init(tape, rng) }

// Features are the inputs of M_φ [T, d], a row for each step of a roll-out in the
// model. The states are constants, and the actions are computed from all of them at
// once: M_φ judges what the policy does where it came, not where that leads (our
// reading of the paper, for M_φ needs no model at meta-test time).
func (p Planned) Features(theta nn.Params, rng *rand.Rand) *ad.Value {
	x := p.visited(theta, rng)
	u := p.Policy.Act(theta, ad.SliceRows(x, 0, x.Rows-1), p.Goal)
	if !p.Unclipped {
		u = p.Plant.Limit(u)
	}
	return p.Inputs(x, u, theta[0].Tape().Leaf(1, len(p.Goal), p.Goal))
}

// Loss is the task loss L_T [1, 1] of a roll-out in the model. Its gradient in θ is
// exact, through the whole roll-out; it cannot be differentiated twice.
func (p Planned) Loss(theta nn.Params, rng *rand.Rand) *ad.Value {
	return p.adjoint(theta, p.start(theta[0].Tape(), rng))
}

// Rollout is a roll-out in the model as a part of the graph, the plain way: every
// derivative of every order. Actions are within the limits.
func (p Planned) Rollout(theta nn.Params, rng *rand.Rand) Trajectory {
	in := p.Policy.inputs(theta[0].Tape(), len(p.Plant.Spec().State), p.Goal)
	return Rollout(p.Model, func(x *ad.Value) *ad.Value {
		return p.Plant.Limit(p.Policy.act(in, theta, x))
	}, p.start(theta[0].Tape(), rng), p.Plant.Spec().Steps)
}

// Drive is a roll-out of numbers: what the policy does in m, which is the plant for
// a real one. It is on the heap.
func (p Planned) Drive(m Mover, theta nn.Params, rng *rand.Rand) Run {
	return p.drive(nil, m, theta, rng)
}

// Distance is the final distance to the goal, m, of a real roll-out.
func (p Planned) Distance(theta nn.Params, rng *rand.Rand) float64 {
	return p.Plant.Distance(p.Drive(p.Plant, theta, rng).Last(), p.Goal)
}

func (p Planned) drive(tape *ad.Tape, m Mover, theta nn.Params, rng *rand.Rand) Run {
	r := newRun(tape, p.Plant.Spec())
	p.Plant.DrawStart(r.States.Row(0), rng)
	nx := r.States.Cols
	in := p.Policy.inputs(tape, nx, p.Goal)
	z := tape.Zeros(1, len(p.Policy.Scale)).Data
	copy(z[nx:], in.goal.Data)
	var x, u []float64
	forward := func() {
		for i, s := range in.invert.Data {
			z[i] = x[i] * s
		}
		copy(u, p.Policy.Net.Forward(tape, theta, z))
	}
	r.drive(m, p.Plant.Spec().Limit, func(_ int, state, action []float64) {
		x, u = state, action
		tape.Scratch(forward)
	})
	return r
}

// visited are the states [T+1, nx] of a roll-out in the model, as constants; the
// policy acts in all but the last.
func (p Planned) visited(theta nn.Params, rng *rand.Rand) *ad.Value {
	tape := theta[0].Tape()
	r := p.drive(tape, p.Model, theta, rng)
	return tape.Leaf(r.States.Rows, r.States.Cols, r.States.Data)
}

// start draws the first state [1, nx].
func (p Planned) start(tape *ad.Tape, rng *rand.Rand) *ad.Value {
	x := tape.Zeros(1, len(p.Plant.Spec().State))
	p.Plant.DrawStart(x.Data, rng)
	return x
}

// adjoint is the score of a roll-out from x0 with its gradient in θ. The policy's
// weights act at every step, so the graph would sum T outer products for each of
// them. Here the roll-out has constant weights, and its gradient is taken with
// respect to the policy's outputs u_t, each with all that follows from it:
//
//	μ_t = dL/du_t,  ∇θ L = Σ_t (∂π_θ(x_t)/∂θ)ᵀ μ_t,
//
// the second with all x_t in one batch, where the sum over time is part of one
// product for each weight.
func (p Planned) adjoint(theta nn.Params, x0 *ad.Value) *ad.Value {
	tape, steps := theta[0].Tape(), p.Plant.Spec().Steps
	constant := make(nn.Params, len(theta))
	for i, v := range theta {
		constant[i] = ad.Detach(v)
	}
	in := p.Policy.inputs(tape, x0.Cols, p.Goal)
	outputs := make([]*ad.Value, 0, steps)
	tr := Rollout(p.Model, func(x *ad.Value) *ad.Value {
		u := p.Policy.act(in, constant, x)
		outputs = append(outputs, u)
		return p.Plant.Limit(u)
	}, x0, steps)
	score := p.Score(p.Plant, tr, p.Goal)
	mu := ad.ConcatRows(ad.Gradient(score, outputs...)...)
	u := p.Policy.act(in, constant, ad.Detach(ad.ConcatRows(tr.States[:steps]...)))
	return ad.WithGradient(score, theta, ad.Gradient(ad.Sum(ad.Mul(mu, u)), constant...))
}
