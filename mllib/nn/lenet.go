package nn

import (
	"fmt"
	"math/rand/v2"

	"ml3/mllib/ad"
)

// LeNet classifies square images of one channel: two layers of convolution,
// 2×2 max-pool and ReLU, and two fully connected layers, ReLU between them; the
// output is log-softmax. After LeCun et al. (1998) in the form of the PyTorch
// examples: pool before ReLU, no dropout.
type LeNet struct {
	Side         int // of an image in pixels
	Filter       int // side of the filters of both convolutions
	Conv1, Conv2 int // channels
	Hidden       int // units of the first fully connected layer
	Classes      int
}

// PaperLeNet is the network of the paper for 28×28 images of two classes.
func PaperLeNet() LeNet {
	return LeNet{Side: 28, Filter: 5, Conv1: 10, Conv2: 20, Hidden: 50, Classes: 2}
}

// sides are the sides of the images after each pool.
func (l LeNet) sides() (s1, s2 int) {
	s1 = (l.Side - l.Filter + 1) / 2
	return s1, (s1 - l.Filter + 1) / 2
}

// Flat is the number of inputs of the first fully connected layer.
func (l LeNet) Flat() int {
	_, s2 := l.sides()
	return l.Conv2 * s2 * s2
}

// Init draws parameters on the tape (nil for the heap), all uniform within
// ±1/sqrt(number of inputs of a unit), as torch does: filters [Conv1, Filter²],
// bias [Conv1, 1], filters [Conv2, Conv1·Filter²], bias [Conv2, 1], weights
// [Flat, Hidden], bias [1, Hidden], weights [Hidden, Classes], bias [1, Classes].
func (l LeNet) Init(tape *ad.Tape, rng *rand.Rand) Params {
	var p Params
	layer := func(in, out int, conv bool) {
		w, b := tape.Zeros(in, out), tape.Zeros(1, out)
		if conv {
			w, b = tape.Zeros(out, in), tape.Zeros(out, 1)
		}
		TorchDefault(rng, in, out, w.Data, b.Data)
		p = append(p, w, b)
	}
	layer(l.Filter*l.Filter, l.Conv1, true)
	layer(l.Conv1*l.Filter*l.Filter, l.Conv2, true)
	layer(l.Flat(), l.Hidden, false)
	layer(l.Hidden, l.Classes, false)
	return p
}

// Apply returns the log-probabilities [n, Classes] of images x [n, Side²].
func (l LeNet) Apply(p Params, x *ad.Value) *ad.Value {
	if len(p) != 8 || x.Cols != l.Side*l.Side {
		panic(fmt.Sprintf("nn: LeNet for images of side %d applied to [%d, %d] with %d parameters", l.Side, x.Rows, x.Cols, len(p)))
	}
	s1, _ := l.sides()
	h := ad.ReLU(ad.ConvPool(x, p[0], p[1], l.Side, l.Filter))
	h = ad.ReLU(ad.ConvPool(h, p[2], p[3], s1, l.Filter))
	h = ad.AffineReLU(h, p[4], p[5])
	return ad.LogSoftmax(ad.Affine(h, p[6], p[7]))
}

// CrossEntropy returns the mean over n images of −log of the probability given
// to the true class, [1, 1]: logp and the one-hot targets are [n, classes]. The
// other classes do not matter, even if one has probability 0.
func CrossEntropy(logp, onehot *ad.Value) *ad.Value {
	return ad.Scale(-1/float64(logp.Rows), ad.Sum(ad.Mul(ad.Gate(logp, onehot), onehot)))
}
