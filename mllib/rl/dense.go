package rl

import (
	"math"

	"ml3/mllib/kernel"
)

// Small dense matrices are row-major slices; n, m are their sizes.

// transposing says which factor of a product is transposed.
type transposing int

const (
	plain transposing = iota
	leftTransposed
	rightTransposed
)

// product returns a·b, aᵀ·b or a·bᵀ [m, n] with inner size k.
func product(f transposing, m, n, k int, a, b []float64) []float64 {
	c := make([]float64, m*n)
	kernel.Gemm(f == leftTransposed, f == rightTransposed, m, n, k, a, b, c)
	return c
}

// addTo adds b to a, entry by entry.
func addTo(a, b []float64) {
	for i, x := range b {
		a[i] += x
	}
}

// dot returns Σ aᵢ bᵢ, summed in order.
func dot(a, b []float64) float64 {
	s := 0.0
	for i, x := range a {
		s = math.FMA(x, b[i], s)
	}
	return s
}

// symmetrize replaces a [n, n] by (a + aᵀ)/2.
func symmetrize(n int, a []float64) {
	for i := range n {
		for j := range i {
			s := 0.5 * (a[i*n+j] + a[j*n+i])
			a[i*n+j], a[j*n+i] = s, s
		}
	}
}

// cholesky returns the lower triangular l with l·lᵀ = a [n, n]; false if a is not
// positive definite.
func cholesky(n int, a []float64) (l []float64, ok bool) {
	l = make([]float64, n*n)
	for i := range n {
		for j := range i + 1 {
			s := a[i*n+j] - dot(l[i*n:i*n+j], l[j*n:j*n+j])
			if i == j {
				if !(s > 0) || math.IsInf(s, 1) {
					return nil, false
				}
				l[i*n+i] = math.Sqrt(s)
			} else {
				l[i*n+j] = s / l[j*n+j]
			}
		}
	}
	return l, true
}

// solveCholesky overwrites b [n, m] with (l·lᵀ)⁻¹·b.
func solveCholesky(n, m int, l, b []float64) {
	for i := range n {
		for k := range m {
			for j := range i {
				b[i*m+k] -= l[i*n+j] * b[j*m+k]
			}
			b[i*m+k] /= l[i*n+i]
		}
	}
	for i := n - 1; i >= 0; i-- {
		for k := range m {
			for j := i + 1; j < n; j++ {
				b[i*m+k] -= l[j*n+i] * b[j*m+k]
			}
			b[i*m+k] /= l[i*n+i]
		}
	}
}
