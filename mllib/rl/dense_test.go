package rl

import (
	"math"
	"math/rand/v2"
	"testing"

	"ml3/mllib/ad"
)

// TestDense compares products with sums, and the solution of a linear system with the
// system.
func TestDense(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for n := 1; n <= 6; n++ {
		const m = 3
		g, b := normal(rng, n, n).Data, normal(rng, n, m).Data
		a := product(leftTransposed, n, n, n, g, g)
		for i := range n {
			for j := range n {
				want := 0.0
				for k := range n {
					want += g[k*n+i] * g[k*n+j]
				}
				if math.Abs(a[i*n+j]-want) > 1e-13 {
					t.Errorf("entry (%d, %d) of GᵀG is %v, want %v", i, j, a[i*n+j], want)
				}
			}
			a[i*n+i]++
		}
		l, ok := cholesky(n, a)
		if !ok {
			t.Fatalf("GᵀG + 1 of %d rows is said not to be positive definite", n)
		}
		for i, x := range product(rightTransposed, n, n, n, l, l) {
			if math.Abs(x-a[i]) > 1e-13*(1+math.Abs(a[i])) {
				t.Errorf("entry %d of LLᵀ is %v, want %v", i, x, a[i])
			}
		}
		x := append([]float64{}, b...)
		solveCholesky(n, m, l, x)
		for i, y := range product(plain, n, m, n, a, x) {
			if math.Abs(y-b[i]) > 1e-12*(1+math.Abs(b[i])) {
				t.Errorf("entry %d of A·A⁻¹B is %v, want %v", i, y, b[i])
			}
		}
		a[0] = -1
		if _, ok := cholesky(n, a); ok {
			t.Error("a matrix with a negative diagonal is said to be positive definite")
		}
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), 0} {
		if _, ok := cholesky(1, []float64{bad}); ok {
			t.Errorf("%v is said to be positive definite", bad)
		}
	}
}

// TestBoxQPBruteForce compares with the best of all ways to hold coordinates at their
// limits: among those whose free coordinates solve their equations within the box,
// the minimum is the smallest.
func TestBoxQPBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 100 {
		const n = 3
		m := normal(rng, n, n).Data
		h, g := product(leftTransposed, n, n, n, m, m), normal(rng, 1, n).Data
		low, high := make([]float64, n), make([]float64, n)
		for i := range n {
			h[i*n+i] += .2
			low[i] = -rng.Float64()
			high[i] = rng.Float64()
		}
		best := math.Inf(1)
		for hold := range 27 { // each coordinate free, low or high
			x, free := make([]float64, n), []int(nil)
			for i, h := 0, hold; i < n; i, h = i+1, h/3 {
				switch h % 3 {
				case 0:
					free = append(free, i)
				case 1:
					x[i] = low[i]
				case 2:
					x[i] = high[i]
				}
			}
			slope := product(plain, n, 1, n, h, x)
			addTo(slope, g)
			rhs := make([]float64, len(free))
			for k, i := range free {
				rhs[k] = -slope[i]
			}
			l, _ := cholesky(len(free), sub(n, h, free))
			solveCholesky(len(free), 1, l, rhs)
			inside := true
			for k, i := range free {
				x[i] = rhs[k]
				inside = inside && x[i] >= low[i] && x[i] <= high[i]
			}
			if inside {
				best = min(best, quadratic(n, h, g, x))
			}
		}
		x, _, _, ok := boxQP(n, h, g, low, high, normal(rng, 1, n).Data)
		if got := quadratic(n, h, g, x); !ok || math.Abs(got-best) > 1e-9*(1+math.Abs(best)) {
			t.Errorf("minimum %v, the best of all active sets %v", got, best)
		}
	}
}

// TestExpansion compares the derivatives along a trajectory, which come from a few
// products for all times at once, with Jacobians at each time alone.
func TestExpansion(t *testing.T) {
	const T = 6
	p := DefaultILQR(pendulum{}, upright{}, []float64{-torque}, []float64{torque})
	actions := zeros(T, 1)
	for k := range actions {
		actions[k][0] = math.Sin(float64(k))
	}
	s := newSolver(p, []float64{2, -.3}, actions)
	plan := s.start(actions)
	s.expand(plan)
	check := func(name string, k int, got []float64, want *ad.Value) {
		t.Helper()
		for i, w := range want.Data {
			if math.Abs(got[i]-w) > 1e-13*(1+math.Abs(w)) {
				t.Errorf("%s at %d: entry %d is %v, want %v", name, k, i, got[i], w)
			}
		}
	}
	for k := range T {
		x, u := ad.RowVector(plan.States[k]...), ad.RowVector(plan.Actions[k]...)
		y, c := pendulum{}.Next(x, u), upright{}.Stage(x, u)
		check("fx", k, s.e.fx[k], ad.Jacobian(y, x))
		check("fu", k, s.e.fu[k], ad.Jacobian(y, u))
		g := ad.Grad(c, x, u)
		check("lx", k, s.e.lx[k], g[0])
		check("lu", k, s.e.lu[k], g[1])
		check("lxx", k, s.e.lxx[k], ad.Jacobian(g[0], x))
		check("lux", k, s.e.lux[k], ad.Jacobian(g[1], x))
		check("luu", k, s.e.luu[k], ad.Jacobian(g[1], u))
	}
	x := ad.RowVector(plan.States[T]...)
	g := ad.Grad(upright{}.Final(x), x)[0]
	check("lx", T, s.e.lx[T], g)
	check("lxx", T, s.e.lxx[T], ad.Jacobian(g, x))
}

// TestPlanObeysDynamics: states follow from actions, and actions beyond the limits are
// moved to them.
func TestPlanObeysDynamics(t *testing.T) {
	actions := zeros(10, 1)
	for k := range actions {
		actions[k][0] = 9 * math.Cos(float64(k))
	}
	plan := newSolver(DefaultILQR(pendulum{}, upright{}, []float64{-torque}, []float64{torque}), []float64{2, 0}, actions).start(actions)
	for k, u := range plan.Actions {
		if want := min(max(actions[k][0], -torque), torque); u[0] != want {
			t.Errorf("action %d is %v, want %v", k, u[0], want)
		}
		next := pendulum{}.Next(ad.RowVector(plan.States[k]...), ad.RowVector(u...))
		if plan.States[k+1][0] != next.Data[0] || plan.States[k+1][1] != next.Data[1] {
			t.Errorf("state %d is %v, the dynamics say %v", k+1, plan.States[k+1], next.Data)
		}
	}
}

// TestExpectedChange: of a linear–quadratic problem the law's full step changes the
// cost by exactly what the backward pass expects.
func TestExpectedChange(t *testing.T) {
	d, c := lqrProblem()
	low, high := free(2)
	actions := zeros(12, 2)
	for k := range actions {
		actions[k][0], actions[k][1] = math.Sin(float64(k)), .3
	}
	s := newSolver(DefaultILQR(d, c, low, high), []float64{1, -2, .5}, actions)
	s.mu = 0
	plan := s.start(actions)
	s.expand(plan)
	l, ok := s.backward(plan)
	if !ok {
		t.Fatal("a convex problem has no minimum")
	}
	change, want := s.follow(plan, l, 1).Cost-plan.Cost, l.linear+l.quadratic
	if math.Abs(change-want) > 1e-10*plan.Cost || want >= 0 {
		t.Errorf("the cost %v changes by %v, expected %v", plan.Cost, change, want)
	}
}
