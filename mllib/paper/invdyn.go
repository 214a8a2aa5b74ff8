package paper

import (
	"math"

	"ml3/mllib/ad"
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
	Arm        Arm
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
func invdyn(name string, arm Arm, hidden int, alpha float64, updates, paths int) InverseDynamics {
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
	quick := invdyn("invdyn-reacher", ReacherArm(), 32, 0.2, 600, 40)
	quick.Tests, quick.NewPaths, quick.RateStarts, quick.EvalEvery = 2, 8, 4, 120
	return Experiment{
		Name: "invdyn-reacher", Title: "Inverse dynamics of the reacher with a shaped loss", Figure: "Fig. 5 c", Revision: 1,
		Paper:  invdyn("invdyn-reacher", ReacherArm(), 32, 0.2, 10_000, 100),
		Quick:  quick,
		Claims: invdynReacherClaims(), Inputs: digests("robots/reacher.xml"),
	}
}

func invdynSawyerExperiment() Experiment {
	quick := invdyn("invdyn-sawyer", SawyerArm(), 64, 0.1, 400, 40)
	quick.Tests, quick.NewPaths, quick.RateStarts, quick.EvalEvery = 2, 8, 2, 80
	quick.Train.Clip = 1 // with so few updates, the loss must not follow single large gradients
	return Experiment{
		Name: "invdyn-sawyer", Title: "Inverse dynamics of the Sawyer arm with a shaped loss", Figure: "Fig. 5 d", Revision: 1,
		Paper:  invdyn("invdyn-sawyer", SawyerArm(), 64, 0.2, 8000, 100),
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

// Arm is a robot of the inverse dynamics experiments and how its trajectories are
// drawn.
type Arm struct {
	File      string     // in the folder robots
	Low, High []float64  // joint angles of trajectories, rad
	Speed     []float64  // limit of the joints' speeds, rad/s
	Frequency [2]float64 // of the sines, Hz
	Spread    float64    // of the trajectories' centres: 0 all in the middle of the angles, 1 as far apart as fits
	Sines     int        // of a joint's trajectory
	Duration  float64    // s
	Points    int        // samples of a trajectory, evenly spaced
}

// ReacherArm is gym's two-link arm without the armature of its joints. That is
// 1 kg m², a thousand times the inertia of the links, and would make the inertia
// matrix a constant to 0.03 %. The damping, a known term, is left out with it.
// The shoulder has no limit; the speeds are ours, since gym names none. The elbow,
// on which alone H depends, is bent differently in every trajectory.
func ReacherArm() Arm {
	return Arm{File: "reacher.xml", Low: []float64{-math.Pi, -3}, High: []float64{math.Pi, 3},
		Speed: []float64{8, 8}, Frequency: [2]float64{0.2, 1.5}, Spread: 1, Sines: 3, Duration: 5, Points: 50}
}

// SawyerArm is the arm with seven joints within the angles and speeds of its
// manufacturer's description. Its trajectories swing about the middle of the angles.
func SawyerArm() Arm {
	return Arm{File: "sawyer.xml",
		Low:   []float64{-3.0503, -3.8095, -3.0426, -3.0439, -2.9761, -2.9761, -4.7124},
		High:  []float64{3.0503, 2.2736, 3.0426, 3.0439, 2.9761, 2.9761, 4.7124},
		Speed: []float64{1.74, 1.328, 1.957, 1.957, 3.485, 3.485, 4.545}, Frequency: [2]float64{0.05, 0.5}, Spread: 0,
		Sines: 3, Duration: 10, Points: 50}
}
