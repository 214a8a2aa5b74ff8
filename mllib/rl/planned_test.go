package rl

import (
	"math"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
	"ml3/mllib/env"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

func plannedPointmass() Planned {
	w := env.NewPointmassGoal(env.DefaultPointmass())
	return Planned{Plant: w, Model: w,
		Policy: Policy{Net: nn.MLP{Sizes: []int{6, 16, 2}, Hidden: ad.Tanh, Out: nn.Linear, Bias: true, Weights: nn.TorchDefault},
			Scale: []float64{1, 1, 1, 1, 1, 1}},
		Inputs: Absolute(1, 1, 1, 1, 1, 1, 1, 1), Score: FinalDistance, Goal: []float64{.6, -.5}}
}

// tasks are planned policies in learned and true dynamics, with both scores.
func tasks(t *testing.T) map[string]Planned {
	learned, _ := plannedReacher(t)
	true, mass := learned, plannedPointmass()
	true.Model = learned.Plant
	tip := learned
	tip.Score = FinalDistance
	model := mass
	model.Model = NewEnsemble(pointmassModel(), random.Stream(9, "model"))
	return map[string]Planned{"reacher, learned": learned, "reacher, true": true, "reacher, final distance": tip,
		"pointmass, true": mass, "pointmass, learned": model}
}

// TestLossIsPlainRollout compares the loss, whose gradient is one product over time,
// with the graph of the whole roll-out.
func TestLossIsPlainRollout(t *testing.T) {
	for name, p := range tasks(t) {
		rng := random.Stream(1, name)
		theta := p.Init(nil, rng)
		for i := range theta { // beyond some limits of the actions
			theta[i] = ad.Clone(ad.Scale(1.7, theta[i]))
		}
		plain := p.Score(p.Plant, p.Rollout(theta, rng), p.Goal)
		loss := p.Loss(theta, rng)
		if loss.Item() != plain.Item() {
			t.Errorf("%s: loss %v, of the plain roll-out %v", name, loss.Item(), plain.Item())
		}
		got, want := ad.Grad(loss, theta...), ad.Grad(plain, theta...)
		size := 0.0
		for _, w := range want {
			size = max(size, ad.Norm(w).Item())
		}
		for i, w := range want {
			if d := ad.Norm(ad.Sub(got[i], w)).Item(); d > 1e-12*size || size == 0 {
				t.Errorf("%s: gradient %d differs by %v of %v", name, i, d, size)
			}
		}
	}
}

// TestLossGradient by differences.
func TestLossGradient(t *testing.T) {
	for name, p := range tasks(t) {
		theta := p.Init(nil, random.Stream(2, name))
		adtest.CheckGrads(t, func(xs []*ad.Value) *ad.Value { return p.Loss(xs, random.Stream(2, "start")) }, theta, 1)
	}
}

// TestDriveIsRollout: numbers move as the graph does.
func TestDriveIsRollout(t *testing.T) {
	for name, p := range tasks(t) {
		rng := random.Stream(3, name)
		theta := p.Init(nil, rng)
		tr, r := p.Rollout(theta, rng), p.Drive(p.Model, theta, rng)
		_, learned := p.Model.(*Ensemble)
		for k, x := range tr.States {
			for i, w := range x.Data {
				if d := math.Abs(r.States.At(k, i) - w); d > 1e-12 || learned && d != 0 {
					t.Fatalf("%s: number %d at time %d is %v, in the graph %v", name, i, k, r.States.At(k, i), w)
				}
			}
		}
		for k, u := range tr.Actions {
			if d := math.Abs(r.Actions.At(k, 1) - u.Data[1]); d > 1e-12 {
				t.Fatalf("%s: action %d is %v, in the graph %v", name, k, r.Actions.Row(k), u.Data)
			}
		}
		if d := p.Plant.Distance(p.Drive(p.Plant, theta, rng).Last(), p.Goal); d != p.Distance(theta, rng) {
			t.Errorf("%s: distance %v, of the real roll-out %v", name, p.Distance(theta, rng), d)
		}
	}
}

// TestPlannedFeatures compares with a roll-out, and the derivative with the policy's at each
// state alone: states are constants.
func TestPlannedFeatures(t *testing.T) {
	p := plannedPointmass()
	p.Inputs = Absolute(2, 2, 1, 1, 4, 4, 1, .5)
	for _, p.Unclipped = range []bool{true, false} {
		rng := random.Stream(4, "features")
		theta := p.Init(nil, rng)
		theta[3] = ad.RowVector(.9, -.9) // so that some outputs are beyond the limits
		f, tr := p.Features(theta, rng), p.Rollout(theta, rng)
		w := normal(rng, f.Rows, f.Cols)
		want := make(nn.Params, len(theta))
		beyond := 0
		for k := range f.Rows {
			x := ad.Detach(tr.States[k])
			u := p.Policy.Act(theta, x, p.Goal)
			for i, v := range u.Data {
				if math.Abs(v) > 1 {
					beyond++
				}
				if !p.Unclipped {
					v = min(max(v, -1), 1)
				}
				if math.Abs(f.At(k, 4+i)-v/4) > 1e-12 {
					t.Fatalf("action %d.%d is %v, want %v", k, i, f.At(k, 4+i), v/4)
				}
			}
			for i, v := range []float64{x.Data[0] / 2, x.Data[1] / 2, x.Data[2], x.Data[3]} {
				if math.Abs(f.At(k, i)-v) > 1e-12 {
					t.Fatalf("state %d.%d is %v, want %v", k, i, f.At(k, i), v)
				}
			}
			if f.At(k, 6) != .6 || f.At(k, 7) != -1 {
				t.Fatalf("goal %v, %v at step %d", f.At(k, 6), f.At(k, 7), k)
			}
			if !p.Unclipped {
				u = p.Plant.Limit(u)
			}
			for i, g := range ad.VJP(u, ad.Scale(.25, ad.SliceCols(ad.SliceRows(w, k, k+1), 4, 6)), theta...) {
				if want[i] == nil {
					want[i] = g
				} else {
					want[i] = ad.Add(want[i], g)
				}
			}
		}
		if beyond == 0 || beyond == 2*f.Rows {
			t.Errorf("%d outputs beyond the limits; the test needs some", beyond)
		}
		for i, g := range ad.VJP(f, w, theta...) {
			if d := ad.Norm(ad.Sub(g, want[i])).Item(); d > 1e-12*(1+ad.Norm(want[i]).Item()) {
				t.Errorf("unclipped %v: derivative %d differs by %v from the sum over states", p.Unclipped, i, d)
			}
		}
	}
}

// TestScores compares with the world's distance, and with loops.
func TestScores(t *testing.T) {
	for name, p := range tasks(t) {
		theta := p.Init(nil, random.Stream(5, name))
		tr := p.Rollout(theta, random.Stream(5, "start"))
		if got, want := FinalDistance(p.Plant, tr, p.Goal).Item(), p.Plant.Distance(tr.Last().Data, p.Goal); math.Abs(got-want) > 1e-15 {
			t.Errorf("%s: final distance %v, of the world %v", name, got, want)
		}
		want, final := 0.0, 0.0
		for _, x := range tr.States[1:] {
			x := x.Data
			final = math.Hypot(x[0]-p.Goal[0], x[1]-p.Goal[1])
			want += (final + 1e-4*math.Hypot(x[2], x[3])) / float64(len(tr.Actions))
		}
		want += 10 * final
		if got := ReleasedReacherLoss(p.Plant, tr, p.Goal).Item(); math.Abs(got-want) > 1e-13*want {
			t.Errorf("%s: released loss %v, by a loop %v", name, got, want)
		}
	}
	x, u := ad.RowVector(.5, 2, -4, 16), ad.RowVector(.25, 3)
	for i, want := range []float64{-.5, 2, math.Cos(2), .25, 3, 1.5, -3} {
		if got := RelativeCosine(x, u, ad.RowVector(2, -1)).Data[i]; math.Abs(got-want) > 1e-15 {
			t.Errorf("input %d is %v, want %v", i, got, want)
		}
	}
	x = ad.ConcatRows(x, ad.RowVector(3, 1, 4, -12)) // ends (1, 2, 4, −12) from the goal (2, −1) at rest
	for i, want := range []float64{.5, 2, -.5, 2, .25, 3, math.Sqrt(1 + 4 + 16 + 144)} {
		if got := ReleasedReacherInputs(x, u, ad.RowVector(2, -1)).Data[i]; math.Abs(got-want) > 1e-14 {
			t.Errorf("released input %d is %v, want %v", i, got, want)
		}
	}
}

// TestPolicySees: as many inputs as there are scales.
func TestPolicySees(t *testing.T) {
	p := Policy{Net: nn.MLP{Sizes: []int{4, 1}, Hidden: ad.Tanh, Out: nn.Linear, Bias: true, Weights: nn.TorchDefault}, Scale: []float64{1, 2, 4, 8}}
	x := ad.New(2, 4, []float64{1, 2, 3, 4, 5, 6, 7, 8})
	theta := nn.Params{ad.Column(1, 10, 100, 1000), ad.RowVector(0)}
	for i, want := range []float64{1 + 10 + 75 + 500, 5 + 30 + 175 + 1000} {
		if got := p.Act(theta, x, []float64{7, 7}).At(i, 0); got != want {
			t.Errorf("without goal: %v, want %v", got, want)
		}
	}
	p.Net.Sizes, p.Scale = []int{8, 1}, append(p.Scale, 2, 1, 1, 1)
	theta[0] = ad.Column(1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7)
	for i, want := range []float64{586 + 4e4 + 7e5, 1210 + 4e4 + 7e5} {
		if got := p.Act(theta, x, []float64{8, 7}).At(i, 0); got != want {
			t.Errorf("with goal: %v, want %v", got, want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("seven scales for eight inputs are accepted")
		}
	}()
	p.Scale = p.Scale[:7]
	p.Act(theta, x, []float64{8, 7})
}

// TestPointmassLearns: descent on the loss through the true dynamics brings the mass
// to its goal.
func TestPointmassLearns(t *testing.T) {
	p := plannedPointmass()
	rng := random.Stream(6, "policy")
	theta := p.Init(nil, rng)
	before := p.Distance(theta, rng)
	curve := []float64{before}
	for range 3 {
		theta = descend(theta, 40, .03, func(th nn.Params) *ad.Value { return p.Loss(th, rng) })
		curve = append(curve, p.Distance(theta, rng))
	}
	t.Logf("distance after 0, 40, 80, 120 steps: %.3f", curve)
	if !(curve[1] < before && curve[3] < .15 && curve[3] < before/4) {
		t.Errorf("distance after 0, 40, 80, 120 steps: %.3f", curve)
	}
}

// TestMemory: an update of φ of the reacher with its largest loss uses the memory it
// has, at most 25 MB, again.
func TestMemory(t *testing.T) {
	p, _ := plannedReacher(t)
	rng := random.Stream(7, "memory")
	theta := p.Init(nil, rng)
	net := nn.MLP{Sizes: []int{7, 400, 400, 1}, Hidden: ad.ELU, Out: ad.Softplus, Bias: true, Weights: nn.TorchDefault}
	phi := net.Init(nil, rng)
	tape := ad.NewTape()
	var floats []int
	for range 4 {
		tape.Reset()
		th, ph := nn.Params(tape.Leaves(theta)), nn.Params(tape.Leaves(phi))
		next := nn.Descend(th, ad.Grad(ad.Mean(net.Apply(ph, p.Features(th, rng))), th...), tape.Scalar(1e-4))
		ad.Gradient(p.Loss(next, rng), ph...)
		floats = append(floats, tape.Floats())
	}
	if floats[1] != floats[3] || floats[3]*8 > 25e6 {
		t.Errorf("numbers held after each of four updates: %v", floats)
	}
}
