package paper

import (
	"math"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/rl"
)

// ModelBased is the experiment of Fig. 3: a loss for policies is learned in learned
// dynamics, on goals in the right half-plane, and used without a model on goals in
// both. Descent on the task loss through the model is compared.
type ModelBased struct {
	Name     string // of the experiment
	Versions []PlanVersion
	Test     PlanTest
}

// PlanTest is how planned policies are tested.
type PlanTest struct {
	World string // of env.Open
	Goals int    // of meta-test, in each half
	At    []int  // policy updates after which the final distance is stored
	Drawn int    // updates after which paths are stored

	Rates      []float64 // of the baselines, to choose from
	RateStarts int       // goals and policies that each is tried on
	RateSteps  int       // updates after which the best is best

	LogEvery int    // outer steps between two rows of meta-training
	Shown    uint64 // seed whose paths are stored
}

// work is the number of updates of so many methods and the search of two rates.
func (p PlanTest) work(methods int) int {
	return methods*2*p.Goals*p.At[len(p.At)-1] + 2*len(p.Rates)*p.RateStarts*p.RateSteps
}

func planTests(world string, rates ...float64) PlanTest {
	return PlanTest{World: world, Goals: 5, At: []int{0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50}, Drawn: 20,
		Rates: rates, RateStarts: 10, RateSteps: 20, LogEvery: 50, Shown: 1000}
}

func pointmassTests() PlanTest {
	return planTests("pointmass-goal", 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1)
}

func reacherTests() PlanTest {
	return planTests("joint-reacher-goal", 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01)
}

// planPolicy is the policy of the released code: tanh of state and goal, and for its
// reacher of the goal's rates, 0.
func planPolicy(scale ...float64) rl.Policy {
	return rl.Policy{Net: nn.MLP{Sizes: []int{len(scale), 64, 64, 2}, Hidden: ad.Tanh, Out: nn.Linear, Bias: true, Weights: nn.TorchDefault}, Scale: scale}
}

// planLoss is M_φ with two hidden layers, loss and rate α = floor + σ.
func planLoss(inputs, hidden int, floor float64) PlanLoss {
	return PlanLoss{LearnedLoss, meta.LossAndRate{Floor: floor, Scale: 1,
		Net: nn.MLP{Sizes: []int{inputs, hidden, hidden, 2}, Hidden: ad.ELU, Out: nn.Linear, Bias: true, Weights: nn.TorchDefault}}}
}

// fixedRate is M_φ at a fixed rate.
func fixedRate(inputs, hidden int, alpha float64) PlanLoss {
	return PlanLoss{LearnedFixed, meta.Loss{Rate: alpha,
		Net: nn.MLP{Sizes: []int{inputs, hidden, hidden, 1}, Hidden: ad.ELU, Out: ad.Softplus, Bias: true, Weights: nn.TorchDefault}}}
}

// planModel is the ensemble of the released code, with normalized targets, without limits.
func planModel(step, implicit float64, scale ...float64) rl.EnsembleConfig {
	return rl.EnsembleConfig{Nets: 3, Hidden: []int{100, 30}, Positions: 2, Actions: 2, Step: step, Implicit: implicit, InputScale: scale,
		MaxPosition: math.Inf(1), MaxVelocity: math.Inf(1), MinVariance: 1e-3, Batch: 64, Optimizer: nn.DefaultAdam(1e-3), FinalRate: 0.1}
}

// paperTraining is meta-training as the paper's algorithm 3 has it: an inner step from
// a fresh policy on a fresh goal, and an update of φ by Adam.
func paperTraining(steps int, eta float64) meta.TrainConfig {
	return meta.TrainConfig{OuterSteps: steps, Unroll: 1, Lifetime: 1, Population: 1, Outer: nn.DefaultAdam(eta), Decay: false, Clip: math.Inf(1)}
}

// robustTraining lets policies live for more than one update, which φ then learns to
// continue.
func robustTraining(steps, lifetime int, eta float64) meta.TrainConfig {
	return meta.TrainConfig{OuterSteps: steps, Unroll: 1, Lifetime: lifetime, Population: 4, Outer: nn.DefaultAdam(eta), Decay: true, Clip: 1}
}

// pointmassInputs are state, action and goal.
func pointmassInputs(x, u, goal *ad.Value) *ad.Value {
	return rl.Absolute(1, 1, 1, 1, 1, 1, 1, 1)(x, u, goal)
}

// reacherInputs are the same in the units of the released code.
func reacherInputs(x, u, goal *ad.Value) *ad.Value {
	return rl.Absolute(1, 1, 8, 8, 1, 1, 1, 1)(x, u, goal)
}

// pointmassVersions are two. The paper's has the sizes of the released code's reacher,
// for the paper does not tell any; steps and η are ours, because at that code's η of
// 0.01 the learned rate vanishes within some tens of steps. The robust one changes what
// keeps that from getting nearer to goals: policies live for 30 updates, so that φ
// learns to continue; updates of φ average four of them, with limited gradients and a
// falling η; M_φ is small.
func pointmassVersions() []PlanVersion {
	paper := PlanVersion{Name: "paper", Policy: planPolicy(1, 1, 1, 1, 1, 1), Inputs: pointmassInputs, Score: rl.FinalDistance,
		Model:  ModelSettings{Net: planModel(0.1, 0.5, 1, 1, 1, 1, 1, 1), Babble: 3, Hold: []int{1}, First: 3000, Refit: 500, Every: 100},
		Losses: []PlanLoss{planLoss(8, 400, 0)}, Train: paperTraining(1500, 3e-4), Drawn: true}
	robust := paper
	robust.Name, robust.Train = "robust", robustTraining(1000, 30, 2e-3)
	robust.Losses = []PlanLoss{planLoss(8, 50, 0), fixedRate(8, 50, 0.5)}
	return []PlanVersion{paper, robust}
}

// reacherVersions are three. The paper's is that of the pointmass with the babbling and
// the limits of the released code. The released one is that code: a fixed rate, one
// goal and one θ₀, another L_T; M_φ sees the final distance instead of the goal; a fit
// every 300 outer steps. Of it we do not follow that each net fits two thirds of the
// data, from new moments of Adam and for more steps as data grow (ours: 3000, then 1500
// each time); targets that are not normalized; limits of imagined states with zero
// derivative; and that ∇θ L_T leaves out how an action depends on θ through its state.
//
// The robust one learns in better dynamics, from babbling that gets around (held
// actions, ten times as much), and with the released L_T: the final distance alone
// teaches nothing here. M_φ sees what the arm's motion depends on, and actions before
// their limits, beyond which it could not move them. A floor keeps the rate.
func reacherVersions() []PlanVersion {
	net := planModel(0.01, 1, 1, 1, 8, 8, 1, 1)
	net.MaxPosition, net.MaxVelocity = 3, 4
	paper := PlanVersion{Name: "paper", Policy: planPolicy(1, 1, 8, 8, 1, 1, 1, 1), Inputs: reacherInputs, Score: rl.FinalDistance,
		Model:  ModelSettings{Net: net, Babble: 3, Hold: []int{1}, First: 3000, Refit: 500, Every: 100},
		Losses: []PlanLoss{planLoss(8, 400, 0)}, Train: paperTraining(1000, 3e-4)}
	released := paper
	released.Name, released.OneStart, released.Inputs, released.Score = "released", true, rl.ReleasedReacherInputs, rl.ReleasedReacherLoss
	released.Model.Refit, released.Model.Every = 1500, 300
	released.Train = paperTraining(3000, 1e-2)
	released.Losses = []PlanLoss{fixedRate(7, 400, 1e-4)}
	robust := released
	robust.Name, robust.OneStart, robust.Inputs, robust.Unclipped, robust.Drawn = "robust", false, rl.RelativeCosine, true, true
	robust.Policy, robust.Model.Net.MaxVelocity = planPolicy(1, 1, 8, 8, 1, 1), 15
	robust.Model.Babble, robust.Model.Hold, robust.Model.Refit, robust.Model.Every = 30, []int{1, 4, 16}, 500, 100
	robust.Losses = []PlanLoss{planLoss(7, 50, 0.2), fixedRate(7, 50, 0.7)}
	robust.Train = robustTraining(1200, 20, 3e-3)
	robust.Train.Population = 8 // of four, one seed in ten never leaves the floor of its rate
	return []PlanVersion{paper, released, robust}
}

func pointmassExperiment() Experiment {
	return Experiment{Name: "mbrl-pointmass", Title: "A loss learned in learned dynamics: pointmass", Figure: "Fig. 3 a, b", Revision: 1,
		Paper:  ModelBased{"mbrl-pointmass", pointmassVersions(), pointmassTests()},
		Quick:  ModelBased{"mbrl-pointmass", quickVersions(pointmassVersions()), quickTests(pointmassTests())},
		Claims: pointmassClaims()}
}

func reacherExperiment() Experiment {
	return Experiment{Name: "mbrl-reacher", Title: "A loss learned in learned dynamics: reacher", Figure: "Fig. 3 c", Revision: 1,
		Paper:  ModelBased{"mbrl-reacher", reacherVersions(), reacherTests()},
		Quick:  ModelBased{"mbrl-reacher", quickVersions(reacherVersions()), quickTests(reacherTests())},
		Claims: reacherClaims(), Inputs: digests("robots/reacher_ml3.xml")}
}

// quickVersions are the same with few outer steps.
func quickVersions(versions []PlanVersion) []PlanVersion {
	for i := range versions {
		v := &versions[i]
		v.Model.First, v.Model.Refit = 500, 100
		if v.Train.OuterSteps = 20; v.Name == "robust" {
			v.Train.OuterSteps, v.Train.Population = 300, 2
		}
	}
	return versions
}

func quickTests(p PlanTest) PlanTest {
	p.Goals, p.At, p.Rates, p.RateStarts, p.LogEvery = 2, []int{0, 1, 2, 3, 5, 10, 20}, []float64{1e-4, 1e-3, 0.01}, 1, 10
	return p
}
