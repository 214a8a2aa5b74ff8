package env_test

import (
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/env"
	"ml3/mllib/random"
)

// BenchmarkStep takes control steps with random actions, episode after episode,
// with an observation each.
func BenchmarkStep(b *testing.B) {
	for _, name := range names {
		b.Run(name, func(b *testing.B) {
			w := open(b, name)
			e := env.NewEpisode(w)
			rng := random.Stream(1, "bench")
			goal := env.Goals(w, 1, env.Anywhere, rng)[0]
			action := make([]float64, len(w.Spec().Action))
			if err := e.Reset(goal, rng); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				for i := range action {
					action[i] = w.Spec().Limit[i] * (2*rng.Float64() - 1)
				}
				if err := e.Step(action); err != nil {
					b.Fatal(err)
				}
				e.Observation()
				if e.Done() {
					if err := e.Reset(goal, rng); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}

// BenchmarkNext takes differentiable steps of ten roll-outs side by side.
func BenchmarkNext(b *testing.B) {
	for _, name := range []string{"pointmass-goal", "joint-reacher-goal"} {
		b.Run(name, func(b *testing.B) {
			w := open(b, name).(env.Dynamics)
			tape := ad.NewTape()
			x, u := make([]float64, 40), make([]float64, 20)
			b.ReportAllocs()
			for b.Loop() {
				tape.Reset()
				w.Next(tape.Leaf(10, 4, x), tape.Leaf(10, 2, u))
			}
		})
	}
}
