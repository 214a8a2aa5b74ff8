package env_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
	"ml3/mllib/env"
)

// unlimited is a car no limit of which is ever met.
func unlimited(change func(c *env.CarConstants)) *env.MountainCar {
	c := env.PaperCar()
	c.MinPosition, c.MaxPosition, c.MaxSpeed = -1e9, 1e9, 1e9
	change(&c)
	return env.NewMountainCar(c)
}

func roll(m *env.MountainCar, p, v, u float64, steps int) (float64, float64) {
	x := ad.RowVector(p, v)
	for range steps {
		x = m.Next(x, ad.Scalar(u))
	}
	return x.At(0, 0), x.At(0, 1)
}

// TestEnergy: without friction and force, semi-implicit Euler drifts from the
// energy by O(Step), so halving the step halves the largest error.
func TestEnergy(t *testing.T) {
	drift := func(h float64) float64 {
		m := unlimited(func(c *env.CarConstants) { c.Friction, c.Step = 0, h })
		p, v, worst := -0.9, 0.3, 0.0
		e0 := m.Energy(p, v)
		for range int(10 / h) {
			p, v = roll(m, p, v, 0, 1)
			worst = max(worst, math.Abs(m.Energy(p, v)-e0))
		}
		return worst
	}
	a, b := drift(0.01), drift(0.005)
	if a == 0 || a > 0.02 {
		t.Errorf("energy drifts by %v at step 0.01, want a little and less than 0.02", a)
	}
	if ratio := a / b; ratio < 1.9 || ratio > 2.1 {
		t.Errorf("halving the step divides the drift by %v, want 2", ratio)
	}
}

// TestForceIsSlope: the acceleration of a resting car is minus the slope of the potential.
func TestForceIsSlope(t *testing.T) {
	m := unlimited(func(*env.CarConstants) {})
	for p := -1.2; p < 0.5; p += 0.1 {
		_, v := roll(m, p, 0, 0, 1)
		const d = 1e-6
		slope := (m.Energy(p+d, 0) - m.Energy(p-d, 0)) / (2 * d)
		if got := v / m.Constants().Step; math.Abs(got+slope) > 1e-8 {
			t.Errorf("at %v: acceleration %v, slope %v", p, got, slope)
		}
	}
}

// TestFlatTrack: without gravity v_k = v∞ + (v₀ − v∞)(1 − Friction·Step)^k with
// v∞ = u/(Mass·Friction), and p is the sum of the velocities.
func TestFlatTrack(t *testing.T) {
	m := unlimited(func(c *env.CarConstants) { c.Gravity = 0 })
	c := m.Constants()
	const p0, v0, u, k = -0.3, 0.7, 0.1, 40
	q, end := 1-c.Friction*c.Step, u/(c.Mass*c.Friction)
	wantV := end + (v0-end)*math.Pow(q, k)
	wantP := p0 + c.Step*(end*k+(v0-end)*q*(1-math.Pow(q, k))/(1-q))
	p, v := roll(m, p0, v0, u, k)
	if math.Abs(p-wantP) > 1e-12 || math.Abs(v-wantV) > 1e-12 {
		t.Errorf("after %d steps (%v, %v), want (%v, %v)", k, p, v, wantP, wantV)
	}
}

func TestLimits(t *testing.T) {
	m := env.NewMountainCar(env.PaperCar())
	for _, c := range []struct{ p, v, u, wantP, wantV float64 }{
		{-1.15, -1.4, -0.25, -1.2, 0},      // the left wall stops the car
		{0.49, 1.2, 0.25, 0.5, math.NaN()}, // the right end keeps its speed
		// the speed limit acts after the position has moved, by 0.1 s of
		// v + 0.1 (−1.96 cos 3p + 5u − 0.3v)
		{-0.2, -1.5, -0.25, -0.2 + 0.1*(-1.5+0.1*(-1.96*math.Cos(-0.6)-1.25+0.45)), -1.5},
		{-0.8, 1.5, 0.25, -0.8 + 0.1*(1.5+0.1*(-1.96*math.Cos(-2.4)+1.25-0.45)), 1.5},
	} {
		p, v := roll(m, c.p, c.v, c.u, 1)
		if math.Abs(p-c.wantP) > 1e-15 || (v != c.wantV && !math.IsNaN(c.wantV)) || math.Abs(v) > 1.5 {
			t.Errorf("(%v, %v) under %v goes to (%v, %v), want (%v, %v)", c.p, c.v, c.u, p, v, c.wantP, c.wantV)
		}
	}
	if _, v := roll(m, 0.49, 1.2, 0.25, 1); v <= 1 {
		t.Errorf("at the right end the car has speed %v, want it kept", v)
	}
}

// TestDerivatives: where no limit acts, derivatives to the third order agree with
// differences; where one acts, they are those of the car without limits.
func TestDerivatives(t *testing.T) {
	m := env.NewMountainCar(env.PaperCar())
	rng := rand.New(rand.NewPCG(1, 1))
	x, u := ad.Zeros(5, 2), ad.Zeros(5, 1)
	for i := range 5 {
		x.Row(i)[0], x.Row(i)[1], u.Data[i] = -1+1.3*rng.Float64(), rng.Float64()-.5, .4*rng.Float64()-.2
	}
	adtest.CheckGrads(t, func(a []*ad.Value) *ad.Value { return m.Next(a[0], a[1]) }, []*ad.Value{x, u}, 3)
	adtest.CheckGrads(t, func(a []*ad.Value) *ad.Value { return m.Squash(a[0]) }, []*ad.Value{u}, 2)

	free := unlimited(func(*env.CarConstants) {})
	wall, force := ad.RowVector(-1.19, -1.45), ad.Scalar(-0.2)
	if p := m.Next(wall, force).At(0, 0); p != -1.2 {
		t.Fatalf("the limit does not act: position %v", p)
	}
	for i, g := range ad.Jacobian(m.Next(wall, force), wall).Data {
		if want := ad.Jacobian(free.Next(wall, force), wall).Data[i]; g != want || want == 0 && i != 1 {
			t.Errorf("derivative %d at the wall is %v, without walls %v", i, g, want)
		}
	}
}

func TestForceLimit(t *testing.T) {
	m := env.NewMountainCar(env.PaperCar())
	u := ad.Column(-0.3, -0.25, 0.1, 0.25, 0.3)
	a := m.Limit(u)
	wantU, wantG := []float64{-0.25, -0.25, 0.1, 0.25, 0.25}, []float64{0, 1, 1, 1, 0}
	g := ad.Grad(ad.Sum(a), u)[0]
	for i := range wantU {
		if a.Data[i] != wantU[i] || g.Data[i] != wantG[i] {
			t.Errorf("force %v: limited to %v with derivative %v, want %v with %v", u.Data[i], a.Data[i], g.Data[i], wantU[i], wantG[i])
		}
	}
}

// TestReferenceRollouts replays the actions of the reference roll-outs.
func TestReferenceRollouts(t *testing.T) {
	for _, path := range referenceFiles(t, "pytorch", "gradients", "mountain_car*.json") {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var f struct {
			Expected struct {
				States  [][2]float64 `json:"states_before"`
				Actions []float64    `json:"actions_before"`
			}
		}
		if err := json.Unmarshal(data, &f); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		replay(t, filepath.Base(path), f.Expected.States, f.Expected.Actions)
	}
}

// replay allows 1e-12: some ten roundings a step, amplified by the hill's slope.
func replay(t *testing.T, name string, states [][2]float64, actions []float64) {
	t.Helper()
	if len(states) != len(actions)+1 || len(actions) == 0 {
		t.Fatalf("%s: %d states and %d actions", name, len(states), len(actions))
	}
	m := env.NewMountainCar(env.PaperCar())
	x := ad.RowVector(states[0][0], states[0][1])
	for k, u := range actions {
		x = m.Next(x, ad.Scalar(u))
		for i, want := range states[k+1] {
			if got := x.At(0, i); math.Abs(got-want) > 1e-12 {
				t.Fatalf("%s: step %d, state %d is %v, reference %v", name, k+1, i, got, want)
			}
		}
	}
}
