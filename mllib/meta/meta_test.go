package meta

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
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

// linear is M_φ(θ) = φθ, whose inner step is θ − αφ, at α = 0.1.
var linear = Loss{Net: nn.MLP{Sizes: []int{1, 1}, Hidden: nn.Linear, Out: nn.Linear, Weights: nn.Xavier}, Rate: 0.1}

func config(outer int) TrainConfig {
	return TrainConfig{OuterSteps: outer, Unroll: 1, Lifetime: 1, Population: 1, Outer: nn.DefaultAdam(0.05), Clip: math.Inf(1)}
}

func rng() *rand.Rand { return rand.New(rand.NewPCG(1, 1)) }

func always(p point) func(*rand.Rand) Task { return func(*rand.Rand) Task { return p } }

// trained is a trainer of linear from φ after the given number of updates.
func trained(t *testing.T, phi float64, draw func(*rand.Rand) Task, c TrainConfig, updates int) *Trainer {
	t.Helper()
	tr := NewTrainer(linear, nn.Params{ad.Scalar(phi)}, draw, c, rng())
	for range updates + 1 {
		if !tr.Next(context.Background()) {
			t.Fatal(tr.Err())
		}
	}
	return tr
}

// With k inner steps θ′ = θ₀ − kαφ, so dL_T/dφ = −2kα(θ′ − target).
func TestMetaGradientClosedForm(t *testing.T) {
	for _, unroll := range []int{1, 4} {
		c := config(1)
		c.Unroll = unroll
		tr := trained(t, 3, always(point{start: 2, target: -1}), c, 1)
		k := float64(unroll)
		after := 2 - k*0.1*3
		if want := (after + 1) * (after + 1); math.Abs(tr.TaskLoss()-want) > 1e-12 {
			t.Errorf("unroll %d: task loss %v, want %v", unroll, tr.TaskLoss(), want)
		}
		want := -2 * k * 0.1 * (after + 1)
		if got := tr.grad[0].Item(); math.Abs(got-want) > 1e-12 || math.Abs(tr.GradientNorm()+want) > 1e-12 {
			t.Errorf("unroll %d: gradient %v of norm %v, want %v", unroll, got, tr.GradientNorm(), want)
		}
		// Adam's first step is η against the sign of the gradient.
		if got, want := tr.Phi()[0].Item(), 3+0.05; math.Abs(got-want) > 1e-6 {
			t.Errorf("unroll %d: φ %v, want %v", unroll, got, want)
		}
		if tr.Rate() != 0.1 {
			t.Errorf("unroll %d: rate %v", unroll, tr.Rate())
		}
	}
}

// The loss that solves the task in one step is φ = (start − target)/α = 30.
func TestTrainFindsTheSolution(t *testing.T) {
	c := config(3000)
	c.Decay, c.Outer = true, nn.DefaultAdam(0.2)
	tr := trained(t, 0, always(point{start: 2, target: -1}), c, c.OuterSteps)
	if got := tr.Phi()[0].Item(); math.Abs(got-30) > 0.05 {
		t.Errorf("φ %v, want 30", got)
	}
	if tr.Next(context.Background()) || tr.Err() != nil || tr.Step() != 3000 {
		t.Errorf("after the last update: step %d, error %v", tr.Step(), tr.Err())
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
		tr := trained(t, 3, func(*rand.Rand) Task { i++; return point{start: 2, target: targets[i-1]} }, c, 1)
		want := 0.0
		for _, target := range targets {
			want += max(-clip, min(clip, -0.2*(1.7-target))) / 3
		}
		if got := tr.grad[0].Item(); math.Abs(got-want) > 1e-12 {
			t.Errorf("clip %v: gradient %v, want %v", clip, got, want)
		}
		for k, m := range tr.Members() {
			if got := m.Theta[0].Item(); math.Abs(got-1.7) > 1e-12 || m.Task.(point).target != targets[k] || m.Age != 1 {
				t.Errorf("member %d: θ %v, task %v, age %d", k, got, m.Task, m.Age)
			}
		}
	}
}

// Members are renewed every Lifetime updates of their own, evenly spread.
func TestLifetimes(t *testing.T) {
	c := config(12)
	c.Population, c.Lifetime = 3, 6
	var when []int
	tr := NewTrainer(linear, nn.Params{ad.Scalar(3)}, nil, c, rng())
	tr.draw = func(*rand.Rand) Task { when = append(when, max(0, tr.Step())); return point{start: 2} }
	for tr.Next(context.Background()) {
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
	if age := tr.members[1].Age; age != 2 {
		t.Errorf("age %d, want 2", age)
	}
}

// TestLive: after a change of the lifetime θ goes on, with ages spread over it.
func TestLive(t *testing.T) {
	c := config(8)
	c.Population = 2
	var when []int
	tr := NewTrainer(linear, nn.Params{ad.Scalar(3)}, nil, c, rng())
	tr.draw = func(*rand.Rand) Task { when = append(when, max(0, tr.Step())); return point{start: 2} }
	for tr.Next(context.Background()) {
		if tr.Step() == 2 {
			tr.Live(4)
		}
	}
	// of lifetime 1: two at the start, two for the second update; then the members, at
	// ages 0 and 2, are renewed after 4 and after 2 further updates
	if want := []int{0, 0, 1, 1, 4, 6}; !slices.Equal(when, want) || tr.Err() != nil {
		t.Errorf("drawn at %v, want %v; error %v", when, want, tr.Err())
	}
	tr = NewTrainer(linear, nn.Params{ad.Scalar(3)}, always(point{start: 2}), c, rng())
	tr.Live(0)
	if tr.Next(context.Background()) || tr.Err() == nil {
		t.Error("a lifetime of 0 is accepted")
	}
}

// Descent on (θ − c)² is θ_k = c + (1 − 2α)ᵏ (θ₀ − c), in the same memory again and again.
func TestDescentClosedForm(t *testing.T) {
	var d Descent
	for _, alpha := range []float64{0.1, 0.3} {
		seen := 0
		for d.Start(Objective(TaskLoss).At(alpha), point{start: 2, target: -1}, rng()); d.Next(context.Background(), 20); {
			want := -1 + 3*math.Pow(1-2*alpha, float64(d.Step()))
			if math.Abs(d.Theta()[0].Item()-want) > 1e-13 || d.Step() != seen {
				t.Errorf("α %v, step %d: θ %v, want %v", alpha, d.Step(), d.Theta()[0].Item(), want)
			}
			seen++
		}
		if d.Err() != nil || seen != 21 || d.Rate() != alpha {
			t.Errorf("observed %d times, want 21; rate %v, error %v", seen, d.Rate(), d.Err())
		}
	}
}

// twoOutputs is M_φ with a loss and a rate, on one number.
var twoOutputs = LossAndRate{Net: nn.MLP{Sizes: []int{1, 3, 2}, Hidden: ad.Tanh, Out: nn.Linear, Bias: true, Weights: nn.Xavier}, Floor: 0.2, Scale: 0.7}

// Loss and rate by hand, and the meta-gradient through both by differences.
func TestLossAndRate(t *testing.T) {
	phi := twoOutputs.Init(rng())
	p := point{start: 0.8, target: -1}
	l, alpha := twoOutputs.At(phi)(p, p.Init(nil, nil), nil)
	out := twoOutputs.Net.Apply(phi, ad.Scalar(0.8))
	if want := math.Log1p(math.Exp(out.Data[0])); math.Abs(l.Item()-want) > 1e-14 {
		t.Errorf("loss %v, want %v", l.Item(), want)
	}
	if want := 0.2 + 0.7/(1+math.Exp(-out.Data[1])); math.Abs(alpha.Item()-want) > 1e-14 {
		t.Errorf("rate %v, want %v", alpha.Item(), want)
	}
	for _, unroll := range []int{1, 3} {
		adtest.CheckGrads(t, func(phi []*ad.Value) *ad.Value {
			theta := p.Init(nil, nil)
			for range unroll {
				theta, _, _ = twoOutputs.At(phi).Step(p, theta, nil)
			}
			return p.Loss(theta, nil)
		}, phi, 2)
	}
}

// What diverges says where and what.
func TestDivergence(t *testing.T) {
	p := point{start: 2, target: -1}
	var d Descent
	for d.Start(Objective(TaskLoss).At(3), p, rng()); d.Next(context.Background(), 2000); {
	}
	var e *Diverged
	if !errors.As(d.Err(), &e) || e.Step == 0 || !strings.Contains(e.Error(), "objective is") {
		t.Errorf("descent with α = 3: %v", d.Err())
	}
	if theta := d.Theta()[0].Item(); math.IsNaN(theta) || e.Step != d.Step() {
		t.Errorf("left at θ = %v after step %d", theta, d.Step())
	}
	if d.Next(context.Background(), 2000) {
		t.Error("a failed run goes on")
	}

	rated := linear
	rated.Rate = 1e200
	tr := NewTrainer(rated, nn.Params{ad.Scalar(3)}, always(p), config(5), rng())
	for tr.Next(context.Background()) {
	}
	if !errors.As(tr.Err(), &e) || e.Quantity != "task loss" || e.Step != 0 {
		t.Errorf("meta-training with α = 1e200: %v", tr.Err())
	}
}

// rooted has a task loss √θ, whose value at θ = 0 is finite and whose gradient is not.
type rooted struct{ point }

func (rooted) Loss(theta nn.Params, _ *rand.Rand) *ad.Value { return ad.Sqrt(theta[0]) }

// A gradient that is not finite is seen though the loss is.
func TestDivergedGradient(t *testing.T) {
	var e *Diverged
	var d Descent
	for d.Start(Objective(TaskLoss).At(0.1), rooted{point{start: 0}}, rng()); d.Next(context.Background(), 3); {
	}
	if !errors.As(d.Err(), &e) || e.Step != 0 || e.Quantity != "gradient of the objective" {
		t.Errorf("descent on √θ from 0: %v", d.Err())
	}
	exact := linear
	exact.Rate = 0.125
	tr := NewTrainer(exact, nn.Params{ad.Scalar(16)}, always(point{}), config(3), rng()) // 2 − 16/8 = 0
	tr.draw = func(*rand.Rand) Task { return rooted{point{start: 2}} }
	for tr.Next(context.Background()) {
	}
	if !errors.As(tr.Err(), &e) || e.Step != 0 || !strings.HasPrefix(e.Quantity, "gradient") {
		t.Errorf("meta-training to √0: %v", tr.Err())
	}
	if got := tr.Phi()[0].Item(); got != 16 {
		t.Errorf("φ has become %v", got)
	}
}

// sinking has a rate that is e^φ; its objective does not depend on φ.
type sinking struct{}

func (sinking) Init(*rand.Rand) nn.Params { return nn.Params{ad.Scalar(0)} }
func (sinking) At(phi nn.Params) Rule {
	return func(task Task, theta nn.Params, _ *rand.Rand) (*ad.Value, *ad.Value) {
		return ad.Scale(-1, theta[0]), ad.Exp(phi[0])
	}
}

// A rate that the task loss pushes down for ever is reported as vanished: steps lead
// away from the target, so a smaller rate is always better.
func TestVanishedRate(t *testing.T) {
	c := config(2000)
	c.Outer = nn.Adam{Rate: 0.1, Beta1: 0.9, Beta2: 0.9, Eps: 1e-300} // forgets how large the gradient was
	tr := NewTrainer(sinking{}, sinking{}.Init(nil), always(point{start: 2, target: 1}), c, rng())
	for tr.Next(context.Background()) {
	}
	var e *Diverged
	if !errors.As(tr.Err(), &e) || e.Quantity != "learned rate" || !(e.Value < 1e-6) || e.Step != tr.Step() {
		t.Errorf("step %d: %v", tr.Step(), tr.Err())
	}
	if !strings.Contains(e.Error(), "vanished") {
		t.Errorf("%v", e)
	}
}

func TestNotFinite(t *testing.T) {
	for n := range 11 {
		for at := range n {
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				x := make([]float64, n)
				for i := range x {
					x[i] = float64(1-2*(i%2)) * math.MaxFloat64
				}
				if _, found := notFinite(x); found {
					t.Fatalf("%v is finite", x)
				}
				x[at] = bad
				if got, found := notFinite(x); !found || got == got && got != bad {
					t.Fatalf("in %v found %v, %v", x, got, found)
				}
			}
		}
	}
}

func TestCancellationAndErrors(t *testing.T) {
	p := point{start: 2}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	tr := NewTrainer(linear, nn.Params{ad.Scalar(3)}, always(p), config(1000), rng())
	for tr.Next(ctx) {
		if tr.Step() == 7 {
			cancel()
		}
	}
	if !errors.Is(tr.Err(), context.Canceled) || tr.Step() != 7 {
		t.Errorf("after cancelling at step 7: %d steps, error %v", tr.Step(), tr.Err())
	}
	var d Descent
	if d.Start(Objective(TaskLoss).At(0.1), p, rng()); d.Next(ctx, 5) || !errors.Is(d.Err(), context.Canceled) {
		t.Errorf("a cancelled descent: %v", d.Err())
	}
	bad := config(3)
	bad.Lifetime = 0
	tr = NewTrainer(linear, nn.Params{ad.Scalar(3)}, always(p), bad, rng())
	if tr.Next(context.Background()) || !strings.Contains(tr.Err().Error(), "Lifetime is 0") {
		t.Errorf("lifetime 0: %v", tr.Err())
	}
}

// Steps do not allocate in the steady state, but for a handful of small things.
func TestAllocations(t *testing.T) {
	tr := trained(t, 3, always(point{start: 2}), config(1000), 3)
	if n := testing.AllocsPerRun(50, func() { tr.Next(context.Background()) }); n > 6 {
		t.Errorf("%v allocations an update, want at most 6", n)
	}
	var d Descent
	d.Start(Objective(TaskLoss).At(0.1), point{start: 2}, rng())
	d.Next(context.Background(), 1000)
	if n := testing.AllocsPerRun(50, func() { d.Next(context.Background(), 1000) }); n > 2 {
		t.Errorf("%v allocations a step, want at most 2", n)
	}
}
