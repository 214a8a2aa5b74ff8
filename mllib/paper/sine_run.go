package paper

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

// sineRun is one seed of the experiment: its rows so far and its memory.
type sineRun struct {
	Sine
	w      *writer
	tester *meta.Tester
	tape   *ad.Tape // to measure task losses on
	// baselines has the task loss's results by what they belong to: they do not
	// depend on φ.
	baselines map[string][]float64
}

func (s Sine) start(seed uint64) *sineRun {
	return &sineRun{Sine: s, w: newWriter("sine", seed), tester: meta.NewTester(), tape: ad.NewTape(), baselines: map[string][]float64{}}
}

// every measures at each gradient step.
func every(int) bool { return true }

// ends measures after the first and after the last gradient step.
func (s Sine) ends(step int) bool { return step == 1 || step == s.TestSteps }

// tasks writes the points of the train task, and of the widest test tasks the
// first few, for the figures.
func (r *sineRun) tasks() {
	write := func(task string, g Regression, n int) {
		for i := range n {
			r.w.add("task loss", task, i, "data/x", g.X.Data[i])
			r.w.add("task loss", task, i, "data/y", g.Y.Data[i])
		}
	}
	write("train", r.TrainTask(nn.MLP{}, r.w.seed), r.Points)
	for k := range r.TestTasks {
		write(fmt.Sprintf("test-%d", k), r.TestTask(nn.MLP{}, r.w.seed, k, r.TestX[len(r.TestX)-1]), min(15, r.Points))
	}
}

// version meta-trains one version, evaluating φ on the way, and tests the result.
func (r *sineRun) version(ctx context.Context, v SineVersion, report func(int)) error {
	task, loss := r.TrainTask(v.Optimizee, r.w.seed), meta.Loss{Net: v.Loss}
	fresh := task // the train task with the θ₀ of testing
	fresh.Net.Weights = v.TestWeights
	phi, err := meta.Train(ctx, loss, loss.Init(random.Stream(r.w.seed, v.Name+" loss init")),
		func(*rand.Rand) meta.Task { return task }, v.Train, random.Stream(r.w.seed, v.Name+" meta-training"),
		func(p meta.Progress) error {
			report(p.Step)
			if p.Step%r.EvalEvery != 0 && p.Step != v.Train.OuterSteps {
				return nil
			}
			return r.evaluate(ctx, v, fresh, p.Step, loss.At(p.Phi))
		})
	if err != nil {
		return err
	}
	return r.test(ctx, v, fresh, loss.At(phi))
}

// evaluate writes what the learned loss of an outer step achieves, beside the task
// loss, which does not change.
func (r *sineRun) evaluate(ctx context.Context, v SineVersion, train Regression, step int, learned meta.Objective) error {
	for _, m := range contest(learned) {
		after, err := r.mse(ctx, m, train, v, "train", r.ends)
		if err != nil {
			return err
		}
		r.w.add(m.name, v.Name+"/train", step, "mse after "+steps(1), after[0])
		r.w.add(m.name, v.Name+"/train", step, "mse after "+steps(r.TestSteps), after[1])
	}
	if !r.EvalTests {
		return nil
	}
	return r.overTests(ctx, v, train.Net, learned, r.ends, func(method, task string, mean []float64) {
		r.w.add(method, task, step, "mse after "+steps(r.TestSteps), mean[1])
	})
}

// test writes the curves of both objectives on the train task and the means over
// the test tasks of each range.
func (r *sineRun) test(ctx context.Context, v SineVersion, train Regression, learned meta.Objective) error {
	for _, m := range contest(learned) {
		curve, err := r.mse(ctx, m, train, v, "train", every)
		if err != nil {
			return err
		}
		r.w.curve(m.name, v.Name+"/train", "mse", curve)
	}
	return r.overTests(ctx, v, train.Net, learned, every, func(method, task string, mean []float64) { r.w.curve(method, task, "mse", mean) })
}

type contestant struct {
	name string
	obj  meta.Objective
}

func contest(learned meta.Objective) []contestant {
	return []contestant{{"learned", learned}, {"task loss", meta.TaskLoss}}
}

// overTests gives what mse returns for each objective in each range, the mean over
// the test tasks.
func (r *sineRun) overTests(ctx context.Context, v SineVersion, net nn.MLP, learned meta.Objective, at func(int) bool,
	give func(method, task string, mean []float64)) error {
	for _, m := range contest(learned) {
		for _, bound := range r.TestX {
			var mean []float64
			for k := range r.TestTasks {
				curve, err := r.mse(ctx, m, r.TestTask(net, r.w.seed, k, bound), v, fmt.Sprintf("test %d [-%g,%g]", k, bound, bound), at)
				if err != nil {
					return fmt.Errorf("%s, test task %d on [%g, %g]: %w", m.name, k, -bound, bound, err)
				}
				if mean == nil {
					mean = make([]float64, len(curve))
				}
				for i, y := range curve {
					mean[i] += y / float64(r.TestTasks)
				}
			}
			give(m.name, fmt.Sprintf("%s/test [-%g,%g]", v.Name, bound, bound), mean)
		}
	}
	return nil
}

// mse returns the task loss after those gradient steps on the objective that at
// chooses; step 0 is before the first. All objectives start from the θ₀ of the
// name.
func (r *sineRun) mse(ctx context.Context, m contestant, task Regression, v SineVersion, name string, at func(int) bool) ([]float64, error) {
	key := fmt.Sprint(v.Name, " ", name, " ", at(0))
	if curve := r.baselines[key]; m.name == "task loss" && curve != nil {
		return curve, nil
	}
	var curve []float64
	_, err := r.tester.Test(ctx, m.obj, task, r.TestSteps, v.Train.InnerRate, random.Stream(r.w.seed, v.Name+" optimizee for "+name),
		func(step int, theta nn.Params) {
			if at(step) {
				r.tape.Reset()
				curve = append(curve, task.Loss(r.tape.Leaves(theta), nil).Item())
			}
		})
	if err != nil {
		return nil, err
	}
	if last := curve[len(curve)-1]; math.IsNaN(last) || math.IsInf(last, 0) {
		return nil, &meta.Diverged{Step: r.TestSteps, Quantity: "task loss", Value: last}
	}
	if m.name == "task loss" {
		r.baselines[key] = curve
	}
	return curve, nil
}

// ablation meta-trains with φ updated after each inner step and once after all.
func (r *sineRun) ablation(ctx context.Context, report func(int)) error {
	a := r.Ablation
	short := *r
	short.TestSteps = a.InnerSteps
	for _, m := range []struct {
		name             string
		unroll, lifetime int
	}{{"each step", 1, a.InnerSteps}, {"once after all", a.InnerSteps, 1}} {
		v := a.Version
		v.Train.OuterSteps, v.Train.Unroll, v.Train.Lifetime = a.OuterSteps*m.lifetime, m.unroll, m.lifetime
		task, loss := r.TrainTask(v.Optimizee, r.w.seed), meta.Loss{Net: v.Loss}
		_, err := meta.Train(ctx, loss, loss.Init(random.Stream(r.w.seed, v.Name+" loss init")),
			func(*rand.Rand) meta.Task { return task }, v.Train, random.Stream(r.w.seed, "ablation "+m.name),
			func(p meta.Progress) error {
				drawn := p.Step / m.lifetime
				if p.Step%m.lifetime != 0 {
					return nil
				}
				report(drawn)
				if drawn%a.EvalEvery != 0 {
					return nil
				}
				after, err := short.mse(ctx, contestant{"learned", loss.At(p.Phi)}, task, v, "train", short.ends)
				if err != nil {
					return err
				}
				r.w.add(m.name, "each-step", drawn, "mse after "+steps(a.InnerSteps), after[1])
				return nil
			})
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return nil
}

func steps(n int) string {
	if n == 1 {
		return "1 step"
	}
	return fmt.Sprintf("%d steps", n)
}
