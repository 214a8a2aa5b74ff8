package rl

import (
	"fmt"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
)

// Policy is a deterministic policy π_θ: a network of the state and, if it sees that
// far, the goal.
type Policy struct {
	Net nn.MLP
	// Scale divides the inputs (state, goal, 0, 0, …), of which the network takes the
	// first len(Scale): as many as the state has numbers for a policy that does not
	// see the goal; two more than both for the released reacher's, which has the rates
	// of the goal, always 0.
	Scale []float64
}

// Init draws θ on the tape (nil for the heap).
func (p Policy) Init(tape *ad.Tape, rng *rand.Rand) nn.Params { return p.Net.Init(tape, rng) }

// inputs is what the network sees of states and goal.
type inputs struct {
	nx     int
	invert *ad.Value // [1, nx]: 1/Scale of the state
	goal   *ad.Value // [1, len(Scale) − nx]: the rest, divided already
}

func (p Policy) inputs(tape *ad.Tape, nx int, goal []float64) inputs {
	if len(p.Scale) < nx || len(p.Scale) != p.Net.Sizes[0] {
		panic(fmt.Sprintf("rl: policy %v with %d scales for a state of %d numbers", p.Net.Sizes, len(p.Scale), nx))
	}
	in := inputs{nx, tape.Zeros(1, nx), tape.Zeros(1, len(p.Scale)-nx)}
	for i, s := range p.Scale {
		if i < nx {
			in.invert.Data[i] = 1 / s
		} else if i-nx < len(goal) {
			in.goal.Data[i-nx] = goal[i-nx] / s
		}
	}
	return in
}

// act maps states x [n, nx] to actions [n, nu], not limited.
func (p Policy) act(in inputs, theta nn.Params, x *ad.Value) *ad.Value {
	z := ad.Mul(x, in.invert)
	if in.goal.Cols > 0 {
		z = ad.ConcatCols(z, ad.Broadcast(in.goal, x.Rows, in.goal.Cols))
	}
	return p.Net.Apply(theta, z)
}

// Act maps states x [n, nx] to actions [n, nu] for the goal, not limited.
func (p Policy) Act(theta nn.Params, x *ad.Value, goal []float64) *ad.Value {
	return p.act(p.inputs(theta[0].Tape(), x.Cols, goal), theta, x)
}
