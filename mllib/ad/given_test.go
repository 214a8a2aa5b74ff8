package ad_test

import (
	"math"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
)

// TestWithGradient replaces the graph of a function by its gradient: the first
// derivatives in what its inputs depend on are those of the graph.
func TestWithGradient(t *testing.T) {
	f := func(xs []*ad.Value) *ad.Value { return ad.Sum(ad.Mul(ad.Sin(xs[0]), ad.Exp(xs[1]))) }
	given := func(xs []*ad.Value) *ad.Value {
		a, b := ad.Square(xs[0]), ad.Tanh(xs[1])
		la, lb := ad.Clone(a), ad.Clone(b)
		y := f([]*ad.Value{la, lb})
		return ad.WithGradient(y, []*ad.Value{a, b}, ad.Grad(y, la, lb))
	}
	at := []*ad.Value{random(1, 2, 3, -1, 1), random(2, 2, 3, -1, 1)}
	adtest.CheckGrads(t, given, at, 1)

	y := given(at)
	g := ad.Grad(ad.Square(y), at...)
	want := ad.Grad(ad.Square(f([]*ad.Value{ad.Square(at[0]), ad.Tanh(at[1])})), at...)
	for i := range g {
		for j, w := range want[i].Data {
			if math.Abs(g[i].Data[j]-w) > 1e-14*(1+math.Abs(w)) {
				t.Errorf("gradient %d.%d is %v, of the graph %v", i, j, g[i].Data[j], w)
			}
		}
	}
	defer func() {
		if r, _ := recover().(string); !strings.Contains(r, "second derivative") {
			t.Errorf("a second derivative: panic %q", r)
		}
	}()
	ad.Grad(ad.Sum(g[0]), at[0])
}

func TestWithGradientShapes(t *testing.T) {
	defer func() {
		if r, _ := recover().(string); !strings.Contains(r, "[2, 3] with gradient [3, 2]") {
			t.Errorf("panic %q", r)
		}
	}()
	ad.WithGradient(ad.Scalar(1), []*ad.Value{ad.Zeros(2, 3)}, []*ad.Value{ad.Zeros(3, 2)})
}

// TestAfterPanic: a graph in which a derivative has panicked gives the same gradients
// as before, on a tape and on the heap.
func TestAfterPanic(t *testing.T) {
	for _, tape := range []*ad.Tape{nil, ad.NewTape()} {
		x := tape.Leaf(1, 2, []float64{0.3, -0.7})
		a := ad.Sin(x)
		y := ad.WithGradient(ad.Scalar(2), []*ad.Value{a}, []*ad.Value{ad.Exp(a)})
		g := ad.Grad(ad.Square(y), x)[0]
		z := ad.Add(ad.Sum(ad.Exp(ad.Mul(a, x))), ad.Sum(g)) // of which no derivative exists
		want := ad.Grad(ad.Sum(ad.Exp(ad.Mul(a, x))), x)[0]
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			ad.Grad(z, x)
		}()
		for i, v := range ad.Grad(ad.Square(y), x)[0].Data {
			if v != g.Data[i] {
				t.Errorf("gradient %v after the panic, %v before", v, g.Data[i])
			}
		}
		for i, v := range ad.Grad(ad.Sum(ad.Exp(ad.Mul(a, x))), x)[0].Data {
			if v != want.Data[i] {
				t.Errorf("gradient %v after the panic, %v before", v, want.Data[i])
			}
		}
	}
}

// TestScratch: what is made after is where what was released had been, and values
// made before stay.
func TestScratch(t *testing.T) {
	tape := ad.NewTape()
	x := tape.Scalar(3)
	var inside []float64
	tape.Scratch(func() { inside = ad.Square(x).Data })
	if inside[0] != 9 {
		t.Errorf("3² inside is %v", inside[0])
	}
	y := ad.Scale(2, x)
	if &y.Data[0] != &inside[0] {
		t.Error("the memory of a scratch value is not used again")
	}
	if x.Item() != 3 || y.Item() != 6 {
		t.Errorf("x is %v and 2x %v, want 3 and 6", x.Item(), y.Item())
	}
	var heap *ad.Tape
	heap.Scratch(func() { inside = ad.Scalar(4).Data })
	if inside[0] != 4 {
		t.Error("a nil tape did not run the function")
	}
}

// TestEachMatMulLarge: matrices for kernel.Gemm give the bits of MatMul.
func TestEachMatMulLarge(t *testing.T) {
	const n, m, k, c = 3, 7, 30, 11
	a, b := random(30, n, m*k, -1, 1), random(31, n, k*c, -1, 1)
	at, bt := random(30, n, k*m, -1, 1), random(31, n, c*k, -1, 1)
	nn, nt, tn := ad.EachMatMul(a, b, k), ad.EachMatMulNT(a, bt, k), ad.EachMatMulTN(at, b, k)
	for i := range n {
		for name, pair := range map[string][2]*ad.Value{
			"NN": {nn, ad.MatMul(ad.New(m, k, a.Row(i)), ad.New(k, c, b.Row(i)))},
			"NT": {nt, ad.MatMulNT(ad.New(m, k, a.Row(i)), ad.New(c, k, bt.Row(i)))},
			"TN": {tn, ad.MatMulTN(ad.New(k, m, at.Row(i)), ad.New(k, c, b.Row(i)))},
		} {
			for j, w := range pair[1].Data {
				if got := pair[0].Row(i)[j]; got != w {
					t.Errorf("%s: matrix %d, entry %d: %v, want %v", name, i, j, got, w)
				}
			}
		}
	}
}
