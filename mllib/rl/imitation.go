package rl

import (
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
)

// Cloning is a planned policy whose task loss is the paper's behaviour cloning
// (section on expert demonstrations): the mean over experts of
//
//	Σ_t ‖π_θ(s*_t, g) − a*_t‖²
//
// on the experts' states s*, each with its goal g. The policy's output counts before
// the limits, so that one beyond them has a gradient. M_φ sees what it sees of
// Planned, for Planned's goal.
type Cloning struct {
	Planned
	Experts []Expert
}

// Loss is the task loss of behaviour cloning [1, 1]. It draws nothing.
func (c Cloning) Loss(theta nn.Params, _ *rand.Rand) *ad.Value {
	tape := theta[0].Tape()
	var sum *ad.Value
	for _, e := range c.Experts {
		x, a := stack(tape, e.Plan.States[:len(e.Plan.Actions)]), stack(tape, e.Plan.Actions)
		l := ad.Sum(ad.Square(ad.Sub(c.Policy.Act(theta, x, e.Goal), a)))
		if sum == nil {
			sum = l
		} else {
			sum = ad.Add(sum, l)
		}
	}
	return ad.Scale(1/float64(len(c.Experts)), sum)
}

// FeedbackCloning is ours: the expert for Planned's goal is asked on the policy's
// own states, those of a roll-out in the model, and answers with its feedback law,
//
//	Σ_t ‖π_θ(s_t, g) − clip(a*_t + K_t (s_t − s*_t))‖²,
//
// where the states are constants, as in DAgger (Ross, Gordon and Bagnell 2011). A
// policy that has left the expert's path is told how to come back.
type FeedbackCloning struct {
	Planned
	Expert Expert
}

// Loss is the task loss [1, 1].
func (f FeedbackCloning) Loss(theta nn.Params, rng *rand.Rand) *ad.Value {
	x := f.visited(theta, rng)
	x = ad.SliceRows(x, 0, x.Rows-1)
	limit := f.Plant.Spec().Limit
	label := theta[0].Tape().Zeros(x.Rows, len(limit))
	for t := range x.Rows {
		f.Expert.Plan.Feedback(t, x.Row(t), label.Row(t))
		for i, l := range limit {
			label.Row(t)[i] = clip(label.Row(t)[i], l)
		}
	}
	return ad.Sum(ad.Square(ad.Sub(f.Policy.Act(theta, x, f.Goal), label)))
}

// stack returns rows of equal length as a value on the tape.
func stack(tape *ad.Tape, rows [][]float64) *ad.Value {
	v := tape.Zeros(len(rows), len(rows[0]))
	for i, r := range rows {
		copy(v.Row(i), r)
	}
	return v
}
