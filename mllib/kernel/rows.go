package kernel

import (
	"fmt"
	"math"
	"math/bits"
)

// The functions of this file see a (and dst) as a matrix [m, n]. Slices may be
// longer than what is used of them; dst may be the same slice as a.

// AddRow sets dst[i,j] = row[j] + a[i,j].
func AddRow(m, n int, dst, a, row []float64) {
	if m < 0 || n < 0 || len(dst) < entries(m, n) || len(a) < entries(m, n) || len(row) < n {
		panic(fmt.Sprintf("kernel: AddRow of [%d, %d]: lengths %d (dst), %d (a), %d (row), want %d, %d, %d",
			m, n, len(dst), len(a), len(row), m*n, m*n, n))
	}
	if n == 1 {
		AddScalar(dst[:m], row[0], a[:m])
		return
	}
	if m == 0 || n == 0 {
		return
	}
	for i := vecAddRow(m, n, dst, a, row, int(active)); i < m; i++ {
		Add(dst[i*n:][:n], row[:n], a[i*n:][:n])
	}
}

// SumRows sets dst[j] = Σ_i a[i,j], in order of i from +0 on.
func SumRows(m, n int, dst, a []float64) {
	checkSums("SumRows", m, n, dst, n, a)
	dst = dst[:n]
	if m > 0 && n > 1 && vecSumRows(m, n, dst, a, int(active)) == n {
		return
	}
	if n == 1 {
		dst[0] = Sum(a[:m])
		return
	}
	clear(dst)
	for i := range m {
		for j, x := range a[i*n:][:n] {
			dst[j] += x
		}
	}
}

// SumCols sets dst[i] = Σ_j a[i,j], in order of j from +0 on.
func SumCols(m, n int, dst, a []float64) {
	checkSums("SumCols", m, n, dst, m, a)
	for i := vecSumCols(m, n, dst, a, int(active)); i < m; i++ {
		dst[i] = Sum(a[i*n:][:n])
	}
}

// Sum is Σ_i a[i], in order from +0 on.
func Sum(a []float64) float64 {
	s := 0.0
	for _, x := range a {
		s += x
	}
	return s
}

// entries is m·n, or more than any slice holds if that overflows.
func entries(m, n int) int {
	hi, lo := bits.Mul64(uint64(m), uint64(n))
	if hi != 0 || lo > math.MaxInt {
		return math.MaxInt
	}
	return int(lo)
}

func checkSums(name string, m, n int, dst []float64, want int, a []float64) {
	if m < 0 || n < 0 || len(dst) < want || len(a) < entries(m, n) {
		panic(fmt.Sprintf("kernel: %s of [%d, %d]: lengths %d (dst), %d (a), want %d, %d",
			name, m, n, len(dst), len(a), want, m*n))
	}
}
