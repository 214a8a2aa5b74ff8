package paper

import (
	"fmt"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/digits"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

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
	Name  string // such as "3-8"
	Train Classification
	Held  Classification
}

// pairName names the pair of two digits, the smaller the first.
func pairName(a, b uint8) string { return fmt.Sprintf("%d-%d", a, b) }

// PairOf are the digits of a pair with a name, in the order of their classes; ok says
// whether there is such a pair.
func PairOf(name string) (classes [2]uint8, ok bool) {
	a, b := &classes[0], &classes[1]
	_, err := fmt.Sscanf(name, "%d-%d", a, b)
	return classes, err == nil && *a < *b && *b < 10 && name == pairName(*a, *b)
}

// Pairs splits the ten digits at random into five pairs: the first is for
// meta-training.
func (d Digits) Pairs(source digits.Source, seed uint64) []Pair {
	order := random.Stream(seed, "digits").Perm(10)
	var pairs []Pair
	for k := range 1 + d.TestPairs {
		a, b := uint8(min(order[2*k], order[2*k+1])), uint8(max(order[2*k], order[2*k+1]))
		pairs = append(pairs, Pair{
			Name:  pairName(a, b),
			Train: Classification{d.Net, digits.Select(source.Train, a, b), d.Batch},
			Held:  Classification{d.Net, digits.Select(source.Test, a, b), d.Batch},
		})
	}
	return pairs
}
