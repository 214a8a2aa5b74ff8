package paper

import (
	"ml3/mllib/nn"
	"ml3/mllib/rl"
)

// ExpertReacher is the experiment of Fig. 6 c: at meta-train time the task loss of the
// reacher knows what an expert does, at meta-test there is neither expert nor model.
// All losses are learned on the same goals, with the settings of one version of the
// reacher of Fig. 3.
type ExpertReacher struct {
	Version   PlanVersion // with the first of its losses
	Test      PlanTest
	Experts   int           // goals of meta-training, in the right half-plane
	Costs     []rl.GoalCost // of the experts' plans, in the order tried
	Tolerance float64       // m, beyond which an expert has failed and is not shown
	EqualTime int           // outer steps without expert that take as long as cloning with its experts: BenchmarkExpertEqualTime
	Cloning   CloningSettings
}

// CloningSettings are those of plain behaviour cloning, which has no meta-test.
type CloningSettings struct {
	Steps     int // of Adam
	Batch     int // experts of a step
	Optimizer nn.Adam
	Policies  []ClonedPolicy
}

// ClonedPolicy is a policy under the name of its method.
type ClonedPolicy struct {
	Method string
	Policy rl.Policy
}

func expertReacher(versions []PlanVersion, test PlanTest) ExpertReacher {
	v := versions[len(versions)-1]
	return ExpertReacher{Version: v, Test: test, Experts: 64, Tolerance: 0.01, EqualTime: v.Train.OuterSteps * 9 / 20,
		Costs: []rl.GoalCost{
			{Position: 1, Rate: 1e-3, Action: 0.1, End: 100},
			{Position: 1, Rate: 1e-3, Action: 0.01, End: 100},
			{Position: 1, Rate: 1e-3, Action: 0.001, End: 1000},
		},
		Cloning: CloningSettings{Steps: 1500, Batch: 8, Optimizer: nn.DefaultAdam(3e-3),
			Policies: []ClonedPolicy{{Cloned, v.Policy}, {ClonedBlind, planPolicy(1, 1, 8, 8)}}}}
}

func expertExperiment() Experiment {
	quick := expertReacher(quickVersions(reacherVersions()), quickTests(reacherTests()))
	quick.Experts, quick.Cloning.Steps = 16, 150
	return Experiment{Name: "expert-reacher", Title: "Expert demonstrations at meta-train time: reacher", Figure: "Fig. 6 c", Revision: 1,
		Paper: expertReacher(reacherVersions(), reacherTests()), Quick: quick,
		Claims: expertClaims(), Inputs: digests("robots/reacher_ml3.xml")}
}
