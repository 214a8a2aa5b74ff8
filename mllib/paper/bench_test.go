package paper

import (
	"fmt"
	"testing"

	"ml3/mllib/meta"
	"ml3/mllib/random"
)

// BenchmarkMetaStep times one update of φ: inner step, task loss, second-order
// gradient, Adam, with a fresh θ where the experiment draws one.
func BenchmarkMetaStep(b *testing.B) {
	b.Run("sine", func(b *testing.B) {
		s := sineExperiment().Paper.(Sine)
		v := s.Versions[1]
		updates(b, v.training(s.TrainTask(v.Optimizee, 0), LearnedLoss, "net=a", "meta-training"))
	})
	b.Run("shaped-sine", benchShapedSine)
	b.Run("mountain-car", benchMountainCar)
	for _, batch := range []int{1, 64} {
		b.Run(fmt.Sprintf("lenet-%d", batch), func(b *testing.B) { benchLeNet(b, batch) })
	}
}

// BenchmarkSGDStep times one step of SGD on cross-entropy.
func BenchmarkSGDStep(b *testing.B) { b.Run("lenet-64", benchLeNetSGD) }

// updates times updates of φ of a meta-training.
func updates(b *testing.B, t Training) {
	t.Config.OuterSteps, t.Config.Decay = 1<<40, false
	tr := meta.NewTrainer(t.Learner, t.Learner.Init(random.Stream(0, t.Init)), t.Draw, t.Config, random.Stream(0, t.Stream))
	b.ReportAllocs()
	for range 4 { // let the tape grow
		if !tr.Next(b.Context()) {
			b.Fatal(tr.Err())
		}
	}
	for b.Loop() {
		if !tr.Next(b.Context()) {
			b.Fatal(tr.Err())
		}
	}
}

// descents times gradient steps by a rule.
func descents(b *testing.B, rule meta.Rule, task meta.Task) {
	var d meta.Descent
	d.Start(rule, task, random.Stream(0, "optimizee"))
	b.ReportAllocs()
	for b.Loop() {
		if !d.Next(b.Context(), 1<<40) {
			b.Fatal(d.Err())
		}
	}
}

// BenchmarkTestStep times one gradient step of the 40-40 optimizee on 100 points.
func BenchmarkTestStep(b *testing.B) {
	s := sineExperiment().Paper.(Sine)
	v := s.Versions[0]
	task := s.TrainTask(v.Optimizee, 0)
	for _, m := range []Method{descends("mse", 1e-3), {LearnedLoss, v.Loss.At(v.Loss.Init(random.Stream(0, "loss init")))}} {
		b.Run(m.Name, func(b *testing.B) { descents(b, m.Rule, task) })
	}
}

// BenchmarkReleasedSeed times one seed with the authors' sizes and evaluations:
// 500 outer steps, and every 10 of them the train task and ten test tasks for 100
// gradient steps each with the learned loss; with the task loss, which does not
// depend on φ, once.
func BenchmarkReleasedSeed(b *testing.B) {
	s := sineExperiment().Paper.(Sine)
	v := s.Versions[1]
	for b.Loop() {
		l := sineLab{newLab(b.Context(), "sine", Input{}, 1, func(int, int) {}), s}
		cells := []cell{l.cell(v, l.TrainTask(v.Optimizee, 0), "", "train")}
		for k := range s.TestTasks {
			cells = append(cells, l.cell(v, l.TestTask(v.Optimizee, 0, k, 5), fmt.Sprint(k), fmt.Sprint(k)))
		}
		evaluate := func(m Method) { l.try(m, []int{1, s.TestSteps}, cells...) }
		evaluate(descends(TaskLoss, v.Loss.Rate))
		l.learn(v.training(l.TrainTask(v.Optimizee, 0), LearnedLoss, "net=a", "meta-training"), func(tr *meta.Trainer, m Method) {
			if tr.Step()%s.EvalEvery == 0 {
				evaluate(m)
			}
		})
		if l.err != nil {
			b.Fatal(l.err)
		}
	}
}
