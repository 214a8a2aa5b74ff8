package paper

import (
	"slices"

	"ml3/mllib/ad"
	"ml3/mllib/env"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/rl"
)

// ModelFree is the experiment of Fig. 4: a loss for policies is learned from recorded
// episodes alone, algorithm 4, and trains fresh policies for new goals, algorithm 5.
// PPO with the same observation is compared, goal by goal.
type ModelFree struct {
	Name     string // of the experiment
	Metric   string // what is measured of an episode, the sum of the world's measure
	Versions []FreeVersion
	Test     FreeTest
}

// FreeVersion is a view of a world, the loss learned in it, and the PPO there.
type FreeVersion struct {
	Name    string
	World   FreeWorld
	Policy  nn.Gaussian
	Units   []float64 // of the observation, in which M_φ sees it
	Losses  []FreeLoss
	Train   FreeTraining
	PPO     *FreePPO // one run for each goal; nil for none
	Ceiling *FreePPO // one run for all goals, whose policy sees the goal; nil for none
}

// FreeLoss is a method of learning a loss.
type FreeLoss struct {
	Method  string
	Inputs  rl.Inputs
	Learner meta.Learner
	Eta     float64 // rate η of Adam at the start
	Deep    bool    // tested on other policies, other episodes and steps, and drawn; one of an experiment
}

// Deep is the loss of a version that is tested in depth, if there is one.
func (v FreeVersion) Deep() (FreeLoss, bool) {
	for _, l := range v.Losses {
		if l.Deep {
			return l, true
		}
	}
	return FreeLoss{}, false
}

// FreeTraining is how a loss is learned.
type FreeTraining struct {
	Config meta.TrainConfig // its Lifetime begins after the outer steps Young
	Young  int              // outer steps in which a member lives for one update, so that φ first learns to begin

	Steps    int // of an episode
	Episodes int // that a member records after its inner steps, for L_T and for its next inner steps
	Rows     int // of the mini-batch of an inner step
	Pool     int // fresh policies, with their goals and episodes, from which members begin

	Discount float64    // γ of the baseline, if there is no critic
	Critic   *rl.Critic // advantages of L_T by a value that all tasks share; nil for the mean of the other episodes

	Average float64 // share of the old in the running mean of φ that is tested; 0 for φ as it is
	Every   int     // outer steps between two φ that compete on validation goals
}

// FreeTest is how losses are tested.
type FreeTest struct {
	Steps    int // of an episode, in meta-test and for PPO
	Episodes int // that a policy records for an update
	Descents int // SGD steps of an update, each on Rows samples
	Rows     int

	Goals     int // of meta-test
	Updates   int // of a policy
	Evaluated int // episodes that measure a policy, from which nobody learns

	Validation       int // goals on which φ is chosen, and episodes and descents were
	ValidatedUpdates int // after each of which a φ in the competition is measured

	Depths   []int // hidden layers of the other policies, of as many units
	DepthsAt []int // updates after which those are measured

	OtherEpisodes, OtherDescents []int // whose every combination is tried on the validation goals
	OtherSamples                 int   // that each combination may take

	LogEvery int    // outer steps between two rows of meta-training
	Shown    uint64 // seed whose episodes are stored
	Frames   int    // steps between two of a stored episode
	Followed string // part of the robot whose way is stored
}

// FreePPO is a run of PPO.
type FreePPO struct {
	PPO      rl.PPO
	Episodes int   // of an iteration
	At       []int // iterations after which the policy is measured
}

// oneOutput is M_φ as the mean of a network with tanh units and one output, whose last
// layer begins small: a random loss of ordinary size would push means far beyond the
// limits of the actions, from where no gradient leads back.
func oneOutput(inputs, hidden int, last, alpha float64) meta.Learner {
	return FreeLearner{last, meta.Loss{Rate: alpha,
		Net: nn.MLP{Sizes: []int{inputs, hidden, hidden, 1}, Hidden: ad.Tanh, Out: nn.Linear, Bias: true, Weights: nn.TorchDefault}}}
}

// targetLoss is M_φ as half the squared distance of the policy's mean from a target that
// such a network makes of observation, action, mean and deviation:
//
//	M_φ = mean ½ |μ − f_φ(s, a, μ, σ)|²
func targetLoss(no, na, hidden int, last, alpha float64) meta.Learner {
	return FreeLearner{last, meta.TargetLoss{From: no + na, Rate: alpha,
		Net: nn.MLP{Sizes: []int{no + 3*na, hidden, hidden, na}, Hidden: ad.Tanh, Out: nn.Linear, Bias: true, Weights: nn.TorchDefault}}}
}

// measuredAt are the iterations after which a run of so many is measured: all of the
// first, then every time that there are an eighth more.
func measuredAt(iterations int) []int {
	var at []int
	for i := 0; i < iterations; i = max(i+1, i*9/8) {
		at = append(at, i)
	}
	return append(at, iterations)
}

func ppoRuns(p rl.PPO, episodes int) *FreePPO { return &FreePPO{p, episodes, measuredAt(p.Iterations)} }

// reacherUnits are 0.1 m for the goal, 0.2 m for the way to it, and 5 rad/s.
func reacherUnits() []float64 { return []float64{1, 1, 1, 1, 0.2, 0.2, 5, 5, 0.2, 0.2, 1} }

// freeReacherVersions are three. The observable one can tell the state from what it
// sees: joint velocities instead of the tip's, which are 0 for every motion of the elbow
// against the shoulder while the arm is stretched, as it is at the start; and its reward
// has no peak within a millimetre of the goal. The paper's has the paper's observation
// and reward, as we recall it, for the loss and for PPO. In the last, losses with
// different inputs are learned for the observable one. Both learn for a shorter time and
// have else the same settings.
func freeReacherVersions() []FreeVersion {
	ppo, ceiling := rl.DefaultPPO(11, 2, 100, 200, 3e-3), rl.DefaultPPO(11, 2, 200, 200, 3e-3)
	ppo.Discount, ceiling.Discount = 0.9, 0.9
	meanAndStd := FreeLoss{LearnedLoss, rl.MeanAndStd, oneOutput(17, 64, 0.1, 0.1), 8e-3, true}
	observable := FreeVersion{Name: "observable", World: FreeReacher(env.ObservableReacher()), Policy: nn.NewGaussian(11, 2, -1, 64, 64), Units: reacherUnits(),
		Losses: []FreeLoss{meanAndStd},
		Train: FreeTraining{
			Config: meta.TrainConfig{OuterSteps: 1200, Unroll: 5, Lifetime: 10, Population: 16, Outer: nn.DefaultAdam(8e-3), Decay: true, Clip: 10},
			Young:  100, Steps: 50, Episodes: 8, Rows: 80, Pool: 256, Discount: 0.9, Average: 0.9, Every: 100,
		},
		PPO: ppoRuns(ppo, 4), Ceiling: ppoRuns(ceiling, 32)}
	short := observable
	short.Ceiling = nil
	meanAndStd.Deep = false
	short.Losses = []FreeLoss{meanAndStd}
	short.Train.Config.OuterSteps, short.Train.Young, short.Train.Every = 250, 50, 50
	paper, inputs := short, short
	paper.Name, paper.World = "paper", FreeReacher(env.DefaultReacher())
	inputs.Name, inputs.PPO = "inputs", nil
	inputs.Losses = []FreeLoss{meanAndStd, {LearnedLogProb, rl.LogProb, oneOutput(14, 64, 0.1, 0.1), 8e-3, false}}
	return []FreeVersion{observable, paper, inputs}
}

// freeAntVersions is one: the ant in its heading frame, rewarded for progress. A loss of
// another form stands beside that with one output, from which descent moves the mean to
// a target from everywhere; the network with one output has to learn that. On the
// reacher that form stays where it is after an update or two.
func freeAntVersions() []FreeVersion {
	ppo := rl.DefaultPPO(28, 8, 150, 160, 1e-3)
	ppo.FinalRate, ppo.MaxNorm = 0.05, 0.5
	ceiling := ppo
	ceiling.Iterations = 400
	critic := rl.Critic{Net: nn.MLP{Sizes: []int{28, 64, 64, 1}, Hidden: ad.Tanh, Out: nn.Linear, Bias: true, Weights: nn.TorchDefault},
		Discount: 0.99, Lambda: 0.95, Adam: nn.DefaultAdam(1e-3), Epochs: 2, MiniBatch: 100, MaxNorm: 1}
	return []FreeVersion{{Name: "heading", World: FreeAnt(env.HeadingAnt()), Policy: nn.NewGaussian(28, 8, -1, 64, 64),
		Losses: []FreeLoss{
			{LearnedLoss, rl.MeanAndStd, oneOutput(52, 64, 0.02, 0.1), 6e-3, false},
			{LearnedTarget, rl.MeanAndStd, targetLoss(28, 8, 64, 0.3, 0.1), 2.5e-3, true},
		},
		Train: FreeTraining{
			Config: meta.TrainConfig{OuterSteps: 450, Unroll: 10, Lifetime: 6, Population: 16, Outer: nn.DefaultAdam(2.5e-3), Decay: true, Clip: 1},
			Young:  150, Steps: 100, Episodes: 1, Rows: 50, Pool: 96, Critic: &critic, Average: 0.97, Every: 50,
		},
		PPO: ppoRuns(ppo, 4), Ceiling: ppoRuns(ceiling, 4)}}
}

func freeReacherTests() FreeTest {
	return FreeTest{Steps: 50, Episodes: 2, Descents: 20, Rows: 80, Goals: 10, Updates: 30, Evaluated: 8,
		Validation: 5, ValidatedUpdates: 10, Depths: []int{1, 3, 4}, DepthsAt: upTo(30),
		OtherEpisodes: []int{1, 2, 4, 8}, OtherDescents: []int{5, 10, 20, 40}, OtherSamples: 2000,
		LogEvery: 20, Shown: 1000, Frames: 1, Followed: "tip_ball"}
}

func freeAntTests() FreeTest {
	return FreeTest{Steps: 200, Episodes: 2, Descents: 10, Rows: 80, Goals: 10, Updates: 10, Evaluated: 4,
		Validation: 3, ValidatedUpdates: 4, Depths: []int{1, 3, 4}, DepthsAt: []int{0, 1, 2, 5, 10},
		OtherEpisodes: []int{1, 2, 4}, OtherDescents: []int{5, 10, 20}, OtherSamples: 2400,
		LogEvery: 10, Shown: 1000, Frames: 4, Followed: "torso"}
}

func freeReacherExperiment() Experiment {
	return Experiment{Name: "mfrl-reacher", Title: "A loss learned from episodes alone: reacher", Figure: "Fig. 4 a, c", Revision: 1,
		Paper:  ModelFree{"mfrl-reacher", "negative distance", freeReacherVersions(), freeReacherTests()},
		Quick:  quickFree(ModelFree{"mfrl-reacher", "negative distance", freeReacherVersions(), freeReacherTests()}, 40),
		Claims: freeReacherClaims(), Inputs: digests("robots/reacher.xml")}
}

func freeAntExperiment() Experiment {
	return Experiment{Name: "mfrl-ant", Title: "A loss learned from episodes alone: ant", Figure: "Fig. 4 b, d", Revision: 1,
		Paper:  ModelFree{"mfrl-ant", "progress", freeAntVersions(), freeAntTests()},
		Quick:  quickFree(ModelFree{"mfrl-ant", "progress", freeAntVersions(), freeAntTests()}, 4),
		Claims: freeAntClaims(), Inputs: digests("robots/ant.xml")}
}

// quickFree is the same with few outer steps, two goals and short runs of PPO.
func quickFree(e ModelFree, outer int) ModelFree {
	for i := range e.Versions {
		v := &e.Versions[i]
		v.Train.Config.OuterSteps, v.Train.Young, v.Train.Every, v.Train.Pool = outer, outer/2, outer/2, 16
		v.Train.Config.Population = 4
		for _, p := range []*FreePPO{v.PPO, v.Ceiling} {
			if p != nil {
				p.PPO.Iterations, p.Episodes, p.At = 5, 4, measuredAt(5)
			}
		}
	}
	t := &e.Test
	t.Goals, t.Updates, t.Evaluated, t.Validation, t.ValidatedUpdates = 2, 3, 1, 1, 2
	t.DepthsAt, t.OtherSamples, t.LogEvery = upTo(3), slices.Max(t.OtherEpisodes)*t.Steps, outer/2
	return e
}
