package rl

import (
	"path/filepath"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/env"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

func reacherWorld(t testing.TB) *env.JointReacherGoal {
	w, err := env.Open("joint-reacher-goal", filepath.Join("..", "..", "data"))
	if err != nil {
		t.Fatal(err)
	}
	return w.(*env.JointReacherGoal)
}

func reacherModel() EnsembleConfig {
	return EnsembleConfig{Nets: 3, Hidden: []int{100, 30}, Positions: 2, Actions: 2, Step: 0.01, Implicit: 1,
		InputScale: []float64{1, 1, 8, 8, 1, 1}, MaxPosition: 3, MaxVelocity: 15, MinVariance: 1e-3, Batch: 64,
		Optimizer: nn.DefaultAdam(1e-3), FinalRate: .1}
}

func plannedReacher(t testing.TB) (Planned, *Ensemble) {
	w := reacherWorld(t)
	model := NewEnsemble(reacherModel(), random.Stream(1, "model"))
	goal := make([]float64, 2)
	w.DrawGoal(goal, env.RightHalf, random.Stream(1, "goal"))
	return Planned{Plant: w, Model: model,
		Policy: Policy{Net: nn.MLP{Sizes: []int{8, 64, 64, 2}, Hidden: ad.Tanh, Out: nn.Linear, Bias: true, Weights: nn.TorchDefault},
			Scale: []float64{1, 1, 8, 8, 1, 1, 1, 1}},
		Inputs: RelativeCosine, Unclipped: true, Score: ReleasedReacherLoss, Goal: goal}, model
}

// BenchmarkReacher does the work of the reacher's experiment, with the released code's
// sizes.
func BenchmarkReacher(b *testing.B) {
	task, model := plannedReacher(b)
	real := task
	real.Model = task.Plant
	rng := random.Stream(1, "bench")
	theta := task.Init(nil, rng)
	net := nn.MLP{Sizes: []int{7, 400, 400, 1}, Hidden: ad.ELU, Out: ad.Softplus, Bias: true, Weights: nn.TorchDefault}
	phi := net.Init(nil, rng)
	for _, c := range []struct {
		name string
		f    func(tape *ad.Tape, theta nn.Params)
	}{
		{"rollout/numbers", func(tape *ad.Tape, th nn.Params) { task.drive(tape, model, th, rng) }},
		{"rollout/graph", func(_ *ad.Tape, th nn.Params) { task.Rollout(th, rng) }},
		{"rollout/real", func(tape *ad.Tape, th nn.Params) { task.drive(tape, task.Plant, th, rng) }},
		{"gradient/model", func(_ *ad.Tape, th nn.Params) { ad.Gradient(task.Loss(th, rng), th...) }},
		{"gradient/true", func(_ *ad.Tape, th nn.Params) { ad.Gradient(real.Loss(th, rng), th...) }},
		{"gradient/plain", func(_ *ad.Tape, th nn.Params) {
			ad.Gradient(task.Score(task.Plant, task.Rollout(th, rng), task.Goal), th...)
		}},
		{"update", func(tape *ad.Tape, th nn.Params) { // an inner step and the meta-gradient, as package meta does it
			ph := nn.Params(tape.Leaves(phi))
			next := nn.Descend(th, ad.Grad(ad.Mean(net.Apply(ph, task.Features(th, rng))), th...), tape.Scalar(1e-4))
			ad.Gradient(task.Loss(next, rng), ph...)
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			tape := ad.NewTape()
			b.ReportAllocs()
			for b.Loop() {
				tape.Reset()
				c.f(tape, nn.Params(tape.Leaves(theta)))
			}
			b.ReportMetric(float64(tape.Floats()*8)/1e6, "MB")
		})
	}
	b.Run("fit", func(b *testing.B) { // one step of Adam of all nets
		for _, r := range Babble(task.Plant, 3, []int{1}, rng) {
			model.Add(r)
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := model.Fit(1, rng); err != nil {
				b.Fatal(err)
			}
		}
	})
}
