package paper

import (
	"math/rand/v2"
	"testing"

	"ml3/mllib/meta"
	"ml3/mllib/random"
)

// benchShapedSine times one update of φ: an inner step on M_φ 3-10-10-10-1 over 64
// points, the shaped loss, its second-order gradient and Adam, with a fresh task
// after ten.
func benchShapedSine(b *testing.B) {
	s := shapedSineExperiment().Paper.(ShapedSine)
	loss := meta.Loss{Net: s.Net(true)}
	t := meta.NewTrainer(loss, loss.Init(random.Stream(0, "loss init")),
		func(rng *rand.Rand) meta.Task { return s.Draw(rng, true, true) }, s.Train, random.Stream(0, "meta-training"))
	updates(b, t)
}
