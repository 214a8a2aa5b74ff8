package paper

import (
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
)

// Wave is the task of the shaped sine: find the frequency ν of y = sin(νx) with
// the model f_θ(x) = sin(θx), whose one parameter is its frequency θ.
type Wave struct {
	Nu     float64   // ν, radians per unit of x
	Start  float64   // θ₀
	X, Y   *ad.Value // the points x and sin(νx), [n, 1]; leaves on the heap
	Shaped bool      // L_T is (θ − ν)², equation (9) with β = 0 and γ = 1; else the MSE
	SeesX  bool      // M_φ sees (x, f_θ(x), y), else (f_θ(x), y)
}

var _ meta.Task = Wave{}

// NewWave is the task of frequency nu on the points x, [n, 1].
func NewWave(nu, start float64, x *ad.Value, shaped, seesX bool) Wave {
	y := ad.Zeros(x.Rows, 1)
	for i, xi := range x.Data {
		y.Data[i] = math.Sin(nu * xi)
	}
	return Wave{Nu: nu, Start: start, X: x, Y: y, Shaped: shaped, SeesX: seesX}
}

// Init is θ₀ = Start, [1, 1].
func (w Wave) Init(tape *ad.Tape, _ *rand.Rand) nn.Params { return nn.Params{tape.Scalar(w.Start)} }

// Predict is f_θ(x) = sin(θx), [n, 1].
func (w Wave) Predict(theta nn.Params) *ad.Value { return ad.Sin(ad.MatMul(w.X, theta[0])) }

// Features are (x, prediction, target) [n, 3] or (prediction, target) [n, 2].
func (w Wave) Features(theta nn.Params, _ *rand.Rand) *ad.Value {
	if w.SeesX {
		return ad.ConcatCols(w.X, w.Predict(theta), w.Y)
	}
	return ad.ConcatCols(w.Predict(theta), w.Y)
}

// Loss is (θ − ν)² if Shaped, else the mean of (f_θ(x) − y)² over the points.
func (w Wave) Loss(theta nn.Params, _ *rand.Rand) *ad.Value {
	if w.Shaped {
		return ad.Square(ad.AddScalar(-w.Nu, theta[0]))
	}
	return ad.Mean(ad.Square(ad.Sub(w.Predict(theta), w.Y)))
}

// Draw draws a task of meta-training.
func (s ShapedSine) Draw(rng *rand.Rand, shaped, seesX bool) Wave {
	nu := s.MaxNu * (2*rng.Float64() - 1)
	return NewWave(nu, s.Start, uniformPoints(s.Points, s.MaxX, rng), shaped, seesX)
}

// uniformPoints are n numbers of U[−bound, bound], [n, 1].
func uniformPoints(n int, bound float64, rng *rand.Rand) *ad.Value {
	x := ad.Zeros(n, 1)
	for i := range x.Data {
		x.Data[i] = bound * (2*rng.Float64() - 1)
	}
	return x
}

// xavierSmallBias draws weights by Xavier and sets biases to 0.01, as the authors'
// code does for this loss.
func xavierSmallBias(rng *rand.Rand, in, out int, w, b []float64) {
	nn.Xavier(rng, in, out, w, b)
	for i := range b {
		b[i] = 0.01
	}
}

// The landscapes are drawn over θ from −7 to 7 in steps of 0.1, on 100 points x
// from −5 to 4.9, as in the authors' code. A row of a landscape has the index of θ
// as its step; the rows of the method "grid" say which θ that is.
const landscapeEnd = 70 // tenths

// landscapeIndex is the index of θ in a landscape.
func landscapeIndex(theta float64) int { return int(math.Round(10*theta)) + landscapeEnd }

// Landscape is an objective on w at θ = −7, −6.9, … 7.
func Landscape(obj meta.Objective, w Wave) (theta, value []float64) {
	tape := ad.NewTape()
	for i := -landscapeEnd; i <= landscapeEnd; i++ {
		tape.Reset()
		at := float64(i) / 10
		theta = append(theta, at)
		value = append(value, obj(w, nn.Params{tape.Scalar(at)}, nil).Item())
	}
	return theta, value
}

// LandscapeWave is the task of a landscape: the frequency nu on 100 points.
func LandscapeWave(nu float64, seesX bool) Wave {
	x := ad.Zeros(100, 1)
	for i := range x.Data {
		x.Data[i] = float64(i-50) / 10
	}
	return NewWave(nu, 0, x, false, seesX)
}

// Minima counts the entries of v, without the first and last, that are below their
// left neighbour and not above the right one, and returns the θ of the lowest of
// all entries of a Landscape.
func Minima(v []float64) (count int, lowest float64) {
	best := 0
	for i, x := range v {
		if x < v[best] {
			best = i
		}
		if 0 < i && i < len(v)-1 && x < v[i-1] && x <= v[i+1] {
			count++
		}
	}
	return count, float64(best-landscapeEnd) / 10
}
