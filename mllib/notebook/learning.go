package notebook

import (
	"context"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/paper"
)

// Train is algorithm 1 for a seed, with a bar of progress. It returns φ before and
// after. observe, which may be nil, sees the trainer before the first update and
// after each.
func Train(t paper.Training, seed uint64, observe func(*meta.Trainer)) (before, after nn.Params) {
	bar := Progress("meta-training, updates of φ:")
	tr := t.Trainer(seed)
	before = tr.Phi().Clone()
	for tr.Next(context.Background()) {
		bar(tr.Step(), t.Config.OuterSteps)
		if observe != nil {
			observe(tr)
		}
	}
	Must(tr.Err())
	return before, tr.Phi().Clone()
}

// Descend is algorithm 2: gradient steps by a rule from a θ₀ that the task draws
// from rng, which also gives its batches. It returns θ.
func Descend(rule meta.Rule, task meta.Task, steps int, rng *rand.Rand) nn.Params {
	var d meta.Descent
	for d.Start(rule, task, rng); d.Next(context.Background(), steps); {
	}
	Must(d.Err())
	return d.Theta().Clone()
}

// Slope is the slope of a function at φ along a random direction u, once as ⟨∇, u⟩
// from its gradient and once as a central difference, (f(φ + h u) − f(φ − h u)) / 2h.
func Slope(f func(phi nn.Params) float64, phi nn.Params, gradient []*ad.Value, h float64, rng *rand.Rand) (byGradient, byDifference float64) {
	plus, minus := phi.Clone(), phi.Clone()
	for i := range phi {
		for j := range phi[i].Data {
			u := rng.NormFloat64()
			byGradient += u * gradient[i].Data[j]
			plus[i].Data[j] += h * u
			minus[i].Data[j] -= h * u
		}
	}
	return byGradient, (f(plus) - f(minus)) / (2 * h)
}
