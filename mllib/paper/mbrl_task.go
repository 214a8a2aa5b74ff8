package paper

import (
	"fmt"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/env"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/rl"
)

var (
	_ meta.Task = rl.Planned{}
	_ meta.Task = rl.Cloning{}
	_ meta.Task = rl.FeedbackCloning{}
)

// ModelSettings say how dynamics P are learned: from babbling first, and every so
// many outer steps from what the newest policy did in the real world.
type ModelSettings struct {
	Net    rl.EnsembleConfig
	Babble int   // episodes of random actions
	Hold   []int // time steps for which they hold an action, in turn
	First  int   // steps of the first fit
	Refit  int   // steps of each further one
	Every  int   // outer steps between two fits
}

// LearnedModel is learned dynamics while a meta-training goes on in it.
type LearnedModel struct {
	*rl.Ensemble
	s       ModelSettings
	plant   rl.Plant
	rng     *rand.Rand
	heldOut []rl.Run
}

// heldOut is the number of babbling episodes that a model never sees.
const heldOut = 12

// NewLearnedModel babbles and fits. The error says that the fit diverged. The same
// seed gives the same model for every method.
func NewLearnedModel(plant rl.Plant, s ModelSettings, seed uint64) (*LearnedModel, error) {
	rng := random.Stream(seed, "dynamics")
	m := &LearnedModel{rl.NewEnsemble(s.Net, rng), s, plant, rng, rl.Babble(plant, heldOut, []int{1, 4, 16}, random.Stream(seed, "held-out roll-outs"))}
	for _, r := range rl.Babble(plant, s.Babble, s.Hold, rng) {
		m.Add(r)
	}
	return m, m.fit(0, s.First)
}

// fit is a *meta.Diverged if it diverges.
func (m *LearnedModel) fit(outer, steps int) error {
	if l, err := m.Fit(steps, m.rng); err != nil {
		return &meta.Diverged{Step: outer, Quantity: "likelihood of the dynamics", Value: l}
	}
	if e := m.Error(m.heldOut...); !finite(e) {
		return &meta.Diverged{Step: outer, Quantity: "prediction error", Value: e}
	}
	return nil
}

// Due says whether a fit is due after an outer step.
func (m *LearnedModel) Due(outer int, c meta.TrainConfig) bool {
	return outer > 0 && outer < c.OuterSteps && outer%m.s.Every == 0
}

// Visit is what a member's policy does in the real world.
func (m *LearnedModel) Visit(member meta.Member) rl.Run {
	return member.Task.(interface {
		Drive(rl.Mover, nn.Params, *rand.Rand) rl.Run
	}).Drive(m.plant, member.Theta, m.rng)
}

// Refit adds a real roll-out and fits again. The error is a *meta.Diverged.
func (m *LearnedModel) Refit(outer int, r rl.Run) error {
	m.Add(r)
	return m.fit(outer, m.s.Refit)
}

// Error is the distance between predicted and real positions at the end of
// roll-outs, m or rad, mean over them.
func (m *LearnedModel) Error(runs ...rl.Run) float64 {
	e := rl.PredictionError(m, runs)
	return e[len(e)-1]
}

// PlanVersion is one way of meta-training a loss for planned policies.
type PlanVersion struct {
	Name      string
	Policy    rl.Policy
	Inputs    rl.PlannedInputs // of M_φ
	Unclipped bool             // whether it sees actions before the limits
	Score     rl.Score         // L_T of a roll-out
	Model     ModelSettings
	Losses    []PlanLoss
	Train     meta.TrainConfig
	// OneStart trains on one goal from one θ₀, as the released code does; otherwise
	// each member draws both, the goal from the right half-plane.
	OneStart bool
	Drawn    bool // paths are stored
}

// PlanLoss is a method of learning a loss.
type PlanLoss struct {
	Method  string
	Learner meta.Learner
}

// Planned is the task of a version in a model, without a goal.
func (v PlanVersion) Planned(plant rl.Plant, model rl.Model) rl.Planned {
	return rl.Planned{Plant: plant, Model: model, Policy: v.Policy, Inputs: v.Inputs, Unclipped: v.Unclipped, Score: v.Score}
}

// Training is the meta-training of a loss in a model.
func (v PlanVersion) Training(loss PlanLoss, plant rl.Plant, model rl.Model, seed uint64) Training {
	task := v.Planned(plant, model)
	draw := func(rng *rand.Rand) meta.Task {
		task.Goal = env.Goals(plant, 1, env.RightHalf, rng)[0]
		return task
	}
	if v.OneStart {
		one := v.released(task, seed)[0]
		draw = func(*rand.Rand) meta.Task { return one }
	}
	return Training{Method: loss.Method, Task: planTraining(v.Name), Learner: loss.Learner, Draw: draw, Config: v.Train,
		Init: v.Name + " loss init", Stream: v.Name + " meta-training"}
}

// startedPlan is the task of a policy whose θ₀ is given.
type startedPlan struct {
	rl.Planned
	theta nn.Params
}

// Init copies θ₀.
func (s startedPlan) Init(tape *ad.Tape, _ *rand.Rand) nn.Params { return s.theta.CopyOn(tape) }

// released are the two tasks of the released code, that of meta-training and that
// of meta-test, both from the one θ₀ of meta-training.
func (v PlanVersion) released(task rl.Planned, seed uint64) (tasks [2]startedPlan) {
	theta := v.Policy.Init(nil, random.Stream(seed, v.Name+" policy of meta-training"))
	arm := task.Plant.(*env.JointReacherGoal)
	train, test := arm.ReleasedGoals()
	for i, at := range [2][2]float64{train, test} {
		task.Goal = make([]float64, 2)
		if err := arm.GoalAt(task.Goal, at[0], at[1]); err != nil {
			panic(err)
		}
		tasks[i] = startedPlan{task, theta}
	}
	return tasks
}

// OpenPlant makes the world of a name, see env.Open.
func OpenPlant(world, data string) (rl.Plant, error) {
	w, err := env.Open(world, data)
	if err != nil {
		return nil, err
	}
	plant, ok := w.(rl.Plant)
	if !ok {
		return nil, fmt.Errorf("policies cannot be planned in %s: it has no derivatives", world)
	}
	return plant, nil
}
