package paper

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"ml3/mllib/ad"
	"ml3/mllib/env"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/rl"
)

// expertLab is one seed of the experiment.
type expertLab struct {
	planLab
	ExpertReacher
	experts []rl.Expert // those that reach their goal
}

// Run recomputes one seed.
func (e ExpertReacher) Run(ctx context.Context, in Input, report func(done, total int)) (Output, error) {
	p, err := newPlanLab(ctx, "expert-reacher", in, e.Test, e.work(), report)
	if err != nil {
		return Output{}, err
	}
	l := expertLab{planLab: p, ExpertReacher: e}
	l.experts = l.demonstrate()
	l.goals(e.Version)
	for _, c := range e.Cloning.Policies {
		l.clone(c)
	}
	var last *LearnedModel
	for _, method := range []string{LearnedShaped, LearnedFeedback, LearnedInTime, LearnedLoss} {
		last = l.learnFrom(method)
	}
	l.baselines(e.Version, last)
	return l.out, l.err
}

// work is the number of steps of one seed, of whatever kind.
func (e ExpertReacher) work() int {
	return (3*e.Version.Train.OuterSteps+e.EqualTime)*e.Version.Train.Population + len(e.Cloning.Policies)*e.Cloning.Steps + e.Test.work(6)
}

// PlanExperts plans to the goals of meta-training under a seed.
func (e ExpertReacher) PlanExperts(ctx context.Context, plant rl.Plant, seed uint64) ([]rl.Expert, error) {
	goals := env.Goals(plant, e.Experts, env.RightHalf, random.Stream(seed, "goals of experts"))
	return rl.Experts(ctx, plant, goals, e.Costs, e.Tolerance, random.Stream(seed, "start"))
}

// demonstrate writes each expert's cost and final distance, and which have failed, and
// returns those that have not.
func (l expertLab) demonstrate() []rl.Expert {
	experts, err := l.PlanExperts(l.ctx, l.plant, l.Seed)
	l.fail(err)
	for k, x := range experts {
		task := part(planTraining(l.Version.Name), "goal", strconv.Itoa(k))
		l.row(ILQR, task, x.Plan.Iterations, "cost", x.Plan.Cost)
		l.row(ILQR, task, x.Plan.Iterations, "expert distance", x.Distance)
		if l.failed(x) {
			l.row(ILQR, task, x.Plan.Iterations, "failed", 1)
		}
		if l.Seed == l.Test.Shown && k < l.Test.Goals {
			l.path(ILQR, task, stacked(x.Plan.States), true)
		}
	}
	experts = slices.DeleteFunc(experts, l.failed)
	if len(experts) == 0 {
		l.fail(fmt.Errorf("none of %d experts ends within %g m of its goal", l.Experts, l.Tolerance))
	}
	return experts
}

// stacked are rows of equal length as one matrix.
func stacked(rows [][]float64) ad.Tensor {
	return ad.New(len(rows), len(rows[0]), slices.Concat(rows...)).Tensor
}

func (e ExpertReacher) failed(x rl.Expert) bool { return !(x.Distance <= e.Tolerance) }

// Training is the meta-training of a method in a model. Goals are the experts'; what of
// an expert the task loss knows depends on the method.
func (e ExpertReacher) Training(method string, plant rl.Plant, model rl.Model, experts []rl.Expert, seed uint64) Training {
	v := e.Version
	if method == LearnedInTime {
		v.Train.OuterSteps = e.EqualTime
	}
	t := v.Training(PlanLoss{method, v.Losses[0].Learner}, plant, model, seed)
	p := v.Planned(plant, model)
	t.Draw = func(rng *rand.Rand) meta.Task {
		x := experts[rng.IntN(len(experts))]
		p.Goal = x.Goal
		switch method {
		case LearnedShaped:
			return rl.Cloning{Planned: p, Experts: []rl.Expert{x}}
		case LearnedFeedback:
			return rl.FeedbackCloning{Planned: p, Expert: x}
		}
		return p
	}
	return t
}

// learnFrom meta-trains and tests a method. It returns the model.
func (l expertLab) learnFrom(method string) *LearnedModel {
	model, err := NewLearnedModel(l.plant, l.Version.Model, l.Seed)
	if l.fail(err); l.err != nil {
		return nil
	}
	m := l.train(l.Training(method, l.plant, model, l.experts, l.Seed), model)
	l.test(l.Version, m, l.plant)
	if method != LearnedInTime {
		l.paths(l.Version, m, model)
	}
	return model
}

// clone fits a policy to all experts by Adam and writes where it ends on the goals of
// meta-test, without any update there.
func (l expertLab) clone(c ClonedPolicy) {
	v := l.Version
	v.Policy = c.Policy
	task := rl.Cloning{Planned: v.Planned(l.plant, l.plant), Experts: make([]rl.Expert, l.Cloning.Batch)}
	rng := l.stream("cloning")
	opt := l.Cloning.Optimizer.Start(task.Init(nil, rng))
	for step := range l.Cloning.Steps {
		if l.fail(l.ctx.Err()); l.err != nil {
			return
		}
		for i := range task.Experts {
			task.Experts[i] = l.experts[rng.IntN(len(l.experts))]
		}
		l.tape.Reset()
		theta := nn.Params(l.tape.Leaves(opt.Params))
		opt.Step(ad.Gradient(task.Loss(theta, rng), theta...), 1-float64(step)/float64(l.Cloning.Steps))
		l.advance(1)
	}
	l.onGoals(v, l.plant, func(name string, _ rl.Planned, cell cell) {
		l.row(c.Method, name, 0, "distance", cell.measure(opt.Params)[0])
	})
}
