package paper

import (
	"math"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
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
}

// SineVersion is one set of network sizes. Every evaluation starts from a θ₀
// drawn as in meta-training, except that TestWeights initializes it.
type SineVersion struct {
	Name        string
	Optimizee   nn.MLP
	TestWeights nn.Initializer
	Loss        meta.Loss // M_φ and α
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

// sineVersion has an optimizee of some sizes and M_φ, on (prediction, target), with two
// hidden layers. The paper does not say how θ is initialized; the released code draws it
// by Xavier in meta-training, and new optimizees for testing by torch's default.
func sineVersion(name string, sizes []int, hidden int) SineVersion {
	return SineVersion{
		Name:        name,
		Optimizee:   nn.MLP{Sizes: sizes, Hidden: ad.ReLU, Out: nn.Linear, Bias: true, Weights: nn.Xavier},
		TestWeights: nn.TorchDefault,
		Loss: meta.Loss{Rate: 1e-3,
			Net: nn.MLP{Sizes: []int{2, hidden, hidden, 1}, Hidden: ad.ReLU, Out: ad.Softplus, Bias: false, Weights: nn.Xavier}},
		Train: meta.TrainConfig{OuterSteps: 500, Unroll: 1, Lifetime: 1, Population: 1, Outer: nn.DefaultAdam(1e-3), Clip: math.Inf(1)},
	}
}

func sineExperiment() Experiment {
	// The paper's sizes and the authors' released ones, side by side.
	versions := []SineVersion{sineVersion("paper 40-40", []int{1, 40, 40, 1}, 40), sineVersion("released 100-10", []int{1, 100, 10, 1}, 50)}
	paper := Sine{Versions: versions, Points: 100, TrainX: 2, TestX: []float64{2, 5}, TestTasks: 10, TestSteps: 100, EvalEvery: 10,
		Ablation: SineAblation{Version: versions[0], InnerSteps: 10, OuterSteps: 500, EvalEvery: 10}}
	quick := paper // but for the tests: meta-training is fast
	quick.TestTasks, quick.EvalEvery, quick.Ablation.OuterSteps = 4, 50, 100
	return Experiment{
		Name: "sine", Title: "Sine regression with a learned loss", Figure: "Fig. 2, top row", Revision: 1,
		Paper: paper, Quick: quick, Claims: sineClaims(), Reference: sineReference,
	}
}

// sineReference has the curves of the released code, five seeds.
func sineReference(data string) (tidy.Table, error) {
	const net = "released 100-10"
	train, test := after(sineTrain(net), 1), sineTest(net, 5)
	curve := func(file, step, column, method, task, metric string) theirs {
		return theirs{file: file, columns: tidy.Wide{Step: step, Column: column}, method: method, task: task, metric: metric}
	}
	return readCurves(data, "sine", []theirs{
		curve("per_seed_curves.csv", "meta_iter", "ml3_s#", Reference, train, "mse by outer step"),
		curve("per_seed_curves.csv", "meta_iter", "reg_s#", ReferenceTaskLoss, train, "mse by outer step"),
		curve("per_seed_test_trace.csv", "grad_step", "ml3_s#", Reference, test, "mse"),
		curve("per_seed_test_trace.csv", "grad_step", "reg_s#", ReferenceTaskLoss, test, "mse"),
	})
}
