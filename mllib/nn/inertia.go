package nn

import (
	"fmt"
	"math/rand/v2"

	"ml3/mllib/ad"
)

// Inertia predicts the inertia matrix of an arm from its joint angles q, as deep
// Lagrangian networks do (Lutter, Ritter and Peters 2019): a network of
// (cos q, sin q) gives the entries of a lower-triangular factor L, whose diagonal
// is softplus + MinDiagonal, and
//
//	H_θ(q) = L(q) L(q)ᵀ
//
// is symmetric and positive definite for every θ. The angles enter by cosine and
// sine because a hinge does not know how often it was turned.
type Inertia struct {
	Joints      int
	Hidden      []int      // units of the hidden layers
	Activation  Activation // of the hidden layers
	MinDiagonal float64    // of L, positive
	Weights     Initializer
	place       *ad.Value // [d(d+1)/2, d²], puts the entries of L in their places
}

// NewInertia returns the network for an arm of d joints with tanh units.
func NewInertia(d int, hidden ...int) Inertia {
	if d < 1 {
		panic(fmt.Sprintf("nn: inertia matrix of %d joints", d))
	}
	place := ad.Zeros(d*(d+1)/2, d*d)
	below := d // the network gives the diagonal first, then the entries below it row by row
	for i := range d {
		place.Data[i*d*d+i*d+i] = 1
		for j := range i {
			place.Data[below*d*d+i*d+j] = 1
			below++
		}
	}
	return Inertia{Joints: d, Hidden: hidden, Activation: ad.Tanh, MinDiagonal: 0.01, Weights: TorchDefault, place: place}
}

func (h Inertia) net() MLP {
	d := h.Joints
	sizes := append(append([]int{2 * d}, h.Hidden...), d*(d+1)/2)
	return MLP{Sizes: sizes, Hidden: h.Activation, Out: Linear, Bias: true, Weights: h.Weights}
}

// Init draws parameters on the tape (nil for the heap).
func (h Inertia) Init(tape *ad.Tape, rng *rand.Rand) Params { return h.net().Init(tape, rng) }

// Factor returns L [n, d²], row i the matrix of angles q [n, d] row i.
func (h Inertia) Factor(p Params, q *ad.Value) *ad.Value {
	d := h.Joints
	if q.Cols != d {
		panic(fmt.Sprintf("nn: inertia of %d joints at angles [%d, %d]", d, q.Rows, q.Cols))
	}
	y := h.net().Apply(p, ad.ConcatCols(ad.Cos(q), ad.Sin(q)))
	diagonal := ad.AddScalar(h.MinDiagonal, ad.Softplus(ad.SliceCols(y, 0, d)))
	if d > 1 {
		diagonal = ad.ConcatCols(diagonal, ad.SliceCols(y, d, y.Cols))
	}
	return ad.MatMul(diagonal, h.place)
}

// Matrix returns H_θ(q) = L Lᵀ [n, d²] from the factor L [n, d²].
func (h Inertia) Matrix(l *ad.Value) *ad.Value { return ad.EachMatMulNT(l, l, h.Joints) }

// Torque returns H_θ(q) a = L (Lᵀ a) [n, d] from the factor L [n, d²] and
// accelerations a [n, d].
func (h Inertia) Torque(l, a *ad.Value) *ad.Value {
	return ad.EachMatMul(l, ad.EachMatMulTN(l, a, h.Joints), h.Joints)
}
