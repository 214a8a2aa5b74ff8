package rl

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
	"ml3/mllib/env"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

// small is an ensemble of few units without limits.
func small() EnsembleConfig {
	c := reacherModel()
	c.Hidden, c.Batch = []int{7, 5}, 6
	c.MaxPosition, c.MaxVelocity = math.Inf(1), math.Inf(1)
	return c
}

func normal(rng *rand.Rand, rows, cols int) *ad.Value {
	v := ad.Zeros(rows, cols)
	for i := range v.Data {
		v.Data[i] = rng.NormFloat64()
	}
	return v
}

// net returns net g of the ensemble as a network of its own, of mean (head 0) or
// variance (head 1), and its parameters.
func net(e *Ensemble, g, head int) (nn.MLP, nn.Params) {
	nq, last := e.c.Positions, len(e.c.Hidden)
	sizes := append(append([]int{}, e.sizes...), nq)
	var p nn.Params
	for l := range last + 1 {
		at := l
		if l == last {
			at += head
		}
		p = append(p, ad.New(sizes[l], sizes[l+1], e.opt.Params[2*at].Row(g)), ad.New(1, sizes[l+1], e.opt.Params[2*at+1].Row(g)))
	}
	return nn.MLP{Sizes: sizes, Hidden: ad.Tanh, Out: nn.Linear, Bias: true}, p
}

// TestEnsembleIsItsNets compares one evaluation of all nets with the nets one by one,
// and with the motion of numbers.
func TestEnsembleIsItsNets(t *testing.T) {
	rng := random.Stream(1, "ensemble")
	for _, implicit := range []float64{1, .5} {
		c := reacherModel()
		c.Implicit = implicit
		e := NewEnsemble(c, rng)
		e.setScale(.3, .7)
		x, u := normal(rng, 9, 4), normal(rng, 9, 2)
		all := e.Next(x, u)
		for i := range x.Rows {
			scaled := append(append([]float64{}, x.Row(i)...), u.Row(i)...)
			for j := range scaled {
				scaled[j] /= c.InputScale[j]
			}
			want := make([]float64, 4)
			for g := range c.Nets {
				m, p := net(e, g, 0)
				dv := m.Apply(p, ad.RowVector(scaled...))
				want[2] += .3 * dv.At(0, 0) / 3
				want[3] += .7 * dv.At(0, 1) / 3
			}
			state := append([]float64{}, x.Row(i)...)
			for j := range 2 {
				want[2+j] += state[2+j]
				want[j] = state[j] + .01*((1-implicit)*state[2+j]+implicit*want[2+j])
			}
			one := e.Next(ad.RowVector(x.Row(i)...), ad.RowVector(u.Row(i)...))
			e.Advance(state, u.Row(i))
			for j, w := range want {
				if math.Abs(one.Data[j]-w) > 1e-13 {
					t.Errorf("state %d.%d becomes %v, with nets one by one %v", i, j, one.Data[j], w)
				}
				if all.At(i, j) != one.Data[j] || state[j] != one.Data[j] {
					t.Errorf("state %d.%d becomes %v among others, %v alone, %v without a graph", i, j, all.At(i, j), one.Data[j], state[j])
				}
			}
		}
	}
}

func TestEnsembleDerivatives(t *testing.T) {
	rng := random.Stream(2, "ensemble")
	e := NewEnsemble(small(), rng)
	adtest.CheckGrads(t, func(xs []*ad.Value) *ad.Value { return ad.Square(e.Next(xs[0], xs[1])) },
		[]*ad.Value{normal(rng, 3, 4), normal(rng, 3, 2)}, 3)
}

// TestEnsembleLimits: beyond the limits the numbers stop and the gradient does not.
func TestEnsembleLimits(t *testing.T) {
	c := small()
	c.MaxPosition, c.MaxVelocity = 3, 15
	e := NewEnsemble(c, random.Stream(3, "ensemble"))
	x, u := ad.RowVector(2.99, -2.99, 40, -40), ad.RowVector(0, 0)
	y := e.Next(x, u)
	for i, want := range []float64{3, -3, 15, -15} {
		if y.Data[i] != want {
			t.Errorf("number %d becomes %v, want the limit %v", i, y.Data[i], want)
		}
	}
	if g := ad.Grad(ad.SliceCols(y, 0, 1), x)[0]; math.Abs(g.Data[0]-1) > .1 || g.Data[2] == 0 {
		t.Errorf("gradient of a position at its limit: %v", g.Data)
	}
	state := append([]float64{}, x.Data...)
	e.Advance(state, u.Data)
	for i, v := range y.Data {
		if state[i] != v {
			t.Errorf("without a graph number %d becomes %v, want %v", i, state[i], v)
		}
	}
}

// TestLikelihood compares with the density of a normal distribution, and a net's
// gradient with that of the net alone.
func TestLikelihood(t *testing.T) {
	rng := random.Stream(4, "ensemble")
	e := NewEnsemble(small(), rng)
	const n = 6
	x, y := normal(rng, 3, n*6), normal(rng, 3, n*2)
	sum := 0.0
	grads := ad.Grad(e.likelihood(e.opt.Params, x, y), e.opt.Params...)
	for g := range 3 {
		m, mean := net(e, g, 0)
		_, deviation := net(e, g, 1)
		in := ad.New(n, 6, x.Row(g))
		mu, raw := m.Apply(mean, in), m.Apply(deviation, in)
		for i, target := range y.Row(g) {
			variance := e.c.MinVariance + math.Log1p(math.Exp(raw.Data[i]))
			d := target - mu.Data[i]
			density := math.Exp(-d*d/(2*variance)) / math.Sqrt(2*math.Pi*variance)
			sum += (-math.Log(density) - .5*math.Log(2*math.Pi)) / (2 * n)
		}
		alone := small()
		alone.Nets = 1
		one := NewEnsemble(alone, rng)
		for i, p := range e.opt.Params {
			copy(one.opt.Params[i].Data, p.Row(g))
		}
		own := ad.Grad(one.likelihood(one.opt.Params, ad.New(1, n*6, x.Row(g)), ad.New(1, n*2, y.Row(g))), one.opt.Params...)
		for i, want := range own {
			for j, w := range want.Data {
				if got := grads[i].Row(g)[j]; math.Abs(got-w) > 1e-14*(1+math.Abs(w)) {
					t.Fatalf("net %d: gradient %d.%d is %v, alone %v", g, i, j, got, w)
				}
			}
		}
	}
	if got := e.likelihood(e.opt.Params, x, y).Item(); math.Abs(got-sum) > 1e-12 {
		t.Errorf("likelihood %v, by the density %v", got, sum)
	}
}

// TestFitPointmass learns the point mass, whose motion is linear, from babbling: new
// runs are predicted to a small part of how far they go, and more data and steps
// make it better.
func TestFitPointmass(t *testing.T) {
	w := env.NewPointmassGoal(env.DefaultPointmass())
	c := pointmassModel()
	c.Hidden, c.Batch = []int{40, 20}, 32
	rng := random.Stream(5, "ensemble")
	e := NewEnsemble(c, rng)
	test := Babble(w, 6, []int{1, 4, 16}, random.Stream(5, "held out"))
	last := func(m Mover) float64 { p := PredictionError(m, test); return p[len(p)-1] }
	untrained := last(e)
	for _, r := range Babble(w, 3, []int{1, 4, 16}, rng) {
		e.Add(r)
	}
	if e.Len() != 150 {
		t.Errorf("%d transitions of 3 runs of 50 steps", e.Len())
	}
	first, err := e.Fit(400, rng)
	if err != nil {
		t.Fatal(err)
	}
	early := last(e)
	for _, r := range Babble(w, 9, []int{1, 4, 16}, rng) {
		e.Add(r)
	}
	second, err := e.Fit(1500, rng)
	if err != nil {
		t.Fatal(err)
	}
	late, still := last(e), last(frozen{})
	t.Logf("error after 5 s: untrained %.3f m, %.3f m, %.3f m; a model that stands still %.3f m; likelihood %.3f, %.3f", untrained, early, late, still, first, second)
	if !(late < early && early < untrained && late < .15*still && second < first) {
		t.Errorf("errors %v, %v, %v of %v; likelihoods %v, %v", untrained, early, late, still, first, second)
	}
}

func pointmassModel() EnsembleConfig {
	return EnsembleConfig{Nets: 3, Hidden: []int{100, 30}, Positions: 2, Actions: 2, Step: .1, Implicit: .5,
		InputScale: []float64{1, 1, 1, 1, 1, 1}, MaxPosition: math.Inf(1), MaxVelocity: math.Inf(1), MinVariance: 1e-3,
		Batch: 64, Optimizer: nn.DefaultAdam(1e-3), FinalRate: .1}
}

// TestFitRate: where a gradient stays the same, as it does with a single transition
// and a small rate, each step of Adam has the length of the rate, so that a fit moves
// by the sum of rates that fall linearly.
func TestFitRate(t *testing.T) {
	one := Run{ad.New(2, 4, []float64{.1, .2, .3, .4, .1, .2, .5, -.6}).Tensor, ad.New(1, 2, []float64{1, -1}).Tensor}
	moved := func(steps int, final float64) float64 {
		c := pointmassModel()
		c.Optimizer, c.FinalRate = nn.DefaultAdam(1e-9), final
		e := NewEnsemble(c, random.Stream(6, "ensemble"))
		e.Add(one)
		before := e.opt.Params.Clone()
		if _, err := e.Fit(steps, random.Stream(6, "fit")); err != nil {
			t.Fatal(err)
		}
		bias := len(before) - 1 // of the variance, whose gradient keeps its sign
		return math.Abs(e.opt.Params[bias].Data[0] - before[bias].Data[0])
	}
	for _, steps := range []int{1, 100} {
		for _, final := range []float64{1, .1} {
			n := float64(steps)
			want := 1e-9 * (n - (1-final)*(n-1)/2)
			if d := moved(steps, final); math.Abs(d-want) > 1e-3*want {
				t.Errorf("%d steps to %v of the rate move by %v, want %v", steps, final, d, want)
			}
		}
	}
}

func TestFitDiverges(t *testing.T) {
	c := small()
	c.Optimizer.Rate = 1e200
	e := NewEnsemble(c, random.Stream(7, "ensemble"))
	for _, r := range Babble(reacherWorld(t), 1, []int{4}, random.Stream(7, "babble")) {
		e.Add(r)
	}
	if _, err := e.Fit(20, random.Stream(7, "fit")); err == nil || !strings.Contains(err.Error(), "diverged at step") {
		t.Errorf("error %v", err)
	}
}
