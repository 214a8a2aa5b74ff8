package paper

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

// Method is a way to improve an optimizee: a name, which is its name in tables,
// and the rule of its steps. A method without a rule is one whose meta-training diverged.
type Method struct {
	Name string
	Rule meta.Rule
}

// descends is the method of descending the task loss at a rate.
func descends(name string, rate float64) Method {
	return Method{name, meta.Objective(meta.TaskLoss).At(rate)}
}

// lab is one seed of an experiment while it runs: its rows so far, its progress
// and its memory. Its methods do nothing once there is an error, which is looked at
// when all is done: ctx's, or one that is no divergence.
type lab struct {
	Input
	ctx         context.Context
	experiment  string
	out         Output
	err         error
	done, total int
	report      func(done, total int)
	descent     meta.Descent
	tape        *ad.Tape // to measure on
}

// newLab begins a seed. total is the number of gradient steps of all kinds that
// lie ahead, for the progress.
func newLab(ctx context.Context, experiment string, in Input, total int, report func(done, total int)) *lab {
	return &lab{Input: in, ctx: ctx, experiment: experiment, total: total, report: report, tape: ad.NewTape()}
}

// fail stops the seed if err is not nil.
func (l *lab) fail(err error) {
	if l.err == nil {
		l.err = err
	}
}

// stream is the named stream of the seed.
func (l *lab) stream(format string, a ...any) *rand.Rand {
	return random.Stream(l.Seed, fmt.Sprintf(format, a...))
}

// row adds a row to what is measured.
func (l *lab) row(method, task string, step int, metric string, value float64) {
	l.add(&l.out.Rows, method, task, step, metric, value)
}

// pixel adds a row to what is drawn and not measured.
func (l *lab) pixel(method, task string, step int, metric string, value float64) {
	l.add(&l.out.Pictures, method, task, step, metric, value)
}

func (l *lab) add(to *tidy.Table, method, task string, step int, metric string, value float64) {
	if l.err == nil {
		*to = append(*to, tidy.Row{Experiment: l.experiment, Method: method, Seed: l.Seed, Task: task, Step: step, Metric: metric, Value: value})
	}
}

// picture adds one row for each value to what is drawn and not measured.
func (l *lab) picture(method, task, metric string, values []float64) {
	for i, v := range values {
		l.pixel(method, task, i, metric, v)
	}
}

// advance reports n gradient steps.
func (l *lab) advance(n int) {
	l.done = min(l.done+n, l.total)
	l.report(l.done, l.total)
}

// Training is one meta-training: what is learned, under the name of a method, on
// which tasks. The task's name ends its rows and names the stored parameters.
type Training struct {
	Method  string
	Task    string // names the tasks of meta-training in rows
	Learner meta.Learner
	Draw    func(*rand.Rand) meta.Task
	Config  meta.TrainConfig
	Init    string // stream of φ₀
	Stream  string // stream of the tasks and of all they draw
}

// Trainer is the meta-training under a seed, before its first step.
func (t Training) Trainer(seed uint64) *meta.Trainer {
	phi := t.Learner.Init(random.Stream(seed, t.Init))
	return meta.NewTrainer(t.Learner, phi, t.Draw, t.Config, random.Stream(seed, t.Stream))
}

// LossName names the loss that is learned, as it is stored; see Learned.
func (t Training) LossName() string { return t.Task + "/method=" + t.Method }

// learn meta-trains and returns the method that was learned. observe, which may be
// nil, sees every φ, the first before any update, as the rule it makes. A run that
// diverges, or whose observer fails with a *meta.Diverged, is a row that names the
// quantity, and a method without a rule.
func (l *lab) learn(t Training, observe func(tr *meta.Trainer, m Method)) Method {
	if l.err != nil {
		return Method{Name: t.Method}
	}
	tr := t.Trainer(l.Seed)
	for l.err == nil && tr.Next(l.ctx) {
		if tr.Step() > 0 {
			l.advance(t.Config.Population)
		}
		if observe != nil {
			observe(tr, Method{t.Method, t.Learner.At(tr.Phi())})
		}
	}
	l.fail(tr.Err())
	var d *meta.Diverged
	if errors.As(l.err, &d) {
		l.err = nil
		l.row(t.Method, part(t.Task, "quantity", d.Quantity), d.Step, tidy.DivergedMetric, 1)
		return Method{Name: t.Method}
	}
	if l.err != nil {
		l.err = fmt.Errorf("%s, outer step %d: %w", t.LossName(), tr.Step(), l.err)
		return Method{Name: t.Method}
	}
	phi := tr.Phi().Clone()
	l.out.Losses = append(l.out.Losses, Learned{Name: t.LossName(), Phi: phi})
	return Method{t.Method, t.Learner.At(phi)}
}

// evaluation says whether an outer step is one after which φ is evaluated.
func evaluation(step, every int, c meta.TrainConfig) bool {
	return step%every == 0 || step == c.OuterSteps
}

// never is where a descent diverged that did not.
const never = -1

// descend takes steps by a method from a θ₀ that the task draws from rng, which
// also gives the batches. measure sees θ before the first and after each step; it
// returns false if what it measures is no finite number. descend returns the step
// at which that, or the descent itself, diverged, or never.
func (l *lab) descend(m Method, task meta.Task, steps int, rng *rand.Rand, measure func(step int, theta nn.Params) bool) (diverged int) {
	if m.Rule == nil || l.err != nil {
		return 0
	}
	for l.descent.Start(m.Rule, task, rng); l.descent.Next(l.ctx, steps); {
		if l.descent.Step() > 0 {
			l.advance(1)
		}
		if !measure(l.descent.Step(), l.descent.Theta()) {
			return l.descent.Step()
		}
	}
	var d *meta.Diverged
	if errors.As(l.descent.Err(), &d) {
		return d.Step
	}
	if err := l.descent.Err(); err != nil {
		l.fail(fmt.Errorf("%s: %w", m.Name, err))
	}
	return never
}

// cell is one descent of a trial.
type cell struct {
	name    string // ends the name of the trial's task in a row that says that it diverged; "" for the only cell
	task    meta.Task
	stream  string                          // of θ₀ and of all that the task draws; the same for all methods
	measure func(theta nn.Params) []float64 // one number for each metric
}

// trial is what a method achieves on cells: at each of the steps, as far as no cell
// diverges, the mean over the cells of each metric.
type trial struct {
	at       []int
	means    [][]float64 // [step][metric]
	last     nn.Params   // θ of the last cell at its end
	diverged map[string]int
}

// try descends by a method on every cell and measures after the gradient steps at,
// in increasing order; step 0 is before the first. A number that is not finite is
// a divergence.
func (l *lab) try(m Method, at []int, cells ...cell) trial {
	t := trial{at: at, means: make([][]float64, len(at)), diverged: map[string]int{}}
	for _, c := range cells {
		n := 0
		diverged := l.descend(m, c.task, at[len(at)-1], l.stream("%s", c.stream), func(step int, theta nn.Params) bool {
			if n == len(t.means) || step != at[n] {
				return true
			}
			values := c.measure(theta)
			if slices.ContainsFunc(values, func(x float64) bool { return !finite(x) }) {
				return false
			}
			if t.means[n] == nil {
				t.means[n] = make([]float64, len(values))
			}
			for i, x := range values {
				t.means[n][i] += x / float64(len(cells))
			}
			n++
			return true
		})
		t.means, t.last = t.means[:n], l.descent.Theta()
		if diverged != never {
			t.diverged[c.name], t.last = diverged, nil
		}
	}
	return t
}

// end is the mean of the first metric after the last step, +Inf if a cell diverged.
func (t trial) end() float64 {
	if len(t.diverged) > 0 || len(t.means) < len(t.at) {
		return math.Inf(1)
	}
	return t.means[len(t.means)-1][0]
}

// only keeps of a trial at every step those in at.
func (t trial) only(at []int) trial {
	every := t.means
	t.at, t.means = at, nil
	for _, step := range at {
		if step < len(every) {
			t.means = append(t.means, every[step])
		}
	}
	return t
}

// curves writes a trial against its gradient steps.
func (l *lab) curves(m Method, task string, t trial, metrics ...string) {
	for i, values := range t.means {
		for k, x := range values {
			l.row(m.Name, task, t.at[i], metrics[k], x)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.diverged)) {
		l.row(m.Name, strings.TrimSuffix(task+"/"+name, "/"), t.diverged[name], tidy.DivergedMetric, 1)
	}
}

// outer writes what a trial has after each of its gradient steps at an outer step.
func (l *lab) outer(m Method, task string, step int, t trial, metrics ...string) {
	for i, values := range t.means {
		for k, x := range values {
			l.row(m.Name, after(task, t.at[i]), step, metrics[k]+" by outer step", x)
		}
	}
	if len(t.diverged) > 0 {
		l.row(m.Name, after(task, t.at[len(t.at)-1]), step, tidy.DivergedMetric, 1)
	}
}

// after names a task that is evaluated after so many gradient steps.
func after(task string, steps int) string { return part(task, "after", strconv.Itoa(steps)) }

// learnedName is the name of a loss that is learned with or without extra information.
func learnedName(shaped bool) string {
	if shaped {
		return LearnedShaped
	}
	return LearnedLoss
}

// part names a part of a task by further keys and values in turn.
func part(task string, pairs ...string) string { return task + "/" + tidy.TaskOf(pairs...) }

// search is the search for the rate of a baseline on the meta-train task.
type search struct {
	name   string
	of     meta.Objective
	rates  []float64 // in increasing order
	starts int       // θ₀ that each rate is tried from
	// end is the error after all steps from start k, +Inf if it diverges.
	end func(m Method, k int) float64
}

// best is the method at the rate that ends lowest, in the mean over the starts, among
// those that leave room: at most half the first at which a start diverges. The rate is a
// row of the task.
func (l *lab) best(s search, task string) Method {
	limit := math.Inf(1)
	var sums []float64 // of the ends, by rate
	for _, rate := range s.rates {
		if rate >= limit {
			break
		}
		sum := 0.0
		for k := range s.starts {
			x := s.end(Method{s.name, s.of.At(rate)}, k)
			if math.IsInf(x, 1) {
				limit = rate
			}
			sum += x
		}
		sums = append(sums, sum)
	}
	best, lowest := 0.0, math.Inf(1)
	for i, sum := range sums {
		if s.rates[i] <= limit/2 && sum < lowest {
			best, lowest = s.rates[i], sum
		}
	}
	if best == 0 {
		l.fail(fmt.Errorf("%s diverges at rate %g, and none of %v is half of that", s.name, limit, s.rates))
	}
	l.row(s.name, task, 0, "rate", best)
	return Method{s.name, s.of.At(best)}
}

// storedSteps are the steps up to last that are stored of a long curve: all up to 10,
// then every fifth to 30 and every tenth, and the last.
func storedSteps(last int) []int {
	return slices.DeleteFunc(upTo(last), func(step int) bool {
		return !(step <= 10 || step <= 30 && step%5 == 0 || step%10 == 0 || step == last)
	})
}

// upTo are the steps from 0 to last.
func upTo(last int) (steps []int) {
	for step := range last + 1 {
		steps = append(steps, step)
	}
	return steps
}

// finite says whether x is a number that a row can hold.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// objective is what the method descends, without its rate.
func (m Method) objective() meta.Objective {
	return func(task meta.Task, theta nn.Params, rng *rand.Rand) *ad.Value {
		objective, _ := m.Rule(task, theta, rng)
		return objective
	}
}
