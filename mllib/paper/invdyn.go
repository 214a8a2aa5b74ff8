package paper

import (
	"ml3/mllib/ad"
	"ml3/mllib/env"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
)

// InverseDynamics is the experiment of Fig. 5 c, d: a network predicts the inertia
// matrix H(q) of an arm, and with the known bias force its torque, equation (10).
// A loss for fitting it to (q, q̈, τ) is learned twice: with the mean squared torque
// error as task loss, and shaped with ‖H − H_θ‖², for which the simulator's H is
// known in meta-training alone. Descent on two mean squared errors is compared.
//
// In meta-training there is one task, the trajectories of meta-training. In each
// test a fresh network is fitted to mini-batches of new trajectories, and its
// error measured on further ones that it never sees.
type InverseDynamics struct {
	Name       string // of the experiment
	Arm        env.Arm
	Hidden     []int   // hidden layers of the network of H
	LossHidden []int   // hidden layers of M_φ
	Rate       float64 // α
	Train      meta.TrainConfig
	Batch      int

	TrainPaths int // trajectories of meta-training
	FitPaths   int // of a test, to be fitted
	NewPaths   int // of a test, to measure the error on
	Tests      int
	Steps      int // gradient steps of a test
	EvalEvery  int // updates of φ between two evaluations on the trajectories of meta-training

	Rates      []float64 // α of the MSE to choose from
	PowerRates []float64 // α of the power-weighted MSE to choose from
	RateStarts int       // networks that each α is tried with, on the trajectories of meta-training

	Shown uint64 // seed whose pictures are stored: poses, matrices, torques
}

// The profiles. A φ update sees every age of a network up to the horizon of the
// tests: the eight members live for as many inner steps and are renewed in turn.
func invdyn(name string, arm env.Arm, hidden int, alpha float64, updates, paths int) InverseDynamics {
	return InverseDynamics{
		Name: name, Arm: arm, Hidden: []int{hidden, hidden}, LossHidden: []int{40, 40}, Rate: alpha,
		Train: meta.TrainConfig{OuterSteps: updates, Unroll: 1, Lifetime: 200, Population: 8,
			Outer: nn.DefaultAdam(3e-3), Decay: true, Clip: 10},
		Batch: 64, TrainPaths: 2 * paths, FitPaths: paths, NewPaths: 16, Tests: 3, Steps: 200, EvalEvery: updates / 10,
		Rates:      []float64{0.001, 0.002, 0.003, 0.005, 0.007, 0.01, 0.02, 0.05, 0.1, 0.2},
		PowerRates: []float64{0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1},
		RateStarts: 6, Shown: 0,
	}
}

func invdynReacherExperiment() Experiment {
	quick := invdyn("invdyn-reacher", env.ReacherArm(), 32, 0.2, 600, 40)
	quick.Tests, quick.NewPaths, quick.RateStarts, quick.EvalEvery = 2, 8, 4, 120
	return Experiment{
		Name: "invdyn-reacher", Title: "Inverse dynamics of the reacher with a shaped loss", Figure: "Fig. 5 c", Revision: 1,
		Paper:  invdyn("invdyn-reacher", env.ReacherArm(), 32, 0.2, 10_000, 100),
		Quick:  quick,
		Claims: invdynReacherClaims(), Inputs: digests("robots/reacher.xml"),
	}
}

func invdynSawyerExperiment() Experiment {
	quick := invdyn("invdyn-sawyer", env.SawyerArm(), 64, 0.1, 400, 40)
	quick.Tests, quick.NewPaths, quick.RateStarts, quick.EvalEvery = 2, 8, 2, 80
	quick.Train.Clip = 1 // with so few updates, the loss must not follow single large gradients
	return Experiment{
		Name: "invdyn-sawyer", Title: "Inverse dynamics of the Sawyer arm with a shaped loss", Figure: "Fig. 5 d", Revision: 1,
		Paper:  invdyn("invdyn-sawyer", env.SawyerArm(), 64, 0.2, 8000, 100),
		Quick:  quick,
		Claims: invdynSawyerClaims(), Inputs: digests("robots/sawyer.xml"),
	}
}

// Loss is M_φ, (τ̂ − τ, τ) of every joint [n, 2 d] to [n, 1], ELU and softplus, with
// its rate.
func (e InverseDynamics) Loss() meta.Loss {
	sizes := append(append([]int{2 * e.Arm.Joints()}, e.LossHidden...), 1)
	return meta.Loss{Rate: e.Rate, Net: nn.MLP{Sizes: sizes, Hidden: ad.ELU, Out: ad.Softplus, Bias: true, Weights: nn.Xavier}}
}
