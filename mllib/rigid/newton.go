package rigid

import "math"

// MuJoCo's default solver parameters (solref 0.02 1, solimp 0.9 0.95 0.001 0.5 2):
// time constant and width of the impedance's rise, which goes from low to high.
const (
	timeConstant  = 0.02
	impedanceLow  = 0.9
	impedanceHigh = 0.95
	impedanceRise = 0.001
)

// newton minimises over accelerations a, with a₀ the smooth acceleration,
//
//	½ (a − a₀)ᵀ M (a − a₀) + Σ_r ½ D_r min(0, J_r a − aref_r)²
//
// (Todorov 2014, with the cone of friction replaced by a pyramid). The unknown is
// x = a − a₀, and y = J a − aref; rows with y < 0 are active and push with −D y.
// Rows are the violated joint limits, then four of the pyramid for each contact:
// normal ± μ first tangent, normal ± μ second tangent.
type newton struct {
	limits []limitRow
	n      int       // rows
	stiff  bool      // some D is the largest there is
	jac    []float64 // by contact: normal and tangents over the chain
	d      []float64 // by row: D
	y0     []float64 // y at x = 0
	y      []float64 // y at x
	yt     []float64 // y at the target
	active []bool    // y < 0, the set the target was computed for

	x, mx  []float64 // point, and M x
	t, mt  []float64 // target: the minimum if the active set stayed as it is
	h      []float64 // packed M + Jᵀ D J of the active rows
	hinv   []float64
	rounds int // iterations of the last solution
}

// limitRow is a violated limit: J has the one element sign in column dof.
type limitRow struct {
	dof  int
	sign float64
}

func (w *newton) init(m *Model) {
	rows := len(m.limits) + 8*len(m.pairs)
	w.limits = make([]limitRow, 0, len(m.limits))
	w.jac = make([]float64, 2*len(m.pairs)*3*m.deepest)
	for _, p := range []*[]float64{&w.d, &w.y0, &w.y, &w.yt} {
		*p = make([]float64, rows)
	}
	w.active = make([]bool, rows)
	for _, p := range []*[]float64{&w.x, &w.mx, &w.t, &w.mt, &w.hinv} {
		*p = make([]float64, m.nv)
	}
	w.h = make([]float64, len(m.chain))
}

// impedance d of a constraint violated by r: from 0.9 to 0.95 in a smooth step
// of width 0.001.
func impedance(r float64) float64 {
	x := math.Abs(r) / impedanceRise
	y := 1.0
	switch {
	case x <= 0.5:
		y = 2 * x * x
	case x < 1:
		y = 1 - 2*(1-x)*(1-x)
	}
	return impedanceLow + (impedanceHigh-impedanceLow)*y
}

// spring is stiffness K and damping B of the reference acceleration
// aref = −B J v − K d r. MuJoCo keeps the time constant above two steps.
func (m *Model) spring() (k, b float64) {
	tc := impedanceHigh * max(timeConstant, 2*m.timestep)
	return 1 / (tc * tc), 2 / tc
}

// constraints sets up the rows of the current pose; false if there are none.
func (s *State) constraints() bool {
	w := &s.newton
	w.n, w.limits, w.stiff = 0, w.limits[:0], false
	s.contacts = s.contacts[:0]
	if s.Disable&DisableLimits == 0 {
		s.limitRows()
	}
	if s.Disable&DisableContacts == 0 {
		s.findContacts()
		s.contactRows()
	}
	return w.n > 0
}

func (s *State) limitRows() {
	w := &s.newton
	k, b := s.m.spring()
	for i := range s.m.limits {
		l := &s.m.limits[i]
		r := l.sign*s.Q[l.q] - l.bound
		if r >= 0 {
			continue
		}
		d := impedance(r)
		w.d[w.n] = d / (l.weight * (1 - d))
		aref := -b*l.sign*s.V[l.dof] - k*d*r
		w.y0[w.n] = l.sign*s.smooth[l.dof] - aref
		w.limits = append(w.limits, limitRow{l.dof, l.sign})
		w.n++
	}
}

func (s *State) contactRows() {
	w := &s.newton
	k, b := s.m.spring()
	at := 0
	for i := range s.contacts {
		c := &s.contacts[i]
		p := &s.m.pairs[c.pair]
		n := int(s.m.dofs[c.leaf].n)
		jac := w.jac[at : at+3*n]
		at += 3 * n
		s.contactJacobian(c, jac)
		r := c.Dist - p.margin
		d := impedance(r)
		weight := d / (2 * p.friction * p.friction * p.weight * (1 - d))
		if p.weight*(1-d) < tiny*d { // a body that only turns about its centre of mass
			w.stiff = true
			weight = 1 / (2 * p.friction * p.friction * tiny)
		}
		vel := s.along(c.leaf, jac, s.V)
		acc := s.along(c.leaf, jac, s.smooth)
		y := acc[0] + b*vel[0] + k*d*r
		y1 := p.friction * (acc[1] + b*vel[1])
		y2 := p.friction * (acc[2] + b*vel[2])
		rows := w.y0[w.n : w.n+4]
		rows[0], rows[1], rows[2], rows[3] = y+y1, y-y1, y+y2, y-y2
		for j := range 4 {
			w.d[w.n+j] = weight
		}
		w.n += 4
	}
}

// along is a contact's three rows times x.
func (s *State) along(leaf int, jac, x []float64) (out [3]float64) {
	d := &s.m.dofs[leaf]
	chain := s.m.chain[d.row : d.row+d.n]
	n := len(chain)
	jn, jt, jb := jac[:n], jac[n:2*n], jac[2*n:3*n]
	var a, b, c float64
	for k, col := range chain {
		v := x[col]
		a += jn[k] * v
		b += jt[k] * v
		c += jb[k] * v
	}
	out[0], out[1], out[2] = a, b, c
	return out
}

// rows writes y0 + J x to y and tells whether the active set is that of w.active.
func (s *State) rows(x, y []float64) (same bool) {
	w := &s.newton
	same = true
	for i, l := range w.limits {
		y[i] = w.y0[i] + l.sign*x[l.dof]
		same = same && (y[i] < 0) == w.active[i]
	}
	r, at := len(w.limits), 0
	for i := range s.contacts {
		c := &s.contacts[i]
		n := 3 * int(s.m.dofs[c.leaf].n)
		a := s.along(c.leaf, w.jac[at:at+n], x)
		at += n
		mu := s.m.pairs[c.pair].friction
		out, from, set := y[r:r+4], w.y0[r:r+4], w.active[r:r+4]
		out[0], out[1] = from[0]+a[0]+mu*a[1], from[1]+a[0]-mu*a[1]
		out[2], out[3] = from[2]+a[0]+mu*a[2], from[3]+a[0]-mu*a[2]
		same = same && (out[0] < 0) == set[0] && (out[1] < 0) == set[1] && (out[2] < 0) == set[2] && (out[3] < 0) == set[3]
		r += 4
	}
	return same
}

// push writes Jᵀ f for the forces f = −D y of the rows in w.active.
func (s *State) push(y, dst []float64) {
	w := &s.newton
	clear(dst)
	for i, l := range w.limits {
		if w.active[i] {
			dst[l.dof] -= l.sign * w.d[i] * y[i]
		}
	}
	r, at := len(w.limits), 0
	for i := range s.contacts {
		c := &s.contacts[i]
		d := &s.m.dofs[c.leaf]
		chain := s.m.chain[d.row : d.row+d.n]
		n := len(chain)
		jn, jt, jb := w.jac[at:at+n], w.jac[at+n:at+2*n], w.jac[at+2*n:at+3*n]
		at += 3 * n
		f := s.forces(r, y, s.m.pairs[c.pair].friction)
		r += 4
		if f[0] == 0 {
			continue
		}
		for k, col := range chain {
			dst[col] += jn[k]*f[0] + jt[k]*f[1] + jb[k]*f[2]
		}
	}
}

// forces of the four rows from r on, along normal and tangents.
func (s *State) forces(r int, y []float64, mu float64) (f [3]float64) {
	w := &s.newton
	var p [4]float64
	for j := range 4 {
		if w.active[r+j] {
			p[j] = -w.d[r+j] * y[r+j]
		}
	}
	return [3]float64{p[0] + p[1] + p[2] + p[3], mu * (p[0] - p[1]), mu * (p[2] - p[3])}
}
