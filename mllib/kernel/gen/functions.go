package main

import (
	"math"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	coef "ml3/mllib/kernel/internal/coefficients"
)

// emitFunctions writes the functions that need an approximation. The formulas
// are explained in exp.go, log.go and trig.go of package kernel.
func emitFunctions(c *build.Context) {
	data := newPool("functionsData")
	data.lanes()
	unary := []string{"dst", "a"}
	for _, e := range []elementwise{
		{"vecExp", unary, nil, 2, a1((*vector).exp)},
		{"vecELU", unary, nil, 2, a1(func(v *vector, a reg.VecVirtual) reg.VecVirtual {
			return v.choose(v.compare(less, a, v.zeros()), v.expm1Neg(a), a)
		})},
		{"vecTanh", unary, nil, 2, a1((*vector).tanh)},
		{"vecSigmoid", unary, nil, 2, a1((*vector).sigmoid)},
		{"vecSoftplus", unary, nil, 2, a1((*vector).softplus)},
		{"vecLog", unary, nil, 2, a1((*vector).log)},
		{"vecSin", unary, nil, 1, a1(func(v *vector, a reg.VecVirtual) reg.VecVirtual { return v.sine(a, 0) })},
		{"vecCos", unary, nil, 1, a1(func(v *vector, a reg.VecVirtual) reg.VecVirtual { return v.sine(a, 1) })},
	} {
		e.emit(c, data)
	}
	data.flush(c)
}

// fmaConst is x·y + c in place of x.
func (v *vector) fmaConst(x, y reg.VecVirtual, c float64) {
	v.constant(v.VFMADD213PD, v.VFMADD213PD_BCST, math.Float64bits(c), y, x)
}

// fnmaTimes subtracts x·c from z in place.
func (v *vector) fnmaTimes(x reg.VecVirtual, c float64, z reg.VecVirtual) {
	v.constant(v.VFNMADD231PD, v.VFNMADD231PD_BCST, math.Float64bits(c), x, z)
}

// with is a fresh x op c.
func (v *vector) with(op, bcst op3, x operand.Op, c float64) reg.VecVirtual {
	return v.withBits(op, bcst, x, math.Float64bits(c))
}

func (v *vector) withBits(op, bcst op3, x operand.Op, c uint64) reg.VecVirtual {
	r := v.vec()
	v.constant(op, bcst, c, x, r)
	return r
}

func (v *vector) addConst(x reg.VecVirtual, c float64) reg.VecVirtual {
	return v.with(v.VADDPD, v.VADDPD_BCST, x, c)
}

func (v *vector) subConst(x reg.VecVirtual, c float64) reg.VecVirtual {
	return v.with(v.VSUBPD, v.VSUBPD_BCST, x, c)
}

func (v *vector) mulConst(x reg.VecVirtual, c float64) reg.VecVirtual {
	return v.with(v.VMULPD, v.VMULPD_BCST, x, c)
}

// and, or, xor and addInt work on the bits of x and a constant.
func (v *vector) and(x reg.VecVirtual, c uint64) reg.VecVirtual {
	return v.withBits(v.VANDPD, v.VANDPD_BCST, x, c)
}

func (v *vector) or(x reg.VecVirtual, c uint64) reg.VecVirtual {
	return v.withBits(v.VORPD, v.VORPD_BCST, x, c)
}

func (v *vector) addInt(x reg.VecVirtual, c uint64) reg.VecVirtual {
	return v.withBits(v.VPADDQ, v.VPADDQ_BCST, x, c)
}

func (v *vector) xor(x, y reg.VecVirtual) reg.VecVirtual { return v.apply(v.VXORPD, x, y) }

// shiftLeft and shiftRight move the bits of 64-bit lanes.
func (v *vector) shiftLeft(x reg.VecVirtual, n uint8) reg.VecVirtual {
	r := v.vec()
	v.VPSLLQ(operand.U8(n), x, r)
	return r
}

func (v *vector) shiftRight(x reg.VecVirtual, n uint8) reg.VecVirtual {
	r := v.vec()
	v.VPSRLQ(operand.U8(n), x, r)
	return r
}

const (
	signBit   = 1 << 63
	magnitude = signBit - 1
)

// poly is Σ c[i]·xⁱ in the order of kernel.poly; xx = x².
func (v *vector) poly(x, xx reg.VecVirtual, c []float64) reg.VecVirtual {
	n := len(c)
	p, q := v.set(c[n-1]), v.set(c[n-2])
	i := n - 3
	for ; i > 0; i -= 2 {
		v.fmaConst(p, xx, c[i])
		v.fmaConst(q, xx, c[i-1])
	}
	if i == 0 {
		v.fmaConst(p, xx, c[0])
		p, q = q, p
	}
	v.VFMADD231PD(p, x, q)
	return q
}

// reduce writes x = k·ln 2 + r; t holds k in its low bits.
func (v *vector) reduce(x reg.VecVirtual) (t, k, r reg.VecVirtual) {
	t = v.set(coef.Magic)
	v.constant(v.VFMADD231PD, v.VFMADD231PD_BCST, math.Float64bits(coef.Log2E), x, t)
	k = v.subConst(t, coef.Magic)
	r = v.vec()
	v.VMOVAPD(x, r)
	v.fnmaTimes(k, coef.Ln2Hi, r)
	v.fnmaTimes(k, coef.Ln2Lo, r)
	return t, k, r
}

func (v *vector) expm1Poly(r reg.VecVirtual) reg.VecVirtual {
	rr := v.mul(r, r)
	return v.fma(rr, v.poly(r, rr, coef.Exp[:]), r)
}

func (v *vector) exp(x reg.VecVirtual) reg.VecVirtual {
	// The instructions give their second source, x, if it is NaN.
	x = v.apply(v.VMINPD, v.set(coef.ExpMax), x)
	x = v.apply(v.VMAXPD, v.set(coef.ExpMin), x)
	t, k, r := v.reduce(x)
	p := v.addConst(v.expm1Poly(r), 1)
	if v.wide() {
		y := v.vec()
		v.VSCALEFPD(k, p, y)
		return y
	}
	half := v.vec()
	v.VPSRAD(operand.U8(1), t, half)
	rest := v.apply(v.VPSUBD, t, half)
	return v.mul(v.mul(p, v.power2(half)), v.power2(rest))
}

// power2 is 2ᵏ for the 32-bit k in the low half of each lane.
func (v *vector) power2(k reg.VecVirtual) reg.VecVirtual {
	return v.shiftLeft(v.addInt(k, 1023), 52)
}

func (v *vector) expm1Neg(x reg.VecVirtual) reg.VecVirtual {
	x = v.apply(v.VMAXPD, v.set(coef.Expm1Min), x)
	t, _, r := v.reduce(x)
	s := v.power2(t)
	return v.fma(s, v.expm1Poly(r), v.subConst(s, 1))
}

func (v *vector) tanh(x reg.VecVirtual) reg.VecVirtual {
	e := v.expm1Neg(v.mulConst(v.and(x, magnitude), -2))
	y := v.div(e, v.addConst(e, 2))
	return v.copySign(y, x)
}

// copySign is y with the sign of x.
func (v *vector) copySign(y, x reg.VecVirtual) reg.VecVirtual {
	return v.apply(v.VORPD, v.and(y, magnitude), v.and(x, signBit))
}

// expNegAbs is e^−|x|.
func (v *vector) expNegAbs(x reg.VecVirtual) reg.VecVirtual { return v.exp(v.or(x, signBit)) }

func (v *vector) sigmoid(x reg.VecVirtual) reg.VecVirtual {
	e := v.expNegAbs(x)
	top := v.choose(v.compare(less, x, v.zeros()), e, v.set(1))
	return v.div(top, v.addConst(e, 1))
}

func (v *vector) softplus(x reg.VecVirtual) reg.VecVirtual {
	l := v.log1pUnit(v.expNegAbs(x))
	return v.add(v.apply(v.VMAXPD, x, v.zeros()), l)
}

func (v *vector) log1pUnit(e reg.VecVirtual) reg.VecVirtual {
	u := v.div(e, v.addConst(e, 2))
	z := v.mul(u, u)
	u = v.add(u, u)
	return v.fma(v.mul(u, z), v.poly(z, v.mul(z, z), coef.Log1p[:]), u)
}

func (v *vector) log(x reg.VecVirtual) reg.VecVirtual {
	const sqrtHalf, one = 0x3fe6a09e667f3bcd, 0x3ff0000000000000
	subnormal := v.compare(less, x, v.set(0x1p-1022))
	y := v.choose(subnormal, v.mulConst(x, 0x1p54), x)
	bias := v.choose(subnormal, v.set(0x1p52+1023+54), v.set(0x1p52+1023))
	u := v.addInt(y, one-sqrtHalf)
	k := v.sub(v.or(v.shiftRight(u, 52), 0x4330000000000000), bias)
	f := v.subConst(v.addInt(v.and(u, 0x000fffffffffffff), sqrtHalf), 1)

	s := v.div(f, v.addConst(f, 2))
	z := v.mul(s, s)
	r := v.mul(z, v.poly(z, v.mul(z, z), coef.Log[:]))
	h := v.mulConst(v.mul(f, f), 0.5)
	low := v.fma(s, v.add(h, r), v.mulConst(k, coef.Ln2Rest))
	w := v.fma(k, v.set(coef.Ln2Short), v.sub(f, v.sub(h, low)))

	w = v.choose(v.compare(less, x, v.set(math.Inf(1))), w, x)
	w = v.choose(v.compare(less, x, v.zeros()), v.set(math.NaN()), w)
	return v.choose(v.compare(equal, x, v.zeros()), v.set(math.Inf(-1)), w)
}

// sine is sin(x + shift·π/2). It leaves the loop at a vector with a lane that
// the reduction cannot handle.
func (v *vector) sine(x reg.VecVirtual, shift uint64) reg.VecVirtual {
	ax := v.and(x, magnitude)
	v.leave(ax)
	t := v.set(coef.Magic)
	v.constant(v.VFMADD231PD, v.VFMADD231PD_BCST, math.Float64bits(coef.TwoOverPi), ax, t)
	k := v.subConst(t, coef.Magic)
	r := ax
	for _, part := range []float64{coef.PiHalf1, coef.PiHalf2, coef.PiHalf3} {
		v.fnmaTimes(k, part, r)
	}
	z := v.mul(r, r)
	w := v.mul(z, z)
	s := v.fma(v.mul(r, z), v.poly(z, w, coef.Sin[:]), r)
	h := v.set(1)
	v.fnmaTimes(z, 0.5, h)
	low := v.sub(v.set(1), h)
	v.fnmaTimes(z, 0.5, low)
	c := v.add(h, v.fma(w, v.poly(z, w, coef.Cos[:]), low))
	if shift > 0 {
		t = v.addInt(t, shift)
	}
	y := v.chooseOdd(t, c, s)
	y = v.xor(y, v.and(v.shiftLeft(t, 62), signBit))
	if shift == 0 {
		y = v.xor(y, v.and(x, signBit))
	}
	return y
}

// leave jumps out of the loop if a lane is not below TrigMax.
func (v *vector) leave(ax reg.VecVirtual) {
	big := v.compare(notLess, ax, v.set(coef.TrigMax))
	if v.wide() {
		v.KORTESTB(big.k, big.k)
	} else {
		v.VTESTPD(big.v, big.v)
	}
	v.JNE(v.ref("done"))
}

// chooseOdd is odd in the lanes where t is odd, else even.
func (v *vector) chooseOdd(t, odd, even reg.VecVirtual) reg.VecVirtual {
	top := v.shiftLeft(t, 63)
	l := lanes{v: top}
	if v.wide() {
		l.k = v.K()
		v.VPMOVQ2M(top, l.k)
	}
	return v.choose(l, odd, even)
}
