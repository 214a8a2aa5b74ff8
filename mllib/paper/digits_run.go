package paper

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"ml3/mllib/ad"
	"ml3/mllib/digits"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/tidy"
)

// digitsMetrics are what a cell measures.
func digitsMetrics() []string { return []string{"cross-entropy", "accuracy"} }

// digitsLab is one seed of the experiment.
type digitsLab struct {
	*lab
	Digits
	source string // "mnist" or "rendered"
	pairs  []Pair // the first is for meta-training
}

// Run recomputes one seed.
func (d Digits) Run(ctx context.Context, in Input, report func(done, total int)) (Output, error) {
	source, err := digits.Open(in.Data, in.Seed, d.RenderTrain, d.RenderTest)
	if err != nil {
		return Output{}, err
	}
	tests := d.Train.OuterSteps/d.EvalEvery + 2 + len(d.Rates)*d.RateOver + 4*(1+d.TestPairs)
	l := digitsLab{newLab(ctx, "digits", in, d.Train.OuterSteps+tests*d.TestSteps, report), d, source.Name, d.Pairs(source, in.Seed)}
	l.pictures()
	train, end, baseline := l.cell(l.pairs[0], l.pairs[0].Name), []int{d.TestSteps}, descends(TaskLoss, d.Loss.Rate)
	before := l.try(baseline, end, train)
	m := l.learn(d.Training(l.source, l.pairs[0]), func(tr *meta.Trainer, m Method) {
		if evaluation(tr.Step(), d.EvalEvery, d.Train) {
			l.outer(m, l.task(0), tr.Step(), l.try(m, end, train), digitsMetrics()...)
			l.outer(baseline, l.task(0), tr.Step(), before, digitsMetrics()...)
		}
	})
	l.contest(m, baseline)
	return l.out, l.err
}

// Training is the meta-training on a pair of digits of the named source.
func (d Digits) Training(source string, p Pair) Training {
	return Training{Method: LearnedLoss, Task: tidy.TaskOf("data", source, "split", "meta-train"), Learner: d.Loss,
		Draw: func(*rand.Rand) meta.Task { return p.Train }, Config: d.Train, Init: "loss init", Stream: "meta-training"}
}

// task names the rows of pair k.
func (l digitsLab) task(k int, more ...string) string {
	split := "meta-test"
	if k == 0 {
		split = "meta-train"
	}
	return tidy.TaskOf(append([]string{"data", l.source, "split", split, "pair", l.pairs[k].Name}, more...)...)
}

// faint is the ink below which a pixel of a picture has no row.
const faint = 16

// pictures writes the first held-out picture of each digit for the figures.
func (l digitsLab) pictures() {
	for k, p := range l.pairs {
		for class := range uint8(2) {
			i := slices.Index(p.Held.Images.Labels, class)
			for pixel, ink := range p.Held.Images.Image(i) {
				if ink >= faint {
					l.pixel(TaskData, l.task(k, "class", strconv.Itoa(int(class))), pixel, "ink", float64(ink))
				}
			}
		}
	}
}

// cell is a descent on a pair from the θ₀ of a name, the same for all methods, of
// which cross-entropy and accuracy are measured on held-out pictures.
func (l digitsLab) cell(p Pair, name string) cell {
	return cell{task: p.Train, stream: "test " + strings.Replace(name, "-", "/", 1), measure: func(theta nn.Params) []float64 {
		ce, acc := p.Held.Measure(l.tape, theta, l.Held)
		return []float64{ce, acc}
	}}
}

// contest tests all methods on all pairs.
func (l digitsLab) contest(learned, baseline Method) {
	best := l.best(search{name: BestRate, of: meta.TaskLoss, rates: l.Rates, starts: l.RateOver, end: l.rateEnd}, l.task(0))
	scaled := Method{Name: ScaledTaskLoss}
	if learned.Rule != nil && l.err == nil {
		factor := l.factor(learned)
		if !(factor > 0) || math.IsInf(factor, 1) {
			l.fail(fmt.Errorf("the learned loss has no gradient: %v times that of the task loss", factor))
		}
		l.row(learned.Name, l.task(0), 0, "gradient norm ratio", factor)
		scaled.Rule = meta.Objective(func(task meta.Task, theta nn.Params, rng *rand.Rand) *ad.Value {
			return ad.Scale(factor, task.Loss(theta, rng))
		}).At(l.Loss.Rate)
	}
	for _, m := range []Method{learned, baseline, scaled, best} {
		if m.Name != best.Name {
			l.row(m.Name, l.task(0), 0, "rate", l.Loss.Rate)
		}
		for k, p := range l.pairs {
			l.curves(m, l.task(k), l.try(m, l.Record, l.cell(p, p.Name)), digitsMetrics()...)
		}
	}
}

// factor is how much longer the gradient of the learned loss is than that of the
// task loss: the mean over new optimizees on the train pair.
func (l digitsLab) factor(learned Method) float64 {
	task, sum := l.pairs[0].Train, 0.0
	for k := range l.ScaleOver {
		var norms [2]float64
		for i, m := range []Method{learned, descends(TaskLoss, l.Loss.Rate)} {
			rng := l.stream("gradient scale %d", k)
			l.tape.Reset()
			theta := task.Init(l.tape, rng)
			objective, _ := m.Rule(task, theta, rng)
			for _, g := range ad.Gradient(objective, theta...) {
				for _, x := range g.Data {
					norms[i] += x * x
				}
			}
		}
		sum += math.Sqrt(norms[0] / norms[1])
	}
	return sum / float64(l.ScaleOver)
}

// rateEnd is where descent ends on training pictures of the train pair, from
// optimizees that the tests do not have.
func (l digitsLab) rateEnd(m Method, k int) float64 {
	pair := l.pairs[0]
	pair.Held = pair.Train
	return l.try(m, []int{l.TestSteps}, l.cell(pair, fmt.Sprintf("rate search %d", k))).end()
}
