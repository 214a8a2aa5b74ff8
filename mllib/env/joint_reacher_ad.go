package env

import (
	"fmt"
	"math"

	"ml3/mllib/ad"
)

// Limit returns torques u [n, 2] within ±MaxTorque, as Advance clamps them, with
// the true derivative: 0 beyond the limits.
func (w *JointReacherGoal) Limit(u *ad.Value) *ad.Value {
	return ad.Clip(u, -w.c.MaxTorque, w.c.MaxTorque)
}

// Next implements Dynamics: it maps states x [n, 4] and torques u [n, 2], within
// the limits (see Limit), to the next states [n, 4], as Advance does up to
// rounding, with M in closed form:
//
//	M⁻¹ = (M₂₂ −M₁₂; −M₁₂ M₁₁)/det M,  M₁₁ = a + 2b cos q₂, M₁₂ = d + b cos q₂, M₂₂ = e
//
// The limit of the rates and the stops replace the numbers and let the gradient
// pass (ad.Through): with the true derivative a joint at its stop has no signal.
func (w *JointReacherGoal) Next(x, u *ad.Value) *ad.Value {
	if x.Cols != 4 || u.Cols != 2 || u.Rows != x.Rows {
		panic(fmt.Sprintf("env: joint reacher with states [%d, %d] and actions [%d, %d]", x.Rows, x.Cols, u.Rows, u.Cols))
	}
	free := ad.MatMul(ad.ConcatCols(x, w.acceleration(x, u)), w.move)
	if limited, any := w.limited(x, free); any {
		return ad.Through(free, limited)
	}
	return free
}

// acceleration is M(q)⁻¹ u, [n, 2].
func (w *JointReacherGoal) acceleration(x, u *ad.Value) *ad.Value {
	t := w.arm
	c := ad.Cos(ad.SliceCols(x, 1, 2))
	m11 := ad.AddScalar(t.a, ad.Scale(2*t.b, c))
	m12 := ad.AddScalar(t.d, ad.Scale(t.b, c))
	det := ad.Sub(ad.Scale(t.e, m11), ad.Square(m12))
	u1, u2 := ad.SliceCols(u, 0, 1), ad.SliceCols(u, 1, 2)
	a1 := ad.Sub(ad.Scale(t.e, u1), ad.Mul(m12, u2))
	a2 := ad.Sub(ad.Mul(m11, u2), ad.Mul(m12, u1))
	return ad.Div(ad.ConcatCols(a1, a2), det)
}

// limited returns the next states with the limits in force, and whether they
// differ from the free ones.
func (w *JointReacherGoal) limited(x, free *ad.Value) (to *ad.Value, any bool) {
	s := stops{w.c.MaxAngle, w.spec.Step}
	for i := range x.Rows {
		q := [2]float64(x.Row(i)[:2])
		f := free.Row(i)
		v := [2]float64{clamp(f[2], w.c.MaxRate), clamp(f[3], w.c.MaxRate)}
		m11, m12, m22 := w.arm.mass(math.Cos(q[1]))
		v = s.apply(q, v, m11, m12, m22)
		if v[0] == f[2] && v[1] == f[3] {
			continue
		}
		if !any {
			to, any = free.Tape().Zeros(free.Rows, free.Cols), true
			copy(to.Data, free.Data)
		}
		for k := range 2 {
			to.Row(i)[k], to.Row(i)[2+k] = q[k]+float64(s.h*v[k]), v[k]
		}
	}
	return to, any
}

// Position returns the places of the tip [n, 2] in states x [n, 4], in m.
func (w *JointReacherGoal) Position(x *ad.Value) *ad.Value {
	q1 := ad.SliceCols(x, 0, 1)
	q12 := ad.Add(q1, ad.SliceCols(x, 1, 2))
	at := func(f func(*ad.Value) *ad.Value) *ad.Value {
		return ad.Add(ad.Scale(w.arm.l1, f(q1)), ad.Scale(w.arm.l2, f(q12)))
	}
	return ad.ConcatCols(at(ad.Cos), at(ad.Sin))
}

var _ Dynamics = (*JointReacherGoal)(nil)
