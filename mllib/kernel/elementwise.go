package kernel

import (
	"fmt"
	"math"
)

// In all elementwise functions the slices have one length and dst may be the
// same slice as an input (but must not overlap it otherwise).

// Add sets dst = a + b.
func Add(dst, a, b []float64) {
	check2("Add", dst, a, b)
	for i := vecAdd(dst, a, b, int(active)); i < len(dst); i++ {
		dst[i] = a[i] + b[i]
	}
}

// Sub sets dst = a − b.
func Sub(dst, a, b []float64) {
	check2("Sub", dst, a, b)
	for i := vecSub(dst, a, b, int(active)); i < len(dst); i++ {
		dst[i] = a[i] - b[i]
	}
}

// Mul sets dst = a·b.
func Mul(dst, a, b []float64) {
	check2("Mul", dst, a, b)
	for i := vecMul(dst, a, b, int(active)); i < len(dst); i++ {
		dst[i] = a[i] * b[i]
	}
}

// Div sets dst = a/b.
func Div(dst, a, b []float64) {
	check2("Div", dst, a, b)
	for i := vecDiv(dst, a, b, int(active)); i < len(dst); i++ {
		dst[i] = a[i] / b[i]
	}
}

// AddScaled sets dst = a + s·b (one fused multiply-add each).
func AddScaled(dst, a []float64, s float64, b []float64) {
	check2("AddScaled", dst, a, b)
	for i := vecAddScaled(dst, a, b, s, int(active)); i < len(dst); i++ {
		dst[i] = math.FMA(s, b[i], a[i])
	}
}

// Scale sets dst = s·a.
func Scale(dst []float64, s float64, a []float64) {
	check1("Scale", dst, a)
	for i := vecScale(dst, a, s, int(active)); i < len(dst); i++ {
		dst[i] = s * a[i]
	}
}

// AddScalar sets dst = s + a.
func AddScalar(dst []float64, s float64, a []float64) {
	check1("AddScalar", dst, a)
	for i := vecAddScalar(dst, a, s, int(active)); i < len(dst); i++ {
		dst[i] = s + a[i]
	}
}

// Sqrt sets dst = √a, correctly rounded.
func Sqrt(dst, a []float64) {
	check1("Sqrt", dst, a)
	for i := vecSqrt(dst, a, int(active)); i < len(dst); i++ {
		dst[i] = math.Sqrt(a[i])
	}
}

// Abs sets dst = |a|.
func Abs(dst, a []float64) {
	check1("Abs", dst, a)
	for i := vecAbs(dst, a, int(active)); i < len(dst); i++ {
		dst[i] = math.Abs(a[i])
	}
}

// ReLU sets dst = max(a, 0); +0 for −0, NaN for NaN.
func ReLU(dst, a []float64) {
	check1("ReLU", dst, a)
	for i := vecReLU(dst, a, int(active)); i < len(dst); i++ {
		dst[i] = max(a[i], 0)
	}
}

// Clip sets dst = lo where a < lo, hi where a > hi, else a (NaN stays NaN).
func Clip(dst, a []float64, lo, hi float64) {
	check1("Clip", dst, a)
	for i := vecClip(dst, a, lo, hi, int(active)); i < len(dst); i++ {
		x := a[i]
		if lo > x {
			x = lo
		}
		if hi < x {
			x = hi
		}
		dst[i] = x
	}
}

// MaskPos sets dst = g where y > 0, else 0.
func MaskPos(dst, g, y []float64) {
	check2("MaskPos", dst, g, y)
	for i := vecMaskPos(dst, g, y, int(active)); i < len(dst); i++ {
		dst[i] = where(y[i] > 0, g[i])
	}
}

// SignMul sets dst = g·sign(y), 0 where y is 0 or NaN.
func SignMul(dst, g, y []float64) {
	check2("SignMul", dst, g, y)
	for i := vecSignMul(dst, g, y, int(active)); i < len(dst); i++ {
		switch {
		case y[i] > 0:
			dst[i] = g[i]
		case y[i] < 0:
			dst[i] = -g[i]
		default:
			dst[i] = 0
		}
	}
}

// MaskNonPos sets dst = g where y <= 0, else 0.
func MaskNonPos(dst, g, y []float64) {
	check2("MaskNonPos", dst, g, y)
	for i := vecMaskNonPos(dst, g, y, int(active)); i < len(dst); i++ {
		dst[i] = where(y[i] <= 0, g[i])
	}
}

// MaskBetween sets dst = g where lo <= y <= hi, else 0.
func MaskBetween(dst, g, y []float64, lo, hi float64) {
	check2("MaskBetween", dst, g, y)
	for i := vecMaskBetween(dst, g, y, lo, hi, int(active)); i < len(dst); i++ {
		dst[i] = where(lo <= y[i] && y[i] <= hi, g[i])
	}
}

func where(cond bool, x float64) float64 {
	if cond {
		return x
	}
	return 0
}

// Three gradients in terms of the output y of the function.

// ELUGrad sets dst = g where y > 0, else g·(y+1).
func ELUGrad(dst, g, y []float64) {
	check2("ELUGrad", dst, g, y)
	for i := vecELUGrad(dst, g, y, int(active)); i < len(dst); i++ {
		if y[i] > 0 {
			dst[i] = g[i]
		} else {
			dst[i] = g[i] * (y[i] + 1)
		}
	}
}

// TanhGrad sets dst = g·(1−y²), 1−y² with one rounding.
func TanhGrad(dst, g, y []float64) {
	check2("TanhGrad", dst, g, y)
	for i := vecTanhGrad(dst, g, y, int(active)); i < len(dst); i++ {
		dst[i] = g[i] * math.FMA(-y[i], y[i], 1)
	}
}

// SigmoidGrad sets dst = g·(y·(1−y)).
func SigmoidGrad(dst, g, y []float64) {
	check2("SigmoidGrad", dst, g, y)
	for i := vecSigmoidGrad(dst, g, y, int(active)); i < len(dst); i++ {
		dst[i] = g[i] * (y[i] * (1 - y[i]))
	}
}

// Adam is one step of Adam (Kingma and Ba 2015, algorithm 1) on p with moments
// m, v (all updated in place) and gradient g: m = b1·m + (1−b1)·g;
// v = b2·v + (1−b2)·g²; p −= rate·(m/c1)/(√(v/c2)+eps); c1 = 1−b1ᵗ, c2 = 1−b2ᵗ.
func Adam(p, m, v, g []float64, rate, b1, b2, eps, c1, c2 float64) {
	check2("Adam", p, m, v)
	check1("Adam", p, g)
	d1, d2 := 1-b1, 1-b2
	for i := vecAdam(p, m, v, g, rate, b1, b2, eps, c1, c2, d1, d2, int(active)); i < len(p); i++ {
		m[i] = math.FMA(b1, m[i], float64(d1*g[i]))
		v[i] = math.FMA(b2, v[i], float64(d2*float64(g[i]*g[i])))
		p[i] -= float64(rate*(m[i]/c1)) / (math.Sqrt(v[i]/c2) + eps)
	}
}

// Gather sets dst[i] = src[idx[i]].
func Gather(dst, src []float64, idx []int32) {
	checkIndex("Gather", "dst", len(dst), len(idx))
	dst = dst[:len(idx)]
	for i, j := range idx {
		dst[i] = src[j]
	}
}

// ScatterAdd adds src[i] to dst[idx[i]] in order of i (dst is not cleared).
func ScatterAdd(dst, src []float64, idx []int32) {
	checkIndex("ScatterAdd", "src", len(src), len(idx))
	src = src[:len(idx)]
	for i, j := range idx {
		dst[j] += src[i]
	}
}

func check1(name string, dst, a []float64) {
	if len(dst) != len(a) {
		panicLen(name, len(dst), len(a))
	}
}

func check2(name string, dst, a, b []float64) {
	if len(dst) != len(a) || len(dst) != len(b) {
		panicLen(name, len(dst), len(a), len(b))
	}
}

//go:noinline
func panicLen(name string, lens ...int) {
	panic(fmt.Sprintf("kernel: %s of slices of different lengths: %d (dst and inputs)", name, lens))
}

func checkIndex(name, slice string, n, want int) {
	if n < want {
		panic(fmt.Sprintf("kernel: %s: len(%s) = %d, want %d", name, slice, n, want))
	}
}
