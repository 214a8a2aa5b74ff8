package rl

import (
	"fmt"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/env"
	"ml3/mllib/nn"
)

// CarProblem is what the mountain car is asked to do: from Start, be at Goal all
// the time of a roll-out. States are (position m, velocity m/s).
type CarProblem struct {
	Car     env.CarConstants
	Start   [2]float64
	Horizon int // steps T of a roll-out

	Goal [2]float64
	// The extra goal that meta-training may use: a place on the opposite hill,
	// for the first ExtraStates states s₀, s₁, ….
	Extra       [2]float64
	ExtraStates int

	// Reached is the position from which on the car counts as being at the goal.
	Reached float64
}

// PaperCar is the problem of the authors' released code. The track ends at the
// goal's position 0.5; the flag of the classic mountain car stands at 0.45.
func PaperCar() CarProblem {
	return CarProblem{
		Car: env.PaperCar(), Start: [2]float64{-0.55, 0}, Horizon: 35,
		Goal: [2]float64{0.5, 1.0375}, Extra: [2]float64{-0.947, -0.0055}, ExtraStates: 15,
		Reached: 0.45,
	}
}

// CarInputs says what M_φ sees of each step t < T of a roll-out: the row
//
//	(p_t, Speed·v_t, Force·u_t, ‖s_T − g‖).
//
// The final distance is a number without a derivative, as in the released code.
type CarInputs struct {
	Speed, Force float64
	// Requested takes for u_t what the policy asks for, otherwise the limited force.
	Requested bool
	// Detached takes the states as constants: the loss then moves the policy only
	// through the forces it asks for in the states it visited.
	Detached bool
}

// CarTask is the task of steering the car by a linear policy, a task for package
// meta. Its task loss is
//
//	‖(s₀ … s_T) − g‖_F, or with the extra goal g′ at meta-train time
//	‖(s₀ … s_{k−1}) − g′‖_F + ‖(s_k … s_T) − g‖_F.
type CarTask struct {
	problem   CarProblem
	car       *env.MountainCar
	policy    nn.MLP
	inputs    CarInputs
	extraGoal bool
	squash    bool      // limits the force by tanh instead of clipping it
	initial   nn.Params // θ₀, or nil to draw it

	start, goal, extra, axes *ad.Value // constants
}

// NewCarTask returns the task without extra goal, with clipped forces and θ₀ drawn
// at random. The policy maps states [n, 2] to forces [n, 1]; it must be linear.
func NewCarTask(p CarProblem, policy nn.MLP, inputs CarInputs) *CarTask {
	if policy.Sizes[0] != 2 || policy.Bias {
		panic(fmt.Sprintf("rl: a linear policy of the car has 2 inputs and no biases, not %v (bias %v)", policy.Sizes, policy.Bias))
	}
	return &CarTask{
		problem: p, car: env.NewMountainCar(p.Car), policy: policy, inputs: inputs,
		start: ad.RowVector(p.Start[:]...), goal: ad.RowVector(p.Goal[:]...), extra: ad.RowVector(p.Extra[:]...),
		axes: ad.New(2, 2, []float64{1, 0, 0, 1}),
	}
}

// ForMetaTraining returns the task as meta-training sees it.
func (c CarTask) ForMetaTraining(extraGoal, squash bool) *CarTask {
	c.extraGoal, c.squash = extraGoal, squash
	return &c
}

// From returns the task with the given θ₀.
func (c CarTask) From(theta nn.Params) *CarTask {
	c.initial = theta
	return &c
}

// Init draws θ₀, or copies the given one.
func (c *CarTask) Init(tape *ad.Tape, rng *rand.Rand) nn.Params {
	if c.initial == nil {
		return c.policy.Init(tape, rng)
	}
	return c.initial.CopyOn(tape)
}

// gain returns the policy as a matrix [2, 1]. A product of matrices does not care
// which is multiplied first, and its hidden layer would be in the way at every
// step of a roll-out.
func (c *CarTask) gain(theta nn.Params) *ad.Value { return c.policy.Apply(theta, c.axes) }

// Rollout is what the policy θ does.
func (c *CarTask) Rollout(theta nn.Params) Trajectory { return c.rollout(c.gain(theta)) }

func (c *CarTask) rollout(gain *ad.Value) Trajectory {
	return Rollout(c.car, func(x *ad.Value) *ad.Value { return c.limit(ad.MatMul(x, gain)) }, c.start, c.problem.Horizon)
}

func (c *CarTask) limit(u *ad.Value) *ad.Value {
	if c.squash {
		return c.car.Squash(u)
	}
	return c.car.Limit(u)
}

// Features are the inputs of M_φ [T, 4], see CarInputs.
func (c *CarTask) Features(theta nn.Params, _ *rand.Rand) *ad.Value {
	gain := c.gain(theta)
	var tr Trajectory
	if c.inputs.Detached {
		tr = c.rollout(ad.Detach(gain))
	} else {
		tr = c.rollout(gain)
	}
	x := ad.ConcatRows(tr.States[:c.problem.Horizon]...)
	var u *ad.Value
	switch {
	case c.inputs.Requested:
		u = ad.MatMul(x, gain)
	case c.inputs.Detached:
		u = c.limit(ad.MatMul(x, gain))
	default:
		u = ad.ConcatRows(tr.Actions...)
	}
	distance := ad.Detach(ad.Norm(ad.Sub(tr.Last(), c.goal)))
	scale := ad.RowVector(1, c.inputs.Speed, c.inputs.Force)
	return ad.ConcatCols(ad.Mul(ad.ConcatCols(x, u), scale), ad.Broadcast(distance, c.problem.Horizon, 1))
}

// Loss is the task loss.
func (c *CarTask) Loss(theta nn.Params, _ *rand.Rand) *ad.Value {
	states := c.Rollout(theta).States
	if !c.extraGoal {
		return ad.Norm(ad.Sub(ad.ConcatRows(states...), c.goal))
	}
	k := c.problem.ExtraStates
	return ad.Add(
		ad.Norm(ad.Sub(ad.ConcatRows(states[:k]...), c.extra)),
		ad.Norm(ad.Sub(ad.ConcatRows(states[k:]...), c.goal)))
}
