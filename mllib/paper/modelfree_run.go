package paper

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"ml3/mllib/env"
	"ml3/mllib/kernel"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/rl"
	"ml3/mllib/tidy"
)

// freeLab is one seed of the experiment.
type freeLab struct {
	*lab
	ModelFree
}

// Run recomputes one seed.
func (e ModelFree) Run(ctx context.Context, in Input, report func(done, total int)) (Output, error) {
	l := freeLab{newLab(ctx, e.Name, in, e.work(), report), e}
	for _, v := range e.Versions {
		if err := l.version(v); err != nil {
			return l.out, fmt.Errorf("%s: %w", v.Name, err)
		}
	}
	return l.out, nil
}

// work is about the number of updates of φ by a member, to whose time that of
// everything else is compared.
func (e ModelFree) work() int {
	n := 0
	for _, v := range e.Versions {
		n += len(v.Losses) * v.Train.Config.OuterSteps * v.Train.Config.Population
		if v.PPO != nil {
			n += e.Test.Goals * v.PPO.PPO.Iterations
		}
		if v.Ceiling != nil {
			n += v.Ceiling.PPO.Iterations
		}
	}
	return n
}

// version learns the losses of a version and tests them beside PPO.
func (l freeLab) version(v FreeVersion) error {
	w, err := v.World.Open(l.Data, l.Test.Steps)
	if err != nil {
		return err
	}
	f := freeVersion{l, v, w}
	for _, loss := range v.Losses {
		m, err := f.learn(loss)
		if err != nil {
			return fmt.Errorf("%s: %w", loss.Method, err)
		}
		if err := f.test(m, loss); err != nil {
			return fmt.Errorf("%s: %w", loss.Method, err)
		}
	}
	if err := f.random(); err != nil {
		return fmt.Errorf("%s: %w", RandomPolicy, err)
	}
	if err := f.eachPPO(); err != nil {
		return fmt.Errorf("%s: %w", PPO, err)
	}
	return f.ceiling()
}

// freeVersion is a version while it runs, in the world of meta-test.
type freeVersion struct {
	freeLab
	v FreeVersion
	w env.World
}

// goals are the goals of a split, anywhere.
func (f freeVersion) goals(split string, n int) [][]float64 {
	return env.Goals(f.w, n, env.Anywhere, f.stream("goals of %s", split))
}

// learn meta-trains a loss, and chooses that φ of those it has passed, as running
// means, which makes fresh policies for validation goals best on average over their
// updates. A meta-training that diverges has its φ until then.
func (f freeVersion) learn(loss FreeLoss) (Method, error) {
	t, err := f.v.Training(loss, f.Data, f.Seed)
	if err != nil {
		return Method{}, err
	}
	c := competition{freeVersion: f, loss: loss, best: math.Inf(-1)}
	mean := runningMean{keep: f.v.Train.Average}
	score, n := 0.0, 0
	last := f.lab.learn(t.Training, func(tr *meta.Trainer, _ Method) {
		step := tr.Step()
		if step == f.v.Train.Young {
			tr.Live(f.v.Train.Config.Lifetime)
		}
		mean.add(tr.Phi())
		if step == 0 {
			f.fail(c.enter(step, mean.phi))
			return
		}
		for _, m := range tr.Members() {
			score += m.Task.(*rl.ModelFree).Samples().Score()
			n++
		}
		if evaluation(step, f.Test.LogEvery, t.Config) {
			f.row(loss.Method, t.Task, step, f.Metric+outerStep, score/float64(n))
			f.row(loss.Method, t.Task, step, "meta-gradient norm"+outerStep, tr.GradientNorm())
			score, n = 0, 0
		}
		if evaluation(step, f.v.Train.Every, t.Config) {
			f.fail(c.enter(step, mean.phi))
		}
	})
	if f.err != nil {
		return Method{}, f.err
	}
	if c.phi == nil { // policies diverge with every φ
		return Method{Name: loss.Method}, nil
	}
	if last.Rule != nil { // the competition, and not the last φ, says which is kept
		f.out.Losses = f.out.Losses[:len(f.out.Losses)-1]
	}
	f.out.Losses = append(f.out.Losses, Learned{Name: t.LossName(), Phi: c.phi})
	f.row(loss.Method, t.Task, 0, "chosen", float64(c.chosen))
	f.row(loss.Method, part(t.Task, "for", "meta-training"), 0, "samples", float64(t.Recorder.Batch().Samples()))
	f.row(loss.Method, part(t.Task, "for", "choice"), 0, "samples", float64(c.samples))
	return Method{loss.Method, loss.Learner.At(c.phi)}, nil
}

// runningMean is an exponential mean of φ.
type runningMean struct {
	keep float64
	phi  nn.Params
}

func (m *runningMean) add(phi nn.Params) {
	if m.phi == nil {
		m.phi = phi.Clone()
		return
	}
	for i, v := range m.phi {
		kernel.Scale(v.Data, m.keep, v.Data)
		kernel.AddScaled(v.Data, v.Data, 1-m.keep, phi[i].Data)
	}
}

// competition compares φ on the validation goals.
type competition struct {
	freeVersion
	loss    FreeLoss
	phi     nn.Params // the best so far
	chosen  int       // its outer step
	best    float64
	samples int // taken for it, those that measure among them
}

// enter measures φ after an outer step. A φ with which a policy diverges does not win.
func (c *competition) enter(step int, phi nn.Params) error {
	goals := c.goals("validation", c.Test.Validation)
	sum, n, diverged := 0.0, 0, false
	for k, goal := range goals {
		a := c.adaptation(Method{c.loss.Method, c.loss.Learner.At(phi)}, c.loss, goal)
		a.updates, a.at = c.Test.ValidatedUpdates, upTo(c.Test.ValidatedUpdates)
		a.stream = fmt.Sprintf("validation %d", k)
		lost, err := a.run(func(update int, score float64, _ nn.Params) {
			if update > 0 {
				sum += score
				n++
			}
		})
		if err != nil {
			return err
		}
		diverged = diverged || lost != never
		c.samples += c.Test.ValidatedUpdates * (c.Test.Episodes + c.Test.Evaluated) * c.Test.Steps
	}
	if diverged {
		return nil
	}
	score := sum / float64(n)
	c.row(c.loss.Method, tidy.TaskOf("version", c.v.Name, "split", "validation"), step, c.Metric+outerStep, score)
	if c.phi == nil || score > c.best {
		c.phi, c.best, c.chosen = phi.Clone(), score, step
	}
	return nil
}

// adaptation is algorithm 5: a fresh policy for a goal records episodes and takes SGD
// steps on them, again and again.
type adaptation struct {
	freeVersion
	m                        Method
	loss                     FreeLoss
	goal                     []float64
	policy                   nn.Gaussian
	episodes, descents, rows int
	updates                  int
	at                       []int // updates after which the policy is measured, in increasing order
	stream                   string
}

func (f freeVersion) adaptation(m Method, loss FreeLoss, goal []float64) adaptation {
	t := f.Test
	return adaptation{freeVersion: f, m: m, loss: loss, goal: goal, policy: f.v.Policy,
		episodes: t.Episodes, descents: t.Descents, rows: t.Rows, updates: t.Updates, at: upTo(t.Updates)}
}

// run measures the policy after the updates at. It returns the update in which the
// policy diverged, or never.
func (a adaptation) run(measure func(update int, score float64, theta nn.Params)) (diverged int, err error) {
	rng := a.freeLab.stream("%s", a.stream)
	task := &rl.ModelFree{Recorder: rl.NewRecorder(env.NewBatch(a.w, a.episodes, 1), a.policy), Goal: a.goal,
		Rows: min(a.rows, a.episodes*a.Test.Steps), Inputs: a.loss.Inputs, Units: a.v.Units}
	gauge := a.gauge(a.policy)
	theta := task.Init(nil, rng)
	for update := 0; ; update++ {
		if slices.Contains(a.at, update) {
			score, err := gauge.score(theta, a.goal, a.stream)
			if err != nil {
				return update, nil // a policy that is not finite
			}
			measure(update, score, theta)
		}
		if update == a.updates {
			return never, nil
		}
		if update > 0 {
			task.Collect(theta, rng)
		}
		for a.descent.From(a.m.Rule, task, theta, rng); a.descent.Next(a.ctx, a.descents); {
		}
		var d *meta.Diverged
		if err := a.descent.Err(); errors.As(err, &d) {
			return update + 1, nil
		} else if err != nil {
			return never, err
		}
		theta = a.descent.Theta()
	}
}

// gauge measures policies of a kind.
type gauge struct {
	f       freeVersion
	rec     *rl.Recorder
	samples *rl.Samples
}

func (f freeVersion) gauge(policy nn.Gaussian) gauge {
	rec := rl.NewRecorder(env.NewBatch(f.w, f.Test.Evaluated, 1), policy)
	return gauge{f, rec, rec.NewSamples()}
}

// score is the mean over episodes of what the experiment measures. The same name gives
// the same starts and the same noise to all policies.
func (j gauge) score(theta nn.Params, goal []float64, name string) (float64, error) {
	streams := make([]*rand.Rand, j.rec.Batch().Len())
	for i := range streams {
		streams[i] = j.f.stream("episode %d to measure %s", i, name)
	}
	err := j.rec.Record(j.samples, theta, rl.Same(goal, len(streams)), func(i int) *rand.Rand { return streams[i] })
	return j.samples.Score(), err
}

// test writes what a loss makes of fresh policies on new goals, nothing if there is none.
func (f freeVersion) test(m Method, loss FreeLoss) error {
	if m.Rule == nil {
		return nil
	}
	for k, goal := range f.goals("meta-test", f.Test.Goals) {
		task := freeTest(f.v.Name, k)
		a := f.adaptation(m, loss, goal)
		a.stream = fmt.Sprintf("goal %d", k)
		if err := f.adapt(a, task); err != nil {
			return err
		}
		if !loss.Deep {
			continue
		}
		if err := f.depths(a, task); err != nil {
			return err
		}
		if err := f.pictures(a, task); err != nil {
			return err
		}
	}
	if !loss.Deep {
		return nil
	}
	return f.others(m, loss)
}

// adapt writes the scores of an adaptation against the samples it has taken.
func (f freeVersion) adapt(a adaptation, task string) error {
	per := a.episodes * f.Test.Steps
	lost, err := a.run(func(update int, score float64, _ nn.Params) {
		f.row(a.m.Name, task, update*per, f.Metric, score)
	})
	if lost != never {
		f.row(a.m.Name, task, lost*per, tidy.DivergedMetric, 1)
	}
	return err
}

// depths are policies of other depths on a goal.
func (f freeVersion) depths(a adaptation, task string) error {
	for _, layers := range f.Test.Depths {
		a.policy, a.at, a.updates = deeper(f.v.Policy, layers), f.Test.DepthsAt, slices.Max(f.Test.DepthsAt)
		if err := f.adapt(a, part(task, "layers", strconv.Itoa(layers))); err != nil {
			return err
		}
	}
	return nil
}

// others are all combinations of episodes and SGD steps of an update, on the validation
// goals, as far as the samples go.
func (f freeVersion) others(m Method, loss FreeLoss) error {
	for k, goal := range f.goals("validation", f.Test.Validation) {
		for _, episodes := range f.Test.OtherEpisodes {
			for _, descents := range f.Test.OtherDescents {
				a := f.adaptation(m, loss, goal)
				a.stream, a.episodes, a.descents = fmt.Sprintf("validation %d", k), episodes, descents
				a.updates = f.Test.OtherSamples / (episodes * f.Test.Steps)
				a.at = measuredAt(a.updates)
				task := part(freeValidation(f.v.Name, k), "episodes", strconv.Itoa(episodes), "descents", strconv.Itoa(descents))
				if err := f.adapt(a, task); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// random is the policy of random parameters on every goal of meta-test: the one with
// which a learned loss begins.
func (f freeVersion) random() error {
	for k, goal := range f.goals("meta-test", f.Test.Goals) {
		name := fmt.Sprintf("goal %d", k)
		score, err := f.gauge(f.v.Policy).score(f.v.Policy.Init(nil, f.stream("%s", name)), goal, name)
		if err != nil {
			return err
		}
		f.row(RandomPolicy, freeTest(f.v.Name, k), 0, f.Metric, score)
	}
	return nil
}

// eachPPO is PPO for every goal of meta-test.
func (f freeVersion) eachPPO() error {
	if f.v.PPO == nil {
		return nil
	}
	gauge := f.gauge(f.v.PPO.PPO.Policy)
	for k, goal := range f.goals("meta-test", f.Test.Goals) {
		task, name := freeTest(f.v.Name, k), fmt.Sprintf("goal %d", k)
		err := f.ppo(*f.v.PPO, rl.OneGoal(goal), fmt.Sprintf("PPO %d", k), func(taken int, theta nn.Params) error {
			score, err := gauge.score(theta, goal, name)
			if err == nil {
				f.row(PPO, task, taken, f.Metric, score)
			}
			return err
		}, func(taken int) { f.row(PPO, task, taken, tidy.DivergedMetric, 1) })
		if err != nil {
			return fmt.Errorf("goal %d: %w", k, err)
		}
	}
	return nil
}

// ceiling is one PPO for all goals.
func (f freeVersion) ceiling() error {
	if f.v.Ceiling == nil {
		return nil
	}
	goals := f.goals("meta-test", f.Test.Goals)
	gauge := f.gauge(f.v.Ceiling.PPO.Policy)
	anywhere := func(goal []float64, rng *rand.Rand) { f.w.DrawGoal(goal, env.Anywhere, rng) }
	return f.ppo(*f.v.Ceiling, anywhere, "PPO for all goals", func(taken int, theta nn.Params) error {
		for k, goal := range goals {
			score, err := gauge.score(theta, goal, fmt.Sprintf("goal %d", k))
			if err != nil {
				return err
			}
			f.row(PPOAllGoals, freeTest(f.v.Name, k), taken, f.Metric, score)
		}
		return nil
	}, func(taken int) {
		f.row(PPOAllGoals, tidy.TaskOf("version", f.v.Name, "split", "meta-test"), taken, tidy.DivergedMetric, 1)
	})
}

// ppo runs PPO and measures its policy. If it diverges, lost is told after how many
// samples.
func (f freeVersion) ppo(p FreePPO, goals rl.Goals, stream string, measure func(taken int, theta nn.Params) error, lost func(taken int)) error {
	if err := p.PPO.Validate(); err != nil {
		return err
	}
	run := p.PPO.Start(env.NewBatch(f.w, p.Episodes, 1), goals, f.stream("%s", stream))
	if err := measure(0, run.Theta()); err != nil {
		return err
	}
	for run.Next(f.ctx) {
		f.advance(1)
		if slices.Contains(p.At, run.Iteration()) && measure(run.Taken(), run.Theta()) != nil {
			lost(run.Taken())
			return nil
		}
	}
	if err := run.Err(); errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	} else if err != nil {
		lost(run.Taken())
	}
	return nil
}

// pictures are episodes of a policy before and after its updates: where what is to
// reach the goal goes, and on the first goal the parts of the robot.
func (f freeVersion) pictures(a adaptation, task string) error {
	if f.Seed != f.Test.Shown {
		return nil
	}
	a.at = []int{0, a.updates}
	f.picture("goal", task, "x", a.goal[:1])
	f.picture("goal", task, "y", a.goal[1:])
	_, err := a.run(func(update int, _ float64, theta nn.Params) {
		f.episode(a, part(task, "updates", strconv.Itoa(update)), theta)
	})
	return err
}

// episode writes the first episode that measures a policy: where the followed part of
// the robot is after each step, and every so many steps, on the first goal, all parts.
func (f freeVersion) episode(a adaptation, task string, theta nn.Params) {
	w, ok := f.w.Fork().(env.Drawable)
	if !ok {
		panic(fmt.Sprintf("paper: %s cannot be drawn", f.w.Spec().Name))
	}
	rng := f.stream("episode %d to measure %s", 0, a.stream)
	e, sampler, action := env.NewEpisode(w), a.policy.NewSampler(1), make([]float64, a.policy.Actions())
	sampler.Use(theta)
	if err := e.Reset(a.goal, rng); err != nil {
		panic(err) // the goal is one that has been measured
	}
	first := tidy.TaskValue(task, "goal") == "0"
	for t := 0; ; t++ {
		for _, s := range w.Segments(nil, e.State()) {
			if s.Name == f.Test.Followed {
				f.place(a.m.Name, task, t, s.B)
			}
			if first && t%f.Test.Frames == 0 {
				of := part(task, "part", s.Name)
				f.place(a.m.Name, part(of, "end", "a"), t, s.A)
				f.place(a.m.Name, part(of, "end", "b"), t, s.B)
				f.pixel(a.m.Name, of, t, "radius", s.Radius)
			}
		}
		if e.Done() {
			return
		}
		sampler.Draw(action, sampler.Mean(e.Observation()), rng)
		if e.Step(action) != nil {
			return // where it ends is seen
		}
	}
}

func (f freeVersion) place(method, task string, step int, at [3]float64) {
	for i, axis := range []string{"x", "y", "z"} {
		f.pixel(method, task, step, axis, at[i])
	}
}
