package paper

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

// The methods of the digits experiment besides "learned" and "task loss", which
// descend at the same rate.
const (
	digitsScaled = "scaled task loss"        // the task loss times a number: the same mean gradient as the learned loss at θ₀
	digitsTuned  = "task loss, best rate"    // the rate that is best on the train pair
	digitsRate   = "rate"                    // metric: the rate of a method
	digitsFactor = "gradient norm, relative" // metric: of the learned loss to the task loss, at θ₀
)

// digitsLab is one seed's run.
type digitsLab struct {
	Digits
	ctx    context.Context
	w      *writer
	source string // "mnist" or "rendered"
	pairs  []Pair
	tester *meta.Tester
	tape   *ad.Tape
}

func (l *digitsLab) task(k int) string {
	if k == 0 {
		return fmt.Sprintf("%s train %s", l.source, l.pairs[0].Name)
	}
	return fmt.Sprintf("%s test %s", l.source, l.pairs[k].Name)
}

// faint is the ink below which a pixel of a picture is not recorded.
const faint = 16

// pictures writes the first held-out picture of each digit for the figures: the
// step is the pixel, the value its ink from 0 to 255. Faint pixels have no row.
func (l *digitsLab) pictures() {
	for k, p := range l.pairs {
		for class := range uint8(2) {
			i := slices.Index(p.Held.Images.Labels, class)
			for pixel, ink := range p.Held.Images.Image(i) {
				if ink >= faint {
					l.w.add("data", l.task(k), pixel, fmt.Sprintf("picture of class %d", class), float64(ink))
				}
			}
		}
	}
}

// digitsCurve is what a test measures: step by step, on held-out pictures.
type digitsCurve struct {
	step                   []int
	crossEntropy, accuracy []float64
}

func (c digitsCurve) last() (crossEntropy, accuracy float64) {
	n := len(c.step) - 1
	return c.crossEntropy[n], c.accuracy[n]
}

// test descends on an objective from a new θ₀, the same for all objectives, and
// measures after the given steps. What diverges is an error.
func (l *digitsLab) test(obj meta.Objective, p Pair, rate float64, record []int) (digitsCurve, error) {
	var c digitsCurve
	_, err := l.tester.Test(l.ctx, obj, p.Train, l.TestSteps, rate, random.Stream(l.w.seed, "test "+p.Name),
		func(step int, theta nn.Params) {
			if slices.Contains(record, step) {
				ce, acc := p.Held.Measure(l.tape, theta, l.Held)
				c.step, c.crossEntropy, c.accuracy = append(c.step, step), append(c.crossEntropy, ce), append(c.accuracy, acc)
			}
		})
	if err != nil {
		return c, err
	}
	if ce, _ := c.last(); math.IsNaN(ce) || math.IsInf(ce, 0) {
		return c, &meta.Diverged{Step: l.TestSteps, Quantity: "cross-entropy", Value: ce}
	}
	return c, nil
}

// metaTrain trains φ on the first pair and tests it there on the way.
func (l *digitsLab) metaTrain(report func(step int)) (nn.Params, error) {
	loss, train, name := meta.Loss{Net: l.Loss}, l.pairs[0], l.task(0)
	end := []int{l.TestSteps}
	write := func(method string, step int, c digitsCurve) {
		ce, acc := c.last()
		l.w.add(method, name, step, fmt.Sprintf("cross-entropy after %d steps", l.TestSteps), ce)
		l.w.add(method, name, step, fmt.Sprintf("accuracy after %d steps", l.TestSteps), acc)
	}
	baseline, err := l.test(meta.TaskLoss, train, l.Train.InnerRate, end)
	if err != nil {
		return nil, err
	}
	return meta.Train(l.ctx, loss, loss.Init(random.Stream(l.w.seed, "loss init")),
		func(*rand.Rand) meta.Task { return train.Train }, l.Train, random.Stream(l.w.seed, "meta-training"),
		func(p meta.Progress) error {
			report(p.Step)
			if p.Step%l.EvalEvery != 0 && p.Step != l.Train.OuterSteps {
				return nil
			}
			learned, err := l.test(loss.At(p.Phi), train, l.Train.InnerRate, end)
			if err != nil {
				return fmt.Errorf("test after %d outer steps: %w", p.Step, err)
			}
			write("learned", p.Step, learned)
			write("task loss", p.Step, baseline)
			return nil
		})
}

// contest tests all methods on all pairs.
func (l *digitsLab) contest(phi nn.Params) error {
	learned := meta.Loss{Net: l.Loss}.At(phi)
	factor, err := l.factor(learned)
	if err != nil {
		return err
	}
	best, err := l.bestRate()
	if err != nil {
		return err
	}
	scaled := func(task meta.Task, theta nn.Params, rng *rand.Rand) *ad.Value {
		return ad.Scale(factor, task.Loss(theta, rng))
	}
	alpha := l.Train.InnerRate
	for _, m := range []struct {
		name string
		obj  meta.Objective
		rate float64
	}{{"learned", learned, alpha}, {"task loss", meta.TaskLoss, alpha}, {digitsScaled, scaled, alpha}, {digitsTuned, meta.TaskLoss, best}} {
		l.w.add(m.name, l.task(0), 0, digitsRate, m.rate)
		for k, p := range l.pairs {
			c, err := l.test(m.obj, p, m.rate, l.Record)
			if err != nil {
				return fmt.Errorf("%s on %s: %w", m.name, p.Name, err)
			}
			for i, step := range c.step {
				l.w.add(m.name, l.task(k), step, "cross-entropy", c.crossEntropy[i])
				l.w.add(m.name, l.task(k), step, "accuracy", c.accuracy[i])
			}
		}
	}
	l.w.add("learned", l.task(0), 0, digitsFactor, factor)
	return nil
}

// factor is how much longer the gradient of the learned loss is than that of the
// task loss: the mean over new optimizees on the train pair.
func (l *digitsLab) factor(learned meta.Objective) (float64, error) {
	task, sum := l.pairs[0].Train, 0.0
	for k := range l.ScaleOver {
		var norms [2]float64
		for i, obj := range []meta.Objective{learned, meta.TaskLoss} {
			rng := random.Stream(l.w.seed, fmt.Sprintf("gradient scale %d", k))
			l.tape.Reset()
			theta := task.Init(l.tape, rng)
			for _, g := range ad.Gradient(obj(task, theta, rng), theta...) {
				for _, x := range g.Data {
					norms[i] += x * x
				}
			}
		}
		sum += math.Sqrt(norms[0] / norms[1])
	}
	if f := sum / float64(l.ScaleOver); f > 0 && !math.IsInf(f, 0) {
		return f, nil
	}
	return 0, fmt.Errorf("the learned loss has no gradient: %v times that of the task loss", sum/float64(l.ScaleOver))
}

// bestRate is the rate at which gradient descent on the task loss ends lowest on
// training pictures of the train pair, averaged over optimizees that the tests
// do not have. A rate at which one diverges is out.
func (l *digitsLab) bestRate() (float64, error) {
	best, lowest := 0.0, math.Inf(1)
	for _, rate := range l.Rates {
		mean, err := l.rateResult(rate)
		var diverged *meta.Diverged
		if errors.As(err, &diverged) {
			continue
		}
		if err != nil {
			return 0, err
		}
		if mean < lowest {
			best, lowest = rate, mean
		}
	}
	if best == 0 {
		return 0, fmt.Errorf("descent on the task loss diverges at every rate of %v", l.Rates)
	}
	return best, nil
}

func (l *digitsLab) rateResult(rate float64) (mean float64, err error) {
	pair := l.pairs[0]
	pair.Held = pair.Train
	for k := range l.RateOver {
		pair.Name = fmt.Sprintf("rate search %d", k)
		c, err := l.test(meta.TaskLoss, pair, rate, []int{l.TestSteps})
		if err != nil {
			return 0, err
		}
		ce, _ := c.last()
		mean += ce / float64(l.RateOver)
	}
	return mean, nil
}
