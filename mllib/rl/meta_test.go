package rl_test

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
	"ml3/mllib/env"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/rl"
)

var _ meta.Task = (*rl.ModelFree)(nil)

func reacher(t testing.TB) env.World {
	t.Helper()
	w, err := env.OpenReacherGoal(filepath.Join("..", "..", "data"), env.ObservableReacher())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// learner is a loss of (s, a, μ, σ) with tanh units and a small last layer.
func learner(in, hidden int, alpha float64) meta.Loss {
	return meta.Loss{Rate: alpha, Net: nn.MLP{Sizes: []int{in, hidden, hidden, 1}, Hidden: ad.Tanh, Out: nn.Linear, Bias: true,
		Weights: func(rng *rand.Rand, in, out int, w, b []float64) {
			nn.TorchDefault(rng, in, out, w, b)
			if out == 1 {
				for i := range w {
					w[i] *= 0.1
				}
			}
		}}}
}

// fixed is a task whose L_T is the surrogate of episodes that do not change with θ.
type fixed struct {
	*rl.ModelFree
	samples   *rl.Samples
	advantage []float64
}

func (f fixed) Loss(theta nn.Params, _ *rand.Rand) *ad.Value {
	return rl.Surrogate(f.Recorder.Policy(), theta, f.samples, f.advantage)
}

// TestMetaGradient: ∇φ L_T through two inner steps on mini-batches, and the gradient
// of that, against differences on fixed episodes, for both kinds of inputs.
func TestMetaGradient(t *testing.T) {
	w := reacher(t)
	for inputs, in := range map[rl.Inputs]int{rl.MeanAndStd: 17, rl.LogProb: 14} {
		g := nn.NewGaussian(11, 2, -1, 6)
		g.OutputScale = 1
		if inputs == rl.LogProb {
			g.Learned = true
		}
		task := fixed{ModelFree: &rl.ModelFree{Recorder: rl.NewRecorder(env.NewBatch(w, 3, 1), g), Advantage: rl.Baseline{Discount: 0.9},
			Goal: []float64{0.1, -0.1}, Rows: 20, Inputs: inputs}}
		rng := random.Stream(8, "meta-gradient")
		theta := task.Init(nil, rng)
		task.samples = task.Recorder.NewSamples()
		if err := task.Recorder.Record(task.samples, theta, rl.Same(task.Goal, 3), func(int) *rand.Rand { return rng }); err != nil {
			t.Fatal(err)
		}
		task.advantage = make([]float64, task.samples.Len())
		task.Advantage.Estimate(task.advantage, task.samples)
		l := learner(in, 5, 0.5)
		adtest.CheckGrads(t, func(phi []*ad.Value) *ad.Value {
			rng := random.Stream(8, "mini-batches")
			theta := theta
			for range 2 {
				theta, _, _ = l.At(phi).Step(task, theta, rng)
			}
			return task.Loss(theta, rng)
		}, l.Init(random.Stream(8, "phi")), 1)
	}
}

// aim is a world of one step: the state is what was done, the goal what should have
// been, and the distance how far that is off.
type aim struct{ spec env.Spec }

func newAim() aim {
	q := make([]env.Quantity, 1)
	return aim{env.Spec{Name: "aim", Step: 1, Steps: 1, State: q, Observation: q, Action: q, Goal: q, Limit: []float64{1}}}
}

func (w aim) Spec() *env.Spec                                    { return &w.spec }
func (w aim) Fork() env.World                                    { return w }
func (w aim) DrawGoal(g []float64, _ env.Region, rng *rand.Rand) { g[0] = 2*rng.Float64() - 1 }
func (w aim) DrawStart(s []float64, _ *rand.Rand)                { s[0] = 0 }
func (w aim) Advance(s, a []float64)                             { s[0] = a[0] }
func (w aim) Observe(o, _, g []float64)                          { o[0] = g[0] }
func (w aim) Distance(s, g []float64) float64                    { return math.Abs(s[0] - g[0]) }
func (w aim) Reward(_, d float64, _ []float64) float64           { return -d * d }
func (w aim) Measure(_, d float64) float64                       { return -d * d }

// TestMetaTraining: a loss that is meta-trained by the trainer on a one-step world
// brings fresh policies to goals it has not seen. Five steps of it leave at most a
// tenth of the excess cost (σ² = e⁻⁴ of the cost is noise); with φ before
// meta-training they leave nearly all.
func TestMetaTraining(t *testing.T) {
	w := newAim()
	rec := rl.NewRecorder(env.NewBatch(w, 16, 1), nn.NewGaussian(1, 1, -2, 8))
	task := func(rng *rand.Rand) meta.Task {
		m := &rl.ModelFree{Recorder: rec, Advantage: rl.Baseline{Discount: 1}, Goal: []float64{0}, Rows: 16, Inputs: rl.MeanAndStd}
		w.DrawGoal(m.Goal, env.Anywhere, rng)
		return m
	}
	l := learner(4, 16, 0.1)
	c := meta.TrainConfig{OuterSteps: 400, Unroll: 5, Lifetime: 2, Population: 8, Outer: nn.DefaultAdam(1e-2), Decay: true, Clip: 10}
	trainer := meta.NewTrainer(l, l.Init(random.Stream(9, "phi")), task, c, random.Stream(9, "train"))
	before := 0.0
	for trainer.Next(t.Context()) {
		if trainer.Step() == 0 {
			before = excess(t, l.At(trainer.Phi()), task, rec)
		}
	}
	if err := trainer.Err(); err != nil {
		t.Fatal(err)
	}
	after := excess(t, l.At(trainer.Phi()), task, rec)
	if !(before > 0.25) || !(after < 0.033) { // the goals' mean square is a third
		t.Errorf("mean square of the error of the mean action: %v before meta-training, %v after", before, after)
	}
}

// excess is the mean square of mean action − goal of fresh policies after five steps.
func excess(t *testing.T, rule meta.Rule, draw func(*rand.Rand) meta.Task, rec *rl.Recorder) float64 {
	t.Helper()
	var d meta.Descent
	sum, rng := 0.0, random.Stream(9, "test")
	const n = 200
	for range n {
		task := draw(rng).(*rl.ModelFree)
		for d.Start(rule, task, rng); d.Next(t.Context(), 5); {
		}
		if err := d.Err(); err != nil {
			t.Fatal(err)
		}
		e := rec.Policy().At(d.Theta(), ad.RowVector(task.Goal...)).Mean.Item() - task.Goal[0]
		sum += e * e / n
	}
	return sum
}

// TestModelFreeStops: a policy that is no longer finite has no task loss, and the task
// says why.
func TestModelFreeStops(t *testing.T) {
	w := reacher(t)
	rec := rl.NewRecorder(env.NewBatch(w, 2, 1), nn.NewGaussian(11, 2, -1, 4))
	task := &rl.ModelFree{Recorder: rec, Advantage: rl.Baseline{Discount: 0.9}, Goal: []float64{0.1, 0}, Rows: 10, Inputs: rl.MeanAndStd}
	theta := task.Init(nil, random.Stream(9, "policy"))
	if l := task.Loss(theta, random.Stream(9, "noise")).Item(); math.IsNaN(l) || task.Err() != nil {
		t.Fatalf("a sound policy: task loss %v, %v", l, task.Err())
	}
	theta[0].Data[0] = math.NaN()
	if l := task.Loss(theta, random.Stream(9, "noise")).Item(); !math.IsNaN(l) || task.Err() == nil {
		t.Errorf("a policy with NaN: task loss %v, %v", l, task.Err())
	}
}

// BenchmarkOuterStep is one update of φ for the reacher: 16 members, 8 episodes each,
// 5 inner steps on 80 rows.
func BenchmarkOuterStep(b *testing.B) {
	w := reacher(b)
	rec := rl.NewRecorder(env.NewBatch(w, 8, 1), nn.NewGaussian(11, 2, -1, 64, 64))
	rng := random.Stream(9, "bench")
	anywhere := func(g []float64, rng *rand.Rand) { w.DrawGoal(g, env.Anywhere, rng) }
	var pool []*rl.Fresh
	for range 64 {
		f, err := rl.NewFresh(rec, anywhere, rng)
		if err != nil {
			b.Fatal(err)
		}
		pool = append(pool, f)
	}
	task := func(rng *rand.Rand) meta.Task {
		f := pool[rng.IntN(len(pool))]
		return &rl.ModelFree{Recorder: rec, Advantage: rl.Baseline{Discount: 0.9}, Goal: f.Goal, Rows: 80, Inputs: rl.MeanAndStd, Fresh: f}
	}
	l := learner(17, 64, 0.1)
	c := meta.TrainConfig{OuterSteps: 1 << 30, Unroll: 5, Lifetime: 1, Population: 16, Outer: nn.DefaultAdam(1e-5), Clip: 10}
	trainer := meta.NewTrainer(l, l.Init(rng), task, c, rng)
	trainer.Next(b.Context())
	trainer.Next(b.Context())
	b.ReportAllocs()
	for b.Loop() {
		if !trainer.Next(b.Context()) {
			b.Fatal(trainer.Err())
		}
	}
}
