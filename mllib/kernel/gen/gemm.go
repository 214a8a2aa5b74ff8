package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Heights of the register tiles: heights[nv] rows times nv vectors of columns.
// All accumulators, nv vectors of b and one broadcast of a fit into the
// registers (32 with AVX-512, 16 with AVX2). The driver in gemm_amd64.go has
// the same numbers.
var (
	heights512 = []int{1: 8, 2: 10, 3: 8, 4: 6, 5: 5, 6: 4, 7: 3, 8: 2}
	heights2   = []int{1: 8, 2: 6, 3: 4, 4: 2, 5: 2, 6: 1, 7: 1, 8: 1}
)

// packedDepth is the largest k of a panel that is transposed onto the stack.
const packedDepth = 128

func emitGemm(c *build.Context) {
	data := newPool("gemmData")
	for _, s := range []*isa{avx2(c), avx512(c)} {
		heights := heights2
		if s.wide() {
			heights = heights512
		}
		for nv := 1; nv < len(heights); nv++ {
			newPanel(s, data, nv, heights[nv], false).emit()
		}
		for nv := 1; nv <= 4; nv++ {
			newPanel(s, data, nv, heights[nv], true).emit()
		}
		for nv := 1; nv <= s.lanes; nv++ { // the accumulators and a broadcast fit into the registers
			newEach(s, data, nv).emit()
		}
	}
	newAlongRows(c, "gemv").emitGemv()
	data.flush(c)
}

// panel is the function that computes one column panel of c: nv vectors wide,
// all m rows of it, for one block of k.
type panel struct {
	*isa
	data       *pool
	nv, height int
	packed     bool // b is stored transposed: copy it to the stack first

	a, b, c, asi, asi3, asp, bsp, csi, off reg.GPVirtual
	m                                      operand.Mem        // rows left
	acc                                    [][]reg.VecVirtual // the tile of c
	last, gate                             reg.GPVirtual      // last row of the tile, in c and in mask
	none                                   reg.VecVirtual     // zeros
	kmask                                  reg.OpmaskVirtual
	vmask                                  reg.VecVirtual
}

func newPanel(s *isa, data *pool, nv, height int, packed bool) *panel {
	return &panel{isa: s, data: data, nv: nv, height: height, packed: packed}
}

func (g *panel) emit() {
	name, b := "gemm", "p"
	if g.packed {
		name, b = "gemmT", "j"
	}
	function(g.Context, fmt.Sprintf("%s%dx%s", name, g.nv, g.name),
		"func(m, k int, a *float64, asi, asp int, b *float64, bs"+b+" int, c *float64, csi, cols, h int, add bool, row *float64, mode int, mask *float64)",
		fmt.Sprintf("computes a panel of at most %d columns of c, h rows at a time; strides are in bytes.", g.nv*g.lanes))
	if g.packed {
		g.Attributes(0)
	}
	if g.packed {
		g.pack()
	}
	g.load()
	g.acc = make([][]reg.VecVirtual, g.height)
	for i := range g.acc {
		g.acc[i] = g.vecs(g.nv)
	}
	g.last, g.gate, g.none = g.GP64(), g.GP64(), g.vec()
	g.Label("tile")
	h := g.GP64()
	g.Load(g.Param("h"), h)
	g.CMPQ(h, g.m)
	g.CMOVQGT(g.m, h)
	for r := g.height; r >= 1; r-- {
		g.CMPQ(h, imm(r))
		g.JEQ(operand.LabelRef(fmt.Sprintf("rows%d", r)))
	}
	g.VZEROUPPER()
	g.RET()
	for r := g.height; r >= 1; r-- {
		g.rows(r)
	}
	g.finish(plain, func(int, int) {})
	g.finish(relu, func(i, v int) { g.keepPositive(g.acc[i][v], g.acc[i][v]) })
	g.finish(masked, func(i, v int) {
		y := g.vec()
		g.read(g.gate, v, y)
		g.keepPositive(y, g.acc[i][v])
	})
}

// param loads a parameter.
func (g *panel) param(name string) reg.GPVirtual {
	r := g.GP64()
	g.Load(g.Param(name), r)
	return r
}

// load reads the parameters that stay in registers.
func (g *panel) load() {
	m, err := g.Param("m").Resolve()
	if err != nil {
		panic(err)
	}
	g.m = m.Addr
	g.a, g.c = g.param("a"), g.param("c")
	g.asi, g.asp, g.csi = g.param("asi"), g.param("asp"), g.param("csi")
	g.asi3 = g.GP64()
	g.LEAQ(indexed(g.asi, g.asi, 2), g.asi3)
	if !g.packed {
		g.b, g.bsp = g.param("b"), g.param("bsp")
	}
	g.off = g.param("cols")
	if g.nv == 1 {
		g.loadMask(g.off)
		return
	}
	// The last vector ends at the last column and may overlap the one before.
	g.SHLQ(imm(3), g.off)
	g.SUBQ(imm(g.bytes()), g.off)
}

// loadMask makes the mask of the only vector of a narrow panel.
func (g *panel) loadMask(cols reg.GPVirtual) {
	if g.wide() {
		ones, g2 := g.GP64(), g.GP64()
		g.MOVQ(operand.I32(-1), ones)
		g.BZHIQ(cols, ones, g2)
		g.kmask = g.K()
		g.KMOVW(g2.As32(), g.kmask)
		return
	}
	p := g.GP64()
	g.LEAQ(g.data.lanes(), p)
	n := g.GP64()
	g.MOVQ(cols, n)
	g.NEGQ(n)
	g.vmask = g.vec()
	g.VMOVUPD(indexed(p, n, 8), g.vmask)
}

// read loads vector v of the row at p; write stores it.
func (g *panel) read(p reg.Register, v int, dst reg.Register) {
	switch {
	case g.nv > 1 && v == g.nv-1:
		g.VMOVUPD(indexed(p, g.off, 1), dst)
	case g.nv > 1:
		g.VMOVUPD(at(p, v*g.bytes()), dst)
	case g.wide():
		g.VMOVUPD_Z(at(p, 0), g.kmask, dst)
	default:
		g.VMASKMOVPD(at(p, 0), g.vmask, dst)
	}
}

func (g *panel) write(src reg.Register, p reg.Register, v int) {
	switch {
	case g.nv > 1 && v == g.nv-1:
		g.VMOVUPD(src, indexed(p, g.off, 1))
	case g.nv > 1:
		g.VMOVUPD(src, at(p, v*g.bytes()))
	case g.wide():
		g.VMOVUPD(src, g.kmask, at(p, 0))
	default:
		g.VMASKMOVPD(src, g.vmask, at(p, 0))
	}
}

// rows emits the tile of r rows.
func (g *panel) rows(r int) {
	ref := func(s string) operand.LabelRef { return operand.LabelRef(fmt.Sprintf("%s%d", s, r)) }
	g.Label(string(ref("rows")))
	acc := g.acc[:r]
	g.start(acc, ref)
	ap := g.rowPointers(r)
	bp, kk := g.GP64(), g.param("k")
	g.MOVQ(g.b, bp)
	g.Label(string(ref("loop")))
	g.step(acc, ap, bp)
	g.ADDQ(g.bsp, bp)
	for _, p := range ap {
		g.ADDQ(g.asp, p)
	}
	g.DECQ(kk)
	g.JNE(ref("loop"))
	g.addRow(acc, ref)
	for range r / 4 {
		g.LEAQ(indexed(g.a, g.asi, 4), g.a)
	}
	for range r % 4 {
		g.ADDQ(g.asi, g.a)
	}
	g.SUBQ(imm(r), g.m)
	g.MOVQ(g.c, g.last)
	for range r - 1 {
		g.ADDQ(g.csi, g.last)
	}
	g.MOVQ(g.last, g.c)
	g.ADDQ(g.csi, g.c)
	g.toFinish(ref)
}

// addRow adds the row to the tile, if there is one.
func (g *panel) addRow(acc [][]reg.VecVirtual, ref func(string) operand.LabelRef) {
	p := g.param("row")
	g.TESTQ(p, p)
	g.JEQ(ref("added"))
	row := g.vecs(g.nv)
	for v := range row {
		g.read(p, v, row[v])
	}
	for i := range acc {
		for v := range row {
			g.VADDPD(row[v], acc[i][v], acc[i][v])
		}
	}
	g.Label(string(ref("added")))
}

// Modes of writing the tile, as in the driver.
const (
	plain = iota
	relu
	masked
)

// toFinish jumps to the code that writes the tile, with g.gate at the place in the
// mask that g.last has in c.
func (g *panel) toFinish(ref func(string) operand.LabelRef) {
	mode, c := g.param("mode"), g.param("c")
	g.Load(g.Param("mask"), g.gate)
	g.ADDQ(g.last, g.gate)
	g.SUBQ(c, g.gate)
	g.zero(g.none)
	g.CMPQ(mode, imm(relu))
	g.JLT(ref(fmt.Sprint("write", plain, "of")))
	g.JEQ(ref(fmt.Sprint("write", relu, "of")))
	g.JMP(ref(fmt.Sprint("write", masked, "of")))
}

// finish writes the tile from its last row up, each vector after f. A lower tile
// enters further down.
func (g *panel) finish(mode int, f func(i, v int)) {
	for i := g.height - 1; i >= 0; i-- {
		g.Label(fmt.Sprint("write", mode, "of", i+1))
		for v := range g.acc[i] {
			f(i, v)
			g.write(g.acc[i][v], g.last, v)
		}
		if i > 0 {
			g.SUBQ(g.csi, g.last)
			if mode == masked {
				g.SUBQ(g.csi, g.gate)
			}
		}
	}
	g.JMP(operand.LabelRef("tile"))
}

// keepPositive makes the lanes of x 0 where y is not positive.
func (g *panel) keepPositive(y, x reg.VecVirtual) {
	// ReLU keeps NaN, a mask that is NaN keeps nothing.
	predicate := operand.U8(greater)
	if x == y {
		predicate = notLessEq
	}
	if g.wide() {
		k := g.K()
		g.VCMPPD(predicate, g.none, y, k)
		g.VMOVAPD_Z(x, k, x)
		return
	}
	t := g.YMM()
	g.VCMPPD(predicate, g.none, y, t)
	g.VANDPD(t, x, x)
}

// start sets the accumulators to 0 or to the old c.
func (g *panel) start(acc [][]reg.VecVirtual, ref func(string) operand.LabelRef) {
	add, cp := g.GP8(), g.GP64()
	g.Load(g.Param("add"), add)
	g.TESTB(add, add)
	g.JEQ(ref("clear"))
	g.MOVQ(g.c, cp)
	for i := range acc {
		for v := range acc[i] {
			g.read(cp, v, acc[i][v])
		}
		if i < len(acc)-1 {
			g.ADDQ(g.csi, cp)
		}
	}
	g.JMP(ref("start"))
	g.Label(string(ref("clear")))
	for i := range acc {
		for v := range acc[i] {
			g.zero(acc[i][v])
		}
	}
	g.Label(string(ref("start")))
}

// rowPointers gives pointers to rows 0, 4 and 8 of the tile of a.
func (g *panel) rowPointers(r int) []reg.GPVirtual {
	ap := make([]reg.GPVirtual, (r+3)/4)
	for i := range ap {
		ap[i] = g.GP64()
		if i == 0 {
			g.MOVQ(g.a, ap[i])
		} else {
			g.LEAQ(indexed(ap[i-1], g.asi, 4), ap[i])
		}
	}
	return ap
}

// step adds the products of one p to the accumulators.
func (g *panel) step(acc [][]reg.VecVirtual, ap []reg.GPVirtual, bp reg.Register) {
	elem := func(i int) operand.Mem {
		switch p := ap[i/4]; i % 4 {
		case 1:
			return indexed(p, g.asi, 1)
		case 2:
			return indexed(p, g.asi, 2)
		case 3:
			return indexed(p, g.asi3, 1)
		default:
			return at(p, 0)
		}
	}
	if len(acc) == 1 && g.nv > 1 { // b is used once: straight from memory
		x := g.vec()
		g.VBROADCASTSD(elem(0), x)
		for v := range g.nv - 1 {
			g.VFMADD231PD(at(bp, v*g.bytes()), x, acc[0][v])
		}
		g.VFMADD231PD(indexed(bp, g.off, 1), x, acc[0][g.nv-1])
		return
	}
	b := g.vecs(g.nv)
	for v := range b {
		g.read(bp, v, b[v])
	}
	for i := range acc {
		if g.nv == 1 && g.wide() {
			g.VFMADD231PD_BCST(elem(i), b[0], acc[i][0])
			continue
		}
		x := g.vec()
		g.VBROADCASTSD(elem(i), x)
		for v := range b {
			g.VFMADD231PD(b[v], x, acc[i][v])
		}
	}
}
