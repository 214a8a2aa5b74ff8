package kernel

import (
	"math"

	coef "ml3/mllib/kernel/internal/coefficients"
)

// The portable formulas of this file and of log.go and trig.go are the same
// operations in the same order as in the assembly. A product that is added to
// something is either a math.FMA or converted with float64(), which forbids the
// compiler to fuse it.

// Exp sets dst = eᵃ to within 1 ulp.
func Exp(dst, a []float64) {
	check1("Exp", dst, a)
	for i := vecExp(dst, a, int(active)); i < len(dst); i++ {
		dst[i] = exp(a[i])
	}
}

// ELU sets dst = a for a > 0, else eᵃ − 1, to within 1.5 ulp also near 0.
func ELU(dst, a []float64) {
	check1("ELU", dst, a)
	for i := vecELU(dst, a, int(active)); i < len(dst); i++ {
		dst[i] = a[i]
		if a[i] < 0 {
			dst[i] = expm1Neg(a[i])
		}
	}
}

// Tanh sets dst = tanh(a) = −e/(2+e), e = e^(−2|a|) − 1, with the sign of a, to
// within 3 ulp.
func Tanh(dst, a []float64) {
	check1("Tanh", dst, a)
	for i := vecTanh(dst, a, int(active)); i < len(dst); i++ {
		e := expm1Neg(-2 * math.Abs(a[i]))
		dst[i] = math.Copysign(e/(2+e), a[i])
	}
}

// Sigmoid sets dst = 1/(1+e^−a), as e/(1+e) with e = eᵃ for negative a, to
// within 2.5 ulp.
func Sigmoid(dst, a []float64) {
	check1("Sigmoid", dst, a)
	for i := vecSigmoid(dst, a, int(active)); i < len(dst); i++ {
		e := exp(-math.Abs(a[i]))
		top := 1.0
		if a[i] < 0 {
			top = e
		}
		dst[i] = top / (1 + e)
	}
}

// Softplus sets dst = log(1+eᵃ) = max(a, 0) + log(1+e^−|a|) to within 3 ulp.
func Softplus(dst, a []float64) {
	check1("Softplus", dst, a)
	for i := vecSoftplus(dst, a, int(active)); i < len(dst); i++ {
		dst[i] = max(a[i], 0) + log1pUnit(exp(-math.Abs(a[i])))
	}
}

// reduce writes x = k·ln 2 + r with |r| ≤ ln(2)/2; t holds k in its low bits.
// x − k·Ln2Hi is exact.
func reduce(x float64) (t, k, r float64) {
	t = math.FMA(x, coef.Log2E, coef.Magic)
	k = t - coef.Magic
	r = math.FMA(-k, coef.Ln2Hi, x)
	return t, k, math.FMA(-k, coef.Ln2Lo, r)
}

// expm1Poly is eʳ − 1 for the reduced r.
func expm1Poly(r float64) float64 {
	rr := r * r
	return math.FMA(rr, poly(r, rr, coef.Exp[:]), r)
}

// exp scales by 2ᵏ in two steps: only the second can round.
func exp(x float64) float64 {
	if coef.ExpMax < x {
		x = coef.ExpMax
	}
	if coef.ExpMin > x {
		x = coef.ExpMin
	}
	t, _, r := reduce(x)
	p := 1 + expm1Poly(r)
	k := int32(math.Float64bits(t))
	half := k >> 1
	return p * power2(half) * power2(k-half)
}

// expm1Neg is eˣ − 1 for x ≤ 0 (−0 gives +0): 2ᵏ·(eʳ−1) + (2ᵏ−1).
func expm1Neg(x float64) float64 {
	if coef.Expm1Min > x {
		x = coef.Expm1Min
	}
	t, _, r := reduce(x)
	s := power2(int32(math.Float64bits(t)))
	return math.FMA(s, expm1Poly(r), s-1)
}

// log1pUnit is log(1+e) = 2·atanh(e/(2+e)) for 0 ≤ e ≤ 1.
func log1pUnit(e float64) float64 {
	u := e / (2 + e)
	z := u * u
	u += u
	return math.FMA(float64(u*z), poly(z, float64(z*z), coef.Log1p[:]), u)
}

// power2 is 2ᵏ for −1023 < k < 1024.
func power2(k int32) float64 { return math.Float64frombits(uint64(k+1023) << 52) }

// poly is Σ c[i]·xⁱ: one Horner chain in x² for the even and one for the odd
// powers, so that their latencies overlap. xx = x².
func poly(x, xx float64, c []float64) float64 {
	n := len(c)
	p, q := c[n-1], c[n-2]
	i := n - 3
	for ; i > 0; i -= 2 {
		p, q = math.FMA(p, xx, c[i]), math.FMA(q, xx, c[i-1])
	}
	if i == 0 {
		return math.FMA(x, q, math.FMA(p, xx, c[0]))
	}
	return math.FMA(x, p, q)
}
