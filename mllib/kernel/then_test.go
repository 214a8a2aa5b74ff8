package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// thens are all combinations, with rows and masks that have special values.
func thens(rng *rand.Rand, m, n int) []Then {
	row, mask := make([]float64, n), make([]float64, m*n)
	wild(rng, row)
	normal(rng, mask)
	for i := range mask {
		if rng.IntN(4) == 0 {
			mask[i] = special[rng.IntN(len(special))]
		}
	}
	return []Then{{}, {Row: row}, {ReLU: true}, {Row: row, ReLU: true}, {Mask: mask}, {Row: row, Mask: mask}}
}

// after is the definition of Then for the entry (i, j) of a product.
func (t Then) after(x float64, i, j, n int) float64 {
	if t.Row != nil {
		x += t.Row[j]
	}
	if t.ReLU && x <= 0 || t.Mask != nil && !(t.Mask[i*n+j] > 0) {
		x = 0
	}
	return x
}

func compareThen(t *testing.T, rng *rand.Rand, ta, tb bool, m, n, k int) {
	t.Helper()
	a, b := make([]float64, m*k), make([]float64, k*n)
	normal(rng, a)
	normal(rng, b)
	for _, x := range [][]float64{a, b} { // products −0, Inf and NaN
		if len(x) > 0 && rng.IntN(3) == 0 {
			x[rng.IntN(len(x))] = special[rng.IntN(len(special))]
		}
	}
	sums := make([]float64, m*n)
	chain(ta, tb, m, n, k, a, b, sums)
	for which, then := range thens(rng, m, n) {
		what := fmt.Sprintf("ta=%v tb=%v %d×%d×%d then %d", ta, tb, m, n, k, which)
		c, want := newGuarded(m*n, rng.IntN(8)), make([]float64, m*n)
		for i := range want {
			want[i] = then.after(sums[i], i/n, i%n, n)
		}
		GemmThen(ta, tb, m, n, k, a, b, c.data, then)
		checkSame(t, what, c.data, want)
		c.check(t, what)
	}
}

// What is done while a product is written gives the bits of its definition, at the
// edges of tiles, over several blocks of k, and where there are no products.
func TestGemmThen(t *testing.T) {
	shapes := [][3]int{{100, 100, 1}, {100, 10, 100}, {100, 50, 2}, {100, 50, 50}, {33, 20, 300}, {12, 71, 129}, {7, 3, 200}, {5, 9, 0}}
	for m := range 14 {
		for n := range 28 {
			shapes = append(shapes, [3]int{m, n, 1 + (3*m+5*n)%11})
		}
	}
	forEachPath(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(9, 9))
		for _, ta := range bools {
			for _, tb := range bools {
				for _, s := range shapes {
					compareThen(t, rng, ta, tb, s[0], s[1], s[2])
				}
			}
		}
	})
}

// An underflow makes a product −0: ReLU gives +0, as alone.
func TestGemmThenNegativeZero(t *testing.T) {
	forEachPath(t, func(t *testing.T) {
		a, b := []float64{-1e-200, -1e-200, -1e-200}, make([]float64, 9)
		for i := range b {
			b[i] = 1e-200
		}
		c := make([]float64, 27)
		GemmThen(false, false, 3, 9, 1, a, b, c, Then{})
		if math.Float64bits(c[0]) != 1<<63 {
			t.Fatalf("the product is %v, want −0", c[0])
		}
		GemmThen(false, false, 3, 9, 1, a, b, c, Then{ReLU: true})
		for i, x := range c {
			if math.Float64bits(x) != 0 {
				t.Errorf("entry %d is %v (%#x), want +0", i, x, math.Float64bits(x))
			}
		}
	})
}

func TestGemmThenPanics(t *testing.T) {
	x := make([]float64, 6)
	for _, c := range []struct {
		m, n, k int
		then    Then
		want    string
	}{
		{2, 3, 1, Then{Row: x[:2]}, "kernel: GemmThen to [2, 3]: len(Row) = 2, len(Mask) = 0, ReLU false"},
		{2, 3, 1, Then{Mask: x[:5]}, "kernel: GemmThen to [2, 3]: len(Row) = 0, len(Mask) = 5, ReLU false"},
		{2, 3, 1, Then{Mask: x, ReLU: true}, "kernel: GemmThen to [2, 3]: len(Row) = 0, len(Mask) = 6, ReLU true"},
		{3, 1, 3, Then{}, "kernel: GemmThen of [3, 3]·[3, 1]: len(a) = 6, want 9"},
	} {
		mustPanic(t, c.want, func() { GemmThen(false, false, c.m, c.n, c.k, x, x, x, c.then) })
	}
}

func TestGemmThenAllocates(t *testing.T) {
	a, b, c, row := make([]float64, 5000), make([]float64, 2500), make([]float64, 5000), make([]float64, 50)
	forEachPath(t, func(t *testing.T) {
		for _, then := range []Then{{Row: row, ReLU: true}, {Mask: a}} {
			if n := testing.AllocsPerRun(10, func() { GemmThen(false, true, 100, 50, 50, a, b, c, then) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		}
	})
}

// BenchmarkGemmThen compares a layer of 100 units in one pass with three.
func BenchmarkGemmThen(b *testing.B) {
	const m, n, k = 100, 100, 1
	rng := rand.New(rand.NewPCG(1, 1))
	x, w, row, c := make([]float64, m*k), make([]float64, k*n), make([]float64, n), make([]float64, m*n)
	normal(rng, x)
	normal(rng, w)
	b.Run("together", func(b *testing.B) {
		for b.Loop() {
			GemmThen(false, false, m, n, k, x, w, c, Then{Row: row, ReLU: true})
		}
	})
	b.Run("apart", func(b *testing.B) {
		for b.Loop() {
			Gemm(false, false, m, n, k, x, w, c)
			AddRow(m, n, c, c, row)
			ReLU(c, c)
		}
	})
}
