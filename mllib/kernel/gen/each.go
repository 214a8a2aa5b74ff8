package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// eachHeight is the number of products that are computed side by side: one of a row
// with a narrow matrix is a few chains, too few to keep the multipliers busy.
const eachHeight = 3

// each is the function that multiplies rows by matrices of their own.
type each struct {
	*panel
	bs, as, group reg.GPVirtual // bytes of a row of b, of a row of a, of a matrix
}

func newEach(s *isa, data *pool, nv int) *each {
	return &each{panel: newPanel(s, data, nv, eachHeight, false)}
}

func (g *each) emit() {
	function(g.Context, fmt.Sprintf("each%dx%s", g.nv, g.name),
		"func(m, k int, a, b *float64, bs int, c *float64, cols int)",
		fmt.Sprintf("computes rows of at most %d columns, each of a row of a [m, k] and a matrix of b; bs is in bytes.", g.nv*g.lanes))
	g.a, g.b, g.c, g.bs = g.param("a"), g.param("b"), g.param("c"), g.param("bs")
	m := g.param("m")
	g.as, g.group = g.param("k"), g.param("k")
	g.SHLQ(imm(3), g.as)
	g.IMULQ(g.bs, g.group)
	g.csi, g.off = g.param("cols"), g.param("cols")
	g.SHLQ(imm(3), g.csi)
	if g.nv == 1 {
		g.loadMask(g.off)
	} else {
		g.SHLQ(imm(3), g.off)
		g.SUBQ(imm(g.bytes()), g.off)
	}
	for r := g.height; r >= 1; r-- {
		g.Label(fmt.Sprintf("from%d", r))
		g.CMPQ(m, imm(r))
		g.JLT(operand.LabelRef(fmt.Sprintf("from%d", r-1)))
		g.products(r)
		g.SUBQ(imm(r), m)
		g.JMP(operand.LabelRef(fmt.Sprintf("from%d", r)))
	}
	g.Label("from0")
	g.VZEROUPPER()
	g.RET()
}

// products computes r rows.
func (g *each) products(r int) {
	loop := fmt.Sprintf("loop%d", r)
	acc, bp := make([][]reg.VecVirtual, r), make([]reg.GPVirtual, r)
	for i := range acc {
		acc[i], bp[i] = g.vecs(g.nv), g.GP64()
		for _, v := range acc[i] {
			g.zero(v)
		}
		g.MOVQ(g.b, bp[i])
		g.ADDQ(g.group, g.b)
	}
	ap, k := g.GP64(), g.param("k")
	g.MOVQ(g.a, ap)
	g.Label(loop)
	for i := range acc {
		x := g.vec()
		g.VBROADCASTSD([]operand.Mem{at(ap, 0), indexed(ap, g.as, 1), indexed(ap, g.as, 2)}[i], x)
		if g.nv == 1 {
			b := g.vec()
			g.read(bp[i], 0, b)
			g.VFMADD231PD(b, x, acc[i][0])
			continue
		}
		for v := range g.nv - 1 {
			g.VFMADD231PD(at(bp[i], v*g.bytes()), x, acc[i][v])
		}
		g.VFMADD231PD(indexed(bp[i], g.off, 1), x, acc[i][g.nv-1])
	}
	g.ADDQ(imm(8), ap)
	for _, p := range bp {
		g.ADDQ(g.bs, p)
	}
	g.DECQ(k)
	g.JNE(operand.LabelRef(loop))
	for i := range acc {
		for v := range acc[i] {
			g.write(acc[i][v], g.c, v)
		}
		g.ADDQ(g.as, g.a)
		g.ADDQ(g.csi, g.c)
	}
}
