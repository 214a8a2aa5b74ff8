package paper

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

// BenchmarkMetaStep times one update of φ: inner step, task loss, second-order
// gradient, Adam, with a fresh θ where the experiment draws one.
func BenchmarkMetaStep(b *testing.B) {
	b.Run("sine", func(b *testing.B) {
		s := sineExperiment().Paper.(Sine)
		v := s.Versions[1]
		task, loss := s.TrainTask(v.Optimizee, 0), meta.Loss{Net: v.Loss}
		t := meta.NewTrainer(loss, loss.Init(random.Stream(0, "loss init")), func(*rand.Rand) meta.Task { return task },
			v.Train, random.Stream(0, "meta-training"))
		updates(b, t)
	})
	b.Run("shaped-sine", benchShapedSine)
	b.Run("mountain-car", benchMountainCar)
	for _, batch := range []int{1, 64} {
		b.Run(fmt.Sprintf("lenet-%d", batch), func(b *testing.B) { benchLeNet(b, batch) })
	}
}

// BenchmarkSGDStep times one step of SGD on cross-entropy.
func BenchmarkSGDStep(b *testing.B) { b.Run("lenet-64", benchLeNetSGD) }

func updates(b *testing.B, t *meta.Trainer) {
	b.ReportAllocs()
	for range 3 { // let the tape grow
		if _, err := t.Update(); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, err := t.Update(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTestStep times one gradient step of the 40-40 optimizee on 100 points.
func BenchmarkTestStep(b *testing.B) {
	s := sineExperiment().Paper.(Sine)
	v := s.Versions[0]
	task, loss := s.TrainTask(v.Optimizee, 0), meta.Loss{Net: v.Loss}
	for _, m := range []struct {
		name string
		obj  meta.Objective
	}{{"mse", meta.TaskLoss}, {"learned", loss.At(loss.Init(random.Stream(0, "loss init")))}} {
		b.Run(m.name, func(b *testing.B) {
			b.ReportAllocs()
			rng := random.Stream(0, "optimizee")
			d := meta.NewDescent(m.obj, task, nn.Params(task.Init(nil, rng)), 1e-3, rng)
			for b.Loop() {
				if err := d.Step(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkReleasedSeed times one seed with the authors' sizes and evaluations:
// 500 outer steps, and every 10 of them the train task and ten test tasks for 100
// gradient steps each with both objectives.
func BenchmarkReleasedSeed(b *testing.B) {
	full := sineExperiment().Paper.(Sine)
	s := Sine{Versions: full.Versions[1:], Points: full.Points, TrainX: full.TrainX, TestX: []float64{5},
		TestTasks: full.TestTasks, TestSteps: full.TestSteps, EvalEvery: full.EvalEvery, EvalTests: true}
	for b.Loop() {
		if err := s.start(0).version(context.Background(), s.Versions[0], func(int) {}); err != nil {
			b.Fatal(err)
		}
	}
}
