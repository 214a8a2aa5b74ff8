package rl

import "math"

// boxQP minimizes ½ dᵀH d + gᵀd over low ≤ d ≤ high, H [n, n] positive definite
// on the free coordinates, by the projected Newton method of Tassa, Mansard and
// Todorov, "Control-limited differential dynamic programming" (ICRA 2014),
// section III and appendix. It starts from d projected into the box.
//
// free tells the coordinates that are not held at a limit, and l is the Cholesky
// factor of H on those. ok is false if that block is not positive definite.
func boxQP(n int, h, g, low, high, d []float64) (x []float64, free []int, l []float64, ok bool) {
	const iterations, tolerance, shrink, armijo = 100, 1e-10, 0.6, 0.1
	x = make([]float64, n)
	for i := range x {
		x[i] = min(max(d[i], low[i]), high[i])
	}
	for range iterations {
		grad := product(plain, n, 1, n, h, x)
		addTo(grad, g)
		free = free[:0]
		for i := range n {
			if !(x[i] <= low[i] && grad[i] > 0 || x[i] >= high[i] && grad[i] < 0) {
				free = append(free, i)
			}
		}
		if l, ok = cholesky(len(free), sub(n, h, free)); !ok {
			return nil, nil, nil, false
		}
		step, size := newton(n, free, l, grad)
		if size <= tolerance*(1+norm(x)) {
			return x, free, l, true
		}
		old, slope := quadratic(n, h, g, x), dot(grad, step)
		for a := 1.0; ; a *= shrink {
			next := make([]float64, n)
			for i := range next {
				next[i] = min(max(x[i]+float64(a*step[i]), low[i]), high[i])
			}
			if quadratic(n, h, g, next) <= old+armijo*a*slope || a < 1e-12 {
				x = next
				break
			}
		}
	}
	return x, free, l, true
}

// newton returns the Newton step on the free coordinates, 0 elsewhere, and its norm.
func newton(n int, free []int, l, grad []float64) (step []float64, size float64) {
	b := make([]float64, len(free))
	for i, f := range free {
		b[i] = -grad[f]
	}
	solveCholesky(len(free), 1, l, b)
	step = make([]float64, n)
	for i, f := range free {
		step[f] = b[i]
	}
	return step, norm(step)
}

// sub returns the rows and columns of a [n, n] at the given indices.
func sub(n int, a []float64, at []int) []float64 {
	s := make([]float64, 0, len(at)*len(at))
	for _, i := range at {
		for _, j := range at {
			s = append(s, a[i*n+j])
		}
	}
	return s
}

func quadratic(n int, h, g, x []float64) float64 {
	return 0.5*dot(x, product(plain, n, 1, n, h, x)) + dot(g, x)
}

func norm(x []float64) float64 { return math.Sqrt(dot(x, x)) }
