package rl

import (
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/env"
)

// Mover moves numbers: the real motion of a world, or a learned one. Slices of a
// wrong length panic.
type Mover interface {
	// Advance moves the state [nx] by one step with the action [nu] held.
	Advance(state, action []float64)
}

// Model is a dynamics that can be differentiated and that also moves numbers, the
// same way up to rounding.
type Model interface {
	env.Dynamics
	Mover
}

// Plant is a world in which a policy is planned.
type Plant interface {
	env.World
	env.Dynamics
	// Limit returns actions u [n, nu] within the world's limits.
	Limit(u *ad.Value) *ad.Value
	// Position returns the places [n, 2] of states x [n, nx] that are to reach the
	// goal's, m.
	Position(x *ad.Value) *ad.Value
}

var (
	_ Plant = (*env.PointmassGoal)(nil)
	_ Plant = (*env.JointReacherGoal)(nil)
	_ Model = (*env.PointmassGoal)(nil)
	_ Model = (*env.JointReacherGoal)(nil)
)

// Run is a roll-out as numbers: States [T+1, nx] and Actions [T, nu], row t at time t.
type Run struct{ States, Actions ad.Tensor }

// Last is the final state [nx], sharing memory.
func (r Run) Last() []float64 { return r.States.Row(r.States.Rows - 1) }

// drive fills the run, whose first state is given, with the motion under act,
// which writes the action [nu] at a time and a state; a recorded action is within
// ±limit [nu].
func (r Run) drive(m Mover, limit []float64, act func(t int, x, u []float64)) {
	for t := range r.Actions.Rows {
		x, u, next := r.States.Row(t), r.Actions.Row(t), r.States.Row(t+1)
		act(t, x, u)
		for i, l := range limit {
			u[i] = min(max(u[i], -l), l)
		}
		copy(next, x)
		m.Advance(next, u)
	}
}

// newRun is a run of zeros in the tape's memory (nil: the heap).
func newRun(tape *ad.Tape, s *env.Spec) Run {
	return Run{tape.Zeros(s.Steps+1, len(s.State)).Tensor, tape.Zeros(s.Steps, len(s.Action)).Tensor}
}

// Babble returns n episodes of the world under random actions, uniform within the
// limits. In episode i each action is held for hold[i mod len(hold)] steps: held
// ones take the state further than independent ones, whose effects cancel.
func Babble(w env.World, n int, hold []int, rng *rand.Rand) []Run {
	s := w.Spec()
	runs := make([]Run, n)
	for i := range runs {
		h := hold[i%len(hold)]
		if h < 1 {
			panic(fmt.Sprintf("rl: actions held for %v steps", hold))
		}
		r := newRun(nil, s)
		w.DrawStart(r.States.Row(0), rng)
		r.drive(w, s.Limit, func(t int, _, u []float64) {
			if t%h > 0 {
				copy(u, r.Actions.Row(t-1))
				return
			}
			for j, l := range s.Limit {
				u[j] = l * (2*rng.Float64() - 1)
			}
		})
		runs[i] = r
	}
	return runs
}

// PredictionError compares the model's motion under the actions of real runs, from
// their first states, with theirs: entry t is the mean over runs of the Euclidean
// distance between predicted and real positions (the first half of a state) after
// step t+1.
func PredictionError(m Mover, runs []Run) []float64 {
	sum := make([]float64, runs[0].Actions.Rows)
	for _, r := range runs {
		x := append([]float64(nil), r.States.Row(0)...)
		for t := range sum {
			m.Advance(x, r.Actions.Row(t))
			d := 0.0
			for i, want := range r.States.Row(t + 1)[:len(x)/2] {
				d = math.FMA(x[i]-want, x[i]-want, d)
			}
			sum[t] += math.Sqrt(d) / float64(len(runs))
		}
	}
	return sum
}
