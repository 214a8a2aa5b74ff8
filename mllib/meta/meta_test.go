package meta

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
)

// point is the task of moving one number θ from start to target. M_φ sees θ.
type point struct {
	start, target float64
}

func (p point) Init(tape *ad.Tape, _ *rand.Rand) nn.Params {
	return nn.Params{tape.Scalar(p.start)}
}
func (p point) Features(theta nn.Params, _ *rand.Rand) *ad.Value { return theta[0] }
func (p point) Loss(theta nn.Params, _ *rand.Rand) *ad.Value {
	return ad.Square(ad.AddScalar(-p.target, theta[0]))
}

// linear is M_φ(θ) = φθ, whose inner step is θ − αφ.
var linear = Loss{Net: nn.MLP{Sizes: []int{1, 1}, Hidden: nn.Linear, Out: nn.Linear, Weights: nn.Xavier}}

func config(outer int) TrainConfig {
	return TrainConfig{OuterSteps: outer, Unroll: 1, Lifetime: 1, Population: 1, InnerRate: 0.1, Outer: nn.DefaultAdam(0.05), Clip: math.Inf(1)}
}

func rng() *rand.Rand { return rand.New(rand.NewPCG(1, 1)) }

// With k inner steps θ′ = θ₀ − kαφ, so dL_T/dφ = −2kα(θ′ − target).
func TestMetaGradientClosedForm(t *testing.T) {
	for _, unroll := range []int{1, 4} {
		c := config(1)
		c.Unroll = unroll
		p := point{start: 2, target: -1}
		tr := NewTrainer(linear, nn.Params{ad.Scalar(3)}, func(*rand.Rand) Task { return p }, c, rng())
		l, err := tr.Update()
		if err != nil {
			t.Fatal(err)
		}
		k := float64(unroll)
		after := 2 - k*0.1*3
		if want := (after + 1) * (after + 1); math.Abs(l-want) > 1e-12 {
			t.Errorf("unroll %d: task loss %v, want %v", unroll, l, want)
		}
		if got, want := tr.grad[0].Item(), -2*k*0.1*(after+1); math.Abs(got-want) > 1e-12 {
			t.Errorf("unroll %d: gradient %v, want %v", unroll, got, want)
		}
		// Adam's first step is η against the sign of the gradient.
		if got, want := tr.Phi()[0].Item(), 3+0.05; math.Abs(got-want) > 1e-6 {
			t.Errorf("unroll %d: φ %v, want %v", unroll, got, want)
		}
	}
}

// The loss that solves the task in one step is φ = (start − target)/α = 30.
func TestTrainFindsTheSolution(t *testing.T) {
	c := config(3000)
	c.Decay, c.Outer = true, nn.DefaultAdam(0.2)
	phi, err := Train(context.Background(), linear, nn.Params{ad.Scalar(0)}, func(*rand.Rand) Task { return point{start: 2, target: -1} }, c, rng(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := phi[0].Item(); math.Abs(got-30) > 0.05 {
		t.Errorf("φ %v, want 30", got)
	}
}

// A population's gradient is the mean of its members', each limited to Clip.
func TestPopulationAndClip(t *testing.T) {
	targets := []float64{-1, 1.5, 40}
	c := config(1)
	c.Population = 3
	for _, clip := range []float64{math.Inf(1), 0.5} {
		c.Clip = clip
		i := 0
		tr := NewTrainer(linear, nn.Params{ad.Scalar(3)}, func(*rand.Rand) Task { i++; return point{start: 2, target: targets[i-1]} }, c, rng())
		if _, err := tr.Update(); err != nil {
			t.Fatal(err)
		}
		want := 0.0
		for _, target := range targets {
			want += max(-clip, min(clip, -0.2*(1.7-target))) / 3
		}
		if got := tr.grad[0].Item(); math.Abs(got-want) > 1e-12 {
			t.Errorf("clip %v: gradient %v, want %v", clip, got, want)
		}
	}
}

// Members are renewed every Lifetime updates of their own, evenly spread.
func TestLifetimes(t *testing.T) {
	c := config(12)
	c.Population, c.Lifetime = 3, 6
	var when []int
	step := 0
	tr := NewTrainer(linear, nn.Params{ad.Scalar(3)}, func(*rand.Rand) Task { when = append(when, step); return point{start: 2} }, c, rng())
	for ; step < 12; step++ {
		if _, err := tr.Update(); err != nil {
			t.Fatal(err)
		}
	}
	want := []int{0, 0, 0, 2, 4, 6, 8, 10}
	if len(when) != len(want) {
		t.Fatalf("drawn at %v, want %v", when, want)
	}
	for i := range want {
		if when[i] != want[i] {
			t.Fatalf("drawn at %v, want %v", when, want)
		}
	}
	// θ goes on between updates: the youngest member has taken 2 inner steps since its renewal at 10.
	if age := tr.members[1].age; age != 2 {
		t.Errorf("age %d, want 2", age)
	}
}

// Descent on (θ − c)² is θ_k = c + (1 − 2α)ᵏ (θ₀ − c).
func TestDescentClosedForm(t *testing.T) {
	p := point{start: 2, target: -1}
	seen := 0
	_, err := Test(context.Background(), TaskLoss, p, 20, 0.1, rng(), func(step int, theta nn.Params) {
		if want := -1 + 3*math.Pow(0.8, float64(step)); math.Abs(theta[0].Item()-want) > 1e-13 {
			t.Errorf("step %d: θ %v, want %v", step, theta[0].Item(), want)
		}
		seen++
	})
	if err != nil || seen != 21 {
		t.Errorf("observed %d times, want 21; error %v", seen, err)
	}
}

func TestDivergence(t *testing.T) {
	p := point{start: 2, target: -1}
	_, err := Test(context.Background(), TaskLoss, p, 2000, 3, rng(), nil)
	var d *Diverged
	if !errors.As(err, &d) || d.Step == 0 || !strings.Contains(err.Error(), "objective is") {
		t.Errorf("descent with α = 3: %v", err)
	}
	c := config(5)
	c.InnerRate = 1e200
	_, err = Train(context.Background(), linear, nn.Params{ad.Scalar(3)}, func(*rand.Rand) Task { return p }, c, rng(), nil)
	if !errors.As(err, &d) || d.Quantity != "task loss" || d.Step != 0 {
		t.Errorf("meta-training with α = 1e200: %v", err)
	}
}

func TestCancellationAndErrors(t *testing.T) {
	draw := func(*rand.Rand) Task { return point{start: 2} }
	ctx, cancel := context.WithCancel(context.Background())
	steps := 0
	_, err := Train(ctx, linear, nn.Params{ad.Scalar(3)}, draw, config(1000), rng(), func(Progress) error {
		if steps++; steps == 7 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || steps != 7 {
		t.Errorf("after cancelling at step 7: %d steps, error %v", steps, err)
	}
	mine := errors.New("mine")
	if _, err := Train(context.Background(), linear, nn.Params{ad.Scalar(3)}, draw, config(3), rng(), func(Progress) error { return mine }); err != mine {
		t.Errorf("observer's error came back as %v", err)
	}
	bad := config(3)
	bad.Lifetime = 0
	if _, err := Train(context.Background(), linear, nn.Params{ad.Scalar(3)}, draw, bad, rng(), nil); err == nil || !strings.Contains(err.Error(), "Lifetime is 0") {
		t.Errorf("lifetime 0: %v", err)
	}
}

// Steps do not allocate in the steady state, but for a handful of small things.
func TestAllocations(t *testing.T) {
	tr := NewTrainer(linear, nn.Params{ad.Scalar(3)}, func(*rand.Rand) Task { return point{start: 2} }, config(1), rng())
	for range 3 {
		tr.Update()
	}
	if n := testing.AllocsPerRun(50, func() { tr.Update() }); n > 5 {
		t.Errorf("%v allocations an update, want at most 5", n)
	}
}
