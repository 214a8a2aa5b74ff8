package paper

import (
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

// Regression is the task of fitting data [n, 1] by an MLP. M_φ sees (prediction,
// target); the task loss is the mean squared error.
type Regression struct {
	Net  nn.MLP
	X, Y *ad.Value // [n, 1]
}

var _ meta.Task = Regression{}

// Init draws θ₀.
func (r Regression) Init(tape *ad.Tape, rng *rand.Rand) nn.Params { return r.Net.Init(tape, rng) }

// Features are (prediction, target) [n, 2].
func (r Regression) Features(theta nn.Params, _ *rand.Rand) *ad.Value {
	return ad.ConcatCols(r.Net.Apply(theta, r.X), r.Y)
}

// Loss is the mean squared error.
func (r Regression) Loss(theta nn.Params, _ *rand.Rand) *ad.Value {
	return ad.Mean(ad.Square(ad.Sub(r.Net.Apply(theta, r.X), r.Y)))
}

// SineTask draws n points of y = A sin(x − ω) with x ~ U[−bound, bound].
func SineTask(net nn.MLP, amplitude, phase, bound float64, n int, rng *rand.Rand) Regression {
	x, y := uniformPoints(n, bound, rng), ad.Zeros(n, 1)
	for i := range n {
		y.Data[i] = amplitude * math.Sin(x.Data[i]-phase)
	}
	return Regression{Net: net, X: x, Y: y}
}

// TrainTask is the one task of meta-training.
func (s Sine) TrainTask(net nn.MLP, seed uint64) Regression {
	return SineTask(net, 1, math.Pi, s.TrainX, s.Points, random.Stream(seed, "train task"))
}

// TestTask is test task k for x in [−bound, bound]; its amplitude and phase do not
// depend on the range.
func (s Sine) TestTask(net nn.MLP, seed uint64, k int, bound float64) Regression {
	amplitude, phase, rng := s.testWave(seed, k)
	return SineTask(net, amplitude, phase, bound, s.Points, rng)
}

// testWave draws A ~ U[0.2, 5] and ω ~ U[−π, π] of test task k, and returns the
// stream that goes on with its points.
func (s Sine) testWave(seed uint64, k int) (amplitude, phase float64, rng *rand.Rand) {
	rng = random.Stream(seed, fmt.Sprintf("test task %d", k))
	amplitude = 0.2 + 4.8*rng.Float64()
	phase = math.Pi * (2*rng.Float64() - 1)
	return amplitude, phase, rng
}
