package rl

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/env"
)

// linear is x ← A x + B u; quadraticCost is xᵀQx/2 + uᵀRu/2 + uᵀNx and xᵀPx/2 at the end.
type linear struct{ a, b *ad.Value }

func (l linear) Next(x, u *ad.Value) *ad.Value {
	return ad.Add(ad.MatMulNT(x, l.a), ad.MatMulNT(u, l.b))
}

type quadraticCost struct{ q, r, n, p *ad.Value }

func form(x, q, y *ad.Value) *ad.Value { return ad.SumCols(ad.Mul(ad.MatMul(x, q), y)) }

func (c quadraticCost) Stage(x, u *ad.Value) *ad.Value {
	return ad.Add(ad.Scale(.5, ad.Add(form(x, c.q, x), form(u, c.r, u))), form(u, c.n, x))
}
func (c quadraticCost) Final(x *ad.Value) *ad.Value { return ad.Scale(.5, form(x, c.p, x)) }

func lqrProblem() (linear, quadraticCost) {
	rng := rand.New(rand.NewPCG(3, 4))
	random := func(r, c int, s float64) *ad.Value {
		v := ad.Zeros(r, c)
		for i := range v.Data {
			v.Data[i] = s * rng.NormFloat64()
		}
		return v
	}
	spd := func(n int) *ad.Value {
		g := random(n, n, 1)
		v := ad.Clone(ad.MatMulNT(g, g))
		for i := range n {
			v.Row(i)[i]++
		}
		return v
	}
	return linear{random(3, 3, .6), random(3, 2, 1)}, quadraticCost{spd(3), spd(2), random(2, 3, .1), spd(3)}
}

func free(nu int) (low, high []float64) {
	for range nu {
		low, high = append(low, math.Inf(-1)), append(high, math.Inf(1))
	}
	return low, high
}

func zeros(t, nu int) [][]float64 {
	u := make([][]float64, t)
	for i := range u {
		u[i] = make([]float64, nu)
	}
	return u
}

// TestRiccati compares with the discrete Riccati recursion, written out for two
// actions: K = −(R + BᵀPB)⁻¹(N + BᵀPA), P ← Q + AᵀPA + (N + BᵀPA)ᵀK.
func TestRiccati(t *testing.T) {
	const T = 25
	d, c := lqrProblem()
	gains := make([]*ad.Value, T)
	p := c.p
	for k := T - 1; k >= 0; k-- {
		m := ad.Add(c.r, ad.MatMul(ad.MatMulTN(d.b, p), d.b))
		det := m.At(0, 0)*m.At(1, 1) - m.At(0, 1)*m.At(1, 0)
		inv := ad.New(2, 2, []float64{m.At(1, 1) / det, -m.At(0, 1) / det, -m.At(1, 0) / det, m.At(0, 0) / det})
		s := ad.Add(c.n, ad.MatMul(ad.MatMulTN(d.b, p), d.a))
		gains[k] = ad.Neg(ad.MatMul(inv, s))
		p = ad.Add(c.q, ad.Add(ad.MatMul(ad.MatMulTN(d.a, p), d.a), ad.MatMulTN(s, gains[k])))
	}
	x0 := []float64{1, -2, .5}
	start := ad.RowVector(x0...)
	want := ad.Scale(.5, form(start, p, start)).Item()

	for _, mu := range []float64{0, 1} {
		low, high := free(2)
		solver := DefaultILQR(d, c, low, high)
		solver.Regularization = mu
		plan, err := solver.Solve(context.Background(), x0, zeros(T, 2), nil)
		if err != nil || plan.Status != Converged {
			t.Fatalf("μ = %v: %v after %d iterations, error %v", mu, plan.Status, plan.Iterations, err)
		}
		if mu == 0 && plan.Iterations != 1 {
			t.Errorf("a linear–quadratic problem took %d iterations, want 1", plan.Iterations)
		}
		if math.Abs(plan.Cost-want) > 1e-9*want {
			t.Errorf("μ = %v: cost %v, Riccati %v", mu, plan.Cost, want)
		}
		x := start
		for k, g := range gains {
			u := ad.MatMulNT(x, g)
			for i, w := range u.Data {
				if math.Abs(plan.Actions[k][i]-w) > 1e-6 || mu == 0 && math.Abs(plan.Actions[k][i]-w) > 1e-9 {
					t.Fatalf("μ = %v: action %d.%d is %v, Riccati %v", mu, k, i, plan.Actions[k][i], w)
				}
			}
			for i, w := range g.Data {
				if mu == 0 && math.Abs(plan.Gains[k][i]-w) > 1e-9 {
					t.Fatalf("gain %d.%d is %v, Riccati %v", k, i, plan.Gains[k][i], w)
				}
			}
			x = d.Next(x, u)
		}
	}
}

// pendulum: θ″ = (g/l) sin θ + u, θ = 0 upright, semi-implicit Euler of 0.05 s.
type pendulum struct{}

func (pendulum) Next(x, u *ad.Value) *ad.Value {
	angle, speed := ad.SliceCols(x, 0, 1), ad.SliceCols(x, 1, 2)
	speed = ad.Add(speed, ad.Scale(.05, ad.Add(ad.Scale(9.81, ad.Sin(angle)), u)))
	return ad.ConcatCols(ad.AddScaled(angle, .05, speed), speed)
}

type upright struct{}

func (upright) state(x *ad.Value) *ad.Value {
	height := ad.AddScalar(1, ad.Neg(ad.Cos(ad.SliceCols(x, 0, 1))))
	return ad.AddScaled(height, .1, ad.Square(ad.SliceCols(x, 1, 2)))
}
func (c upright) Stage(x, u *ad.Value) *ad.Value {
	return ad.Scale(.05, ad.AddScaled(c.state(x), .01, ad.Square(u)))
}
func (c upright) Final(x *ad.Value) *ad.Value { return ad.Scale(100, c.state(x)) }

const torque = 5 // N m, half of what would lift the pendulum from the side without a swing

func swingUp(t *testing.T) (Plan, []float64) {
	start := zeros(100, 1)
	start[0][0] = 0.5 // hanging still is a saddle
	var costs []float64
	solver := DefaultILQR(pendulum{}, upright{}, []float64{-torque}, []float64{torque})
	plan, err := solver.Solve(context.Background(), []float64{math.Pi, 0}, start,
		func(_ int, p Plan) { costs = append(costs, p.Cost) })
	if err != nil {
		t.Fatal(err)
	}
	return plan, costs
}

func TestSwingUp(t *testing.T) {
	plan, costs := swingUp(t)
	t.Logf("%s after %d iterations, cost %.6g from %.6g", plan.Status, plan.Iterations, plan.Cost, costs[0])
	if plan.Status != Converged {
		t.Errorf("status %q, want %q", plan.Status, Converged)
	}
	for i := 1; i < len(costs); i++ {
		if costs[i] > costs[i-1] {
			t.Errorf("iteration %d raised the cost from %v to %v", i, costs[i-1], costs[i])
		}
	}
	end := plan.States[len(plan.States)-1]
	if math.Cos(end[0]) < 0.999 || math.Abs(end[1]) > 0.1 {
		t.Errorf("the pendulum ends at %v, want upright at rest", end)
	}
	atLimit := 0
	for i, u := range plan.Actions {
		if math.Abs(u[0]) > torque {
			t.Errorf("action %d is %v, limit %v", i, u[0], float64(torque))
		}
		if math.Abs(u[0]) == torque {
			atLimit++
		}
	}
	if atLimit < 5 || atLimit == len(plan.Actions) {
		t.Errorf("%d of %d actions at a limit; the test needs both kinds", atLimit, len(plan.Actions))
	}
}

// TestOptimality checks the first-order conditions with a gradient that does not
// come from the solver: that of the whole roll-out with respect to all actions. It
// is 0 where an action is free and points outwards where it is at a limit.
func TestOptimality(t *testing.T) {
	plan, _ := swingUp(t)
	actions := make([]*ad.Value, len(plan.Actions))
	x, cost := ad.RowVector(math.Pi, 0), ad.Scalar(0)
	for i, u := range plan.Actions {
		actions[i] = ad.Scalar(u[0])
		cost = ad.Add(cost, upright{}.Stage(x, actions[i]))
		x = pendulum{}.Next(x, actions[i])
	}
	cost = ad.Add(cost, upright{}.Final(x))
	if math.Abs(cost.Item()-plan.Cost) > 1e-12*plan.Cost {
		t.Errorf("the plan's actions cost %v, the plan says %v", cost.Item(), plan.Cost)
	}
	for i, g := range ad.Grad(cost, actions...) {
		switch u, g := plan.Actions[i][0], g.Item(); {
		case u == torque && g <= 1e-6, u == -torque && g >= -1e-6:
		case math.Abs(u) < torque && math.Abs(g) < 1e-5:
		default:
			t.Errorf("action %d: %v with slope %v", i, u, g)
		}
	}
}

func TestStatus(t *testing.T) {
	solver := DefaultILQR(pendulum{}, upright{}, []float64{-torque}, []float64{torque})
	solve := func(x0 []float64) Plan {
		plan, err := solver.Solve(context.Background(), x0, zeros(30, 1), nil)
		if err != nil {
			t.Fatal(err)
		}
		return plan
	}
	solver.MaxIterations = 2
	if p := solve([]float64{3, 0}); p.Status != MaxIterations || p.Iterations != 2 {
		t.Errorf("%q after %d iterations, want %q after 2", p.Status, p.Iterations, MaxIterations)
	}
	if p := solve([]float64{math.NaN(), 0}); p.Status != Diverged {
		t.Errorf("from NaN: %q, want %q", p.Status, Diverged)
	}
	solver.Dynamics, solver.Cost = still{}, concave{} // μ regularizes the state, which the action does not move
	if p := solve([]float64{3, 0}); p.Status != RegularizationLimit {
		t.Errorf("on a concave cost of the actions: %q, want %q", p.Status, RegularizationLimit)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := solver.Solve(ctx, []float64{3, 0}, zeros(30, 1), nil); err != context.Canceled {
		t.Errorf("cancelled: error %v", err)
	}
}

type still struct{}

func (still) Next(x, u *ad.Value) *ad.Value { return x }

type concave struct{ upright }

func (concave) Stage(x, u *ad.Value) *ad.Value { return ad.Neg(ad.Square(u)) }

// TestBoxQP checks the conditions that single out the minimum of a convex
// quadratic in a box: no slope inside, slopes that point outwards at the limits.
func TestBoxQP(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	clamped := 0
	for range 200 {
		n := 1 + rng.IntN(5)
		g, m := make([]float64, n), make([]float64, n*n)
		low, high := make([]float64, n), make([]float64, n)
		for i := range g {
			g[i], low[i] = 3*rng.NormFloat64(), -rng.Float64()
			high[i] = low[i] + 2*rng.Float64()
		}
		for i := range m {
			m[i] = rng.NormFloat64()
		}
		h := product(leftTransposed, n, n, n, m, m)
		for i := range n {
			h[i*n+i] += .1
		}
		x, free, _, ok := boxQP(n, h, g, low, high, make([]float64, n))
		if !ok {
			t.Fatal("a positive definite problem is said not to be one")
		}
		clamped += n - len(free)
		grad := product(plain, n, 1, n, h, x)
		addTo(grad, g)
		for i, gi := range grad {
			inside := x[i] > low[i] && x[i] < high[i]
			if inside && math.Abs(gi) > 1e-7 || x[i] < low[i] || x[i] > high[i] ||
				x[i] == low[i] && gi < -1e-7 || x[i] == high[i] && gi > 1e-7 {
				t.Errorf("coordinate %d: %v in [%v, %v] with slope %v", i, x[i], low[i], high[i], gi)
			}
		}
	}
	if clamped < 100 {
		t.Errorf("only %d coordinates at a limit; the test needs more", clamped)
	}
	if _, _, _, ok := boxQP(1, []float64{-1}, []float64{1}, []float64{-1}, []float64{1}, []float64{0}); ok {
		t.Error("an indefinite problem is said to be positive definite")
	}
}

// TestRollout compares with the closed form of x ← a x + b u under u = k x.
func TestRollout(t *testing.T) {
	d := linear{ad.Scalar(.9), ad.Scalar(.5)}
	k, x0 := ad.Scalar(-.3), ad.Column(1, -2)
	tr := Rollout(env.Dynamics(d), func(x *ad.Value) *ad.Value { return ad.MatMul(x, k) }, x0, 7)
	if len(tr.States) != 8 || len(tr.Actions) != 7 {
		t.Fatalf("%d states and %d actions", len(tr.States), len(tr.Actions))
	}
	q := .9 - .5*.3
	g := ad.Grad(ad.Sum(tr.Last()), k)[0].Item()
	if want := -7 * .5 * math.Pow(q, 6); math.Abs(g-want) > 1e-14 {
		t.Errorf("derivative of the sum of the last states %v, want %v", g, want)
	}
	for i, x := range x0.Data {
		if got := tr.Last().At(i, 0); math.Abs(got-x*math.Pow(q, 7)) > 1e-14 {
			t.Errorf("roll-out %d ends at %v, want %v", i, got, x*math.Pow(q, 7))
		}
	}
}
