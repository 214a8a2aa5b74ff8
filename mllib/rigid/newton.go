package rigid

// newton minimises over accelerations a, with a₀ the smooth acceleration,
//
//	½ (a − a₀)ᵀ M (a − a₀) + Σ_r ½ D_r min(0, J_r a − aref_r)²
//
// (Todorov 2014, with the cone of friction replaced by a pyramid). The unknown is
// x = a − a₀, and y = J a − aref; rows with y < 0 are active and push with −D y.
// Rows are the violated joint limits, then four of the pyramid for each contact:
// normal ± μ first tangent, normal ± μ second tangent; or without friction one.
type newton struct {
	limits []limitRow
	n      int       // rows
	stiff  bool      // some D is so large that f = −D y has few digits
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
	rows := len(m.limits) + 4*m.mostContacts()
	w.limits = make([]limitRow, 0, len(m.limits))
	w.jac = make([]float64, m.jacobians())
	for _, p := range []*[]float64{&w.d, &w.y0, &w.y, &w.yt} {
		*p = make([]float64, rows)
	}
	w.active = make([]bool, rows)
	for _, p := range []*[]float64{&w.x, &w.mx, &w.t, &w.mt, &w.hinv} {
		*p = make([]float64, m.nv)
	}
	w.h = make([]float64, len(m.chain))
	if m.full {
		w.h = make([]float64, m.nv*m.nv)
	}
}

// mostContacts is how many contacts all pairs can have.
func (m *Model) mostContacts() int {
	n := 0
	for i := range m.pairs {
		n += m.pairs[i].most
	}
	return n
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
	for i := range s.m.limits {
		l := &s.m.limits[i]
		r := l.sign*s.Q[l.q] - l.bound
		if r >= l.margin {
			continue
		}
		r -= l.margin
		d := l.spring.impedance(r)
		w.d[w.n] = d / (l.weight * (1 - d))
		aref := -l.spring.b*l.sign*s.V[l.dof] - l.spring.k*d*r
		w.y0[w.n] = l.sign*s.smooth[l.dof] - aref
		w.limits = append(w.limits, limitRow{l.dof, l.sign})
		w.n++
	}
}

func (s *State) contactRows() {
	w := &s.newton
	at := 0
	for i := range s.contacts {
		c := &s.contacts[i]
		p := &s.m.pairs[c.pair]
		jac := w.jac[at : at+3*len(p.cols)]
		at += len(jac)
		s.contactJacobian(c, jac)
		r := c.Dist - p.margin
		d := p.spring.impedance(r)
		vel := along(p.cols, jac, s.V)
		acc := along(p.cols, jac, s.smooth)
		k, b := p.spring.k, p.spring.b
		y := acc[0] + b*vel[0] + k*d*r
		soft := 1.0 // factor of R: 2μ² for the edges of a pyramid
		if p.rows > 1 {
			soft = 2 * p.friction * p.friction
			w.stiff = w.stiff || p.friction < 1e-3
		}
		weight := d / (soft * p.weight * (1 - d))
		if p.weight*(1-d) < tiny*d { // a body that only turns about its centre of mass
			w.stiff = true
			weight = 1 / (soft * tiny)
		}
		if p.rows == 1 {
			w.y0[w.n], w.d[w.n] = y, weight
			w.n++
			continue
		}
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
func along(chain []int32, jac, x []float64) (out [3]float64) {
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
		p := &s.m.pairs[s.contacts[i].pair]
		n := 3 * len(p.cols)
		a := along(p.cols, w.jac[at:at+n], x)
		at += n
		if p.rows == 1 {
			y[r] = w.y0[r] + a[0]
			same = same && (y[r] < 0) == w.active[r]
			r++
			continue
		}
		mu := p.friction
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
		p := &s.m.pairs[s.contacts[i].pair]
		chain := p.cols
		n := len(chain)
		jn, jt, jb := w.jac[at:at+n], w.jac[at+n:at+2*n], w.jac[at+2*n:at+3*n]
		at += 3 * n
		f := s.forces(r, y, p)
		r += p.rows
		if f[0] == 0 {
			continue
		}
		for k, col := range chain {
			dst[col] += jn[k]*f[0] + jt[k]*f[1] + jb[k]*f[2]
		}
	}
}

// forces of a contact's rows from r on, along normal and tangents.
func (s *State) forces(r int, y []float64, pair *pair) (f [3]float64) {
	w := &s.newton
	var p [4]float64
	for j := range pair.rows {
		if w.active[r+j] {
			p[j] = -w.d[r+j] * y[r+j]
		}
	}
	if pair.rows == 1 {
		return [3]float64{p[0], 0, 0}
	}
	mu := pair.friction
	return [3]float64{p[0] + p[1] + p[2] + p[3], mu * (p[0] - p[1]), mu * (p[2] - p[3])}
}
