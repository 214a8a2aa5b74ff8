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
		p := &s.m.pairs[c.pair]
		c.Force = s.forces(r, w.y, p)
		r += p.rows
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
	if s.m.full {
		s.m.spread(s.mass, w.h)
	} else {
		copy(w.h, s.mass)
	}
	for i, l := range w.limits {
		if w.active[i] {
			at := int(s.m.dofs[l.dof].row)
			if s.m.full {
				at = l.dof*s.m.nv + l.dof
			}
			w.h[at] += w.d[i]
		}
	}
	r, at := len(w.limits), 0
	for i := range s.contacts {
		p := &s.m.pairs[s.contacts[i].pair]
		n := 3 * len(p.cols)
		s.addSquare(p, w.jac[at:at+n], w.active[r:r+p.rows], w.d[r])
		at += n
		r += p.rows
	}
	s.push(w.y0, w.t)
	if s.m.full {
		factorizeFull(w.h, w.hinv)
		solveFull(w.h, w.hinv, w.t)
		return
	}
	s.m.factorize(w.h, w.hinv)
	s.m.solve(w.h, w.hinv, w.t)
}

// addSquare adds JᵀDJ of a contact's active rows. With J = Jn ± μ Jt the four
// outer products combine into those of the three rows of jac.
func (s *State) addSquare(pair *pair, jac []float64, set []bool, d float64) {
	mu := pair.friction
	p := [4]float64{}
	for j, on := range set {
		if on {
			p[j] = d
		}
	}
	nn := p[0] + p[1] + p[2] + p[3]
	if nn == 0 {
		return
	}
	if pair.rows == 1 {
		mu = 0
	}
	nt, tt := mu*(p[0]-p[1]), mu*mu*(p[0]+p[1])
	nb, bb := mu*(p[2]-p[3]), mu*mu*(p[2]+p[3])
	chain := pair.cols
	n := len(chain)
	jn, jt, jb := jac[:n], jac[n:2*n], jac[2*n:3*n]
	for i, col := range chain {
		x := nn*jn[i] + nt*jt[i] + nb*jb[i]
		y := nt*jn[i] + tt*jt[i]
		z := nb*jn[i] + bb*jb[i]
		a, b, e := jn[i:], jt[i:], jb[i:]
		if s.m.full {
			row := s.newton.h[int(col)*s.m.nv:]
			for k, other := range chain[i:] {
				row[other] += x*a[k] + y*b[k] + z*e[k]
			}
			continue
		}
		row := s.newton.h[s.m.dofs[col].row:]
		row = row[:n-i]
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
