package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

func emitElementwise(c *build.Context) {
	data := newPool("elementwiseData")
	data.lanes()
	for _, e := range elementwiseFunctions() {
		e.emit(c, data)
	}
	data.flush(c)
}

// elementwiseFunctions are those that need no approximation.
func elementwiseFunctions() []elementwise {
	unary := []string{"dst", "a"}
	binary := []string{"dst", "a", "b"}
	scaled := []string{"s"}
	bounds := []string{"lo", "hi"}
	return []elementwise{
		{"vecAdd", binary, nil, 4, ab((*vector).add)},
		{"vecSub", binary, nil, 4, ab((*vector).sub)},
		{"vecMul", binary, nil, 4, ab((*vector).mul)},
		{"vecDiv", binary, nil, 1, ab((*vector).div)},
		{"vecAddScaled", binary, scaled, 4, ab(func(v *vector, a, b reg.VecVirtual) reg.VecVirtual {
			return v.fma(v.scalars["s"], b, a)
		})},
		{"vecScale", unary, scaled, 4, a1(func(v *vector, a reg.VecVirtual) reg.VecVirtual { return v.mul(v.scalars["s"], a) })},
		{"vecAddScalar", unary, scaled, 4, a1(func(v *vector, a reg.VecVirtual) reg.VecVirtual { return v.add(v.scalars["s"], a) })},
		{"vecSqrt", unary, nil, 1, a1(func(v *vector, a reg.VecVirtual) reg.VecVirtual {
			r := v.vec()
			v.VSQRTPD(a, r)
			return r
		})},
		{"vecAbs", unary, nil, 4, a1(func(v *vector, a reg.VecVirtual) reg.VecVirtual { return v.and(a, magnitude) })},
		{"vecReLU", unary, nil, 4, a1(func(v *vector, a reg.VecVirtual) reg.VecVirtual {
			return v.keep(v.compare(notLessEq, a, v.zeros()), a)
		})},
		{"vecMaskPos", binary, nil, 4, ab(func(v *vector, g, y reg.VecVirtual) reg.VecVirtual {
			return v.keep(v.compare(greater, y, v.zeros()), g)
		})},
		{"vecSignMul", binary, nil, 4, ab(func(v *vector, g, y reg.VecVirtual) reg.VecVirtual {
			return v.keep(v.compare(notEqual, y, v.zeros()), v.xor(g, v.and(y, signBit)))
		})},
		{"vecMaskNonPos", binary, nil, 4, ab(func(v *vector, g, y reg.VecVirtual) reg.VecVirtual {
			return v.keep(v.compare(lessEqual, y, v.zeros()), g)
		})},
		{"vecMaskBetween", binary, bounds, 4, ab(func(v *vector, g, y reg.VecVirtual) reg.VecVirtual {
			inside := v.compare(lessEqual, v.scalars["lo"], y)
			return v.keep(v.both(inside, lessEqual, y, v.scalars["hi"]), g)
		})},
		{"vecClip", unary, bounds, 4, a1(func(v *vector, a reg.VecVirtual) reg.VecVirtual {
			// The instructions give their second source for NaN and equal zeros.
			return v.apply(v.VMINPD, v.scalars["hi"], v.apply(v.VMAXPD, v.scalars["lo"], a))
		})},
		{"vecELUGrad", binary, nil, 2, ab(func(v *vector, g, y reg.VecVirtual) reg.VecVirtual {
			return v.choose(v.compare(greater, y, v.zeros()), g, v.mul(g, v.add(y, v.set(1))))
		})},
		{"vecTanhGrad", binary, nil, 4, ab(func(v *vector, g, y reg.VecVirtual) reg.VecVirtual {
			return v.mul(g, v.fnma(y, y, v.set(1)))
		})},
		{"vecSigmoidGrad", binary, nil, 4, ab(func(v *vector, g, y reg.VecVirtual) reg.VecVirtual {
			return v.mul(g, v.mul(y, v.sub(v.set(1), y)))
		})},
		{"vecAdam", []string{"p", "m", "v", "g"}, []string{"rate", "b1", "b2", "eps", "c1", "c2", "d1", "d2"}, 1, adam},
	}
}

// a1 and ab wrap a function of values into a body dst = f(a) or f(a, b).
func a1(f func(v *vector, a reg.VecVirtual) reg.VecVirtual) func(*vector) {
	return func(v *vector) { v.store("dst", f(v, v.load("a"))) }
}

func ab(f func(v *vector, a, b reg.VecVirtual) reg.VecVirtual) func(*vector) {
	return func(v *vector) { v.store("dst", f(v, v.load("a"), v.load("b"))) }
}

// adam is one step of Adam; d1 = 1−b1, d2 = 1−b2.
func adam(v *vector) {
	k := v.scalars
	g := v.load("g")
	m := v.fma(k["b1"], v.load("m"), v.mul(k["d1"], g))
	s := v.fma(k["b2"], v.load("v"), v.mul(k["d2"], v.mul(g, g)))
	v.store("m", m)
	v.store("v", s)
	root := v.div(s, k["c2"])
	v.VSQRTPD(root, root)
	step := v.div(v.mul(k["rate"], v.div(m, k["c1"])), v.add(root, k["eps"]))
	v.store("p", v.sub(v.load("p"), step))
}

// zeros is a fresh vector of zeros.
func (v *vector) zeros() reg.VecVirtual {
	r := v.vec()
	v.zero(r)
	return r
}
