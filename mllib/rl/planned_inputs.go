package rl

import (
	"fmt"

	"ml3/mllib/ad"
)

// Absolute returns the inputs (x, u, g) of M_φ, divided by scale, [T, nx + nu + ng].
func Absolute(scale ...float64) PlannedInputs {
	invert := make([]float64, len(scale))
	for i, s := range scale {
		invert[i] = 1 / s
	}
	return func(x, u, goal *ad.Value) *ad.Value {
		all := ad.ConcatCols(ad.SliceRows(x, 0, u.Rows), u, ad.Broadcast(goal, u.Rows, goal.Cols))
		if all.Cols != len(invert) {
			panic(fmt.Sprintf("rl: %d scales for %d inputs", len(invert), all.Cols))
		}
		return ad.Mul(all, ad.RowVector(invert...))
	}
}

// rateScale is what the released code divides joint rates by, rad/s.
const rateScale = 8

// RelativeCosine returns the inputs (v/8, cos q₂, u, g − q) of M_φ for a reacher,
// [T, 7]: the motion of the arm depends on its angles by cos q₂ only, so a loss of
// these means the same wherever the arm points.
func RelativeCosine(x, u, goal *ad.Value) *ad.Value {
	x = ad.SliceRows(x, 0, u.Rows)
	q := ad.SliceCols(x, 0, 2)
	return ad.ConcatCols(ad.Scale(1./rateScale, ad.SliceCols(x, 2, 4)), ad.Cos(ad.SliceCols(x, 1, 2)), u,
		ad.Sub(ad.Broadcast(goal, u.Rows, 2), q))
}

// ReleasedReacherInputs returns the inputs (q, v/8, u, |s_T − (g, 0)|) of M_φ of the
// released code's reacher, [T, 7]: of the goal it sees how far the last state ended
// from it, angles and rates together, a number without a derivative.
func ReleasedReacherInputs(x, u, goal *ad.Value) *ad.Value {
	steps, nq := u.Rows, goal.Cols
	last := x.Tape().Zeros(1, x.Cols)
	copy(last.Data, x.Row(steps))
	for i, g := range goal.Data {
		last.Data[i] -= g
	}
	x = ad.SliceRows(x, 0, steps)
	return ad.ConcatCols(ad.SliceCols(x, 0, nq), ad.Scale(1./rateScale, ad.SliceCols(x, nq, 2*nq)), u,
		ad.Broadcast(ad.Norm(last), steps, 1))
}

// FinalDistance is the paper's task loss: the distance between the places of the
// last state and of the goal, m. A goal is the positions to be reached.
func FinalDistance(p Plant, tr Trajectory, goal []float64) *ad.Value {
	last := tr.Last()
	at := last.Tape().Zeros(1, last.Cols)
	copy(at.Data, goal)
	return ad.Norm(ad.Sub(p.Position(last), p.Position(at)))
}

// ReleasedReacherLoss is the task loss of the released code's reacher, with joint
// angles q, rates v and the goal's angles g after each of T steps:
//
//	10 |q_T − g| + mean_t |q_t − g| + 1e-4 mean_t |v_t|
func ReleasedReacherLoss(_ Plant, tr Trajectory, goal []float64) *ad.Value {
	x0 := tr.States[0]
	nq, steps := x0.Cols/2, len(tr.Actions)
	g := x0.Tape().Leaf(1, nq, goal)
	angles, rates := make([]*ad.Value, steps), make([]*ad.Value, steps)
	for t, x := range tr.States[1:] {
		angles[t] = ad.Norm(ad.Sub(ad.SliceCols(x, 0, nq), g))
		rates[t] = ad.Norm(ad.SliceCols(x, nq, 2*nq))
	}
	final := angles[steps-1]
	return ad.AddScaled(ad.AddScaled(ad.Mean(ad.ConcatRows(angles...)), 10, final), 1e-4, ad.Mean(ad.ConcatRows(rates...)))
}
