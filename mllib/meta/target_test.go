package meta

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
	"ml3/mllib/nn"
)

// pair is the task of moving two numbers θ [1, 2] to a goal, which M_φ sees before
// them: features (goal, θ).
type pair struct{ goal float64 }

func (p pair) Init(tape *ad.Tape, _ *rand.Rand) nn.Params { return nn.Params{tape.Zeros(1, 2)} }
func (p pair) Features(theta nn.Params, _ *rand.Rand) *ad.Value {
	return ad.ConcatCols(theta[0].Tape().Scalar(p.goal), theta[0])
}
func (p pair) Loss(theta nn.Params, _ *rand.Rand) *ad.Value {
	return ad.Sum(ad.Square(ad.AddScalar(-p.goal, theta[0])))
}

// For a linear target that sees the goal g alone, w g, the loss is ½|θ − w g|², and an
// inner step takes θ to θ − α(θ − w g).
func TestTargetLossClosedForm(t *testing.T) {
	l := TargetLoss{From: 1, Rate: 0.25, Net: nn.MLP{Sizes: []int{3, 2}, Hidden: nn.Linear, Out: nn.Linear, Weights: nn.Xavier}}
	phi := nn.Params{ad.New(3, 2, []float64{2, -1, 0, 0, 0, 0})}
	theta := nn.Params{ad.RowVector(0.5, 3)}
	next, objective, alpha := l.At(phi).Step(pair{1.5}, theta, rng())
	if want := 0.5 * (2.5*2.5 + 4.5*4.5); math.Abs(objective.Item()-want) > 1e-12 || alpha.Item() != 0.25 {
		t.Errorf("loss %v at rate %v, want %v at 0.25", objective.Item(), alpha.Item(), want)
	}
	for j, want := range []float64{0.5 + 0.25*2.5, 3 - 0.25*4.5} {
		if math.Abs(next[0].Data[j]-want) > 1e-12 {
			t.Errorf("θ[%d] is %v after a step, want %v", j, next[0].Data[j], want)
		}
	}
}

// TestTargetLossMetaGradient: ∇φ L_T through two inner steps against differences, with
// a target that sees θ as well.
func TestTargetLossMetaGradient(t *testing.T) {
	l := TargetLoss{From: 1, Rate: 0.3, Net: nn.MLP{Sizes: []int{3, 4, 2}, Hidden: ad.Tanh, Out: nn.Linear, Bias: true, Weights: nn.Xavier}}
	adtest.CheckGrads(t, func(phi []*ad.Value) *ad.Value {
		theta := nn.Params{ad.RowVector(0.5, -0.2)}
		for range 2 {
			theta, _, _ = l.At(phi).Step(pair{1.5}, theta, rng())
		}
		return pair{1.5}.Loss(theta, rng())
	}, l.Init(rng()), 2)
}

// TestTargetLossLearns: meta-trained on goals of [−1, 1] with members that live ten steps,
// ten steps move θ to a goal that was not drawn. A target that sees the goal alone would
// leave 0.7¹⁰ = 3 % of the way.
func TestTargetLossLearns(t *testing.T) {
	l := TargetLoss{From: 1, Rate: 0.3, Net: nn.MLP{Sizes: []int{3, 2}, Hidden: nn.Linear, Out: nn.Linear, Weights: nn.Xavier}}
	c := config(1500)
	c.Population, c.Lifetime, c.Decay = 4, 10, true
	tr := NewTrainer(l, l.Init(rng()), func(rng *rand.Rand) Task { return pair{2*rng.Float64() - 1} }, c, rng())
	for tr.Next(context.Background()) {
	}
	if err := tr.Err(); err != nil {
		t.Fatal(err)
	}
	var d Descent
	for d.Start(l.At(tr.Phi()), pair{0.8}, rng()); d.Next(context.Background(), 10); {
	}
	for j, x := range d.Theta()[0].Data {
		if d.Err() != nil || math.Abs(x-0.8) > 0.04 {
			t.Errorf("θ[%d] is %v after ten steps (error %v), want 0.8", j, x, d.Err())
		}
	}
}
