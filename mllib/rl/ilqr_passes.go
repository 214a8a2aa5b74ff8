package rl

import (
	"math"

	"ml3/mllib/ad"
)

// expansion has the derivatives along a trajectory, one matrix for each t.
type expansion struct {
	fx, fu        [][]float64 // of Next: [nx, nx], [nx, nu]
	lx, lu        [][]float64 // of the cost: [nx] (T+1 of them), [nu]
	lxx, lux, luu [][]float64 // [nx, nx] (T+1), [nu, nx], [nu, nu]
}

// expand differentiates dynamics and cost about the plan. Rows are independent, so
// one product with the derivative gives one row of the Jacobians of all steps.
func (s *solver) expand(plan Plan) {
	s.tape.Reset()
	s.e = expansion{}
	x, u := s.stack(plan.States[:s.t], s.nx), s.stack(plan.Actions, s.nu)
	y := s.Dynamics.Next(x, u)
	f := s.rows(s.nx, y, x, u)
	s.e.fx, s.e.fu = f[0], f[1]

	g := ad.Grad(ad.Sum(s.Cost.Stage(x, u)), x, u)
	s.e.lx, s.e.lu = split(g[0]), split(g[1])
	s.e.lxx = s.rows(s.nx, g[0], x)[0]
	h := s.rows(s.nu, g[1], x, u)
	s.e.lux, s.e.luu = h[0], h[1]

	end := s.stack(plan.States[s.t:], s.nx)
	g = ad.Grad(ad.Sum(s.Cost.Final(end)), end)
	s.e.lx = append(s.e.lx, split(g[0])...)
	s.e.lxx = append(s.e.lxx, s.rows(s.nx, g[0], end)[0]...)
}

// stack returns rows of width n as a value.
func (s *solver) stack(rows [][]float64, n int) *ad.Value {
	v := s.tape.Zeros(len(rows), n)
	for i, r := range rows {
		copy(v.Row(i), r)
	}
	return v
}

// split copies the rows of v.
func split(v *ad.Value) [][]float64 {
	rows := make([][]float64, v.Rows)
	for i := range rows {
		rows[i] = append([]float64(nil), v.Row(i)...)
	}
	return rows
}

// rows returns, for each x of xs and each row t, the Jacobian [n, x.Cols] of row t
// of y [T, n] with respect to row t of x.
func (s *solver) rows(n int, y *ad.Value, xs ...*ad.Value) [][][]float64 {
	out := make([][][]float64, len(xs))
	for k := range xs {
		out[k] = make([][]float64, y.Rows)
	}
	for j := range n {
		pick := s.tape.Zeros(y.Rows, n)
		for t := range y.Rows {
			pick.Row(t)[j] = 1
		}
		for k, g := range ad.VJP(y, pick, xs...) {
			for t := range y.Rows {
				out[k][t] = append(out[k][t], g.Row(t)...)
			}
		}
	}
	return out
}

// law is the result of a backward pass: u_t + a·feed_t + gains_t·(x − x_t), and the
// expected change of the cost a·linear + a²·quadratic.
type law struct {
	feed, gains       [][]float64
	linear, quadratic float64
	largest           float64 // max |feed|/(1 + |u|) over all entries
}

// backward solves the expanded problem from the end to the start (equations 10 and
// 11 of Tassa et al. 2012, with the regularization of the state): false if a step
// has no minimum at the current μ.
func (s *solver) backward(plan Plan) (law, bool) {
	nx, nu := s.nx, s.nu
	l := law{feed: make([][]float64, s.t), gains: make([][]float64, s.t)}
	vx, vxx := append([]float64(nil), s.e.lx[s.t]...), append([]float64(nil), s.e.lxx[s.t]...)
	for t := s.t - 1; t >= 0; t-- {
		fx, fu := s.e.fx[t], s.e.fu[t]
		qx := product(leftTransposed, nx, 1, nx, fx, vx)
		addTo(qx, s.e.lx[t])
		qu := product(leftTransposed, nu, 1, nx, fu, vx)
		addTo(qu, s.e.lu[t])
		qxx, qux, quu := s.quadratics(t, vxx)
		regular := append([]float64(nil), vxx...)
		for i := range nx {
			regular[i*nx+i] += s.mu
		}
		_, quxR, quuR := s.quadratics(t, regular)

		var ok bool
		if l.feed[t], l.gains[t], ok = s.minimize(plan.Actions[t], qu, quxR, quuR, next(l.feed, t, nu)); !ok {
			return l, false
		}
		k, gain := l.feed[t], l.gains[t]
		for i, x := range k {
			l.largest = max(l.largest, math.Abs(x)/(1+math.Abs(plan.Actions[t][i])))
		}
		quuk := product(plain, nu, 1, nu, quu, k)
		l.linear += dot(k, qu)
		l.quadratic += 0.5 * dot(k, quuk)

		// Vx = Qx + Kᵀ(Quu k + Qu) + Quxᵀk;  Vxx = Qxx + Kᵀ(Quu K + Qux) + QuxᵀK
		addTo(quuk, qu)
		vx = qx
		addTo(vx, product(leftTransposed, nx, 1, nu, gain, quuk))
		addTo(vx, product(leftTransposed, nx, 1, nu, qux, k))
		inner := product(plain, nu, nx, nu, quu, gain)
		addTo(inner, qux)
		vxx = qxx
		addTo(vxx, product(leftTransposed, nx, nx, nu, gain, inner))
		addTo(vxx, product(leftTransposed, nx, nx, nu, qux, gain))
		symmetrize(nx, vxx)
	}
	return l, true
}

// quadratics returns Qxx, Qux and Quu at t for the Hessian v of the next value.
func (s *solver) quadratics(t int, v []float64) (qxx, qux, quu []float64) {
	nx, nu := s.nx, s.nu
	vfx := product(plain, nx, nx, nx, v, s.e.fx[t])
	vfu := product(plain, nx, nu, nx, v, s.e.fu[t])
	qxx = product(leftTransposed, nx, nx, nx, s.e.fx[t], vfx)
	addTo(qxx, s.e.lxx[t])
	qux = product(leftTransposed, nu, nx, nx, s.e.fu[t], vfx)
	addTo(qux, s.e.lux[t])
	quu = product(leftTransposed, nu, nu, nx, s.e.fu[t], vfu)
	addTo(quu, s.e.luu[t])
	symmetrize(nu, quu)
	return qxx, qux, quu
}

// next is the feed-forward of the step after t, a good start for the one at t.
func next(feed [][]float64, t, nu int) []float64 {
	if t+1 < len(feed) {
		return feed[t+1]
	}
	return make([]float64, nu)
}

// minimize returns the change of action u that minimizes the quadratic within the
// limits, and the gain [nu, nx] of the coordinates that are free; the others keep
// their limit whatever the state.
func (s *solver) minimize(u, qu, qux, quu, from []float64) (k, gain []float64, ok bool) {
	nx, nu := s.nx, s.nu
	low, high := make([]float64, nu), make([]float64, nu)
	for i := range nu {
		low[i], high[i] = s.Low[i]-u[i], s.High[i]-u[i]
	}
	k, free, l, ok := boxQP(nu, quu, qu, low, high, from)
	if !ok {
		return nil, nil, false
	}
	rhs := make([]float64, 0, len(free)*nx)
	for _, i := range free {
		for j := range nx {
			rhs = append(rhs, -qux[i*nx+j])
		}
	}
	solveCholesky(len(free), nx, l, rhs)
	gain = make([]float64, nu*nx)
	for r, i := range free {
		copy(gain[i*nx:(i+1)*nx], rhs[r*nx:(r+1)*nx])
	}
	return k, gain, true
}

// start rolls the given actions out.
func (s *solver) start(actions [][]float64) Plan {
	return s.roll(func(t int, _ []float64, u []float64) { copy(u, actions[t]) })
}

// follow rolls the law out with step a.
func (s *solver) follow(plan Plan, l law, a float64) Plan {
	dx := make([]float64, s.nx)
	return s.roll(func(t int, x, u []float64) {
		for i := range dx {
			dx[i] = x[i] - plan.States[t][i]
		}
		for i := range u {
			u[i] = plan.Actions[t][i] + float64(a*l.feed[t][i]) + dot(l.gains[t][i*s.nx:(i+1)*s.nx], dx)
		}
	})
}

// roll applies act, which writes the action at t and x into u, and adds the cost up.
func (s *solver) roll(act func(t int, x, u []float64)) Plan {
	s.tape.Reset()
	p := Plan{States: [][]float64{append([]float64(nil), s.x0...)}}
	for t := range s.t {
		x, u := s.stack(p.States[t:], s.nx), s.tape.Zeros(1, s.nu)
		act(t, x.Data, u.Data)
		for i := range u.Data {
			u.Data[i] = min(max(u.Data[i], s.Low[i]), s.High[i])
		}
		p.Cost += s.Cost.Stage(x, u).Item()
		p.Actions = append(p.Actions, append([]float64(nil), u.Data...))
		p.States = append(p.States, append([]float64(nil), s.Dynamics.Next(x, u).Data...))
	}
	p.Cost += s.Cost.Final(s.stack(p.States[s.t:], s.nx)).Item()
	return p
}
