package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// compareRows checks all functions over matrices of one size against loops.
func compareRows(t testing.TB, rng *rand.Rand, m, n int) {
	t.Helper()
	a, dst := newGuarded(m*n, rng.IntN(8)), newGuarded(m*n, rng.IntN(8))
	row := newGuarded(n, rng.IntN(8))
	mixed(rng, a.data)
	mixed(rng, row.data)
	sumRows, sumCols := newGuarded(n, rng.IntN(8)), newGuarded(m, rng.IntN(8))
	SumRows(m, n, sumRows.data, a.data)
	SumCols(m, n, sumCols.data, a.data)
	wantRows, wantCols := make([]float64, n), make([]float64, m)
	for i := range m {
		for j := range n {
			wantRows[j] += a.data[i*n+j]
			wantCols[i] += a.data[i*n+j]
		}
	}
	what := fmt.Sprintf("[%d, %d]", m, n)
	checkSame(t, "SumRows of "+what, sumRows.data, wantRows)
	checkSame(t, "SumCols of "+what, sumCols.data, wantCols)
	AddRow(m, n, dst.data, a.data, row.data)
	want := make([]float64, m*n)
	for i := range want {
		want[i] = a.data[i] + row.data[i%n]
	}
	checkSame(t, "AddRow of "+what, dst.data, want)
	copy(dst.data, a.data)
	AddRow(m, n, dst.data, dst.data, row.data)
	checkSame(t, "AddRow in place of "+what, dst.data, want)
	for _, g := range []guarded{a, dst, row, sumRows, sumCols} {
		g.check(t, what)
	}
}

func TestRows(t *testing.T) {
	forEachPath(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for m := range 20 {
			for n := range 40 {
				compareRows(t, rng, m, n)
			}
		}
		for _, s := range [][2]int{{100, 50}, {100, 1}, {1, 300}, {64, 131}, {3, 700}} {
			compareRows(t, rng, s[0], s[1])
		}
	})
}

// Sums start from +0 and run in order: 1 is lost in 1e16 only when it comes late.
func TestSumOrder(t *testing.T) {
	if got := Sum([]float64{1, 1e16, -1e16}); got != 0 {
		t.Errorf("1 + 1e16 - 1e16 = %v, want 0", got)
	}
	if got := Sum([]float64{1e16, -1e16, 1}); got != 1 {
		t.Errorf("1e16 - 1e16 + 1 = %v, want 1", got)
	}
	if got := Sum([]float64{math.Copysign(0, -1)}); math.Signbit(got) {
		t.Errorf("sum of -0 = %v, want +0", got)
	}
}

func FuzzRows(f *testing.F) {
	f.Add(uint8(3), uint8(5), uint64(1))
	f.Add(uint8(9), uint8(129), uint64(2))
	f.Fuzz(func(t *testing.T, m, n uint8, seed uint64) {
		forEachPath(t, func(t *testing.T) { compareRows(t, rand.New(rand.NewPCG(seed, 3)), int(m%80), int(n)) })
	})
}

// Sizes whose product overflows to a small number are no small matrices.
func TestOverflowingSizes(t *testing.T) {
	x := make([]float64, 4)
	const huge = math.MaxInt/2 + 1
	shape := fmt.Sprintf("[%d, 4]", huge)
	mustPanic(t, "AddRow of "+shape, func() { AddRow(huge, 4, x, x, x) })
	mustPanic(t, "SumRows of "+shape, func() { SumRows(huge, 4, x, x) })
	mustPanic(t, "Gemm of "+shape, func() { Gemm(false, false, huge, 4, 4, x, x, x) })
}
