package ad_test

import (
	"math"
	"sync"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
)

// The n-th derivative of sin is sin(x + n π/2).
func TestHighOrder(t *testing.T) {
	x := ad.Scalar(0.7)
	y := ad.Sin(x)
	for n := range 12 {
		want := math.Sin(0.7 + float64(n)*math.Pi/2)
		if math.Abs(y.Item()-want) > 1e-14 {
			t.Errorf("derivative %d of sin: %v, want %v", n, y.Item(), want)
		}
		y = ad.Grad(y, x)[0]
	}
}

// Through replaces numbers only: its gradient is that of its input by
// definition, where a finite difference would see the limit.
func TestThrough(t *testing.T) {
	x := ad.RowVector(-3, 0.5, 4)
	y := ad.ClipThrough(x, -1, 1)
	if y.At(0, 0) != -1 || y.At(0, 1) != 0.5 || y.At(0, 2) != 1 {
		t.Fatalf("ClipThrough: %v", y)
	}
	g := ad.Grad(ad.Sum(ad.Square(y)), x)[0] // 2·clip(x), not 2x and not 0
	for i, want := range []float64{-2, 1, 2} {
		if g.Data[i] != want {
			t.Errorf("gradient %d: %v, want %v", i, g.Data[i], want)
		}
	}
	g = ad.Grad(ad.Sum(ad.Clip(x, -1, 1)), x)[0]
	for i, want := range []float64{0, 1, 0} {
		if g.Data[i] != want {
			t.Errorf("true gradient %d: %v, want %v", i, g.Data[i], want)
		}
	}
	h := ad.Grad(ad.Sum(ad.Mul(ad.Through(x, ad.RowVector(7, 8, 9)), x)), x)[0] // x + to
	for i, want := range []float64{4, 8.5, 13} {
		if h.Data[i] != want {
			t.Errorf("Through gradient %d: %v, want %v", i, h.Data[i], want)
		}
	}
}

func TestKinksAndZeros(t *testing.T) {
	zero := ad.RowVector(0, 0)
	for name, f := range map[string]func(*ad.Value) *ad.Value{"ReLU": ad.ReLU, "Abs": ad.Abs, "Norm": ad.Norm} {
		for _, g := range ad.Grad(ad.Sum(f(zero)), zero)[0].Data {
			if g != 0 {
				t.Errorf("derivative of %s at 0 is %v, want 0", name, g)
			}
		}
	}
	x, y := ad.RowVector(1, 2), ad.RowVector(3)
	if g := ad.Grad(ad.Sum(x), y)[0]; g.Rows != 1 || g.Cols != 1 || g.Item() != 0 {
		t.Errorf("gradient for a value that does not matter: %v", g)
	}
	if g := ad.Grad(ad.Sum(ad.Mul(ad.Detach(x), x)), x)[0]; g.Data[0] != 1 || g.Data[1] != 2 {
		t.Errorf("Detach: %v", g)
	}
}

// An intermediate value and what it was computed from, asked for together.
func TestGradOfIntermediate(t *testing.T) {
	x := ad.Scalar(3)
	y := ad.Square(x)
	z := ad.Add(ad.Square(y), x)
	g := ad.Grad(z, y, x, z)
	if g[0].Item() != 18 || g[1].Item() != 4*27+1 || g[2].Item() != 1 {
		t.Errorf("gradients %v", g)
	}
}

func network(x []*ad.Value) *ad.Value {
	h := ad.Tanh(ad.Affine(x[0], x[1], x[2]))
	h = ad.ELU(ad.MatMul(h, x[3]))
	return ad.Mean(ad.Softplus(ad.ConcatCols(h, ad.LogSoftmax(h))))
}

func networkAt() []*ad.Value {
	return vs(random(1, 5, 3, -1, 1), random(2, 3, 4, -1, 1), random(3, 1, 4, -1, 1), random(4, 4, 2, -1, 1))
}

func TestNetwork(t *testing.T) { adtest.CheckGrads(t, network, networkAt(), 3) }

// The gradient through an inner gradient step: the derivative of
// F(θ − α ∇θ L(θ, φ)) with respect to φ.
func TestThroughInnerStep(t *testing.T) {
	adtest.CheckGrads(t, func(x []*ad.Value) *ad.Value {
		theta := x[3]
		theta = ad.AddScaled(theta, -0.3, ad.Grad(network(vs(x[0], x[1], x[2], theta)), theta)[0])
		return ad.Sum(ad.Square(theta))
	}, networkAt(), 2)
}

// Grad on a tape, Gradient on a tape and Grad on the heap give the same bits,
// step after step, with released memory poisoned; and Gradient leaves the tape
// as large as it was.
func TestTape(t *testing.T) {
	at := networkAt()
	want := ad.Grad(network(at), at...)
	tape := ad.NewTape()
	tape.Poison = true
	for step := range 3 {
		tape.Reset()
		leaves := tape.Leaves(at)
		y := network(leaves)
		a := ad.Gradient(y, leaves...)
		b := ad.Grad(y, leaves...)
		for i := range at {
			for j := range want[i].Data {
				if a[i].Data[j] != want[i].Data[j] || b[i].Data[j] != want[i].Data[j] {
					t.Fatalf("step %d, gradient %d, entry %d: heap %v, Gradient %v, Grad %v", step, i, j, want[i].Data[j], a[i].Data[j], b[i].Data[j])
				}
			}
		}
	}
}

// The Jacobian against the closed form of a map, and on a tape.
func TestJacobian(t *testing.T) {
	tape := ad.NewTape()
	for _, x := range vs(ad.RowVector(0.3, -2), tape.Leaf(1, 2, []float64{0.3, -2})) {
		a, b := ad.SliceCols(x, 0, 1), ad.SliceCols(x, 1, 2)
		j := ad.Jacobian(ad.ConcatCols(ad.Mul(a, b), ad.Sin(a), ad.Square(b)), x)
		want := []float64{-2, 0.3, math.Cos(0.3), 0, 0, -4}
		for i, w := range want {
			if math.Abs(j.Data[i]-w) > 1e-15 {
				t.Errorf("entry %d: %v, want %v", i, j.Data[i], w)
			}
		}
	}
}

// Steps on a warm tape allocate nothing but what the caller's variadic calls do.
func TestAllocations(t *testing.T) {
	at := networkAt()
	tape := ad.NewTape()
	step := func() {
		tape.Reset()
		leaves := tape.Leaves(at)
		ad.Gradient(ad.Sum(ad.Square(ad.Grad(network(leaves), leaves...)[1])), leaves...)
	}
	step()
	step()
	if n := testing.AllocsPerRun(20, step); n > 0 {
		t.Errorf("%v allocations a step, want 0", n)
	}
}

// Goroutines with tapes of their own share constants; run with -race.
func TestParallel(t *testing.T) {
	at := networkAt()
	want := ad.Grad(network(at), at[1])[0].Data[0]
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			tape := ad.NewTape()
			for range 50 {
				tape.Reset()
				w := tape.Leaf(at[1].Rows, at[1].Cols, at[1].Data)
				if got := ad.Grad(network(vs(at[0], w, at[2], at[3])), w)[0].Data[0]; got != want {
					t.Errorf("got %v, want %v", got, want)
				}
			}
		})
	}
	wg.Wait()
}

func TestShapePanics(t *testing.T) {
	a, b := ad.Zeros(100, 2), ad.Zeros(3, 50)
	for want, f := range map[string]func(){
		"ad: MatMul of [100, 2] and [3, 50]":                              func() { ad.MatMul(a, b) },
		"ad: elementwise operation on [100, 2] and [3, 50]":               func() { ad.Add(a, b) },
		"ad: Grad of a value [100, 2]; it takes a scalar [1, 1], see VJP": func() { ad.Grad(a, a) },
		"ad: columns 1:3 of [100, 2]":                                     func() { ad.SliceCols(a, 1, 3) },
	} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("panic %q, want %q", got, want)
				}
			}()
			f()
		}()
	}
}
