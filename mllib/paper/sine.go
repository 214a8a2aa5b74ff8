package paper

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

// Sine is the regression experiment, Fig. 2, top row: one train task
// y = sin(x − π), and test tasks y = A sin(x − ω) with A ~ U[0.2, 5] and
// ω ~ U[−π, π].
type Sine struct {
	Versions  []SineVersion
	Ablation  SineAblation
	Points    int       // data points of a task, x uniform in its range
	TrainX    float64   // the train task has x in [−TrainX, TrainX]
	TestX     []float64 // ranges of the test tasks
	TestTasks int
	TestSteps int // gradient steps at meta-test
	EvalEvery int // outer steps between two evaluations of φ
	// EvalTests makes each of these evaluate both objectives on the test tasks
	// too, as the released code does; the paper shows only the final φ there.
	EvalTests bool
}

// SineVersion is one set of network sizes. Every evaluation starts from a θ₀
// drawn as in meta-training, except that TestWeights initializes it.
type SineVersion struct {
	Name        string
	Optimizee   nn.MLP
	TestWeights nn.Initializer
	Loss        nn.MLP
	Train       meta.TrainConfig
}

// SineAblation compares updating φ after every inner step with once after all of
// them, for the same number of fresh optimizees.
type SineAblation struct {
	Version    SineVersion // its Train is replaced by the two below
	InnerSteps int
	OuterSteps int // optimizees drawn
	EvalEvery  int // optimizees between two evaluations
}

func sineTrain(outerSteps, unroll, lifetime int) meta.TrainConfig {
	return meta.TrainConfig{OuterSteps: outerSteps, Unroll: unroll, Lifetime: lifetime, Population: 1,
		InnerRate: 1e-3, Outer: nn.DefaultAdam(1e-3), Clip: math.Inf(1)}
}

// The paper's sizes and the authors' released ones, side by side. The paper does
// not say how θ is initialized; the released code draws it by Xavier in
// meta-training, and new optimizees for testing by torch's default.
func sineVersions(outerSteps int) []SineVersion {
	return []SineVersion{
		{
			Name:        "paper 40-40",
			Optimizee:   nn.MLP{Sizes: []int{1, 40, 40, 1}, Hidden: ad.ReLU, Out: nn.Linear, Bias: true, Weights: nn.Xavier},
			TestWeights: nn.TorchDefault,
			Loss:        nn.MLP{Sizes: []int{2, 40, 40, 1}, Hidden: ad.ReLU, Out: ad.Softplus, Bias: false, Weights: nn.Xavier},
			Train:       sineTrain(outerSteps, 1, 1),
		},
		{
			Name:        "released 100-10",
			Optimizee:   nn.MLP{Sizes: []int{1, 100, 10, 1}, Hidden: ad.ReLU, Out: nn.Linear, Bias: true, Weights: nn.Xavier},
			TestWeights: nn.TorchDefault,
			Loss:        nn.MLP{Sizes: []int{2, 50, 50, 1}, Hidden: ad.ReLU, Out: ad.Softplus, Bias: false, Weights: nn.Xavier},
			Train:       sineTrain(outerSteps, 1, 1),
		},
	}
}

func sineExperiment() Experiment {
	versions := sineVersions(500) // the same in both profiles: meta-training is fast
	return Experiment{
		Name: "sine", Title: "Sine regression with a learned loss", Figure: "Fig. 2, top row",
		Paper: Sine{Versions: versions, Points: 100, TrainX: 2, TestX: []float64{2, 5}, TestTasks: 10, TestSteps: 100, EvalEvery: 10,
			Ablation: SineAblation{Version: versions[0], InnerSteps: 10, OuterSteps: 500, EvalEvery: 10}},
		Quick: Sine{Versions: versions, Points: 100, TrainX: 2, TestX: []float64{2, 5}, TestTasks: 4, TestSteps: 100, EvalEvery: 50,
			Ablation: SineAblation{Version: versions[0], InnerSteps: 10, OuterSteps: 100, EvalEvery: 10}},
		Claims:    sineClaims(),
		Reference: sineReference,
	}
}

// Regression is the task of fitting data [n, 1] by an MLP. M_φ sees (prediction,
// target); the task loss is the mean squared error.
type Regression struct {
	Net  nn.MLP
	X, Y *ad.Value // [n, 1]
}

var _ meta.Task = Regression{}

// Init draws θ₀.
func (r Regression) Init(tape *ad.Tape, rng *rand.Rand) nn.Params { return r.Net.Init(tape, rng) }

// Features are (prediction, target) [n, 2].
func (r Regression) Features(theta nn.Params, _ *rand.Rand) *ad.Value {
	return ad.ConcatCols(r.Net.Apply(theta, r.X), r.Y)
}

// Loss is the mean squared error.
func (r Regression) Loss(theta nn.Params, _ *rand.Rand) *ad.Value {
	return ad.Mean(ad.Square(ad.Sub(r.Net.Apply(theta, r.X), r.Y)))
}

// SineTask draws n points of y = A sin(x − ω) with x ~ U[−bound, bound].
func SineTask(net nn.MLP, amplitude, phase, bound float64, n int, rng *rand.Rand) Regression {
	x, y := ad.Zeros(n, 1), ad.Zeros(n, 1)
	for i := range n {
		x.Data[i] = bound * (2*rng.Float64() - 1)
		y.Data[i] = amplitude * math.Sin(x.Data[i]-phase)
	}
	return Regression{Net: net, X: x, Y: y}
}

// TrainTask is the one task of meta-training.
func (s Sine) TrainTask(net nn.MLP, seed uint64) Regression {
	return SineTask(net, 1, math.Pi, s.TrainX, s.Points, random.Stream(seed, "train task"))
}

// TestTask is test task k for x in [−bound, bound]; its amplitude and phase do not
// depend on the range.
func (s Sine) TestTask(net nn.MLP, seed uint64, k int, bound float64) Regression {
	rng := random.Stream(seed, fmt.Sprintf("test task %d", k))
	amplitude := 0.2 + 4.8*rng.Float64()
	phase := math.Pi * (2*rng.Float64() - 1)
	return SineTask(net, amplitude, phase, bound, s.Points, rng)
}

// Run recomputes one seed.
func (s Sine) Run(ctx context.Context, in Input, report func(done, total int)) (tidy.Table, error) {
	r := s.start(in.Seed)
	r.tasks()
	total := s.Ablation.OuterSteps
	for _, v := range s.Versions {
		total += v.Train.OuterSteps
	}
	done := 0
	for _, v := range s.Versions {
		if err := r.version(ctx, v, func(step int) { report(done+step, total) }); err != nil {
			return nil, fmt.Errorf("%s: %w", v.Name, err)
		}
		done += v.Train.OuterSteps
	}
	if err := r.ablation(ctx, func(step int) { report(done+step, total) }); err != nil {
		return nil, fmt.Errorf("ablation: %w", err)
	}
	report(total, total)
	return r.w.table, nil
}
