package nn

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"ml3/mllib/ad"
	"ml3/mllib/kernel"
)

// Gaussian is a policy that draws actions from a normal distribution: the mean μ is
// a network of the observation with tanh units, and log σ does not depend on the
// observation. Its parameters are those of the network, and, if Learned, log σ
// [1, na] at the end.
type Gaussian struct {
	Sizes       []int // observation no, hidden layers, action na
	Weights     Initializer
	OutputScale float64 // of the last layer's weights and biases at the start: below 1, all observations begin with a mean near 0
	LogStd      float64 // log σ of every number of an action; if Learned, at the start
	Learned     bool    // log σ is a parameter
}

// NewGaussian returns a policy with hidden layers of the given sizes, weights as
// torch draws them, a last layer of a tenth of that, and a fixed log σ.
func NewGaussian(no, na int, logStd float64, hidden ...int) Gaussian {
	if !finiteStd(logStd) {
		panic(fmt.Sprintf("nn: Gaussian with log σ %v", logStd))
	}
	return Gaussian{Sizes: slices.Concat([]int{no}, hidden, []int{na}), Weights: TorchDefault, OutputScale: 0.1, LogStd: logStd}
}

// net is the network of the mean.
func (g Gaussian) net() MLP {
	return MLP{Sizes: g.Sizes, Hidden: ad.Tanh, Out: Linear, Bias: true, Weights: g.Weights}
}

// Actions is the number na of an action's entries.
func (g Gaussian) Actions() int { return g.Sizes[len(g.Sizes)-1] }

// Init draws parameters on the tape (nil for the heap).
func (g Gaussian) Init(tape *ad.Tape, rng *rand.Rand) Params {
	p := g.net().Init(tape, rng)
	for _, v := range p[len(p)-2:] {
		kernel.Scale(v.Data, g.OutputScale, v.Data)
	}
	if g.Learned {
		p = append(p, g.constantLogStd(tape))
	}
	return p
}

func (g Gaussian) constantLogStd(tape *ad.Tape) *ad.Value {
	v := tape.Zeros(1, g.Actions())
	for i := range v.Data {
		v.Data[i] = g.LogStd
	}
	return v
}

// At is the distribution of actions at observations [n, no].
func (g Gaussian) At(p Params, observation *ad.Value) Normal {
	g.check(p)
	if g.Learned {
		last := len(p) - 1
		return Normal{Mean: g.net().Apply(p[:last], observation), LogStd: p[last]}
	}
	return Normal{Mean: g.net().Apply(p, observation), LogStd: g.constantLogStd(observation.Tape())}
}

func (g Gaussian) check(p Params) {
	want := 2 * (len(g.Sizes) - 1)
	if g.Learned {
		want++
	}
	if len(p) != want {
		panic(fmt.Sprintf("nn: Gaussian %v (log σ learned %v) with %d parameters, want %d", g.Sizes, g.Learned, len(p), want))
	}
}

// Sampler draws actions of a Gaussian without a graph, for up to n observations at a
// time. Means and log π are those of At, to the bit. It belongs to one goroutine and
// does not allocate.
type Sampler struct {
	g           Gaussian
	rows        int
	theta       Params
	layers      [][]float64 // outputs of the layers [rows, size]
	logStd, std []float64   // [na]
	precision   []float64   // 1/σ [na]
	constant    float64     // Σ log σ + na/2 log 2π
}

// NewSampler returns a sampler for up to n observations. Call Use before anything
// else.
func (g Gaussian) NewSampler(n int) *Sampler {
	na := g.Actions()
	s := &Sampler{g: g, rows: n, logStd: make([]float64, na), std: make([]float64, na), precision: make([]float64, na)}
	for _, size := range g.Sizes[1:] {
		s.layers = append(s.layers, make([]float64, n*size))
	}
	return s
}

// Use sets the parameters, which are read whenever a mean is computed. Call it again
// after log σ has changed.
func (s *Sampler) Use(p Params) {
	s.g.check(p)
	s.theta = p
	for j := range s.logStd {
		if s.logStd[j] = s.g.LogStd; s.g.Learned {
			s.logStd[j] = p[len(p)-1].Data[j]
		}
	}
	kernel.Exp(s.std, s.logStd)
	kernel.Scale(s.precision, -1, s.logStd)
	kernel.Exp(s.precision, s.precision)
	s.constant = normalConstant(s.logStd)
}

// LogStd is log σ [na]. The slice is the sampler's.
func (s *Sampler) LogStd() []float64 { return s.logStd }

// Mean returns the means [n, na] at observations [n, no], row by row; n follows from
// the length. The slice is the sampler's.
func (s *Sampler) Mean(observation []float64) []float64 {
	x, no := observation, s.g.Sizes[0]
	n := len(x) / no
	if n*no != len(x) || n > s.rows {
		panic(fmt.Sprintf("nn: Sampler of up to %d observations of %d numbers with %d numbers", s.rows, no, len(x)))
	}
	for l, out := range s.layers {
		w, b := s.theta[2*l], s.theta[2*l+1]
		y := out[:n*w.Cols]
		kernel.Gemm(false, false, n, w.Cols, w.Rows, x, w.Data, y)
		kernel.AddRow(n, w.Cols, y, y, b.Data)
		if l < len(s.layers)-1 {
			kernel.Tanh(y, y)
		}
		x = y
	}
	return x
}

// Draw writes an action [na] about a mean [na].
func (s *Sampler) Draw(action, mean []float64, rng *rand.Rand) {
	for j := range action {
		action[j] = mean[j] + float64(s.std[j]*rng.NormFloat64())
	}
}

// LogProb is log π of an action [na] about a mean [na].
func (s *Sampler) LogProb(action, mean []float64) float64 {
	return normalLogProb(action, mean, s.precision, s.constant)
}
