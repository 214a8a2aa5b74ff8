package kernel

import "fmt"

// GemmEach multiplies rows by matrices of their own: row i of c [m, n] is that of
// a [m, k] times the matrix [k, n] in row i of b [m, k·n]. The chains are those of
// Gemm. c must not overlap a or b.
func GemmEach(m, n, k int, a, b, c []float64) {
	if m < 0 || n < 0 || k < 0 || len(a) < entries(m, k) || len(b) < entries(m, entries(k, n)) || len(c) < entries(m, n) {
		panic(fmt.Sprintf("kernel: GemmEach of %d products [1, %d]·[%d, %d]: lengths %d (a), %d (b), %d (c)", m, k, k, n, len(a), len(b), len(c)))
	}
	if eachAsm(m, n, k, a, b, c) {
		return
	}
	for i := range m {
		Gemm(false, false, 1, n, k, a[i*k:], b[i*k*n:], c[i*n:])
	}
}
