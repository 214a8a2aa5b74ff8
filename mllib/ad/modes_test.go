package ad_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"ml3/mllib/ad"
)

// A dual is a number with a derivative: forward mode, written out by hand.
type dual struct{ x, d float64 }

func (a dual) add(b dual) dual { return dual{a.x + b.x, a.d + b.d} }
func (a dual) mul(b dual) dual { return dual{a.x * b.x, a.d*b.x + a.x*b.d} }
func (a dual) tanh() dual      { y := math.Tanh(a.x); return dual{y, a.d * (1 - y*y)} }
func (a dual) exp() dual       { y := math.Exp(a.x); return dual{y, a.d * y} }

// mixed is a map from [2, 3] to [2, 2] that no operation of the package computes:
// tanh(x·w)·exp(first column); dualMixed is the same by loops over duals.
func mixed(x, w *ad.Value) *ad.Value {
	return ad.Mul(ad.Tanh(ad.MatMul(x, w)), ad.Exp(ad.SliceCols(x, 0, 1)))
}

func dualMixed(x []dual, w *ad.Value) []dual {
	var out []dual
	for i := range 2 {
		for j := range 2 {
			var s dual
			for k := range 3 {
				s = s.add(x[3*i+k].mul(dual{w.At(k, j), 0}))
			}
			out = append(out, s.tanh().mul(x[3*i].exp()))
		}
	}
	return out
}

// forward is the Jacobian–vector product ∂y/∂x u by reverse mode twice: vᵀ ∂y/∂x is
// linear in v, and its transpose applied to u is wanted.
func forward(y, x, u *ad.Value) *ad.Value {
	v := ad.Zeros(y.Rows, y.Cols)
	return ad.VJP(ad.VJP(y, v, x)[0], u, v)[0]
}

// Forward mode by duals, reverse mode twice, and the Jacobian times a vector agree.
func TestForwardMode(t *testing.T) {
	x, w, u := random(1, 2, 3, -1, 1), random(2, 3, 2, -1, 1), random(3, 2, 3, -1, 1)
	duals := make([]dual, 6)
	for i := range duals {
		duals[i] = dual{x.Data[i], u.Data[i]}
	}
	want := ad.Zeros(2, 2)
	for i, d := range dualMixed(duals, w) {
		want.Data[i] = d.d
	}
	y := mixed(x, w)
	wantClose(t, "reverse mode twice", forward(y, x, u), want)
	wantClose(t, "Jacobian", ad.Reshape(ad.MatMul(ad.Jacobian(y, x), ad.Reshape(u, 6, 1)), 2, 2), want)
}

// ⟨v, J u⟩ = ⟨Jᵀ v, u⟩ for every operation, at random u and v: forward mode and
// reverse mode are each other's transposes.
func TestForwardIsTransposeOfReverse(t *testing.T) {
	for _, e := range examples() {
		y := e.f(e.at)
		v := random(40, y.Rows, y.Cols, -1, 1)
		for i, x := range e.at {
			u := random(41, x.Rows, x.Cols, -1, 1)
			left := ad.Sum(ad.Mul(v, forward(y, x, u))).Item()
			right := ad.Sum(ad.Mul(ad.VJP(y, v, x)[0], u)).Item()
			if !(math.Abs(left-right) <= 1e-12*(1+math.Abs(left))) {
				t.Errorf("%s, input %d: ⟨v, Ju⟩ = %v, ⟨Jᵀv, u⟩ = %v", e.name, i, left, right)
			}
		}
	}
}

// The derivative of vᵀJ in v is J transposed: Grad of VJP, entry by entry.
func TestGradOfVJPIsJacobian(t *testing.T) {
	x, w := random(1, 2, 3, -1, 1), random(2, 3, 2, -1, 1)
	y := mixed(x, w)
	jac := ad.Jacobian(y, x)
	v := ad.Zeros(2, 2)
	vjp := ad.VJP(y, v, x)[0]
	for i := range x.Len() {
		entry := ad.SliceCols(ad.Reshape(vjp, 1, 6), i, i+1)
		wantClose(t, "column of the Jacobian", ad.Reshape(ad.Grad(entry, v)[0], 4, 1), ad.SliceCols(jac, i, i+1))
	}
}

// The Jacobian by central differences, of every operation.
func TestJacobianByDifferences(t *testing.T) {
	const h = 1e-5
	for _, e := range examples() {
		for i, x := range e.at {
			jac := ad.Jacobian(e.f(e.at), x)
			for j := range x.Data {
				at := func(by float64) *ad.Value {
					moved := append([]*ad.Value(nil), e.at...)
					for k := range moved {
						if e.at[k] == x { // the same value may be two inputs
							moved[k] = ad.Clone(x)
							moved[k].Data[j] += by
						}
					}
					return e.f(moved)
				}
				up, down := at(h), at(-h)
				for row := range up.Data {
					got, want := jac.At(row, j), (up.Data[row]-down.Data[row])/(2*h)
					if !(math.Abs(got-want) <= 1e-8*(1+math.Abs(want))) {
						t.Fatalf("%s: ∂y%d/∂x%d of input %d is %v, by differences %v", e.name, row, j, i, got, want)
					}
				}
			}
		}
	}
}

// A cotangent is linear: VJP of a sum is the sum, of a multiple the multiple.
func TestVJPIsLinear(t *testing.T) {
	for _, e := range examples() {
		y := e.f(e.at)
		v, w := random(50, y.Rows, y.Cols, -1, 1), random(51, y.Rows, y.Cols, -1, 1)
		both := ad.VJP(y, ad.AddScaled(v, 3, w), e.at...)
		a, b := ad.VJP(y, v, e.at...), ad.VJP(y, w, e.at...)
		for i := range e.at {
			wantClose(t, e.name, both[i], ad.AddScaled(a[i], 3, b[i]))
		}
	}
}

// Hessians are symmetric, and a Hessian–vector product is the Hessian times it.
func TestHessians(t *testing.T) {
	for _, e := range examples() {
		for i, x := range e.at {
			g := ad.Grad(ad.Sum(ad.Sin(e.f(e.at))), x)[0]
			h := ad.Jacobian(g, x)
			wantClose(t, e.name, h, ad.Transpose(h))
			u := random(uint64(60+i), x.Rows, x.Cols, -1, 1)
			hv := ad.VJP(g, u, x)[0]
			wantClose(t, e.name, ad.Reshape(hv, x.Len(), 1), ad.MatMul(h, ad.Reshape(u, x.Len(), 1)))
		}
	}
}

// Mixed second derivatives do not depend on the order: ∂²/∂a∂b = (∂²/∂b∂a)ᵀ.
func TestMixedDerivatives(t *testing.T) {
	for _, e := range examples() {
		if len(e.at) < 2 || e.at[0] == e.at[1] {
			continue
		}
		g := ad.Grad(ad.Sum(ad.Sin(e.f(e.at))), e.at[0], e.at[1])
		wantClose(t, e.name, ad.Jacobian(g[0], e.at[1]), ad.Transpose(ad.Jacobian(g[1], e.at[0])))
	}
}

// Grad builds a graph, Gradient constants; the numbers have the same bits, on the
// heap and on a tape, and constants have no derivative.
func TestGradientIsGrad(t *testing.T) {
	tape := ad.NewTape()
	rng := rand.New(rand.NewPCG(1, 1))
	for _, e := range examples() {
		tape.Reset()
		on := tape.Leaves(e.at)
		loss := func(at []*ad.Value) *ad.Value { return ad.Sum(ad.Sin(e.f(at))) }
		want := ad.Grad(loss(e.at), e.at...)
		wantEqual(t, e.name, ad.Gradient(loss(e.at), e.at...), want)
		constants := ad.Gradient(loss(on), on...)
		wantEqual(t, e.name+" on a tape", constants, want)
		i := rng.IntN(len(on))
		if g := ad.Grad(ad.Sum(ad.Mul(constants[i], on[i])), on[i])[0]; g.Len() > 0 && g.Data[0] != want[i].Data[0] {
			t.Errorf("%s: derivative %v of a constant times x, want %v", e.name, g.Data[0], want[i].Data[0])
		}
	}
}
