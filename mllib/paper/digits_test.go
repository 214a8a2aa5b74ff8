package paper

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/digits"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

// smallDigits is the quick profile with fewer steps and rates.
func smallDigits() Digits {
	d := digitsExperiment().Quick.(Digits)
	d.Train = digitsTrain(100, 3e-3)
	d.TestSteps, d.Record, d.EvalEvery, d.Rates = 10, []int{0, 5, 10}, 50, []float64{1e-2, 1e-1}
	return d
}

func TestDigitsQuick(t *testing.T) {
	run := Run(smallDigits())
	if !testing.Short() {
		run = digitsExperiment().Quick
	}
	table := quickTwice(t, digitsExperiment(), run, []uint64{1, 2})
	// Before any gradient step all methods stand at the same θ₀.
	start := table.Where(tidy.Steps(0, 0), tidy.Metric("cross-entropy"))
	for _, r := range start {
		same := start.Where(tidy.Seed(r.Seed), tidy.Task(r.Task))
		if len(same) != 4 || same[0].Value != r.Value {
			t.Errorf("seed %d, %s: %s starts at %v, another of %d methods at %v", r.Seed, r.Task, r.Method, r.Value, len(same), same[0].Value)
		}
	}
	if !testing.Short() { // the effect is large
		accuracy := table.Where(tidy.Metric("accuracy")).Last()
		_, own := accuracy.Where(tidy.Method(LearnedLoss)).PerSeed()
		_, plain := accuracy.Where(tidy.Method("task loss")).PerSeed()
		if tidy.Mean(own) < tidy.Mean(plain)+0.1 {
			t.Errorf("accuracy %.3f with the learned loss, %.3f with the task loss at the same rate", tidy.Mean(own), tidy.Mean(plain))
		}
	}
}

// Ordinary training on the cross-entropy tells rendered digits apart.
func TestLeNetLearnsRenderedDigits(t *testing.T) {
	train, held := digits.RenderSet(7, "train", 300), digits.RenderSet(7, "test", 200)
	task := Classification{nn.PaperLeNet(), digits.Select(train, 3, 8), 32}
	var d meta.Descent
	for d.Start(descends(TaskLoss, 0.1).Rule, task, random.Stream(7, "ordinary training")); d.Next(t.Context(), 250); {
	}
	if d.Err() != nil {
		t.Fatal(d.Err())
	}
	task.Images = digits.Select(held, 3, 8)
	if ce, accuracy := task.Measure(ad.NewTape(), d.Theta(), 400); !(accuracy > 0.97) {
		t.Errorf("accuracy %.3f on held-out renderings, cross-entropy %.3f", accuracy, ce)
	}
}

// The pairs of a seed share no digit, and held-out pictures are not for training.
func TestDigitsPairs(t *testing.T) {
	d := smallDigits()
	d.TestPairs = 4
	source := digits.Source{Name: "rendered", Train: digits.RenderSet(1, "train", 3), Test: digits.RenderSet(1, "test", 2)}
	orders := map[string]bool{}
	for seed := range uint64(5) {
		var names []string
		for _, p := range d.Pairs(source, seed) {
			names = append(names, strings.Split(p.Name, "-")...)
			if p.Train.Images.Len() != 6 || p.Held.Images.Len() != 4 {
				t.Errorf("pair %s has %d training and %d held-out pictures, want 6 and 4", p.Name, p.Train.Images.Len(), p.Held.Images.Len())
			}
		}
		orders[strings.Join(names, "")] = true
		slices.Sort(names)
		if got := strings.Join(names, ""); got != "0123456789" {
			t.Errorf("seed %d: digits %s", seed, got)
		}
	}
	if len(orders) < 5 {
		t.Errorf("five seeds have %d choices of pairs", len(orders))
	}
}

// testClassification has five pictures and a network for them.
func testClassification(batch int) (Classification, nn.Params) {
	c := Classification{smallDigits().Net, digits.Select(digits.RenderSet(3, "test", 5), 2, 6), batch}
	return c, c.Init(nil, random.Stream(3, "θ"))
}

// The batch of Features is that of Loss for the same numbers from rng, so the
// cross-entropy follows from the features.
func TestClassificationFeatures(t *testing.T) {
	c, theta := testClassification(7)
	f := c.Features(theta, random.Stream(3, "batch"))
	want := 0.0
	for i := range f.Rows {
		if f.At(i, 2)+f.At(i, 3) != 1 || f.At(i, 2)*f.At(i, 3) != 0 {
			t.Errorf("targets %v", f.Row(i)[2:])
		}
		want -= (f.At(i, 0)*f.At(i, 2) + f.At(i, 1)*f.At(i, 3)) / 7
	}
	if got := c.Loss(theta, random.Stream(3, "batch")).Item(); math.Abs(got-want) > 1e-14 {
		t.Errorf("cross-entropy %v, from the features %v", got, want)
	}
}

// Measuring in batches of 4, the last one short, is measuring all at once.
func TestMeasure(t *testing.T) {
	for _, most := range []int{10, 9, 1} {
		c, theta := testClassification(4)
		ce, accuracy := c.Measure(ad.NewTape(), theta, most)
		index := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}[:most]
		logp, onehot := c.classify(theta, index)
		right := 0.0
		for i, k := range index {
			if p := math.Exp(logp.At(i, int(c.Images.Labels[k]))); p > 0.5 {
				right++
			}
		}
		if want := nn.CrossEntropy(logp, onehot).Item(); math.Abs(ce-want) > 1e-14 || accuracy != right/float64(most) {
			t.Errorf("%d pictures: cross-entropy %v and accuracy %v, want %v and %v", most, ce, accuracy, want, right/float64(most))
		}
	}
}

// The search for a rate passes over rates that diverge and prefers one that learns.
func TestDigitsBestRate(t *testing.T) {
	d := smallDigits()
	d.TestSteps = 60
	source := digits.Source{Name: "rendered", Train: digits.RenderSet(1, "train", 40), Test: digits.RenderSet(1, "test", 10)}
	l := digitsLab{newLab(t.Context(), "digits", Input{Seed: 1}, 1, func(int, int) {}), d, source.Name, d.Pairs(source, 1)}
	s := search{name: BestRate, of: meta.TaskLoss, rates: []float64{1e-6, 0.05, 1e9}, starts: 1, end: l.rateEnd}
	l.best(s, "split=meta-train")
	if r := l.out.Rows; l.err != nil || len(r) != 1 || r[0].Method != BestRate || r[0].Metric != "rate" || r[0].Value != 0.05 {
		t.Errorf("best rate %v (%v), want 0.05", r, l.err)
	}
	s.rates = []float64{1e300}
	if l.best(s, "split=meta-train"); l.err == nil {
		t.Error("every rate diverges, but one is the best")
	}
}

// At every θ₀ the scaled loss has, on average, a gradient as long as the learned one.
func TestDigitsFactor(t *testing.T) {
	c, _ := testClassification(4)
	l := digitsLab{newLab(t.Context(), "digits", Input{Seed: 1}, 1, nil), smallDigits(), "rendered", []Pair{{Train: c}}}
	tripled := meta.Objective(func(task meta.Task, theta nn.Params, rng *rand.Rand) *ad.Value {
		return ad.Scale(3, task.Loss(theta, rng))
	})
	if f := l.factor(Method{LearnedLoss, tripled.At(1)}); math.Abs(f-3) > 1e-12 {
		t.Errorf("factor %v of a loss three times the task loss", f)
	}
}
