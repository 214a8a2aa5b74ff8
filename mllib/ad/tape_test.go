package ad_test

import (
	"math"
	"runtime/debug"
	"sync"
	"testing"

	"ml3/mllib/ad"
)

// A chain of 300 000 operations is differentiated in a megabyte of stack: the walk
// through the graph does not recurse.
func TestDeepChain(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(1 << 20))
	const depth = 300_000
	tape := ad.NewTape()
	x := tape.Scalar(3)
	y := x
	for range depth {
		y = ad.AddScalar(1, y)
	}
	y = ad.Square(y)
	done := make(chan float64)
	go func() { done <- ad.Grad(y, x)[0].Item() }() // on a fresh stack
	if got := <-done; got != 2*(3+depth) {
		t.Errorf("derivative %v, want %v", got, 2*(3+depth))
	}
}

// A million products of (1 + x/n), and the three million nodes of their gradient,
// which is (1 + x/n)ⁿ⁻¹.
func TestLargeGraph(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a gigabyte")
	}
	const n = 1_000_000
	tape := ad.NewTape()
	x := tape.Scalar(0.7)
	factor := ad.AddScalar(1, ad.Scale(1./n, x))
	y := tape.Scalar(1)
	for range n {
		y = ad.Mul(y, factor)
	}
	got, want := ad.Gradient(y, x)[0].Item(), math.Exp((n-1)*math.Log1p(0.7/n))
	if math.Abs(got-want) > 1e-9*want {
		t.Errorf("derivative %v, want %v", got, want)
	}
}

// A shared subexpression is visited once: 60 doublings are 2⁶⁰ paths.
func TestSharedSubexpressions(t *testing.T) {
	x := ad.Scalar(1)
	y := x
	for range 60 {
		y = ad.Add(y, y)
	}
	if g := ad.Grad(y, x)[0].Item(); g != 0x1p60 {
		t.Errorf("derivative %v, want 2⁶⁰", g)
	}
}

// Reset with Poison makes numbers that are kept too long NaN, but not leaves, whose
// numbers are the caller's, nor clones.
func TestPoison(t *testing.T) {
	tape := ad.NewTape()
	tape.Poison = true
	data := []float64{1, 2}
	leaf, zeros := tape.Leaf(1, 2, data), tape.Zeros(1, 2)
	sum := ad.Add(leaf, zeros)
	kept := ad.Clone(sum)
	if kept.Tape() != nil || sum.Tape() != tape {
		t.Error("a clone is on the tape, or a sum is not")
	}
	tape.Reset()
	for i := range 2 {
		if !math.IsNaN(sum.Data[i]) || !math.IsNaN(zeros.Data[i]) {
			t.Errorf("released numbers are %v and %v, want NaN", sum, zeros)
		}
		if data[i] != float64(i+1) || kept.Data[i] != data[i] {
			t.Errorf("the caller's data has become %v, its copy %v", data, kept)
		}
	}
}

// A tape grows while it is needed, to one chunk with Reset, and no more after that;
// values from before it grew stay as they are.
func TestGrowth(t *testing.T) {
	tape := ad.NewTape()
	step := func() (first, last *ad.Value) {
		first = tape.Zeros(100, 100)
		for i := range first.Data {
			first.Data[i] = float64(i)
		}
		last = first
		for range 20 {
			last = ad.AddScalar(1, last)
		}
		return first, last
	}
	var size int
	for round := range 4 {
		tape.Reset()
		if round == 2 {
			size = tape.Floats()
		}
		first, last := step()
		for i := range first.Data {
			if first.Data[i] != float64(i) || last.Data[i] != float64(i+20) {
				t.Fatalf("round %d: entry %d is %v and, 20 steps on, %v", round, i, first.Data[i], last.Data[i])
			}
		}
		if round >= 2 && tape.Floats() != size {
			t.Errorf("round %d: the tape has %d floats, before %d", round, tape.Floats(), size)
		}
	}
	if size < 21*10000 {
		t.Errorf("the tape has %d floats for %d numbers", size, 21*10000)
	}
}

// What one computation leaves behind does not reach the next on the same tape:
// rounds of different sizes give the numbers they give alone.
func TestReuse(t *testing.T) {
	tape := ad.NewTape()
	tape.Poison = true
	for round := range 12 {
		n := 1 + (round*5)%7
		at := vs(random(uint64(round), n, 3, -1, 1), random(2, 3, n+2, -1, 1), random(3, 1, n+2, -1, 1))
		f := func(x []*ad.Value) *ad.Value {
			return ad.Mean(ad.Exp(ad.SumCols(ad.ConcatCols(ad.AffineReLU(x[0], x[1], x[2]), ad.Gather(x[0], &ad.Index{Rows: n, Cols: 1, At: make([]int32, n)})))))
		}
		want := ad.Grad(f(at), at...)
		tape.Reset()
		leaves := tape.Leaves(at)
		wantEqual(t, "on the reused tape", ad.Gradient(f(leaves), leaves...), want)
		wantEqual(t, "once more", ad.Grad(f(leaves), leaves...), want)
	}
}

// Gradient gives back the memory of the graph it made: a loop of them on one tape,
// without Reset, grows only by the gradients.
func TestGradientReleases(t *testing.T) {
	tape := ad.NewTape()
	x := tape.Zeros(64, 64)
	y := ad.Sum(ad.Exp(ad.MatMul(ad.Sin(x), x)))
	ad.Gradient(y, x)
	before := tape.Floats()
	for range 3 {
		ad.Gradient(y, x)
	}
	if after := tape.Floats(); after > 4*before {
		t.Errorf("the tape has grown from %d to %d floats", before, after)
	}
}

// A graph can be differentiated again and again, for other values and from other
// results, and nothing of one run is left for the next.
func TestGraphIsLeftClean(t *testing.T) {
	at := networkAt()
	y, z := network(at), ad.Sum(ad.Sin(at[1]))
	both := ad.Add(y, z)
	want := ad.Grad(both, at...)
	ad.Grad(y, at[0], at[3])
	ad.Grad(z, at[1])
	ad.Jacobian(ad.ConcatRows(y, z), at[2])
	wantEqual(t, "again", ad.Grad(both, at...), want)
	wantEqual(t, "in another order", ad.Grad(both, at[3], at[2], at[1], at[0]), vs(want[3], want[2], want[1], want[0]))
	wantEqual(t, "one twice", ad.Grad(both, at[1], at[1]), vs(want[1], want[1]))
}

// Nor is anything left by a VJP that panics because its cotangent is another tape's.
func TestGraphIsLeftCleanByPanic(t *testing.T) {
	tape := ad.NewTape()
	x := tape.Scalar(2)
	y := ad.Square(x)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("a cotangent of another tape is accepted")
			}
		}()
		ad.VJP(y, ad.NewTape().Scalar(1), x)
	}()
	c := tape.Scalar(5)
	if g := ad.Grad(ad.Mul(y, c), c)[0]; g.Item() != 4 {
		t.Errorf("derivative %v, want 4", g)
	}
	if g := ad.Grad(y, x)[0]; g.Item() != 4 {
		t.Errorf("derivative %v, want 4", g)
	}
}

// Goroutines with tapes of their own share constant leaves, and the same φ as leaves
// of each tape: all get the same gradients through an inner step. Run with -race.
func TestSharedConstants(t *testing.T) {
	x, p := netAt()
	step := func(tape *ad.Tape) []*ad.Value {
		theta := tape.Leaves(p)
		next := descend(theta, ad.Grad(ad.Mean(ad.Exp(together.net(x, theta))), theta...))
		return ad.Gradient(ad.Mean(ad.Square(together.net(x, next))), theta...)
	}
	want := step(ad.NewTape())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			tape := ad.NewTape()
			for range 20 {
				tape.Reset()
				got := step(tape)
				for i := range want {
					for j := range want[i].Data {
						if got[i].Data[j] != want[i].Data[j] {
							t.Errorf("gradient %d, entry %d: %v, want %v", i, j, got[i].Data[j], want[i].Data[j])
							return
						}
					}
				}
			}
		})
	}
	wg.Wait()
}

// Detach cuts: the derivative of a step with a constant gradient is that of the start.
func TestDetachCuts(t *testing.T) {
	x := ad.RowVector(0.5, -1)
	g := ad.Grad(ad.Sum(ad.Exp(x)), x)[0]
	through := ad.Jacobian(ad.AddScaled(x, -0.1, g), x)
	cut := ad.Jacobian(ad.AddScaled(x, -0.1, ad.Detach(g)), x)
	for i, xi := range x.Data {
		if want := 1 - 0.1*math.Exp(xi); math.Abs(through.At(i, i)-want) > 1e-15 || cut.At(i, i) != 1 {
			t.Errorf("derivative %v through the gradient, want %v; %v without, want 1", through.At(i, i), want, cut.At(i, i))
		}
	}
	if through.At(0, 1) != 0 || cut.At(1, 0) != 0 {
		t.Error("entries depend on each other")
	}
}
