package paper

import (
	"math/rand/v2"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

// noiseTask has LeNet and the features of the digits experiment on fixed
// random images, so that a benchmark needs no data.
type noiseTask struct {
	net            nn.LeNet
	images, onehot *ad.Value
}

func newNoiseTask(batch int) noiseTask {
	rng := random.Stream(1, "images")
	t := noiseTask{nn.PaperLeNet(), ad.Zeros(batch, 784), ad.Zeros(batch, 2)}
	for i := range t.images.Data {
		t.images.Data[i] = rng.NormFloat64()
	}
	for i := range batch {
		t.onehot.Data[2*i+i%2] = 1
	}
	return t
}

func (t noiseTask) Init(tape *ad.Tape, rng *rand.Rand) nn.Params { return t.net.Init(tape, rng) }
func (t noiseTask) Features(theta nn.Params, _ *rand.Rand) *ad.Value {
	return ad.ConcatCols(t.net.Apply(theta, t.images), t.onehot)
}
func (t noiseTask) Loss(theta nn.Params, _ *rand.Rand) *ad.Value {
	return nn.CrossEntropy(t.net.Apply(theta, t.images), t.onehot)
}

// benchLeNet times one update of φ through one inner step of LeNet.
func benchLeNet(b *testing.B, batch int) {
	task, d := newNoiseTask(batch), digitsExperiment().Paper.(Digits)
	d.Train.Lifetime = 1 << 30
	updates(b, Training{Learner: d.Loss, Draw: func(*rand.Rand) meta.Task { return task }, Config: d.Train, Init: "φ", Stream: "bench"})
}

// benchLeNetSGD times one step of gradient descent on the cross-entropy of 64 images.
func benchLeNetSGD(b *testing.B) { descents(b, descends("sgd", 1e-3).Rule, newNoiseTask(64)) }
