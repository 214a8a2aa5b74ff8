package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// chain is the definition of GemmAdd, element by element.
func chain(ta, tb bool, m, n, k int, a, b, c []float64) {
	for i := range m {
		for j := range n {
			s := c[i*n+j]
			for p := range k {
				x, y := a[(i*k+p)%max(m*k, 1)], b[(p*n+j)%max(n*k, 1)]
				if ta {
					x = a[p*m+i]
				}
				if tb {
					y = b[j*k+p]
				}
				s = math.FMA(x, y, s)
			}
			c[i*n+j] = s
		}
	}
}

// guarded is a slice of n values between canaries, at an odd offset.
type guarded struct{ all, data []float64 }

const canary = 0x1p-1000

func newGuarded(n, offset int) guarded {
	g := guarded{all: make([]float64, n+64+offset)}
	for i := range g.all {
		g.all[i] = canary
	}
	g.data = g.all[32+offset:][:n:n]
	return g
}

func (g guarded) check(t testing.TB, what string) {
	t.Helper()
	n, off := len(g.data), len(g.all)-len(g.data)-32
	for i, x := range g.all {
		if (i < off || i >= off+n) && x != canary {
			t.Fatalf("%s: wrote element %d of %d", what, i-off, n)
		}
	}
}

func normal(rng *rand.Rand, x []float64) {
	for i := range x {
		x[i] = rng.NormFloat64()
	}
}

// same says whether x and y have the same bits or are both NaN.
func same(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}

func checkSame(t testing.TB, what string, got, want []float64) {
	t.Helper()
	for i := range want {
		if !same(got[i], want[i]) {
			t.Fatalf("%s: element %d of %d = %v (%#x), want %v (%#x)", what, i, len(want),
				got[i], math.Float64bits(got[i]), want[i], math.Float64bits(want[i]))
		}
	}
}

// compareGemm runs one product on the active path and by definition.
func compareGemm(t testing.TB, rng *rand.Rand, ta, tb, add bool, m, n, k int) {
	t.Helper()
	what := fmt.Sprintf("ta=%v tb=%v add=%v %d×%d×%d", ta, tb, add, m, n, k)
	a, b, c := newGuarded(m*k, rng.IntN(8)), newGuarded(k*n, rng.IntN(8)), newGuarded(m*n, rng.IntN(8))
	normal(rng, a.data)
	normal(rng, b.data)
	normal(rng, c.data)
	want := make([]float64, m*n)
	if add {
		copy(want, c.data)
		GemmAdd(ta, tb, m, n, k, a.data, b.data, c.data)
	} else {
		Gemm(ta, tb, m, n, k, a.data, b.data, c.data)
	}
	chain(ta, tb, m, n, k, a.data, b.data, want)
	checkSame(t, what, c.data, want)
	for _, g := range []guarded{a, b, c} {
		g.check(t, what)
	}
}

var bools = []bool{false, true}

func forEachGemm(f func(ta, tb, add bool)) {
	for _, ta := range bools {
		for _, tb := range bools {
			for _, add := range bools {
				f(ta, tb, add)
			}
		}
	}
}

// Every size around the edges of the tiles gives the bits of the definition.
func TestGemmSmall(t *testing.T) {
	forEachPath(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		forEachGemm(func(ta, tb, add bool) {
			for m := range 14 {
				for n := range 28 {
					compareGemm(t, rng, ta, tb, add, m, n, rng.IntN(10))
				}
			}
			for _, k := range []int{0, 1, 2, 3, 4, 5, 7, 8, 9} {
				compareGemm(t, rng, ta, tb, add, 5, 6, k)
			}
		})
	})
}

// Sizes that need several blocks and panels, and those the experiments use.
func TestGemmLarge(t *testing.T) {
	shapes := [][3]int{
		{3, 5, 200}, {1, 130, 300}, {2, 100, 50}, {33, 1, 300}, {17, 2, 400}, {21, 71, 129}, {35, 61, 257},
		{9, 25, 600}, {100, 40, 40}, {100, 100, 1}, {100, 10, 100}, {100, 1, 10}, {100, 50, 2}, {2, 50, 100},
		{64, 10, 3}, {35, 400, 4}, {4, 400, 35}, {10, 576, 25}, {20, 64, 250},
	}
	for m := 1; m < 48; m += 5 {
		shapes = append(shapes, [3]int{m, 100 - m, 2*m + 1})
	}
	if testing.Short() {
		shapes = shapes[:14]
	}
	forEachPath(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 4))
		forEachGemm(func(ta, tb, add bool) {
			for _, s := range shapes {
				compareGemm(t, rng, ta, tb, add, s[0], s[1], s[2])
			}
		})
	})
}

// Products of small integers are exact, so a plain sum in any order must agree.
func TestGemmIntegers(t *testing.T) {
	forEachPath(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 6))
		const m, n, k = 23, 37, 41
		a, b, c := make([]float64, m*k), make([]float64, k*n), make([]float64, m*n)
		for i := range a {
			a[i] = float64(rng.IntN(201) - 100)
		}
		for i := range b {
			b[i] = float64(rng.IntN(201) - 100)
		}
		Gemm(false, false, m, n, k, a, b, c)
		for i := range m {
			for j := range n {
				sum := 0
				for p := k - 1; p >= 0; p-- {
					sum += int(a[i*k+p]) * int(b[p*n+j])
				}
				if c[i*n+j] != float64(sum) {
					t.Fatalf("c[%d,%d] = %v, want %d", i, j, c[i*n+j], sum)
				}
			}
		}
	})
}

// A product of zeros of different sign is +0: the chain starts from +0.
func TestGemmSpecial(t *testing.T) {
	inf, negZero := math.Inf(1), math.Copysign(0, -1)
	forEachPath(t, func(t *testing.T) {
		for _, k := range []int{1, 2, 5} {
			for _, n := range []int{1, 3, 9, 40} {
				a, b, c := make([]float64, 3*k), make([]float64, k*n), make([]float64, 3*n)
				for i := range b {
					b[i] = negZero
				}
				for i := range k {
					a[i], a[k+i], a[2*k+i] = 1, inf, 1e-310
				}
				Gemm(false, false, 3, n, k, a, b, c)
				for j := range n {
					if math.Float64bits(c[j]) != 0 || !math.IsNaN(c[n+j]) || math.Float64bits(c[2*n+j]) != 0 {
						t.Fatalf("k=%d: column %d = %v %v %v, want 0 NaN 0", k, j, c[j], c[n+j], c[2*n+j])
					}
				}
			}
		}
	})
}

func TestGemmPanics(t *testing.T) {
	for _, c := range []struct {
		m, n, k, la, lb, lc int
		want                string
	}{
		{2, 3, 4, 7, 12, 6, "kernel: Gemm of [2, 4]·[4, 3]: len(a) = 7, want 8"},
		{2, 3, 4, 8, 11, 6, "kernel: Gemm of [2, 4]·[4, 3]: len(b) = 11, want 12"},
		{2, 3, 4, 8, 12, 5, "kernel: Gemm of [2, 4]·[4, 3]: len(c) = 5, want 6"},
		{2, 3, -1, 8, 12, 6, "kernel: Gemm of [2, -1]·[-1, 3]: negative size"},
	} {
		mustPanic(t, c.want, func() {
			Gemm(false, false, c.m, c.n, c.k, make([]float64, c.la), make([]float64, c.lb), make([]float64, c.lc))
		})
	}
}

func mustPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
			t.Errorf("panic %q, want %q", got, want)
		}
	}()
	f()
}

func TestGemmAllocates(t *testing.T) {
	a, b, c := make([]float64, 5000), make([]float64, 5000), make([]float64, 10000)
	forEachPath(t, func(t *testing.T) {
		forEachGemm(func(ta, tb, add bool) {
			if n := testing.AllocsPerRun(10, func() { Gemm(ta, tb, 100, 50, 50, a, b, c) }); n != 0 {
				t.Errorf("ta=%v tb=%v: %v allocations", ta, tb, n)
			}
		})
	})
}

func FuzzGemm(f *testing.F) {
	for _, s := range [][3]uint16{{0, 1, 1}, {1, 0, 2}, {3, 3, 0}, {8, 24, 5}, {9, 25, 130}, {1, 64, 193}, {12, 1, 7}} {
		for mode := range uint8(8) {
			f.Add(s[0], s[1], s[2], mode, uint64(7))
		}
	}
	f.Fuzz(func(t *testing.T, m, n, k uint16, mode uint8, seed uint64) {
		forEachPath(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 8))
			compareGemm(t, rng, mode&1 != 0, mode&2 != 0, mode&4 != 0, int(m%64), int(n%160), int(k%450))
			compareThen(t, rng, mode&1 != 0, mode&2 != 0, int(m%64), int(n%160), int(k%450))
		})
	})
}

// Products of matrices on the stacks of fresh goroutines, which have to grow for
// the copy of b: the pointers must move with them. All run at once.
func TestGemmOnGrowingStacks(t *testing.T) {
	const m, n, k = 9, 30, 7
	forEachPath(t, func(t *testing.T) {
		results := make(chan string)
		for seed := range uint64(64) {
			go func() {
				var a [m * k]float64
				var b [n * k]float64
				var c, want [m * n]float64
				rng := rand.New(rand.NewPCG(seed, 1))
				normal(rng, a[:])
				normal(rng, b[:])
				for range 20 {
					Gemm(false, true, m, n, k, a[:], b[:], c[:])
				}
				chain(false, true, m, n, k, a[:], b[:], want[:])
				if c != want {
					results <- fmt.Sprintf("seed %d: product differs", seed)
					return
				}
				results <- ""
			}()
		}
		for range 64 {
			if err := <-results; err != "" {
				t.Error(err)
			}
		}
	})
}
