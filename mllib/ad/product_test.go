package ad_test

import (
	"fmt"
	"math"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/kernel"
)

// layers says how a network's layers are computed.
type layers struct {
	name   string
	affine func(x, w, b *ad.Value) *ad.Value
	relu   func(x, w, b *ad.Value) *ad.Value
}

// together is the product in one pass; apart has an operation for each step; steps
// has no gate at all: it multiplies by a constant that is 0 or 1.
var (
	together = layers{"together", ad.Affine, ad.AffineReLU}
	apart    = layers{"apart", sumOfProducts, func(x, w, b *ad.Value) *ad.Value { return ad.ReLU(sumOfProducts(x, w, b)) }}
	steps    = layers{"steps", sumOfProducts, func(x, w, b *ad.Value) *ad.Value {
		y := sumOfProducts(x, w, b)
		step := ad.Zeros(y.Rows, y.Cols)
		for i, yi := range y.Data {
			if yi > 0 {
				step.Data[i] = 1
			}
		}
		return ad.Mul(y, step)
	}}
)

func sumOfProducts(x, w, b *ad.Value) *ad.Value {
	y := ad.MatMul(x, w)
	if b == nil {
		return y
	}
	return ad.Add(y, ad.Broadcast(b, y.Rows, y.Cols))
}

// net is a network 3-17-9-2 whose second hidden layer has no biases; p has its
// parameters.
func (l layers) net(x *ad.Value, p []*ad.Value) *ad.Value {
	h := l.relu(x, p[0], p[1])
	h = l.relu(h, p[2], nil)
	return l.affine(h, p[3], p[4])
}

func netAt() (x *ad.Value, p []*ad.Value) {
	return random(30, 13, 3, -1, 1), vs(random(31, 3, 17, -1, 1), random(32, 1, 17, -1, 1), random(33, 17, 9, -1, 1),
		random(34, 9, 2, -1, 1), random(35, 1, 2, -1, 1))
}

// wantEqual compares numbers; zeros of different sign are equal.
func wantEqual(t *testing.T, name string, got, want []*ad.Value) {
	t.Helper()
	for i := range want {
		if got[i].Rows != want[i].Rows || got[i].Cols != want[i].Cols {
			t.Fatalf("%s: value %d is [%d, %d], want [%d, %d]", name, i, got[i].Rows, got[i].Cols, want[i].Rows, want[i].Cols)
		}
		for j, w := range want[i].Data {
			if got[i].Data[j] != w {
				t.Fatalf("%s: value %d, entry %d: %v, want %v", name, i, j, got[i].Data[j], w)
			}
		}
	}
}

// The three ways give the same numbers: the result, its gradient, the gradient
// through two inner steps, and a third derivative.
func TestLayersTogetherAndApart(t *testing.T) {
	orders := []func(l layers, x *ad.Value, p []*ad.Value) []*ad.Value{
		func(l layers, x *ad.Value, p []*ad.Value) []*ad.Value { return vs(l.net(x, p)) },
		func(l layers, x *ad.Value, p []*ad.Value) []*ad.Value {
			return ad.Grad(ad.Sum(ad.Exp(l.net(x, p))), append(p, x)...)
		},
		func(l layers, x *ad.Value, p []*ad.Value) []*ad.Value {
			theta := p
			for range 2 {
				theta = descend(theta, ad.Grad(ad.Mean(ad.Exp(l.net(x, theta))), theta...))
			}
			return ad.Grad(ad.Sum(ad.Sin(l.net(x, theta))), append(p, x)...)
		},
		func(l layers, x *ad.Value, p []*ad.Value) []*ad.Value {
			y := ad.Sum(ad.Exp(l.net(x, p)))
			for range 2 {
				y = ad.Sum(ad.Sin(ad.Grad(y, p[0])[0]))
			}
			return ad.Grad(y, append(p, x)...)
		},
	}
	for order, f := range orders {
		x, p := netAt()
		want := f(steps, x, p)
		for _, l := range []layers{together, apart} {
			wantEqual(t, fmt.Sprintf("%s, order %d", l.name, order), f(l, x, p), want)
		}
		tape := ad.NewTape()
		leaves := tape.Leaves(p)
		wantEqual(t, fmt.Sprintf("on a tape, order %d", order), f(together, tape.Leaf(x.Rows, x.Cols, x.Data), leaves), want)
	}
}

func descend(theta, g []*ad.Value) []*ad.Value {
	out := make([]*ad.Value, len(theta))
	for i := range theta {
		out[i] = ad.AddScaled(theta[i], -0.1, g[i])
	}
	return out
}

// Backpropagation by hand through two layers, kernel by kernel, has the same bits.
func TestBackpropagationByHand(t *testing.T) {
	const n, in, hidden, out = 11, 5, 21, 3
	x, w, b, v := random(1, n, in, -1, 1), random(2, in, hidden, -1, 1), random(3, 1, hidden, -1, 1), random(4, hidden, out, -1, 1)
	h, y := make([]float64, n*hidden), make([]float64, n*out)
	kernel.Gemm(false, false, n, hidden, in, x.Data, w.Data, h)
	kernel.AddRow(n, hidden, h, h, b.Data)
	kernel.ReLU(h, h)
	kernel.Gemm(false, false, n, out, hidden, h, v.Data, y)
	kernel.Exp(y, y) // the cotangent of h·v, for the loss Σ exp

	gv, gh := make([]float64, hidden*out), make([]float64, n*hidden)
	kernel.Gemm(true, false, hidden, out, n, h, y, gv)
	kernel.Gemm(false, true, n, hidden, out, y, v.Data, gh)
	kernel.MaskPos(gh, gh, h)
	gw, gb, gx := make([]float64, in*hidden), make([]float64, hidden), make([]float64, n*in)
	kernel.Gemm(true, false, in, hidden, n, x.Data, gh, gw)
	kernel.SumRows(n, hidden, gb, gh)
	kernel.Gemm(false, true, n, in, hidden, gh, w.Data, gx)

	g := ad.Grad(ad.Sum(ad.Exp(ad.MatMul(ad.AffineReLU(x, w, b), v))), v, w, b, x)
	for i, want := range [][]float64{gv, gw, gb, gx} {
		for j := range want {
			if math.Float64bits(g[i].Data[j]) != math.Float64bits(want[j]) {
				t.Fatalf("gradient %d, entry %d: %v, by hand %v", i, j, g[i].Data[j], want[j])
			}
		}
	}
}

// A cotangent that comes in several parts: products, rows and others, in every
// order, add up. Each use of h is a part; the gradient of a sum is the sum.
func TestPartsOfACotangent(t *testing.T) {
	x, w := random(1, 6, 4, -1, 1), random(2, 4, 5, -1, 1)
	uses := map[string]func(h *ad.Value) *ad.Value{
		"product left":  func(h *ad.Value) *ad.Value { return ad.Sum(ad.Sin(ad.MatMul(h, random(3, 5, 2, -1, 1)))) },
		"product right": func(h *ad.Value) *ad.Value { return ad.Sum(ad.Sin(ad.MatMul(random(4, 3, 6, -1, 1), h))) },
		"transposed":    func(h *ad.Value) *ad.Value { return ad.Sum(ad.Sin(ad.MatMulTT(h, random(4, 3, 6, -1, 1)))) },
		"row":           func(h *ad.Value) *ad.Value { return ad.Sum(ad.Exp(ad.SumRows(h))) },
		"column":        func(h *ad.Value) *ad.Value { return ad.Sum(ad.Exp(ad.SumCols(h))) },
		"entries":       func(h *ad.Value) *ad.Value { return ad.Sum(ad.Exp(h)) },
		"square":        func(h *ad.Value) *ad.Value { return ad.Sum(ad.Sin(ad.MatMulNT(h, h))) },
	}
	for _, layer := range []func() *ad.Value{
		func() *ad.Value { return ad.AffineReLU(x, w, nil) },
		func() *ad.Value { return ad.MatMul(x, w) },
		func() *ad.Value { return ad.Gate(ad.Sin(ad.MatMul(x, w)), ad.MatMul(x, w)) },
	} {
		part := map[string][]*ad.Value{}
		for name, f := range uses {
			h := layer()
			part[name] = ad.Grad(f(h), x, w, h)
		}
		for n1, f1 := range uses {
			for n2, f2 := range uses {
				for n3, f3 := range uses {
					h := layer()
					for i, g := range ad.Grad(ad.Add(ad.Add(f1(h), f2(h)), f3(h)), x, w, h) {
						for j, got := range g.Data {
							want := part[n1][i].Data[j] + part[n2][i].Data[j] + part[n3][i].Data[j]
							if math.Abs(got-want) > 1e-12*(1+math.Abs(want)) {
								t.Fatalf("%s + %s + %s: gradient %d, entry %d is %v, want %v", n1, n2, n3, i, j, got, want)
							}
						}
					}
				}
			}
		}
	}
}

// Gate keeps and drops, whatever it drops.
func TestGate(t *testing.T) {
	a, y := ad.RowVector(1, math.NaN(), math.Inf(1), -4), ad.RowVector(2, -1, 0, math.NaN())
	g := ad.Gate(a, y)
	grad := ad.Grad(ad.Sum(ad.Square(g)), a)[0]
	for i, want := range []float64{1, 0, 0, 0} {
		if g.Data[i] != want || grad.Data[i] != 2*want {
			t.Errorf("entry %d: %v with derivative %v, want %v and %v", i, g.Data[i], grad.Data[i], want, 2*want)
		}
	}
	if gy := ad.Grad(ad.Sum(g), y)[0]; gy.Data[0] != 0 {
		t.Errorf("derivative in the gate %v", gy)
	}
}
