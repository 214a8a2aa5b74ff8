package rigid

import "math"

const maxRounds = 100

// solveConstraints finds the minimum (see newton) and leaves the acceleration
// in s.accel and the constraint force Jᵀf in s.reach. The function is piecewise
// quadratic: Newton's step with an exact line search ends after finitely many
// rounds at the solution for the true active set, up to rounding.
func (s *State) solveConstraints() {
	w := &s.newton
	clear(w.x)
	clear(w.mx)
	copy(w.y[:w.n], w.y0[:w.n])
	for w.rounds = 1; w.rounds <= maxRounds; w.rounds++ {
		for r, y := range w.y[:w.n] {
			w.active[r] = y < 0
		}
		s.target()
		same := s.rows(w.t, w.yt)
		s.push(w.yt, w.mt) // M t = Jᵀf for the active rows, as H t = −JᵀD y₀
		if same {
			w.x, w.t = w.t, w.x
			w.mx, w.mt = w.mt, w.mx
			w.y, w.yt = w.yt, w.y
			break
		}
		if !s.search() {
			break
		}
	}
	for i := range s.accel {
		s.accel[i] = s.smooth[i] + w.x[i]
	}
	if w.stiff {
		s.timesMass(w.x, s.reach) // M x = Jᵀf; with such D the difference y has no digits left
	} else {
		s.push(w.y, s.reach)
	}
	r := len(w.limits)
	for i := range s.contacts {
		c := &s.contacts[i]
		c.Force = s.forces(r, w.y, s.m.pairs[c.pair].friction)
		r += 4
	}
}

// timesMass writes M x.
func (s *State) timesMass(x, dst []float64) {
	clear(dst)
	for i := range s.m.dofs {
		d := &s.m.dofs[i]
		dst[i] += s.mass[d.row] * x[i]
		for k := d.row + 1; k < d.row+d.n; k++ {
			j := s.m.chain[k]
			dst[i] += s.mass[k] * x[j]
			dst[j] += s.mass[k] * x[i]
		}
	}
}

// target solves (M + JᵀDJ) t = −JᵀD y₀ over the active rows. It depends on x
// through the active set only, so the end result does not remember the way.
func (s *State) target() {
	w := &s.newton
	copy(w.h, s.mass)
	for i, l := range w.limits {
		if w.active[i] {
			w.h[s.m.dofs[l.dof].row] += w.d[i]
		}
	}
	r, at := len(w.limits), 0
	for i := range s.contacts {
		c := &s.contacts[i]
		n := 3 * int(s.m.dofs[c.leaf].n)
		s.addSquare(c, w.jac[at:at+n], w.active[r:r+4], w.d[r])
		at += n
		r += 4
	}
	s.m.factorize(w.h, w.hinv)
	s.push(w.y0, w.t)
	s.m.solve(w.h, w.hinv, w.t)
}

// addSquare adds JᵀDJ of a contact's active rows. With J = Jn ± μ Jt the four
// outer products combine into those of the three rows of jac.
func (s *State) addSquare(c *Contact, jac []float64, set []bool, d float64) {
	mu := s.m.pairs[c.pair].friction
	p := [4]float64{}
	for j, on := range set[:4] {
		if on {
			p[j] = d
		}
	}
	nn := p[0] + p[1] + p[2] + p[3]
	if nn == 0 {
		return
	}
	nt, tt := mu*(p[0]-p[1]), mu*mu*(p[0]+p[1])
	nb, bb := mu*(p[2]-p[3]), mu*mu*(p[2]+p[3])
	leaf := &s.m.dofs[c.leaf]
	chain := s.m.chain[leaf.row : leaf.row+leaf.n]
	n := len(chain)
	jn, jt, jb := jac[:n], jac[n:2*n], jac[2*n:3*n]
	for i, col := range chain {
		x := nn*jn[i] + nt*jt[i] + nb*jb[i]
		y := nt*jn[i] + tt*jt[i]
		z := nb*jn[i] + bb*jb[i]
		row := s.newton.h[s.m.dofs[col].row:]
		row = row[:n-i]
		a, b, e := jn[i:], jt[i:], jb[i:]
		a, b, e = a[:len(row)], b[:len(row)], e[:len(row)]
		for k := range row {
			row[k] += x*a[k] + y*b[k] + z*e[k]
		}
	}
}

// search moves x to the minimum on the line through the target. It is false if
// that is where x is already, up to rounding.
func (s *State) search() bool {
	w := &s.newton
	var slope, bend float64 // of the quadratic part, at x along p = t − x
	for i := range w.x {
		p := w.t[i] - w.x[i]
		slope += w.mx[i] * p
		bend += (w.mt[i] - w.mx[i]) * p
	}
	alpha := s.lineMinimum(slope, bend)
	moved, size := 0.0, 0.0
	for i := range w.x {
		step := alpha * (w.t[i] - w.x[i])
		w.x[i] += step
		w.mx[i] += alpha * (w.mt[i] - w.mx[i])
		moved = max(moved, math.Abs(step))
		size = max(size, math.Abs(w.x[i]), math.Abs(s.smooth[i]))
	}
	for r := range w.y[:w.n] {
		w.y[r] += alpha * (w.yt[r] - w.y[r])
	}
	return moved > 1e-15*size
}

// lineMinimum is the root of the derivative along the line, an increasing,
// piecewise linear function of alpha, by Newton's method within a bracket.
func (s *State) lineMinimum(slope, bend float64) float64 {
	low, high := 0.0, math.Inf(1)
	alpha := 1.0
	for range 60 {
		f, df := s.lineDerivative(alpha, slope, bend)
		if f < 0 {
			low = alpha
		} else {
			high = alpha
		}
		next := alpha - f/df
		if !(next > low && next < high) {
			if math.IsInf(high, 1) || !(df > 0) {
				return alpha
			}
			next = (low + high) / 2
		}
		if math.Abs(next-alpha) <= 1e-15*alpha {
			return next
		}
		alpha = next
	}
	return alpha
}

// lineDerivative is the derivative of the cost at x + alpha (t − x), and its slope.
func (s *State) lineDerivative(alpha, slope, bend float64) (f, df float64) {
	w := &s.newton
	f, df = slope+alpha*bend, bend
	y, yt, d := w.y[:w.n], w.yt[:w.n], w.d[:w.n]
	for r, from := range y {
		step := yt[r] - from
		if here := from + alpha*step; here < 0 {
			f += d[r] * here * step
			df += d[r] * step * step
		}
	}
	return f, df
}
