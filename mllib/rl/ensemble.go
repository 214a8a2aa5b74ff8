package rl

import (
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/kernel"
	"ml3/mllib/nn"
)

// EnsembleConfig has the hyperparameters of an Ensemble. A state is nq positions and
// then their nq velocities.
type EnsembleConfig struct {
	Nets        int       // in the ensemble
	Hidden      []int     // tanh units of each net's hidden layers
	Positions   int       // nq
	Actions     int       // nu
	Step        float64   // h, s
	Implicit    float64   // share of the new velocity in the motion of the positions: 1 for semi-implicit Euler, ½ for a constant acceleration
	InputScale  []float64 // [2 nq + nu], what states and actions are divided by
	MaxPosition float64   // limits of |q| and |v| in imagination; +Inf for none
	MaxVelocity float64
	MinVariance float64 // of a normalized target
	Batch       int     // transitions of a mini-batch, of each net its own
	Optimizer   nn.Adam
	FinalRate   float64 // what is left of the rate at the end of a fit, to which it falls linearly
}

// Ensemble is learned dynamics P (the paper's model-based experiments; the form is
// the released code's): nets that map state and action to mean and variance of the
// change of the velocities. The prediction is the mean over the nets,
//
//	v′ = v + Δv(q, v, u),  q′ = q + h ((1−c) v + c v′),  c = Implicit,
//
// with |q′| and |v′| limited as the released code does it. Limits replace the numbers
// and let the gradient pass (ad.ClipThrough): beyond a true limit the policy has no
// signal. An Ensemble belongs to one goroutine. Fit changes what it predicts, in
// place.
type Ensemble struct {
	c      EnsembleConfig
	sizes  []int         // of a net's layers before the heads
	opt    *nn.AdamState // layer by layer: weights [nets, in·out], biases [nets, out]; the last two layers are mean and variance
	tape   *ad.Tape      // of a step of Fit
	inputs []float64     // transitions: [N, 2 nq + nu], normalized
	deltas []float64     // and their changes of velocity [N, nq]
	invert *ad.Value     // [1, 2 nq + nu], 1/InputScale
	rms    []float64     // [nq] of the deltas at the first fit, by which targets are divided; nil before
	change *ad.Value     // [1, nq], rms/nets: takes the sum over nets to the change
	wide   []float64     // [2 nq + nu, nets·hidden]: the first layers side by side, for Advance
	work   [][]float64   // of Advance: the inputs, then the units of each layer of all nets
}

// NewEnsemble draws the nets' weights as torch does (nn.TorchDefault).
func NewEnsemble(c EnsembleConfig, rng *rand.Rand) *Ensemble {
	in := 2*c.Positions + c.Actions
	if c.Nets < 1 || len(c.Hidden) < 1 || c.Positions < 1 || c.Batch < 1 || len(c.InputScale) != in ||
		!(c.Step > 0 && c.MinVariance > 0 && c.MaxPosition > 0 && c.MaxVelocity > 0) {
		panic(fmt.Sprintf("rl: ensemble with %+v", c))
	}
	e := &Ensemble{c: c, sizes: append([]int{in}, c.Hidden...), tape: ad.NewTape(), invert: ad.Zeros(1, in), change: ad.Zeros(1, c.Positions)}
	for i, s := range c.InputScale {
		e.invert.Data[i] = 1 / s
	}
	e.setScale(1)
	var p nn.Params
	last := len(c.Hidden)
	for l := range last + 2 {
		from, to := e.sizes[min(l, last)], c.Positions
		if l < last {
			to = e.sizes[l+1]
		}
		w, b := ad.Zeros(c.Nets, from*to), ad.Zeros(c.Nets, to)
		for g := range c.Nets {
			nn.TorchDefault(rng, from, to, w.Row(g), b.Row(g))
		}
		p = append(p, w, b)
		e.work = append(e.work, make([]float64, c.Nets*to))
	}
	e.work = append([][]float64{make([]float64, in)}, e.work...)
	e.opt = c.Optimizer.Start(p)
	e.wide = make([]float64, p[0].Len())
	e.widen()
	return e
}

// widen sets the nets' first layers, which have the same inputs, side by side.
func (e *Ensemble) widen() {
	in, w := e.sizes[0], e.opt.Params[0]
	h := w.Cols / in
	for g := range e.c.Nets {
		for i := range in {
			copy(e.wide[(i*e.c.Nets+g)*h:], w.Row(g)[i*h:(i+1)*h])
		}
	}
}

// setScale sets the scale of the predicted changes, the rms of each coordinate or
// one for all.
func (e *Ensemble) setScale(rms ...float64) {
	for i := range e.change.Data {
		e.change.Data[i] = rms[min(i, len(rms)-1)] / float64(e.c.Nets)
	}
}

// layer applies layer l of all nets to the rows x [nets, n·in], giving [nets, n·out].
func (e *Ensemble) layer(p nn.Params, l, in int, x *ad.Value) *ad.Value {
	y, b := ad.EachMatMul(x, p[2*l], in), p[2*l+1]
	if y.Cols > b.Cols {
		ones := y.Tape().Zeros(e.c.Nets, y.Cols/b.Cols)
		for i := range ones.Data {
			ones.Data[i] = 1
		}
		b = ad.EachMatMul(ones, b, 1)
	}
	return ad.Add(y, b)
}

// hidden applies all nets to normalized inputs [nets, n·(2 nq + nu)] and returns the
// last hidden layer [nets, n·hidden].
func (e *Ensemble) hidden(p nn.Params, x *ad.Value) *ad.Value {
	for l, in := range e.sizes[:len(e.sizes)-1] {
		x = ad.Tanh(e.layer(p, l, in, x))
	}
	return x
}

// mean returns the normalized mean change [nets, n·nq] of each net from its hidden layer.
func (e *Ensemble) mean(p nn.Params, hidden *ad.Value) *ad.Value {
	l := len(e.sizes) - 1
	return e.layer(p, l, e.sizes[l], hidden)
}

// Next implements env.Dynamics.
func (e *Ensemble) Next(x, u *ad.Value) *ad.Value {
	nq, n := e.c.Positions, x.Rows
	if x.Cols != 2*nq || u.Cols != e.c.Actions || u.Rows != n {
		panic(fmt.Sprintf("rl: ensemble of %d positions and %d actions with states [%d, %d] and actions [%d, %d]", nq, e.c.Actions, n, x.Cols, u.Rows, u.Cols))
	}
	z := ad.Mul(ad.ConcatCols(x, u), e.invert)
	z = ad.Broadcast(ad.Reshape(z, 1, z.Len()), e.c.Nets, z.Len())
	p := e.opt.Params
	sum := ad.Reshape(ad.SumRows(e.mean(p, e.hidden(p, z))), n, nq)
	q, old := ad.SliceCols(x, 0, nq), ad.SliceCols(x, nq, 2*nq)
	v := ad.ClipThrough(ad.Add(old, ad.Mul(sum, e.change)), -e.c.MaxVelocity, e.c.MaxVelocity)
	if c := e.c.Implicit; c < 1 {
		q = ad.AddScaled(q, e.c.Step*(1-c), old)
	}
	q = ad.ClipThrough(ad.AddScaled(q, e.c.Step*e.c.Implicit, v), -e.c.MaxPosition, e.c.MaxPosition)
	return ad.ConcatCols(q, v)
}

// Advance moves a state by one step, without a graph: the bits of Next.
func (e *Ensemble) Advance(state, action []float64) {
	nq, nets := e.c.Positions, e.c.Nets
	if len(state) != 2*nq || len(action) != e.c.Actions {
		panic(fmt.Sprintf("rl: ensemble of %d positions and %d actions with a state of %d and an action of %d numbers", nq, e.c.Actions, len(state), len(action)))
	}
	z := e.work[0]
	copy(z, state)
	copy(z[2*nq:], action)
	kernel.Mul(z, z, e.invert.Data)
	p := e.opt.Params
	for l := range e.sizes {
		in, y := e.sizes[l], e.work[l+1]
		if l == 0 {
			kernel.Gemm(false, false, 1, len(y), in, z, e.wide, y)
		} else {
			kernel.GemmEach(nets, len(y)/nets, in, z, p[2*l].Data, y)
		}
		kernel.Add(y, y, p[2*l+1].Data)
		if l < len(e.sizes)-1 {
			kernel.Tanh(y, y)
		}
		z = y
	}
	for i := range nq {
		sum := 0.0
		for g := range nets {
			sum += z[g*nq+i]
		}
		e.move(&state[i], &state[nq+i], float64(sum*e.change.Data[i]))
	}
}

// move changes position and velocity of one coordinate for the change dv.
func (e *Ensemble) move(q, v *float64, dv float64) {
	c, old := e.c.Implicit, *v
	*v = clip(old+dv, e.c.MaxVelocity)
	if c < 1 {
		*q = math.FMA(e.c.Step*(1-c), old, *q)
	}
	*q = clip(math.FMA(e.c.Step*c, *v, *q), e.c.MaxPosition)
}

// clip is x within ±limit; NaN stays NaN.
func clip(x, limit float64) float64 { return min(max(x, -limit), limit) }
