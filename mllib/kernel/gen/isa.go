package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is one of the two vector instruction sets.
type isa struct {
	*build.Context
	name  string // suffix of function names
	lanes int    // float64 values per vector
}

func avx2(c *build.Context) *isa   { return &isa{c, "AVX2", 4} }
func avx512(c *build.Context) *isa { return &isa{c, "AVX512", 8} }

func (s *isa) wide() bool { return s.lanes == 8 }
func (s *isa) bytes() int { return 8 * s.lanes }

// vec is a fresh vector register.
func (s *isa) vec() reg.VecVirtual {
	if s.wide() {
		return s.ZMM()
	}
	return s.YMM()
}

// vecs is n fresh vector registers.
func (s *isa) vecs(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = s.vec()
	}
	return v
}

// zero clears a vector.
func (s *isa) zero(v reg.Register) { s.VXORPD(v, v, v) }

// at is the memory at p plus disp bytes.
func at(p reg.Register, disp int) operand.Mem { return operand.Mem{Base: p, Disp: disp} }

// indexed is the memory at p + i·scale.
func indexed(p, i reg.Register, scale uint8) operand.Mem {
	return operand.Mem{Base: p, Index: i, Scale: scale}
}

// imm is an immediate operand.
func imm(n int) operand.Op {
	if -128 <= n && n < 128 {
		return operand.I8(n)
	}
	return operand.I32(n)
}
