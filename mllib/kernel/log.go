package kernel

import (
	"math"

	coef "ml3/mllib/kernel/internal/coefficients"
)

// Log sets dst = log(a) to within 1 ulp; −Inf for ±0, NaN below 0.
func Log(dst, a []float64) {
	check1("Log", dst, a)
	for i := vecLog(dst, a, int(active)); i < len(dst); i++ {
		dst[i] = log(a[i])
	}
}

// log writes x = 2ᵏ·(1+f) with √½ ≤ 1+f < √2 and sums k·ln 2 + log(1+f) in the
// order of FreeBSD's e_log.c: log(1+f) = f − (f²/2 − s·(f²/2+R)), s = f/(2+f),
// R = 2·atanh(s)/s − 2.
func log(x float64) float64 {
	y, bias := x, float64(0x1p52+1023)
	if x < 0x1p-1022 { // subnormal
		y, bias = x*0x1p54, 0x1p52+1023+54
	}
	const sqrtHalf, one = 0x3fe6a09e667f3bcd, 0x3ff0000000000000
	u := math.Float64bits(y) + (one - sqrtHalf)
	k := math.Float64frombits(u>>52|0x4330000000000000) - bias
	f := math.Float64frombits(u&0x000fffffffffffff+sqrtHalf) - 1

	s := f / (2 + f)
	z := s * s
	r := float64(z * poly(z, float64(z*z), coef.Log[:]))
	h := float64(0.5 * float64(f*f))
	low := math.FMA(s, h+r, float64(k*coef.Ln2Rest))
	v := math.FMA(k, coef.Ln2Short, f-(h-low))
	switch {
	case x == 0:
		return math.Inf(-1)
	case x < 0:
		return math.NaN()
	case !(x < math.Inf(1)):
		return x
	}
	return v
}
