package rl

import (
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
)

// Add adds the transitions of a run to the data.
func (e *Ensemble) Add(r Run) {
	nq, nu := e.c.Positions, e.c.Actions
	if r.States.Cols != 2*nq || r.Actions.Cols != nu || r.States.Rows != r.Actions.Rows+1 {
		panic(fmt.Sprintf("rl: ensemble of %d positions and %d actions is given states [%d, %d] and actions [%d, %d]",
			nq, nu, r.States.Rows, r.States.Cols, r.Actions.Rows, r.Actions.Cols))
	}
	for t := range r.Actions.Rows {
		x, next := r.States.Row(t), r.States.Row(t+1)
		from := len(e.inputs)
		e.inputs = append(append(e.inputs, x...), r.Actions.Row(t)...)
		for i, s := range e.invert.Data {
			e.inputs[from+i] *= s
		}
		for i := range nq {
			e.deltas = append(e.deltas, next[nq+i]-x[nq+i])
		}
	}
}

// Len is the number of transitions.
func (e *Ensemble) Len() int { return len(e.deltas) / e.c.Positions }

// Fit takes steps of Adam on the negative logarithm of the likelihood of
// mini-batches drawn from the data, of each net its own, and returns its mean over
// the last tenth of them. The rate falls linearly to FinalRate of itself; weights and
// moments go on from the last fit. Targets are the changes of velocity over their
// rms in the data of the first fit. The error says that a fit diverged.
func (e *Ensemble) Fit(steps int, rng *rand.Rand) (float64, error) {
	if steps < 1 || e.Len() == 0 {
		panic(fmt.Sprintf("rl: fit of %d steps to %d transitions", steps, e.Len()))
	}
	if e.rms == nil {
		e.normalize()
	}
	defer e.widen()
	from, sum := steps-(steps+9)/10, 0.0
	for i := range steps {
		e.tape.Reset()
		x, y := e.batch(rng)
		p := nn.Params(e.tape.Leaves(e.opt.Params))
		loss := e.likelihood(p, x, y)
		if l := loss.Item(); math.IsNaN(l) || math.IsInf(l, 0) {
			return l, fmt.Errorf("rl: fit of the dynamics diverged at step %d: likelihood is %v; use a smaller rate", i, l)
		}
		if i >= from {
			sum += loss.Item() / float64(steps-from)
		}
		e.opt.Step(ad.Gradient(loss, p...), 1-(1-e.c.FinalRate)*float64(i)/float64(steps))
	}
	return sum / float64(e.c.Nets), nil
}

// normalize sets the scale of the targets; a coordinate that never moves keeps 1.
func (e *Ensemble) normalize() {
	nq := e.c.Positions
	e.rms = make([]float64, nq)
	for i := range nq {
		sum := 0.0
		for t := i; t < len(e.deltas); t += nq {
			sum = math.FMA(e.deltas[t], e.deltas[t], sum)
		}
		if e.rms[i] = math.Sqrt(sum / float64(e.Len())); e.rms[i] == 0 {
			e.rms[i] = 1
		}
	}
	e.setScale(e.rms...)
}

// batch draws inputs [nets, batch·(2 nq + nu)] and normalized targets [nets, batch·nq].
func (e *Ensemble) batch(rng *rand.Rand) (x, y *ad.Value) {
	in, nq, n := e.invert.Cols, e.c.Positions, e.Len()
	x, y = e.tape.Zeros(e.c.Nets, e.c.Batch*in), e.tape.Zeros(e.c.Nets, e.c.Batch*nq)
	for k := range e.c.Nets * e.c.Batch {
		t := rng.IntN(n)
		copy(x.Data[k*in:(k+1)*in], e.inputs[t*in:])
		for i := range nq {
			y.Data[k*nq+i] = e.deltas[t*nq+i] / e.rms[i]
		}
	}
	return x, y
}

// likelihood is the sum over nets of each one's mean over batch and coordinates of
//
//	½ log σ² + ½ (y − μ)²/σ²,  σ² = MinVariance + softplus(…),
//
// the negative logarithm of a Gaussian density without its constant. A net's
// gradient is that of its own term.
func (e *Ensemble) likelihood(p nn.Params, x, y *ad.Value) *ad.Value {
	hidden := e.hidden(p, x)
	l := len(e.sizes) - 1
	variance := ad.AddScalar(e.c.MinVariance, ad.Softplus(e.layer(p, l+1, e.sizes[l], hidden)))
	square := ad.Square(ad.Sub(y, e.mean(p, hidden)))
	return ad.Scale(0.5/float64(y.Cols), ad.Sum(ad.Add(ad.Log(variance), ad.Div(square, variance))))
}
