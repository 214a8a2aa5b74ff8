package rl

import (
	"fmt"
	"path/filepath"
	"testing"

	"ml3/mllib/env"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

var data = filepath.Join("..", "..", "data")

// reacher and ant are the worlds of the model-free experiments that can be learned.
func reacher(t testing.TB) env.World {
	t.Helper()
	w, err := env.OpenReacherGoal(data, env.ObservableReacher())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func ant(t testing.TB) env.World {
	t.Helper()
	w, err := env.OpenAntGoal(data, env.HeadingAnt())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// BenchmarkRecord records 16 episodes of a policy of two layers of 64.
func BenchmarkRecord(b *testing.B) {
	for _, w := range []env.World{reacher(b), ant(b)} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", w.Spec().Name, workers), func(b *testing.B) {
				s := w.Spec()
				rec := NewRecorder(env.NewBatch(w, 16, workers), nn.NewGaussian(len(s.Observation), len(s.Action), -1, 64, 64))
				rng := random.Stream(1, "bench")
				theta := rec.Policy().Init(nil, rng)
				goals := env.Goals(w, 16, env.Anywhere, rng)
				into, streams := rec.NewSamples(), newStreams(16)
				b.ReportAllocs()
				for b.Loop() {
					if err := rec.Record(into, theta, goals, streams.seed(rng)); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(rec.Batch().Samples())/b.Elapsed().Seconds(), "steps/s")
			})
		}
	}
}

// BenchmarkPPOUpdate goes ten times over 2 048 samples in mini-batches of 256.
func BenchmarkPPOUpdate(b *testing.B) {
	p := DefaultPPO(11, 2, 1, 256, 1e-4)
	r := recorded(b, p, reacher(b), 41) // 2 050 samples
	b.ReportAllocs()
	for b.Loop() {
		if err := r.improve(); err != nil {
			b.Fatal(err)
		}
	}
}

// recorded is a run of PPO that has recorded n episodes with its first policy.
func recorded(t testing.TB, p PPO, w env.World, n int) *PPORun {
	t.Helper()
	r := p.Start(env.NewBatch(w, n, 1), OneGoal(env.Goals(w, 1, env.Anywhere, random.Stream(1, "goal"))[0]), random.Stream(1, "ppo"))
	if err := r.record(); err != nil {
		t.Fatal(err)
	}
	return r
}
