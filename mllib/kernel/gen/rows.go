package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func emitRows(c *build.Context) {
	data := newPool("rowsData")
	data.lanes()
	add, mul := (*vector).add, (*vector).mul
	for _, r := range []rowwise{
		{"vecAddRow", "row", add}, {"vecMulRow", "row", mul}, {"vecAddCol", "col", add}, {"vecMulCol", "col", mul},
	} {
		r.emit(c, data)
	}
	emitSumRows(c, data)
	emitSumCols(c)
	data.flush(c)
}

// rowwise is dst[i,j] = f(x, a[i,j]) where x is row[j] or col[i].
type rowwise struct {
	name, other string
	f           func(v *vector, x, a reg.VecVirtual) reg.VecVirtual
}

func (r *rowwise) emit(c *build.Context, data *pool) {
	function(c, r.name, "func(m, n int, dst, a, "+r.other+" []float64, path int) int", "does the rows from 0 on and returns how many.")
	dispatch(c)
	c.XORQ(reg.RAX, reg.RAX)
	c.Store(reg.RAX, c.ReturnIndex(0))
	c.RET()
	for _, s := range []*isa{avx2(c), avx512(c)} {
		s.Label(s.label("path"))
		r.loop(s, data)
	}
}

func (r *rowwise) loop(s *isa, data *pool) {
	v := &vector{isa: s, pool: data, slices: map[string]reg.GPVirtual{}}
	for _, name := range []string{"dst", "a", r.other} {
		v.slices[name] = s.GP64()
		s.Load(s.Param(name).Base(), v.slices[name])
	}
	rows, n, x := s.GP64(), s.GP64(), s.vec()
	s.Load(s.Param("m"), rows)
	v.i = s.GP64()
	s.Label(s.label("row"))
	s.Load(s.Param("n"), n)
	s.XORQ(v.i, v.i)
	if r.other == "col" {
		s.VBROADCASTSD(at(v.slices["col"], 0), x)
		s.ADDQ(imm(8), v.slices["col"])
	}
	v.each(n, 2, func(v *vector) {
		if r.other == "row" {
			x = v.load("row")
		}
		v.store("dst", r.f(v, x, v.load("a")))
	})
	s.Label(s.label("done"))
	for _, name := range []string{"dst", "a"} {
		s.LEAQ(indexed(v.slices[name], v.i, 8), v.slices[name])
	}
	s.DECQ(rows)
	s.JNE(s.ref("row"))
	s.finish("m")
}

// finish returns the parameter of the given name.
func (s *isa) finish(name string) {
	n := s.GP64()
	s.Load(s.Param(name), n)
	s.Store(n, s.ReturnIndex(0))
	s.VZEROUPPER()
	s.RET()
}

// emitSumRows writes dst[j] = Σ_i a[i,j]: vectors across columns, i in order.
func emitSumRows(c *build.Context, data *pool) {
	function(c, "vecSumRows", "func(m, n int, dst, a []float64, path int) int", "does all columns and returns n, or 0.")
	dispatch(c)
	c.XORQ(reg.RAX, reg.RAX)
	c.Store(reg.RAX, c.ReturnIndex(0))
	c.RET()
	for _, s := range []*isa{avx2(c), avx512(c)} {
		s.Label(s.label("path"))
		sumRows(s, data)
	}
}

func sumRows(s *isa, data *pool) {
	v := &vector{isa: s, pool: data, slices: map[string]reg.GPVirtual{"dst": s.GP64(), "at": s.GP64()}}
	a, n, stride, i := s.GP64(), s.GP64(), s.GP64(), s.GP64()
	s.Load(s.Param("dst").Base(), v.slices["dst"])
	s.Load(s.Param("a").Base(), a)
	s.Load(s.Param("n"), n)
	s.MOVQ(n, stride)
	s.SHLQ(imm(3), stride)
	v.i = s.GP64()
	s.XORQ(v.i, v.i)
	// columns sums u vectors of columns from v.i on.
	columns := func(u int, id string) {
		acc := s.vecs(u)
		for _, x := range acc {
			s.zero(x)
		}
		s.Load(s.Param("m"), i)
		s.MOVQ(a, v.slices["at"])
		s.Label(s.label("sum%s", id))
		for k, x := range acc {
			v.disp = k * s.bytes()
			s.VADDPD(v.load("at"), x, x)
		}
		s.ADDQ(stride, v.slices["at"])
		s.DECQ(i)
		s.JNE(s.ref("sum%s", id))
		for k, x := range acc {
			v.disp = k * s.bytes()
			v.store("dst", x)
		}
	}
	for _, u := range []int{8, 2, 1} {
		step := u * s.lanes
		s.Label(s.label("wide%d", u))
		s.CMPQ(n, imm(step))
		s.JLT(s.ref("narrow%d", u))
		columns(u, string(rune('0'+u)))
		s.ADDQ(imm(step), v.i)
		s.SUBQ(imm(step), n)
		s.JMP(s.ref("wide%d", u))
		s.Label(s.label("narrow%d", u))
	}
	s.TESTQ(n, n)
	s.JEQ(s.ref("done"))
	v.tailMask(n)
	columns(1, "tail")
	s.Label(s.label("done"))
	s.finish("n")
}

// emitSumCols writes dst[i] = Σ_j a[i,j]: vectors across eight rows, j in
// order, from 4×4 blocks that are transposed in registers. Both paths use it.
func emitSumCols(c *build.Context) {
	function(c, "vecSumCols", "func(m, n int, dst, a []float64, path int) int", "does a multiple of 8 rows and returns how many.")
	s := avx2(c)
	dst, a, n, stride, stride3, left, done := s.GP64(), s.GP64(), s.GP64(), s.GP64(), s.GP64(), s.GP64(), s.GP64()
	s.XORQ(done, done)
	s.Load(s.Param("path"), left)
	s.TESTQ(left, left)
	s.JEQ(s.ref("none"))
	s.Load(s.Param("dst").Base(), dst)
	s.Load(s.Param("a").Base(), a)
	s.Load(s.Param("n"), stride)
	s.SHLQ(imm(3), stride)
	s.LEAQ(indexed(stride, stride, 2), stride3)
	s.Load(s.Param("m"), left)
	s.Label("group")
	s.SUBQ(imm(8), left)
	s.JLT(operand.LabelRef("end"))
	acc := s.vecs(2)
	p := [2]reg.GPVirtual{s.GP64(), s.GP64()}
	for h := range acc {
		s.zero(acc[h])
	}
	s.MOVQ(a, p[0])
	s.LEAQ(indexed(a, stride, 4), p[1])
	s.LEAQ(indexed(a, stride, 8), a)
	// row is element disp of row i of half h.
	row := func(h, i, disp int) operand.Mem {
		m := at(p[h], disp)
		switch i {
		case 1, 2:
			m = operand.Mem{Base: p[h], Index: stride, Scale: uint8(i), Disp: disp}
		case 3:
			m = operand.Mem{Base: p[h], Index: stride3, Scale: 1, Disp: disp}
		}
		return m
	}
	s.Load(s.Param("n"), n)
	s.SUBQ(imm(4), n)
	s.JLT(operand.LabelRef("single"))
	s.Label("block")
	for h := range acc {
		for half := range 2 {
			var x [2]reg.VecVirtual
			for i := range x {
				x[i] = s.YMM()
				s.VMOVUPD(row(h, i, 16*half), x[i].AsX())
				s.VINSERTF128(operand.U8(1), row(h, i+2, 16*half), x[i], x[i])
			}
			even, odd := s.YMM(), s.YMM()
			s.VUNPCKLPD(x[1], x[0], even)
			s.VUNPCKHPD(x[1], x[0], odd)
			s.VADDPD(even, acc[h], acc[h])
			s.VADDPD(odd, acc[h], acc[h])
		}
		s.ADDQ(imm(32), p[h])
	}
	s.SUBQ(imm(4), n)
	s.JGE(operand.LabelRef("block"))
	s.Label("single")
	s.ADDQ(imm(4), n)
	s.JEQ(operand.LabelRef("store"))
	s.Label("column")
	for h := range acc {
		lo, hi, x := s.XMM(), s.XMM(), s.YMM()
		s.VMOVSD(row(h, 0, 0), lo)
		s.VMOVHPD(row(h, 1, 0), lo, lo)
		s.VMOVSD(row(h, 2, 0), hi)
		s.VMOVHPD(row(h, 3, 0), hi, hi)
		s.VINSERTF128(operand.U8(1), hi, lo.AsY(), x)
		s.VADDPD(x, acc[h], acc[h])
		s.ADDQ(imm(8), p[h])
	}
	s.DECQ(n)
	s.JNE(operand.LabelRef("column"))
	s.Label("store")
	for h := range acc {
		s.VMOVUPD(acc[h], at(dst, 32*h))
	}
	s.ADDQ(imm(64), dst)
	s.ADDQ(imm(8), done)
	s.JMP(operand.LabelRef("group"))
	s.Label("end")
	s.VZEROUPPER()
	s.Label(s.label("none"))
	s.Store(done, s.ReturnIndex(0))
	s.RET()
}
