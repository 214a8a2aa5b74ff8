package kernel

import (
	"math"
	"math/bits"

	coef "ml3/mllib/kernel/internal/coefficients"
)

// Sin sets dst = sin(a) to within 1.5 ulp, for every a; NaN for ±Inf.
func Sin(dst, a []float64) {
	check1("Sin", dst, a)
	for i := 0; i < len(dst); { // the assembly stops where |a| ≥ 10⁵
		i += vecSin(dst[i:], a[i:], int(active))
		for end := min(i+8, len(dst)); i < end; i++ {
			dst[i] = sin(a[i])
		}
	}
}

// Cos sets dst = cos(a) to within 1.5 ulp, for every a; NaN for ±Inf.
func Cos(dst, a []float64) {
	check1("Cos", dst, a)
	for i := 0; i < len(dst); {
		i += vecCos(dst[i:], a[i:], int(active))
		for end := min(i+8, len(dst)); i < end; i++ {
			dst[i] = cos(a[i])
		}
	}
}

func sin(x float64) float64 {
	q, r := quadrant(math.Abs(x))
	return math.Float64frombits(math.Float64bits(sinQuadrant(q, r)) ^ math.Float64bits(x)&(1<<63))
}

func cos(x float64) float64 {
	q, r := quadrant(math.Abs(x))
	return sinQuadrant(q+1, r)
}

// quadrant writes x = q·π/2 + r, x ≥ 0, |r| ≤ π/4; only q mod 4 counts.
func quadrant(x float64) (q uint64, r float64) {
	if !(x < coef.TrigMax) {
		return quadrantLarge(x)
	}
	t := math.FMA(x, coef.TwoOverPi, coef.Magic)
	k := t - coef.Magic
	r = math.FMA(-k, coef.PiHalf1, x) // exact
	r = math.FMA(-k, coef.PiHalf2, r)
	r = math.FMA(-k, coef.PiHalf3, r)
	return math.Float64bits(t), r
}

// sinQuadrant is sin(q·π/2 + r). In 1 − r²/2 + r⁴·P the rounding error of
// w = 1 − r²/2 is added back.
func sinQuadrant(q uint64, r float64) float64 {
	z := r * r
	w := float64(z * z)
	var y float64
	if q&1 == 0 {
		y = math.FMA(float64(r*z), poly(z, w, coef.Sin[:]), r)
	} else {
		h := math.FMA(z, -0.5, 1)
		low := math.FMA(z, -0.5, 1-h)
		y = h + math.FMA(w, poly(z, w, coef.Cos[:]), low)
	}
	return math.Float64frombits(math.Float64bits(y) ^ q<<62&(1<<63))
}

// quadrantLarge is the reduction of Payne and Hanek: x = m·2ᵉ with an integer
// m < 2⁵³; of 2/π only the 192 digits from place e−2 on matter, those before
// contribute multiples of 4 to x·2/π.
func quadrantLarge(x float64) (q uint64, r float64) {
	b := math.Float64bits(x)
	if b >= 0x7ff0000000000000 {
		return 0, math.NaN()
	}
	m := b&0x000fffffffffffff | 0x0010000000000000
	at := uint(b>>52) - 1075 - 2 + 64 // place in the table, which starts with 64 zeros
	var w [3]uint64
	for i := range w {
		hi, lo := coef.TwoOverPiBits[at/64+uint(i)], coef.TwoOverPiBits[at/64+uint(i)+1]
		w[i] = hi<<(at%64) | lo>>(64-at%64)
	}
	// (p2, p1, p0) = m·w mod 2¹⁹², which stands for 4 at its full range.
	h0, p0 := bits.Mul64(m, w[2])
	h1, l1 := bits.Mul64(m, w[1])
	p1, carry := bits.Add64(l1, h0, 0)
	p2 := m*w[0] + h1 + carry
	q = p2 >> 62
	p2, p1, p0 = p2<<2|p1>>62, p1<<2|p0>>62, p0<<2
	negative := p2>>63 == 1 // the nearest multiple lies above
	if negative {
		q++
		p0, carry = bits.Sub64(0, p0, 0)
		p1, carry = bits.Sub64(0, p1, carry)
		p2, _ = bits.Sub64(0, p2, carry)
	}
	r = timesPiHalf(p2, p1, p0)
	if negative {
		r = -r
	}
	return q, r
}

// timesPiHalf is π/2 times the binary fraction 0.p2p1p0, at most ½.
func timesPiHalf(p2, p1, p0 uint64) float64 {
	scale := 1.0
	for p2 == 0 && scale > 0x1p-128 { // |x·2/π − q| > 2⁻⁶⁴, so at most once
		p2, p1, p0, scale = p1, p0, 0, scale*0x1p-64
	}
	s := uint(bits.LeadingZeros64(p2))
	p2, p1 = p2<<s|p1>>(64-s), p1<<s|p0>>(64-s)
	scale *= math.Float64frombits(uint64(1023-64-s) << 52)
	hi := float64(p2 &^ 0x7ff)
	lo := float64(p2&0x7ff) + float64(float64(p1>>11)*0x1p-53)
	y := float64(hi * coef.PiHalf1)
	e := math.FMA(hi, coef.PiHalf1, -y)
	e = math.FMA(hi, coef.PiHalf2, math.FMA(lo, coef.PiHalf1, e))
	return (y + e) * scale
}
