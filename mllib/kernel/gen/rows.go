package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

func emitRows(c *build.Context) {
	data := newPool("rowsData")
	data.lanes()
	emitAddRow(c, data)
	emitSumRows(c, data)
	newAlongRows(c, "vecSumCols").emitSumCols()
	data.flush(c)
}

// emitAddRow writes dst[i,j] = row[j] + a[i,j].
func emitAddRow(c *build.Context, data *pool) {
	function(c, "vecAddRow", "func(m, n int, dst, a, row []float64, path int) int", "does the rows from 0 on and returns how many.")
	dispatch(c)
	c.XORQ(reg.RAX, reg.RAX)
	c.Store(reg.RAX, c.ReturnIndex(0))
	c.RET()
	for _, s := range []*isa{avx2(c), avx512(c)} {
		s.Label(s.label("path"))
		addRow(s, data)
	}
}

func addRow(s *isa, data *pool) {
	v := &vector{isa: s, pool: data, slices: map[string]reg.GPVirtual{}}
	for _, name := range []string{"dst", "a", "row"} {
		v.slices[name] = s.GP64()
		s.Load(s.Param(name).Base(), v.slices[name])
	}
	rows, n := s.GP64(), s.GP64()
	s.Load(s.Param("m"), rows)
	v.i = s.GP64()
	s.Label(s.label("row"))
	s.Load(s.Param("n"), n)
	s.XORQ(v.i, v.i)
	v.each(n, 2, func(v *vector) {
		v.store("dst", v.add(v.load("row"), v.load("a")))
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

// rowSum is the state of a sum over rows.
type rowSum struct {
	*vector
	a, stride reg.GPVirtual
}

func sumRows(s *isa, data *pool) {
	v := &vector{isa: s, pool: data, slices: map[string]reg.GPVirtual{"dst": s.GP64(), "at": s.GP64()}, i: s.GP64()}
	r := &rowSum{vector: v, a: s.GP64(), stride: s.GP64()}
	n := s.GP64()
	s.Load(s.Param("dst").Base(), v.slices["dst"])
	s.Load(s.Param("a").Base(), r.a)
	s.Load(s.Param("n"), n)
	s.MOVQ(n, r.stride)
	s.SHLQ(imm(3), r.stride)
	s.XORQ(v.i, v.i)
	for _, u := range []int{8, 2, 1} {
		step := u * s.lanes
		s.Label(s.label("wide%d", u))
		s.CMPQ(n, imm(step))
		s.JLT(s.ref("narrow%d", u))
		r.columns(u, fmt.Sprint(u))
		s.ADDQ(imm(step), v.i)
		s.SUBQ(imm(step), n)
		s.JMP(s.ref("wide%d", u))
		s.Label(s.label("narrow%d", u))
	}
	s.TESTQ(n, n)
	s.JEQ(s.ref("done"))
	v.tailMask(n)
	r.columns(1, "tail")
	s.Label(s.label("done"))
	s.finish("n")
}

// columns sums u vectors of columns from v.i on.
func (r *rowSum) columns(u int, id string) {
	acc := r.vecs(u)
	for _, x := range acc {
		r.zero(x)
	}
	rows := r.GP64()
	r.Load(r.Param("m"), rows)
	r.MOVQ(r.a, r.slices["at"])
	r.Label(r.label("sum%s", id))
	for k, x := range acc {
		r.disp = k * r.bytes()
		r.VADDPD(r.load("at"), x, x)
	}
	r.ADDQ(r.stride, r.slices["at"])
	r.DECQ(rows)
	r.JNE(r.ref("sum%s", id))
	for k, x := range acc {
		r.disp = k * r.bytes()
		r.store("dst", x)
	}
}
