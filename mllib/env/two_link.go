package env

import (
	"fmt"
	"math"

	"ml3/mllib/rigid"
)

// twoLink is what a planar arm of two hinges about z comes to, whatever the model
// it is described by: with c = cos q₂ the mass matrix is
//
//	M₁₁ = a + 2 b c   M₁₂ = d + b c   M₂₂ = e
//
// in kg m² (e = d without armature) and the tip is at l₁ (cos q₁, sin q₁) + l₂ (cos(q₁+q₂), sin(q₁+q₂)).
type twoLink struct {
	a, b, d, e float64
	l1, l2     float64 // m
}

// newTwoLink reads the numbers off the model in four configurations, and refuses
// one that does not move so.
func newTwoLink(m *rigid.Model) (twoLink, error) {
	var t twoLink
	tip, err := m.SiteIndex("tip")
	if err != nil {
		return t, err
	}
	s := m.NewState()
	mass := func(q1, q2 float64) (m [4]float64) {
		s.SetState([]float64{q1, q2}, nil, nil)
		s.MassMatrix(m[:])
		s.Kinematics()
		return m
	}
	out := mass(0, 0)
	far := s.SitePos(tip)[0]
	in := mass(0, math.Pi)
	near := s.SitePos(tip)[0]
	t = twoLink{a: (out[0] + in[0]) / 2, b: (out[0] - in[0]) / 4,
		d: (out[1] + in[1]) / 2, e: out[3], l1: (far + near) / 2, l2: (far - near) / 2}
	for _, q := range [][2]float64{{0.3, 1.1}, {-2, 2.4}} {
		m11, m12, m22 := t.mass(math.Cos(q[1]))
		x, y := t.tip(q[0], q[1])
		got := mass(q[0], q[1])
		p := s.SitePos(tip)
		for i, want := range [6]float64{m11, m12, m12, m22, x, y} {
			v := append(got[:], p[:2]...)[i]
			if math.Abs(v-want) > 1e-12 {
				return t, fmt.Errorf("env: model %q is no planar arm of two links about z: number %d at angles %v is %g, want %g", m.Name(), i, q, v, want)
			}
		}
	}
	return t, nil
}

// mass is the mass matrix at cos q₂.
func (t *twoLink) mass(c float64) (m11, m12, m22 float64) {
	return t.a + 2*t.b*c, t.d + t.b*c, t.e
}

// tip is the place of the tip, m.
func (t *twoLink) tip(q1, q2 float64) (x, y float64) {
	s1, c1 := math.Sincos(q1)
	s12, c12 := math.Sincos(q1 + q2)
	return t.l1*c1 + t.l2*c12, t.l1*s1 + t.l2*s12
}

// tipVelocity is the velocity of the tip, m/s, at the joint rates v1, v2.
func (t *twoLink) tipVelocity(q1, q2, v1, v2 float64) (vx, vy float64) {
	s1, c1 := math.Sincos(q1)
	s12, c12 := math.Sincos(q1 + q2)
	w := v1 + v2
	return -t.l1*s1*v1 - t.l2*s12*w, t.l1*c1*v1 + t.l2*c12*w
}

// angles are the joint angles with the tip at (x, y) and the sign of q₂ as given,
// q₁ within ±π; ok is false for a point out of reach.
func (t *twoLink) angles(x, y, sign float64) (q1, q2 float64, ok bool) {
	c := (x*x + y*y - t.l1*t.l1 - t.l2*t.l2) / (2 * t.l1 * t.l2)
	if !(math.Abs(c) <= 1) {
		return 0, 0, false
	}
	q2 = math.Copysign(math.Acos(c), sign)
	s2, c2 := math.Sincos(q2)
	q1 = math.Atan2(y, x) - math.Atan2(t.l2*s2, t.l1+t.l2*c2)
	return math.Remainder(q1, 2*math.Pi), q2, true
}

// stops holds the numbers of a joint stop: the angles are within ±limit, and what
// would pass it within a step of duration h loses its speed to an impulse.
type stops struct{ limit, h float64 }

// apply changes the rates v, with which angles q would move by h v, so that they
// stay within ±limit: by impulses of the stops, which push inwards and act only
// where the stop is reached (a linear complementarity problem of two unknowns,
// whose solution is unique because M is positive definite). A stop is inelastic.
func (s stops) apply(q, v [2]float64, m11, m12, m22 float64) [2]float64 {
	if s.within(q, v, 0) && s.within(q, v, 1) {
		return v
	}
	m := [2][2]float64{{m11, m12}, {m12, m22}}
	both := v // reaches the limits that v or a single impulse would pass
	for i := range 2 {
		if s.within(q, v, i) {
			continue
		}
		w, j := v, 1-i
		w[i] = s.stopped(q, v, i)
		w[j] -= m[i][j] / m[j][j] * (w[i] - v[i]) // the impulse is on joint i: M Δv = λ e_i
		if s.within(q, w, j) {
			return w
		}
		both[i], both[j] = w[i], s.stopped(q, w, j)
	}
	return both
}

// within says whether joint i stays within its limits; reaching one is staying,
// up to rounding.
func (s stops) within(q, v [2]float64, i int) bool {
	return math.Abs(q[i]+s.h*v[i]) <= s.limit*(1+1e-14)
}

// stopped is the rate with which joint i just reaches the limit it would pass.
func (s stops) stopped(q, v [2]float64, i int) float64 {
	return (math.Copysign(s.limit, q[i]+s.h*v[i]) - q[i]) / s.h
}
