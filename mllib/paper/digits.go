package paper

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"path/filepath"

	"ml3/mllib/ad"
	"ml3/mllib/digits"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

// Digits is the classification experiment, Fig. 2, bottom row: LeNet learns to
// tell two digits apart. One pair of digits is for meta-training, the remaining
// digits make pairs for meta-test; a seed decides which. Everything is measured
// on pictures that no gradient step has seen.
type Digits struct {
	Net   nn.LeNet
	Loss  nn.MLP // M_φ on (2 log-probabilities, 2 one-hot targets)
	Train meta.TrainConfig
	Batch int // pictures of a step, drawn with replacement

	TestPairs int       // of the four
	TestSteps int       // gradient steps of a test
	Record    []int     // gradient steps after which a test is measured
	EvalEvery int       // outer steps between two tests of φ on the train pair
	Held      int       // held-out pictures of a pair that are measured, at most
	Rates     []float64 // among which the best for the task loss is searched
	RateOver  int       // optimizees over which the result of a rate is averaged
	ScaleOver int       // optimizees over which the scale of the learned loss's gradient is averaged

	// Pictures of each digit that are rendered where there is no MNIST.
	RenderTrain, RenderTest int
}

func digitsExperiment() Experiment {
	record := []int{0, 1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100}
	rates := []float64{1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1}
	loss := nn.MLP{Sizes: []int{4, 40, 40, 1}, Hidden: ad.ReLU, Out: ad.Softplus, Bias: false, Weights: nn.Xavier}
	return Experiment{
		Name: "digits", Title: "Telling digits apart with a learned loss", Figure: "Fig. 2, bottom row",
		Paper: Digits{
			Net: nn.PaperLeNet(), Loss: loss, Train: digitsTrain(2000, 1e-3, 1e-3), Batch: 64,
			TestPairs: 4, TestSteps: 100, Record: record, EvalEvery: 50, Held: 1000, Rates: rates, RateOver: 5, ScaleOver: 10,
			RenderTrain: 1000, RenderTest: 200,
		},
		Quick: Digits{
			Net: nn.LeNet{Side: 28, Filter: 5, Conv1: 4, Conv2: 6, Hidden: 16, Classes: 2}, Loss: loss,
			Train: digitsTrain(2000, 1e-3, 1e-3), Batch: 16,
			TestPairs: 2, TestSteps: 100, Record: record, EvalEvery: 250, Held: 100, Rates: rates[3:6], RateOver: 1, ScaleOver: 5,
			RenderTrain: 100, RenderTest: 50,
		},
		Claims: digitsClaims(),
	}
}

// digitsTrain: every optimizee lives for ten inner steps, with an update of φ
// after each.
func digitsTrain(outerSteps int, inner, outer float64) meta.TrainConfig {
	return meta.TrainConfig{OuterSteps: outerSteps, Unroll: 1, Lifetime: 10, Population: 1,
		InnerRate: inner, Outer: nn.DefaultAdam(outer), Clip: math.Inf(1)}
}

// Classification is the task of telling two classes of pictures apart from
// batches that are drawn with replacement. M_φ sees the log-probabilities and the
// one-hot targets of a batch; the task loss is the cross-entropy of a batch.
type Classification struct {
	Net    nn.LeNet
	Images digits.Set // labelled 0 and 1
	Batch  int
}

var _ meta.Task = Classification{}

// Init draws θ₀.
func (c Classification) Init(tape *ad.Tape, rng *rand.Rand) nn.Params { return c.Net.Init(tape, rng) }

// Features are (log-probabilities, one-hot targets) of a new batch [Batch, 4].
func (c Classification) Features(theta nn.Params, rng *rand.Rand) *ad.Value {
	logp, onehot := c.classify(theta, c.draw(rng))
	return ad.ConcatCols(logp, onehot)
}

// Loss is the cross-entropy of a new batch.
func (c Classification) Loss(theta nn.Params, rng *rand.Rand) *ad.Value {
	return nn.CrossEntropy(c.classify(theta, c.draw(rng)))
}

func (c Classification) draw(rng *rand.Rand) []int {
	index := make([]int, c.Batch)
	for i := range index {
		index[i] = rng.IntN(c.Images.Len())
	}
	return index
}

// classify returns the log-probabilities [n, 2] of pictures and their one-hot
// targets [n, 2].
func (c Classification) classify(theta nn.Params, index []int) (logp, onehot *ad.Value) {
	tape := theta[0].Tape()
	images, labels := tape.Zeros(len(index), digits.Size), tape.Zeros(len(index), 1)
	onehot = tape.Zeros(len(index), 2)
	c.Images.Batch(index, images.Data, labels.Data)
	for i, class := range labels.Data {
		onehot.Data[2*i+int(class)] = 1
	}
	return c.Net.Apply(theta, images), onehot
}

// Measure returns the mean cross-entropy (nat) and the accuracy on the first
// pictures, at most the given number. The tape is reset.
func (c Classification) Measure(tape *ad.Tape, theta nn.Params, most int) (crossEntropy, accuracy float64) {
	n := min(most, c.Images.Len())
	for from := 0; from < n; from += c.Batch {
		tape.Reset()
		index := make([]int, min(c.Batch, n-from))
		for i := range index {
			index[i] = from + i
		}
		logp, onehot := c.classify(tape.Leaves(theta), index)
		crossEntropy += nn.CrossEntropy(logp, onehot).Item() * float64(len(index))
		for i := range index {
			if (logp.Data[2*i+1] > logp.Data[2*i]) == (onehot.Data[2*i+1] == 1) {
				accuracy++
			}
		}
	}
	return crossEntropy / float64(n), accuracy / float64(n)
}

// Pair is a task and the pictures it is measured on.
type Pair struct {
	Name  string // such as "3/8"
	Train Classification
	Held  Classification
}

// source is MNIST from the data folder, or rendered digits if it is not there.
func (d Digits) source(in Input) (digits.Source, error) {
	train, test, err := digits.Load(filepath.Join(in.Data, "mnist"))
	switch {
	case err == nil:
		return digits.Source{Name: "mnist", Train: train, Test: test}, nil
	case errors.Is(err, fs.ErrNotExist):
		return digits.Source{Name: "rendered", Train: digits.RenderSet(in.Seed, "train", d.RenderTrain),
			Test: digits.RenderSet(in.Seed, "test", d.RenderTest)}, nil
	}
	return digits.Source{}, err
}

// Pairs splits the ten digits at random into five pairs: the first is for
// meta-training.
func (d Digits) Pairs(source digits.Source, seed uint64) []Pair {
	order := random.Stream(seed, "digits").Perm(10)
	var pairs []Pair
	for k := range 1 + d.TestPairs {
		a, b := uint8(min(order[2*k], order[2*k+1])), uint8(max(order[2*k], order[2*k+1]))
		pairs = append(pairs, Pair{
			Name:  fmt.Sprintf("%d/%d", a, b),
			Train: Classification{d.Net, digits.Select(source.Train, a, b), d.Batch},
			Held:  Classification{d.Net, digits.Select(source.Test, a, b), d.Batch},
		})
	}
	return pairs
}

// Run recomputes one seed.
func (d Digits) Run(ctx context.Context, in Input, report func(done, total int)) (tidy.Table, error) {
	source, err := d.source(in)
	if err != nil {
		return nil, err
	}
	l := &digitsLab{Digits: d, ctx: ctx, w: newWriter("digits", in.Seed), source: source.Name,
		pairs: d.Pairs(source, in.Seed), tester: meta.NewTester(), tape: ad.NewTape()}
	l.pictures()
	total := 2 * d.Train.OuterSteps // the tests take about as long as meta-training
	phi, err := l.metaTrain(func(step int) { report(step, total) })
	if err != nil {
		return nil, err
	}
	if err := l.contest(phi); err != nil {
		return nil, err
	}
	report(total, total)
	return l.w.table, nil
}
