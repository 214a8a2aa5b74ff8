// Package nn has networks without weights inside: a network is a description, its
// parameters are a plain list of values that is passed in, and an update makes a
// new list. So the parameters after a differentiable gradient step are as good
// as any others.
package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"

	"ml3/mllib/ad"
)

// Params are the parameters of a network, layer by layer.
type Params []*ad.Value

// Len is the number of entries.
func (p Params) Len() int {
	n := 0
	for _, v := range p {
		n += v.Len()
	}
	return n
}

// Clone copies the numbers to leaves on the heap.
func (p Params) Clone() Params {
	q := make(Params, len(p))
	for i, v := range p {
		q[i] = ad.Clone(v)
	}
	return q
}

// CopyOn copies the numbers to leaves on the tape, or on the heap if it is nil.
func (p Params) CopyOn(tape *ad.Tape) Params {
	q := make(Params, len(p))
	for i, v := range p {
		q[i] = tape.Zeros(v.Rows, v.Cols)
	}
	p.CopyTo(q)
	return q
}

// CopyTo writes the numbers into dst, which has the same shapes and is not part
// of a graph in use.
func (p Params) CopyTo(dst Params) {
	if len(p) != len(dst) {
		panic(fmt.Sprintf("nn: CopyTo of %d parameters to %d", len(p), len(dst)))
	}
	for i, v := range p {
		if v.Rows != dst[i].Rows || v.Cols != dst[i].Cols {
			panic(fmt.Sprintf("nn: CopyTo of parameter %d [%d, %d] to [%d, %d]", i, v.Rows, v.Cols, dst[i].Rows, dst[i].Cols))
		}
		copy(dst[i].Data, v.Data)
	}
}

// Finite says whether every entry is finite.
func (p Params) Finite() bool {
	for _, v := range p {
		for _, x := range v.Data {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return false
			}
		}
	}
	return true
}

// Descend returns θ − α·g, equation (2) of the paper, as part of the graph. The
// rate α [1, 1] may itself be learned; a leaf is a constant.
func Descend(theta Params, g []*ad.Value, alpha *ad.Value) Params {
	if len(theta) != len(g) {
		panic(fmt.Sprintf("nn: Descend of %d parameters with %d gradients", len(theta), len(g)))
	}
	out, minus := make(Params, len(theta)), ad.Neg(alpha)
	for i, v := range theta {
		out[i] = ad.AddScaledBy(v, minus, g[i])
	}
	return out
}

// Activation is applied to a layer's output, entry by entry.
type Activation func(*ad.Value) *ad.Value

// Linear is no activation.
func Linear(x *ad.Value) *ad.Value { return x }

// MLP is a multi-layer perceptron: Sizes[0] inputs, hidden layers, and
// Sizes[len-1] outputs.
type MLP struct {
	Sizes       []int
	Hidden, Out Activation
	Bias        bool
	Weights     Initializer
}

// Init draws parameters on the tape (nil for the heap): for each layer a weight
// [in, out] and, with Bias, a bias [1, out].
func (m MLP) Init(tape *ad.Tape, rng *rand.Rand) Params {
	if m.Weights == nil {
		panic(fmt.Sprintf("nn: MLP %v has no Weights, such as nn.Xavier", m.Sizes))
	}
	p := make(Params, 0, 2*len(m.Sizes))
	for l := 1; l < len(m.Sizes); l++ {
		in, out := m.Sizes[l-1], m.Sizes[l]
		w := tape.Zeros(in, out)
		p = append(p, w)
		var b []float64
		if m.Bias {
			bias := tape.Zeros(1, out)
			p = append(p, bias)
			b = bias.Data
		}
		m.Weights(rng, in, out, w.Data, b)
	}
	return p
}

// Apply returns the outputs [n, Sizes[last]] for inputs x [n, Sizes[0]].
func (m MLP) Apply(p Params, x *ad.Value) *ad.Value {
	layers, per := len(m.Sizes)-1, 1
	if m.Bias {
		per = 2
	}
	if len(p) != layers*per {
		panic(fmt.Sprintf("nn: MLP %v (bias %v) applied with %d parameters", m.Sizes, m.Bias, len(p)))
	}
	for l := range layers {
		w := p[per*l]
		var b *ad.Value
		if m.Bias {
			b = p[per*l+1]
		}
		x = m.activation(l).layer(x, w, b)
	}
	return x
}

// activation is that of a layer, counted from 0.
func (m MLP) activation(layer int) Activation {
	f, name := m.Hidden, "Hidden"
	if layer == len(m.Sizes)-2 {
		f, name = m.Out, "Out"
	}
	if f == nil {
		panic(fmt.Sprintf("nn: MLP %v has no activation in its field %s; nn.Linear is none", m.Sizes, name))
	}
	return f
}

// layer returns f(x·w + b), b nil for none. ReLU is part of the product.
func (f Activation) layer(x, w, b *ad.Value) *ad.Value {
	if reflect.ValueOf(f).Pointer() == relu {
		return ad.AffineReLU(x, w, b)
	}
	return f(ad.Affine(x, w, b))
}

// relu tells ad.ReLU from other functions, which cannot be compared.
var relu = reflect.ValueOf(ad.ReLU).Pointer()

// Initializer draws the weights w [in, out] and biases b (empty without) of a layer.
type Initializer func(rng *rand.Rand, in, out int, w, b []float64)

// Xavier draws weights uniformly within ±sqrt(6/(in+out)) and leaves biases 0
// (Glorot and Bengio 2010, equation 16).
func Xavier(rng *rand.Rand, in, out int, w, b []float64) {
	uniform(rng, math.Sqrt(6/float64(in+out)), w)
}

// TorchDefault draws weights and biases uniformly within ±1/sqrt(in), as
// torch.nn.Linear does.
func TorchDefault(rng *rand.Rand, in, out int, w, b []float64) {
	bound := 1 / math.Sqrt(float64(in))
	uniform(rng, bound, w)
	uniform(rng, bound, b)
}

func uniform(rng *rand.Rand, bound float64, x []float64) {
	for i := range x {
		x[i] = bound * (2*rng.Float64() - 1)
	}
}
