package env_test

import (
	"math"
	"slices"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
	"ml3/mllib/env"
	"ml3/mllib/random"
)

// TestMassMatrix: the mass matrix of the closed form with the numbers of the
// robot's file (link 2 kg, inertia of a box of 0.12 × 0.02 m, tip a small sphere)
// gives the accelerations of the simulated arm.
func TestMassMatrix(t *testing.T) {
	const l1, l2, m = 0.1, 0.11, 2.0
	const inertia = m / 12 * (0.12*0.12 + 0.02*0.02)
	const mt = 1000 * 4. / 3 * math.Pi * 1e-6
	const it = 2. / 5 * mt * 1e-4
	w := openAs[*env.JointReacherGoal](t, "joint-reacher-goal")
	rng := random.Stream(1, "states")
	for range 50 {
		q2, u1, u2 := 6*rng.Float64()-3, 2*rng.Float64()-1, 2*rng.Float64()-1
		c := math.Cos(q2)
		m22 := inertia + it + mt*l2*l2
		m12 := m22 + mt*l1*l2*c
		m11 := m22 + inertia + m*l1*l1 + mt*l1*l1 + 2*mt*l1*l2*c
		x := []float64{0, q2, 0, 0}
		w.Advance(x, []float64{u1, u2})
		a1, a2 := x[2]/0.01, x[3]/0.01
		if math.Abs(x[1]) < 3 { // not stopped
			near(t, "torque 1", m11*a1+m12*a2, u1, 1e-9)
			near(t, "torque 2", m12*a1+m22*a2, u2, 1e-9)
		}
	}
}

// TestStops: a joint that meets its stop rests there; the impulse acts on it alone
// (M Δv = λ e), pushes inwards, and takes energy.
func TestStops(t *testing.T) {
	w := openAs[*env.JointReacherGoal](t, "joint-reacher-goal")
	model, err := env.LoadRobot(data, "reacher_ml3")
	if err != nil {
		t.Fatal(err)
	}
	s := model.NewState()
	rng := random.Stream(1, "states")
	seen := [4]int{}
	for range 2000 {
		x := []float64{sign(rng.Float64()) * (2.6 + 0.4*rng.Float64()), sign(rng.Float64()) * (2.6 + 0.4*rng.Float64()), 100*rng.Float64() - 50, 100*rng.Float64() - 50}
		before := [4]float64(x)
		s.SetState(x[:2], nil, nil)
		var m [4]float64
		s.MassMatrix(m[:])
		w.Advance(x, []float64{0, 0})
		dv := [2]float64{x[2] - before[2], x[3] - before[3]}
		impulse := [2]float64{m[0]*dv[0] + m[1]*dv[1], m[2]*dv[0] + m[3]*dv[1]}
		kind := 0
		for i := range 2 {
			if math.Abs(x[i]) > 3+1e-12 {
				t.Fatalf("from %v to %v: beyond the stop", before, x)
			}
			if math.Abs(impulse[i]) < 1e-10 {
				continue
			}
			kind |= 1 << i
			if math.Abs(math.Abs(x[i])-3) > 1e-12 || impulse[i]*x[i] > 0 {
				t.Fatalf("from %v to %v: impulse %v", before, x, impulse)
			}
		}
		seen[kind]++
		energy := func(v1, v2 float64) float64 { return (m[0]*v1*v1 + 2*m[1]*v1*v2 + m[3]*v2*v2) / 2 }
		if e0, e1 := energy(before[2], before[3]), energy(x[2], x[3]); e1 > e0*(1+1e-12) {
			t.Fatalf("from %v to %v: energy rises from %v to %v", before, x, e0, e1)
		}
	}
	for kind, n := range seen {
		if n < 20 {
			t.Errorf("stops %02b act in %d of 2000 steps only", kind, n)
		}
	}
}

func sign(u float64) float64 { return math.Copysign(1, u-0.5) }

// TestInverseKinematics: GoalAt inverts Tip within the stops, everywhere in reach,
// and refuses what is out of reach.
func TestInverseKinematics(t *testing.T) {
	w := openAs[*env.JointReacherGoal](t, "joint-reacher-goal")
	goal := make([]float64, 2)
	rng := random.Stream(1, "goals")
	for range 500 {
		sin, cos := math.Sincos(2 * math.Pi * rng.Float64())
		r := 0.03 + 0.17*rng.Float64()
		if err := w.GoalAt(goal, r*cos, r*sin); err != nil {
			t.Fatal(err)
		}
		x, y := w.Tip(goal[0], goal[1])
		if math.Hypot(x-r*cos, y-r*sin) > 1e-14 || math.Abs(goal[0]) > 3 || math.Abs(goal[1]) > 3 {
			t.Errorf("(%v, %v) is reached with angles %v at (%v, %v)", r*cos, r*sin, goal, x, y)
		}
	}
	train, test := w.ReleasedGoals()
	for _, p := range [][2]float64{train, test} {
		if err := w.GoalAt(goal, p[0], p[1]); err != nil {
			t.Error(err)
		}
	}
	for _, p := range [][2]float64{{0.2101, 0}, {0, -0.3}, {0.005, 0}, {math.NaN(), 0}} {
		if err := w.GoalAt(goal, p[0], p[1]); err == nil {
			t.Errorf("%v is reached at %v", p, goal)
		}
	}
}

// TestDerivativesOfWorlds: to the second order, where no limit acts.
func TestDerivativesOfWorlds(t *testing.T) {
	rng := random.Stream(1, "states")
	x, u := ad.Zeros(5, 4), ad.Zeros(5, 2)
	for i := range x.Data {
		x.Data[i] = 2*rng.Float64() - 1
	}
	for i := range u.Data {
		u.Data[i] = 1.6*rng.Float64() - 0.8
	}
	for _, name := range []string{"pointmass-goal", "joint-reacher-goal"} {
		w := open(t, name).(interface {
			env.Dynamics
			Position(*ad.Value) *ad.Value
		})
		adtest.CheckGrads(t, func(a []*ad.Value) *ad.Value { return w.Next(a[0], a[1]) }, []*ad.Value{x, u}, 2)
		adtest.CheckGrads(t, func(a []*ad.Value) *ad.Value { return w.Position(a[0]) }, []*ad.Value{x}, 2)
	}
	w := openAs[*env.JointReacherGoal](t, "joint-reacher-goal")
	at, force := ad.RowVector(2.99, 0, 20, 0), ad.RowVector(0.5, 0)
	next := w.Next(at, force)
	if next.At(0, 0) != 3 {
		t.Fatalf("the stop does not act: %v", next)
	}
	if g := ad.Grad(ad.SliceCols(next, 0, 1), at)[0]; g.At(0, 0) != 1 || g.At(0, 2) != 0.01 {
		t.Errorf("at the stop the derivative is %v, want that of the free arm", g)
	}
}

// TestDynamicsAgree: the differentiable worlds move as the simulated ones do, up to
// rounding (1e-12; M is well conditioned), also where limits act.
func TestDynamicsAgree(t *testing.T) {
	type both interface {
		env.World
		env.Dynamics
		Limit(*ad.Value) *ad.Value
		Position(*ad.Value) *ad.Value
	}
	for _, name := range []string{"pointmass-goal", "joint-reacher-goal"} {
		w := open(t, name).(both)
		rng := random.Stream(1, name)
		const n = 40
		x, u := ad.Zeros(n, 4), ad.Zeros(n, 2)
		for i := range n {
			for k := range 2 {
				x.Row(i)[k], x.Row(i)[2+k] = 6*rng.Float64()-3, 60*rng.Float64()-30
				u.Row(i)[k] = 3*rng.Float64() - 1.5
			}
		}
		x.Row(0)[2], x.Row(1)[3] = 99.9, -99.9
		next := w.Next(x, w.Limit(u))
		for i := range n {
			state := slices.Clone(x.Row(i))
			w.Advance(state, u.Row(i))
			for k, v := range state {
				near(t, name+": next state", next.At(i, k), v, 1e-12)
			}
			at := w.(env.Drawable).Segments(nil, state)
			end := at[len(at)-1]
			for k := range 2 {
				near(t, name+": position", w.Position(next).At(i, k), end.B[k], 1e-12)
			}
		}
	}
}
