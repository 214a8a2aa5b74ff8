package kernel

import "math"

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

func each(dst, a []float64, f func(float64) float64) {
	for i, x := range a {
		dst[i] = f(x)
	}
}
