package kernel

import "math"

// In all elementwise functions dst may be the same slice as an input.

func Add(dst, a, b []float64) { each2(dst, a, b, func(x, y float64) float64 { return x + y }) }
func Sub(dst, a, b []float64) { each2(dst, a, b, func(x, y float64) float64 { return x - y }) }
func Mul(dst, a, b []float64) { each2(dst, a, b, func(x, y float64) float64 { return x * y }) }
func Div(dst, a, b []float64) { each2(dst, a, b, func(x, y float64) float64 { return x / y }) }

// AddScaled sets dst = a + s·b (one fused multiply-add each).
func AddScaled(dst, a []float64, s float64, b []float64) {
	each2(dst, a, b, func(x, y float64) float64 { return math.FMA(s, y, x) })
}
func Scale(dst []float64, s float64, a []float64) {
	each(dst, a, func(x float64) float64 { return s * x })
}
func AddScalar(dst []float64, s float64, a []float64) {
	each(dst, a, func(x float64) float64 { return s + x })
}

// AddRow sets dst[i,j] = a[i,j] + row[j] (a [m, n]); MulRow, AddCol (col[i]) and MulCol likewise.
func AddRow(m, n int, dst, a, row []float64) {
	for i := range m {
		Add(dst[i*n:][:n], a[i*n:][:n], row)
	}
}
func MulRow(m, n int, dst, a, row []float64) {
	for i := range m {
		Mul(dst[i*n:][:n], a[i*n:][:n], row)
	}
}
func AddCol(m, n int, dst, a, col []float64) {
	for i := range m {
		AddScalar(dst[i*n:][:n], col[i], a[i*n:][:n])
	}
}
func MulCol(m, n int, dst, a, col []float64) {
	for i := range m {
		Scale(dst[i*n:][:n], col[i], a[i*n:][:n])
	}
}

// SumRows sets dst[j] = Σ_i a[i,j], in order of i; SumCols dst[i] = Σ_j a[i,j], in order of j; Sum is Σ_i a[i] in order.
func SumRows(m, n int, dst, a []float64) {
	clear(dst[:n])
	for i := range m {
		Add(dst[:n], dst[:n], a[i*n:][:n])
	}
}
func SumCols(m, n int, dst, a []float64) {
	for i := range m {
		dst[i] = Sum(a[i*n:][:n])
	}
}
func Sum(a []float64) float64 {
	s := 0.0
	for _, x := range a {
		s += x
	}
	return s
}

func Sqrt(dst, a []float64) { each(dst, a, math.Sqrt) }
func Exp(dst, a []float64)  { each(dst, a, math.Exp) }
func Log(dst, a []float64)  { each(dst, a, math.Log) }
func Sin(dst, a []float64)  { each(dst, a, math.Sin) }
func Cos(dst, a []float64)  { each(dst, a, math.Cos) }
func Tanh(dst, a []float64) { each(dst, a, math.Tanh) }
func Sigmoid(dst, a []float64) {
	each(dst, a, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) })
}

// Softplus is log(1+eˣ), computed without overflow: max(x,0) + log1p(e^-|x|).
func Softplus(dst, a []float64) {
	each(dst, a, func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) })
}

// ELU is x for x > 0, eˣ−1 otherwise (relative accuracy kept near 0).
func ELU(dst, a []float64) {
	each(dst, a, func(x float64) float64 {
		if x > 0 {
			return x
		}
		return math.Expm1(x)
	})
}
func ReLU(dst, a []float64) { each(dst, a, func(x float64) float64 { return max(x, 0) }) }

// Gradients in terms of the output y of the function.

// MaskPos sets dst = g where y > 0, else 0. MaskNonPos: g where y <= 0, else 0.
func MaskPos(dst, g, y []float64) {
	each2(dst, g, y, func(g, y float64) float64 {
		if y > 0 {
			return g
		}
		return 0
	})
}
func MaskNonPos(dst, g, y []float64) {
	each2(dst, g, y, func(g, y float64) float64 {
		if y <= 0 {
			return g
		}
		return 0
	})
}

// MaskBetween sets dst = g where lo <= y <= hi, else 0.
func MaskBetween(dst, g, y []float64, lo, hi float64) {
	each2(dst, g, y, func(g, y float64) float64 {
		if lo <= y && y <= hi {
			return g
		}
		return 0
	})
}
func Clip(dst, a []float64, lo, hi float64) {
	each(dst, a, func(x float64) float64 { return min(max(x, lo), hi) })
}

// ELUGrad sets dst = g·(1 if y > 0 else y+1); TanhGrad g·(1−y²); SigmoidGrad g·y·(1−y).
func ELUGrad(dst, g, y []float64) {
	each2(dst, g, y, func(g, y float64) float64 {
		if y > 0 {
			return g
		}
		return g * (y + 1)
	})
}
func TanhGrad(dst, g, y []float64) {
	each2(dst, g, y, func(g, y float64) float64 { return g * math.FMA(-y, y, 1) })
}
func SigmoidGrad(dst, g, y []float64) {
	each2(dst, g, y, func(g, y float64) float64 { return g * (y * (1 - y)) })
}

// Gather sets dst[i] = src[idx[i]]; ScatterAdd adds src[i] to dst[idx[i]] in order of i (dst is not cleared).
func Gather(dst, src []float64, idx []int32) {
	for i, j := range idx {
		dst[i] = src[j]
	}
}
func ScatterAdd(dst, src []float64, idx []int32) {
	for i, j := range idx {
		dst[j] += src[i]
	}
}

// Adam is one step of Adam on p with moments m, v (all updated in place) and gradient g:
// m = b1 m + (1−b1) g; v = b2 v + (1−b2) g²; p −= rate·(m/c1)/(sqrt(v/c2)+eps); c1 = 1−b1ᵗ, c2 = 1−b2ᵗ.
func Adam(p, m, v, g []float64, rate, b1, b2, eps, c1, c2 float64) {
	for i, gi := range g {
		m[i] = math.FMA(b1, m[i], (1-b1)*gi)
		v[i] = math.FMA(b2, v[i], (1-b2)*(gi*gi))
		p[i] -= rate * (m[i] / c1) / (math.Sqrt(v[i]/c2) + eps)
	}
}

func each(dst, a []float64, f func(float64) float64) {
	for i, x := range a {
		dst[i] = f(x)
	}
}
func each2(dst, a, b []float64, f func(x, y float64) float64) {
	for i, x := range a {
		dst[i] = f(x, b[i])
	}
}
