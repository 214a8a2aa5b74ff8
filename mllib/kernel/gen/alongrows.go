package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// block4 loads four rows of four elements and gives the four columns.
func (s *isa) block4(row func(i, disp int) operand.Mem) [4]reg.VecVirtual {
	var column [4]reg.VecVirtual
	for half := range 2 {
		var x [2]reg.VecVirtual // rows 0 and 2, rows 1 and 3
		for i := range x {
			x[i] = s.YMM()
			s.VBROADCASTF128(row(i, 16*half), x[i])
			s.VINSERTF128(operand.U8(1), row(i+2, 16*half), x[i], x[i])
		}
		column[2*half], column[2*half+1] = s.YMM(), s.YMM()
		s.VUNPCKLPD(x[1], x[0], column[2*half])
		s.VUNPCKHPD(x[1], x[0], column[2*half+1])
	}
	return column
}

// column4 loads one element of each of four rows.
func (s *isa) column4(row func(i, disp int) operand.Mem) reg.VecVirtual {
	x := s.vecs(4)
	for i := range x {
		s.VBROADCASTSD(row(i, 0), x[i])
	}
	s.VBLENDPD(operand.U8(2), x[1], x[0], x[0])
	s.VBLENDPD(operand.U8(8), x[3], x[2], x[2])
	s.VBLENDPD(operand.U8(12), x[2], x[0], x[0])
	return x[0]
}

// alongRows is a function that gives one number for every row of a matrix
// [m, n]: a chain along the row. Its vectors run across 16 or 4 rows, which are
// transposed in registers. Both paths use its 256-bit instructions, for it is
// bound by the loads.
type alongRows struct {
	*isa
	name            string
	a, dst          reg.GPVirtual
	stride, stride3 reg.GPVirtual
	x               reg.GPVirtual   // the vector of a product, if any
	p               []reg.GPVirtual // position in each group of four rows
	acc             []reg.VecVirtual
	start           func(group int)                                       // sets acc[group]
	step            func(disp int) func(group int, column reg.VecVirtual) // adds a column
}

func newAlongRows(c *build.Context, name string) *alongRows {
	return &alongRows{isa: avx2(c), name: name}
}

// emitSumCols writes dst[i] = Σ_j a[i,j].
func (g *alongRows) emitSumCols() {
	function(g.Context, g.name, "func(m, n int, dst, a []float64, path int) int", "does a multiple of 4 rows and returns how many.")
	m := g.GP64()
	g.Load(g.Param("path"), m)
	g.TESTQ(m, m)
	g.CMOVQNE(address(g.Context, "m"), m)
	g.ANDQ(imm(-4), m)
	g.Store(m, g.ReturnIndex(0))
	g.a, g.dst = g.GP64(), g.GP64()
	g.Load(g.Param("a").Base(), g.a)
	g.Load(g.Param("dst").Base(), g.dst)
	g.start = func(group int) { g.zero(g.acc[group]) }
	g.step = func(int) func(int, reg.VecVirtual) {
		return func(group int, column reg.VecVirtual) { g.VADDPD(column, g.acc[group], g.acc[group]) }
	}
	g.groups(m)
}

// emitGemv writes c[j] = Σ_p x[p]·b[j,p], starting from 0 or the old c.
func (g *alongRows) emitGemv() {
	function(g.Context, g.name, "func(m, n int, x, b, c *float64, add bool)",
		"computes c = b·x for b [m, n], m a multiple of 4.")
	m := g.GP64()
	g.Load(g.Param("m"), m)
	g.a, g.dst, g.x = g.GP64(), g.GP64(), g.GP64()
	g.Load(g.Param("b"), g.a)
	g.Load(g.Param("c"), g.dst)
	add, low, flag := g.YMM(), g.XMM(), g.GP64() // all ones to keep the old c
	g.MOVBQZX(address(g.Context, "add"), flag)
	g.NEGQ(flag)
	g.VMOVQ(flag, low)
	g.VPBROADCASTQ(low, add)
	g.start = func(group int) { g.VANDPD(at(g.dst, 32*group), add, g.acc[group]) }
	g.step = func(disp int) func(int, reg.VecVirtual) {
		x := g.vec()
		g.VBROADCASTSD(at(g.x, disp), x)
		return func(group int, column reg.VecVirtual) { g.VFMADD231PD(column, x, g.acc[group]) }
	}
	g.groups(m)
}

// groups goes through m rows, 16 and then 4 at a time.
func (g *alongRows) groups(m reg.GPVirtual) {
	g.stride, g.stride3 = g.GP64(), g.GP64()
	g.Load(g.Param("n"), g.stride)
	g.SHLQ(imm(3), g.stride)
	g.LEAQ(indexed(g.stride, g.stride, 2), g.stride3)
	for _, n := range []int{4, 1} {
		g.Label(fmt.Sprintf("group%d", n))
		g.CMPQ(m, imm(4*n))
		g.JLT(operand.LabelRef(fmt.Sprintf("end%d", n)))
		g.rows(n)
		g.SUBQ(imm(4*n), m)
		g.JMP(operand.LabelRef(fmt.Sprintf("group%d", n)))
		g.Label(fmt.Sprintf("end%d", n))
	}
	g.VZEROUPPER()
	g.RET()
}

// rows does n groups of four rows.
func (g *alongRows) rows(n int) {
	ref := func(s string) operand.LabelRef { return operand.LabelRef(fmt.Sprintf("%s%d", s, n)) }
	g.acc, g.p = g.vecs(n), nil
	for h := range n {
		g.p = append(g.p, g.GP64())
		g.MOVQ(g.a, g.p[h])
		g.LEAQ(indexed(g.a, g.stride, 4), g.a)
		g.start(h)
	}
	left := g.GP64()
	g.Load(g.Param("n"), left)
	if g.x != nil {
		g.Load(g.Param("x"), g.x)
	}
	g.SUBQ(imm(4), left)
	g.JLT(ref("single"))
	g.Label(string(ref("block")))
	g.block()
	g.SUBQ(imm(4), left)
	g.JGE(ref("block"))
	g.Label(string(ref("single")))
	g.ADDQ(imm(4), left)
	g.JEQ(ref("store"))
	g.Label(string(ref("column")))
	add := g.step(0)
	for h := range n {
		add(h, g.column4(g.element(h)))
	}
	g.advance(8)
	g.DECQ(left)
	g.JNE(ref("column"))
	g.Label(string(ref("store")))
	for h := range n {
		g.VMOVUPD(g.acc[h], at(g.dst, 32*h))
	}
	g.ADDQ(imm(32*n), g.dst)
}

// block adds four columns.
func (g *alongRows) block() {
	var add [4]func(int, reg.VecVirtual)
	for j := range add {
		add[j] = g.step(8 * j)
	}
	for h := range g.p {
		for j, column := range g.block4(g.element(h)) {
			add[j](h, column)
		}
	}
	g.advance(32)
}

// advance moves on by so many bytes.
func (g *alongRows) advance(n int) {
	for _, p := range g.p {
		g.ADDQ(imm(n), p)
	}
	if g.x != nil {
		g.ADDQ(imm(n), g.x)
	}
}

// element gives the memory of the rows of group h.
func (g *alongRows) element(h int) func(i, disp int) operand.Mem {
	return func(i, disp int) operand.Mem {
		switch i {
		case 1, 2:
			return operand.Mem{Base: g.p[h], Index: g.stride, Scale: uint8(i), Disp: disp}
		case 3:
			return operand.Mem{Base: g.p[h], Index: g.stride3, Scale: 1, Disp: disp}
		}
		return at(g.p[h], disp)
	}
}
