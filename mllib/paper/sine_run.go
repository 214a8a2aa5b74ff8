package paper

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/tidy"
)

// The tasks of the sine's rows.

func sineTrain(net string) string { return tidy.TaskOf("net", net, "split", "meta-train") }

func sineTest(net string, bound float64) string {
	return tidy.TaskOf("net", net, "split", "meta-test", "x", fmt.Sprintf("[-%g,%g]", bound, bound))
}

// sineLab is one seed of the experiment.
type sineLab struct {
	*lab
	Sine
}

// Run recomputes one seed.
func (s Sine) Run(ctx context.Context, in Input, report func(done, total int)) (Output, error) {
	work := s.Ablation.OuterSteps * (s.Ablation.InnerSteps + 1)
	for _, v := range s.Versions {
		work += v.Train.OuterSteps + (v.Train.OuterSteps/s.EvalEvery+4+2*s.TestTasks*len(s.TestX))*s.TestSteps
	}
	l := sineLab{newLab(ctx, "sine", in, work, report), s}
	l.tasks()
	for _, v := range s.Versions {
		l.version(v)
	}
	l.ablation()
	return l.out, l.err
}

// tasks writes amplitude and phase of the tasks, the points of the train task, and
// some of the test tasks in the widest range, for the figures.
func (l sineLab) tasks() {
	write := func(amplitude, phase float64, r Regression, n int, keys ...string) {
		task := tidy.TaskOf(keys...)
		l.row(TaskData, task, 0, "amplitude", amplitude)
		l.row(TaskData, task, 0, "phase", phase)
		l.picture(TaskData, task, "x", r.X.Data[:n])
		l.picture(TaskData, task, "y", r.Y.Data[:n])
	}
	write(1, math.Pi, l.TrainTask(nn.MLP{}, l.Seed), l.Points, "split", "meta-train")
	for k := range l.TestTasks {
		amplitude, phase, _ := l.testWave(l.Seed, k)
		r := l.TestTask(nn.MLP{}, l.Seed, k, l.TestX[len(l.TestX)-1])
		write(amplitude, phase, r, min(15, l.Points), "split", "meta-test", "test", strconv.Itoa(k))
	}
}

// cell is a descent on a task from the θ₀ of a name, of which the MSE is measured.
func (l sineLab) cell(v SineVersion, task Regression, name, stream string) cell {
	task.Net.Weights = v.TestWeights
	return cell{name: name, task: task, stream: v.Name + " optimizee for " + stream, measure: func(theta nn.Params) []float64 {
		l.tape.Reset()
		return []float64{task.Loss(l.tape.Leaves(theta), nil).Item()}
	}}
}

// version meta-trains one version, evaluating φ on the way, and tests the result.
func (l sineLab) version(v SineVersion) {
	name, ends, baseline := sineTrain(v.Name), []int{1, l.TestSteps}, descends(TaskLoss, v.Loss.Rate)
	train := l.cell(v, l.TrainTask(v.Optimizee, l.Seed), "", "train")
	before := l.try(baseline, ends, train)
	m := l.learn(l.Training(v, l.Seed), func(tr *meta.Trainer, m Method) {
		if evaluation(tr.Step(), l.EvalEvery, v.Train) {
			l.outer(m, name, tr.Step(), l.try(m, ends, train), "mse")
			l.outer(baseline, name, tr.Step(), before, "mse")
		}
	})
	for _, m := range []Method{m, baseline} {
		l.curves(m, name, l.try(m, upTo(l.TestSteps), train), "mse")
		for _, bound := range l.TestX {
			var cells []cell
			for k := range l.TestTasks {
				cells = append(cells, l.cell(v, l.TestTask(v.Optimizee, l.Seed, k, bound), "test="+strconv.Itoa(k), fmt.Sprintf("test %d [-%g,%g]", k, bound, bound)))
			}
			l.curves(m, sineTest(v.Name, bound), l.try(m, upTo(l.TestSteps), cells...), "mse")
		}
	}
}

// Training is the meta-training of a version on the train task of a seed.
func (s Sine) Training(v SineVersion, seed uint64) Training {
	return v.training(s.TrainTask(v.Optimizee, seed), LearnedLoss, sineTrain(v.Name), v.Name+" meta-training")
}

func (v SineVersion) training(task Regression, method, name, stream string) Training {
	return Training{Method: method, Task: name, Learner: v.Loss, Draw: func(*rand.Rand) meta.Task { return task },
		Config: v.Train, Init: v.Name + " loss init", Stream: stream}
}

// ablation meta-trains with φ updated after each inner step and once after all.
func (l sineLab) ablation() {
	a, task := l.Ablation, tidy.TaskOf("study", "each-step")
	for _, c := range []struct {
		method           string
		unroll, lifetime int
	}{{EachStep, 1, a.InnerSteps}, {OnceAfterAll, a.InnerSteps, 1}} {
		v := a.Version
		v.Train.OuterSteps, v.Train.Unroll, v.Train.Lifetime = a.OuterSteps*c.lifetime, c.unroll, c.lifetime
		train := l.TrainTask(v.Optimizee, l.Seed)
		l.learn(v.training(train, c.method, task, "ablation "+c.method), func(tr *meta.Trainer, m Method) {
			if drawn := tr.Step() / c.lifetime; tr.Step()%c.lifetime == 0 && drawn%a.EvalEvery == 0 {
				v.TestWeights = v.Optimizee.Weights
				l.outer(m, task, drawn, l.try(m, []int{a.InnerSteps}, l.cell(v, train, "", "train")), "mse")
			}
		})
	}
}
