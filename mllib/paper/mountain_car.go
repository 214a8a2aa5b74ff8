package paper

import (
	"math"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/rl"
	"ml3/mllib/tidy"
)

// MountainCar is the experiment of Fig. 6 a, b: a loss learned with a goal on the
// opposite hill as extra information makes the car swing up; one learned without,
// descent on the task loss and iLQR do not.
type MountainCar struct {
	Problem  rl.CarProblem
	Versions []CarVersion
	Policies int // fresh initial policies of a seed
	Steps    int // policy updates at meta-test, and iterations of iLQR
	Dense    int // results of every update are stored up to this one, then of every Sparse-th
	Sparse   int
	Drawn    []int // updates whose trajectory is stored, for the first fresh policy
}

// CarVersion is one way of meta-training.
type CarVersion struct {
	Name   string
	Policy nn.MLP    // linear
	Loss   meta.Loss // M_φ and α
	Inputs rl.CarInputs
	Squash bool // forces are limited by tanh in meta-training; always clipped at meta-test
	// OnePolicy starts every member of meta-training from one and the same θ₀, as
	// the released code does; otherwise each draws its own.
	OnePolicy bool
	Rates     []float64 // of descent on the task loss at meta-test, besides α
	Drawn     bool      // positions are stored, except of Rates
	Train     meta.TrainConfig
}

// The two versions. The first is the authors' released code; what it does not say
// and the paper neither is how the networks are initialized: torch's default. The
// second changes what makes the first fragile: the policy never starts anew from
// the same θ₀ and lives for ten updates, so φ learns to continue; forces keep
// their derivative; M_φ sees quantities of equal size and what the policy asks
// for, so that actions at their limit are told apart.
func carVersions() []CarVersion {
	policy := nn.MLP{Sizes: []int{2, 200, 1}, Hidden: nn.Linear, Out: nn.Linear, Bias: false, Weights: nn.TorchDefault}
	return []CarVersion{
		{
			Name: "released", Policy: policy,
			Loss:   carLoss(400, 1e-3),
			Inputs: rl.CarInputs{Speed: 1, Force: 1}, Squash: false, OnePolicy: true, Rates: nil, Drawn: false,
			Train: meta.TrainConfig{OuterSteps: 300, Unroll: 1, Lifetime: 1, Population: 1,
				Outer: nn.DefaultAdam(1e-3), Decay: false, Clip: math.Inf(1)},
		},
		{
			Name: "robust", Policy: policy,
			Loss:   carLoss(40, 0.03),
			Inputs: rl.CarInputs{Speed: 5, Force: 4, Requested: true, Detached: true}, Squash: true, OnePolicy: false, Rates: []float64{0.01, 0.1}, Drawn: true,
			Train: meta.TrainConfig{OuterSteps: 600, Unroll: 1, Lifetime: 10, Population: 8,
				Outer: nn.DefaultAdam(3e-3), Decay: true, Clip: 1},
		},
	}
}

// carLoss is M_φ on the rows of CarInputs, at the rate α.
func carLoss(hidden int, alpha float64) meta.Loss {
	return meta.Loss{Rate: alpha,
		Net: nn.MLP{Sizes: []int{4, hidden, hidden, 1}, Hidden: ad.ELU, Out: nn.Linear, Bias: true, Weights: nn.TorchDefault}}
}

func mountainCarExperiment() Experiment {
	paper := MountainCar{Problem: rl.PaperCar(), Versions: carVersions(), Policies: 25, Steps: 120, Dense: 20, Sparse: 15, Drawn: []int{0, 3, 10}}
	quick := paper
	quick.Versions, quick.Policies, quick.Steps = paper.Versions[1:], 5, 20
	return Experiment{
		Name: "mountain-car", Title: "Mountain car with an extra goal at meta-train time", Figure: "Fig. 6 a, b", Revision: 1,
		Paper: paper, Quick: quick, Claims: carClaims(), Reference: carReference,
	}
}

// carReference has the curves of the authors' code, seed 0: the task loss in
// meta-training, and the final distance at meta-test, which starts from the policy
// of meta-training.
func carReference(data string) (tidy.Table, error) {
	train, test := carTask("released", "split", "meta-train"), carTask("released", "start", "meta-train policy")
	return readCurves(data, "mountain-car", []theirs{
		{file: "mountain_car_shaped_test.csv", columns: tidy.Wide{Column: "dist_last_state_to_goal"}, method: ReferenceShaped, task: test, metric: "final distance"},
		{file: "mountain_car_plain_test.csv", columns: tidy.Wide{Column: "dist_last_state_to_goal"}, method: Reference, task: test, metric: "final distance"},
		{file: "mountain_car_shaped_train_task_loss.csv", columns: tidy.Wide{Column: "task_loss"}, method: ReferenceShaped, task: train, metric: "task loss by outer step"},
		{file: "mountain_car_plain_train_task_loss.csv", columns: tidy.Wide{Column: "task_loss"}, method: Reference, task: train, metric: "task loss by outer step"},
	})
}
