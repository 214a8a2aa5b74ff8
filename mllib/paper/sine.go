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

// sineLoss is M_φ on (prediction, target), at the paper's α.
func sineLoss(hidden int) meta.Loss {
	return meta.Loss{Rate: 1e-3,
		Net: nn.MLP{Sizes: []int{2, hidden, hidden, 1}, Hidden: ad.ReLU, Out: ad.Softplus, Bias: false, Weights: nn.Xavier}}
}

func sineConfig(outerSteps int) meta.TrainConfig {
	return meta.TrainConfig{OuterSteps: outerSteps, Unroll: 1, Lifetime: 1, Population: 1,
		Outer: nn.DefaultAdam(1e-3), Clip: math.Inf(1)}
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
			Loss:        sineLoss(40),
			Train:       sineConfig(outerSteps),
		},
		{
			Name:        "released 100-10",
			Optimizee:   nn.MLP{Sizes: []int{1, 100, 10, 1}, Hidden: ad.ReLU, Out: nn.Linear, Bias: true, Weights: nn.Xavier},
			TestWeights: nn.TorchDefault,
			Loss:        sineLoss(50),
			Train:       sineConfig(outerSteps),
		},
	}
}

func sineExperiment() Experiment {
	versions := sineVersions(500) // the same in both profiles: meta-training is fast
	return Experiment{
		Name: "sine", Title: "Sine regression with a learned loss", Figure: "Fig. 2, top row", Revision: 1,
		Paper: Sine{Versions: versions, Points: 100, TrainX: 2, TestX: []float64{2, 5}, TestTasks: 10, TestSteps: 100, EvalEvery: 10,
			Ablation: SineAblation{Version: versions[0], InnerSteps: 10, OuterSteps: 500, EvalEvery: 10}},
		Quick: Sine{Versions: versions, Points: 100, TrainX: 2, TestX: []float64{2, 5}, TestTasks: 4, TestSteps: 100, EvalEvery: 50,
			Ablation: SineAblation{Version: versions[0], InnerSteps: 10, OuterSteps: 100, EvalEvery: 10}},
		Claims:    sineClaims(),
		Reference: sineReference,
	}
}

// sineReference has the curves of the released code, five seeds.
func sineReference(data string) (tidy.Table, error) {
	const net = "released 100-10"
	train, test := after(sineTrain(net), 1), sineTest(net, 5)
	return readCurves(data, "sine", []theirs{
		{file: "per_seed_curves.csv", columns: tidy.Wide{Step: "meta_iter", Column: "ml3_s#"}, method: Reference, task: train, metric: "mse by outer step"},
		{file: "per_seed_curves.csv", columns: tidy.Wide{Step: "meta_iter", Column: "reg_s#"}, method: ReferenceTaskLoss, task: train, metric: "mse by outer step"},
		{file: "per_seed_test_trace.csv", columns: tidy.Wide{Step: "grad_step", Column: "ml3_s#"}, method: Reference, task: test, metric: "mse"},
		{file: "per_seed_test_trace.csv", columns: tidy.Wide{Step: "grad_step", Column: "reg_s#"}, method: ReferenceTaskLoss, task: test, metric: "mse"},
	})
}
