package paper

import (
	"context"
	"fmt"
	"strconv"

	"ml3/mllib/ad"
	"ml3/mllib/env"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/rl"
	"ml3/mllib/tidy"
)

// planTraining and planTest name the rows of a version.
func planTraining(version string) string {
	return tidy.TaskOf("version", version, "split", "meta-train")
}

func planTest(version, goals string, k int) string {
	return tidy.TaskOf("version", version, "goals", goals, "goal", strconv.Itoa(k))
}

// halves are where goals of meta-test are; meta-training saw the first.
func halves() []half { return []half{{"right", env.RightHalf}, {"left", env.LeftHalf}} }

type half struct {
	name   string
	region env.Region
}

// planLab is one seed of an experiment with planned policies.
type planLab struct {
	*lab
	PlanTest
	plant rl.Plant
}

func newPlanLab(ctx context.Context, experiment string, in Input, p PlanTest, total int, report func(done, total int)) (planLab, error) {
	plant, err := OpenPlant(p.World, in.Data)
	return planLab{newLab(ctx, experiment, in, total, report), p, plant}, err
}

// Run recomputes one seed.
func (e ModelBased) Run(ctx context.Context, in Input, report func(done, total int)) (Output, error) {
	l, err := newPlanLab(ctx, e.Name, in, e.Test, e.work(), report)
	if err != nil {
		return Output{}, err
	}
	for _, v := range e.Versions {
		l.version(v)
	}
	return l.out, l.err
}

// work is the number of steps of one seed, of whatever kind.
func (e ModelBased) work() int {
	n := 0
	for _, v := range e.Versions {
		n += len(v.Losses)*v.Train.OuterSteps*v.Train.Population + e.Test.work(len(v.Losses)+2)
	}
	return n
}

// version meta-trains and tests.
func (l planLab) version(v PlanVersion) {
	l.goals(v)
	var first *LearnedModel
	for _, loss := range v.Losses {
		model, err := NewLearnedModel(l.plant, v.Model, l.Seed)
		if err != nil {
			l.fail(err)
			return
		}
		m := l.train(v.Training(loss, l.plant, model, l.Seed), model)
		l.test(v, m, l.plant)
		if first == nil {
			first = model
			l.paths(v, m, model)
		}
	}
	l.baselines(v, first)
}

// train meta-trains in a model and refits that. It writes L_T, the rate, the norm of
// ∇φ L_T and the error of the model on the way: on babbling that it never sees, and
// on each real roll-out of the newest policy before it is fitted to it.
func (l planLab) train(t Training, model *LearnedModel) Method {
	log := func(task string, step int, metric string, value float64) {
		l.row(t.Method, task, step, metric+outerStep, value)
	}
	babbling, visits := part(t.Task, "rollouts", "babbling"), part(t.Task, "rollouts", "newest policy")
	return l.learn(t, func(tr *meta.Trainer, _ Method) {
		step := tr.Step()
		if step == 1 || step > 0 && evaluation(step, l.LogEvery, t.Config) {
			log(t.Task, step, "task loss", tr.TaskLoss())
			log(t.Task, step, "rate", tr.Rate())
			log(t.Task, step, "meta-gradient norm", tr.GradientNorm())
		}
		if model.Due(step, t.Config) {
			visit := model.Visit(tr.Members()[0])
			log(visits, step, "prediction error", model.Error(visit))
			l.fail(model.Refit(step, visit))
		} else if step > 0 {
			return
		}
		if l.err == nil {
			log(babbling, step, "prediction error", model.Error(model.heldOut...))
		}
	})
}

// measured is the descent on a task from θ₀ of a stream; p measures in the real world.
func (l planLab) measured(task meta.Task, p rl.Planned, stream string) cell {
	return cell{task: task, stream: stream, measure: func(theta nn.Params) []float64 {
		return []float64{p.Distance(theta, l.stream("start"))}
	}}
}

// test writes the final distances of fresh policies on new goals, of which each is
// updated for itself; roll-outs are in the given model: for a learned loss the real
// world. A version with one start is also tested where the released code tests it.
func (l planLab) test(v PlanVersion, m Method, model rl.Model) {
	write := func(task string, _ rl.Planned, c cell) { l.curves(m, task, l.try(m, l.At, c), "distance") }
	l.onGoals(v, model, write)
	if v.OneStart {
		for k, task := range v.released(v.Planned(l.plant, model), l.Seed) {
			write(planTest(v.Name, "released", k), task.Planned, l.measured(task, task.Planned, "released policy"))
		}
	}
}

// onGoals does something with each goal of meta-test, in both halves.
func (l planLab) onGoals(v PlanVersion, model rl.Model, do func(task string, p rl.Planned, c cell)) {
	p := v.Planned(l.plant, model)
	for _, h := range halves() {
		for k, goal := range env.Goals(l.plant, l.Goals, h.region, l.stream("goals %s", h.name)) {
			p.Goal = goal
			do(planTest(v.Name, h.name, k), p, l.measured(p, p, fmt.Sprintf("policy %s %d", h.name, k)))
		}
	}
}

// baselines are descents on L_T through the learned and through the true dynamics. Each
// has the rate that ends nearest to goals of meta-training, in the real world.
func (l planLab) baselines(v PlanVersion, model rl.Model) {
	if l.err != nil {
		return // the model may be none
	}
	goals := env.Goals(l.plant, l.RateStarts, env.RightHalf, l.stream("goals for rates"))
	for _, b := range []struct {
		name  string
		model rl.Model
	}{{ThroughModel, model}, {ThroughTruth, l.plant}} {
		p := v.Planned(l.plant, b.model)
		s := search{name: b.name, of: meta.TaskLoss, rates: l.Rates, starts: l.RateStarts}
		s.end = func(m Method, k int) float64 {
			p.Goal = goals[k]
			return l.try(m, []int{l.RateSteps}, l.measured(p, p, fmt.Sprintf("policy %d for rates", k))).end()
		}
		l.test(v, l.best(s, planTraining(v.Name)), b.model)
	}
}

// paths writes where the policies go on the goals of meta-test before and after their
// updates; on the first of each half also the joint angles of an arm, and where the
// model imagines that the policy goes.
func (l planLab) paths(v PlanVersion, m Method, model rl.Model) {
	if l.Seed != l.Shown || !v.Drawn || m.Rule == nil {
		return
	}
	l.onGoals(v, l.plant, func(task string, p rl.Planned, c cell) {
		for _, updates := range []int{0, l.Drawn} {
			t := l.try(m, []int{updates}, c)
			if l.err != nil || t.last == nil {
				return
			}
			at, first := part(task, "updates", strconv.Itoa(updates)), tidy.TaskValue(task, "goal") == "0"
			l.path(m.Name, at, p.Drive(l.plant, t.last, l.stream("start")).States, first)
			if first {
				l.path(m.Name, part(at, "rollout", "imagined"), p.Drive(model, t.last, l.stream("start")).States, false)
			}
		}
	})
}

// goals writes where the goals of meta-test are.
func (l planLab) goals(v PlanVersion) {
	if l.Seed != l.Shown || !v.Drawn {
		return
	}
	l.onGoals(v, l.plant, func(task string, p rl.Planned, _ cell) {
		l.path("goal", task, ad.New(1, len(p.Goal), p.Goal).Tensor, false)
	})
}

// path writes the places of states or goals, and the joint angles of an arm if asked.
func (l planLab) path(method, task string, states ad.Tensor, angles bool) {
	_, arm := l.plant.(*env.JointReacherGoal)
	for t := range states.Rows {
		x := ad.Zeros(1, len(l.plant.Spec().State))
		copy(x.Data, states.Row(t))
		at := l.plant.Position(x).Data
		l.pixel(method, task, t, "x", at[0])
		l.pixel(method, task, t, "y", at[1])
		for j := 0; arm && angles && j < 2; j++ {
			l.pixel(method, part(task, "joint", strconv.Itoa(j+1)), t, "angle", x.Data[j])
		}
	}
}
