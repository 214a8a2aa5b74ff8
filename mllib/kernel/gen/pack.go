package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pack copies the panel of b, stored as cols rows of k values, transposed onto
// the stack, in blocks of 4×4; the last blocks overlap those before. It leaves
// g.b and g.bsp pointing to the copy. Columns beyond cols are left undefined.
func (g *panel) pack() {
	row := g.nv * g.bytes() // of the copy
	buf := g.AllocLocal(packedDepth * row)
	dst, cols, j := g.GP64(), g.param("cols"), g.GP64()
	b := g.param("b")
	g.XORQ(j, j)
	g.Label("packCols")
	last := g.GP64() // first column of the block: min(j, cols−4), at least 0
	g.MOVQ(cols, last)
	g.SUBQ(imm(4), last)
	g.CMPQ(j, last)
	g.CMOVQLT(j, last)
	zero := g.GP64()
	g.XORQ(zero, zero)
	g.TESTQ(last, last)
	g.CMOVQLT(zero, last)
	src := g.sources(b, last, cols)
	g.LEAQ(buf, dst)
	g.LEAQ(indexed(dst, last, 8), dst)
	g.packBlocks(src, dst, row)
	g.ADDQ(imm(4), j)
	g.CMPQ(j, cols)
	g.JLT(operand.LabelRef("packCols"))
	g.b, g.bsp = g.GP64(), g.GP64()
	g.LEAQ(buf, g.b)
	g.MOVQ(operand.I32(row), g.bsp)
}

// sources gives pointers to four rows of b from row first on; rows that do
// not exist repeat the last one.
func (g *panel) sources(b, first, cols reg.GPVirtual) [4]reg.GPVirtual {
	var src [4]reg.GPVirtual
	bsj, left := g.param("bsj"), g.GP64()
	g.MOVQ(cols, left)
	g.SUBQ(first, left)
	src[0] = g.GP64()
	g.MOVQ(first, src[0])
	g.IMULQ(bsj, src[0])
	g.ADDQ(b, src[0])
	for i := 1; i < 4; i++ {
		src[i] = g.GP64()
		g.MOVQ(src[i-1], src[i])
		next := g.GP64()
		g.LEAQ(indexed(src[i-1], bsj, 1), next)
		g.CMPQ(left, imm(i))
		g.CMOVQGT(next, src[i])
	}
	return src
}

// packBlocks transposes four rows of k values to dst.
func (g *panel) packBlocks(src [4]reg.GPVirtual, dst reg.GPVirtual, row int) {
	p, k := g.GP64(), g.param("k")
	g.XORQ(p, p)
	g.CMPQ(k, imm(4))
	g.JLT(operand.LabelRef("packSingle"))
	g.Label("packBlock")
	g.transpose(src, p, dst, row)
	g.ADDQ(imm(4), p)
	g.ADDQ(imm(4*row), dst)
	left := g.GP64()
	g.MOVQ(k, left)
	g.SUBQ(p, left)
	g.JEQ(operand.LabelRef("packed"))
	g.CMPQ(left, imm(4))
	g.JGE(operand.LabelRef("packBlock"))
	g.Label("packSingle")
	x := g.XMM()
	for i := range src {
		g.VMOVSD(indexed(src[i], p, 8), x)
		g.VMOVSD(x, at(dst, 8*i))
	}
	g.ADDQ(imm(row), dst)
	g.INCQ(p)
	g.CMPQ(p, k)
	g.JLT(operand.LabelRef("packSingle"))
	g.Label("packed")
}

// transpose moves one 4×4 block.
func (g *panel) transpose(src [4]reg.GPVirtual, p, dst reg.GPVirtual, row int) {
	columns := g.block4(func(i, disp int) operand.Mem {
		m := indexed(src[i], p, 8)
		m.Disp = disp
		return m
	})
	for j, x := range columns {
		g.VMOVUPD(x, at(dst, j*row))
	}
}
