package kernel

import (
	"math"
	"math/big"
)

// Reference functions in multiple precision: Taylor series after a reduction of
// the argument, logarithms by Halley's method. Relative error below 2⁻²⁰⁰ for
// the arguments tested.
const (
	prec = 320
	wide = 1600 // enough to take any float64 modulo π/2
)

func bf(x float64) *big.Float         { return new(big.Float).SetPrec(prec).SetFloat64(x) }
func badd(x, y *big.Float) *big.Float { return new(big.Float).Add(x, y) }
func bsub(x, y *big.Float) *big.Float { return new(big.Float).Sub(x, y) }
func bmul(x, y *big.Float) *big.Float { return new(big.Float).Mul(x, y) }
func bquo(x, y *big.Float) *big.Float { return new(big.Float).Quo(x, y) }
func short(x *big.Float) *big.Float   { return new(big.Float).SetPrec(prec).Set(x) }
func series(first, x *big.Float, next func(n int) float64) *big.Float {
	// first·(1 + x/next(1) + x²/(next(1)·next(2)) + …)
	term, sum := short(first), short(first)
	x = short(x)
	for n := 1; ; n++ {
		term.Quo(term.Mul(term, x), big.NewFloat(next(n)))
		if term.Sign() == 0 || term.MantExp(nil) < sum.MantExp(nil)-300 {
			return sum
		}
		sum.Add(sum, term)
	}
}

// bigPi by Machin's formula: 16·atan(1/5) − 4·atan(1/239).
var bigPi = func() *big.Float {
	atan := func(inverse float64) *big.Float {
		term := new(big.Float).SetPrec(wide).Quo(bf(1), bf(inverse))
		sum := new(big.Float).Copy(term)
		for n := 1; term.MantExp(nil) > -wide-10; n++ {
			term = bquo(term, bf(-inverse*inverse))
			sum = badd(sum, bquo(term, bf(float64(2*n+1))))
		}
		return sum
	}
	return bsub(bmul(bf(16), atan(5)), bmul(bf(4), atan(239)))
}()

// bigLn2 = 2·atanh(1/3).
var bigLn2 = func() *big.Float {
	term := bquo(bf(1), bf(3))
	sum := new(big.Float).Copy(term)
	for n := 1; term.MantExp(nil) > -prec-10; n++ {
		term = bquo(term, bf(9))
		sum = badd(sum, bquo(term, bf(float64(2*n+1))))
	}
	return badd(sum, sum)
}()

func bigExpm1Small(x *big.Float) *big.Float { // |x| ≤ 1
	if x.Sign() == 0 {
		return bf(0)
	}
	return series(x, x, func(n int) float64 { return float64(n + 1) })
}

func bigExp(x *big.Float) *big.Float {
	f, _ := x.Float64()
	k := math.Round(f / math.Ln2)
	y := badd(bf(1), bigExpm1Small(bsub(x, bmul(bf(k), bigLn2))))
	return y.SetMantExp(y, int(k))
}

func bigExpm1(x float64) *big.Float {
	if math.Abs(x) < 0.5 {
		return bigExpm1Small(bf(x))
	}
	return bsub(bigExp(bf(x)), bf(1))
}

// bigLog solves eʸ = x from a start with an error of some ulp.
func bigLog(x *big.Float, start float64) *big.Float {
	y := bf(start)
	for range 2 {
		e := bigExp(y)
		d := bquo(bsub(x, e), badd(x, e))
		y = badd(y, badd(d, d))
	}
	return y
}

// bigSin is sin(x + shift·π/2).
func bigSin(x float64, shift int64) *big.Float {
	half := bquo(bigPi, bf(2))
	q, _ := badd(bquo(bf(x), half), bf(math.Copysign(0.5, x))).Int(nil)
	r := bsub(bf(x), bmul(new(big.Float).SetPrec(wide).SetInt(q), half))
	n := new(big.Int).And(q.Add(q, big.NewInt(shift)), big.NewInt(3)).Int64()
	var y *big.Float
	minus := bmul(bf(-1), bmul(r, r))
	if n&1 == 0 {
		y = series(r, minus, func(n int) float64 { return float64(2 * n * (2*n + 1)) })
	} else {
		y = series(bf(1), minus, func(n int) float64 { return float64((2*n - 1) * 2 * n) })
	}
	if n&2 != 0 {
		y.Neg(y)
	}
	return y
}

// reference gives the multiple-precision value of a function at finite x ≠ 0.
var reference = map[string]func(x float64) *big.Float{
	"Exp": func(x float64) *big.Float { return bigExp(bf(x)) },
	"Log": func(x float64) *big.Float { // math.Log is wrong for subnormal x on amd64
		m, e := math.Frexp(x)
		return bigLog(bf(x), math.Log(m)+float64(e)*math.Ln2)
	},
	"Sin": func(x float64) *big.Float { return bigSin(x, 0) },
	"Cos": func(x float64) *big.Float { return bigSin(x, 1) },
	"ELU": func(x float64) *big.Float {
		if x > 0 {
			return bf(x)
		}
		return bigExpm1(x)
	},
	"Tanh": func(x float64) *big.Float {
		e := bigExpm1(2 * x)
		return bquo(e, badd(e, bf(2)))
	},
	"Sigmoid": func(x float64) *big.Float { return bquo(bf(1), badd(bf(1), bigExp(bf(-x)))) },
	"Softplus": func(x float64) *big.Float {
		t := bigExp(bf(x))
		if x < -60 { // t − t²/2 + t³/3
			return badd(bsub(t, bquo(bmul(t, t), bf(2))), bquo(bmul(t, bmul(t, t)), bf(3)))
		}
		start := math.Log1p(math.Exp(x))
		if x > 0 {
			start = x + math.Log1p(math.Exp(-x))
		}
		return bigLog(badd(bf(1), t), start)
	},
}
