package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// elementwise is a function over slices of one length. Its first slice gives
// the length; the body handles the lanes at one place.
type elementwise struct {
	name    string
	slices  []string
	scalars []string
	unroll  int
	body    func(v *vector)
}

// signature of the Go declaration. path is 0 (do nothing), 1 (AVX2) or 2
// (AVX-512); the result is the number of elements done.
func (e *elementwise) signature() string {
	s := "func(" + strings.Join(e.slices, ", ") + " []float64, "
	if len(e.scalars) > 0 {
		s += strings.Join(e.scalars, ", ") + " float64, "
	}
	return s + "path int) int"
}

func (e *elementwise) emit(c *build.Context, data *pool) {
	function(c, e.name, e.signature(), "does the elements from 0 on and returns how many.")
	dispatch(c)
	c.XORQ(reg.RAX, reg.RAX)
	c.Store(reg.RAX, c.ReturnIndex(0))
	c.RET()
	for _, s := range []*isa{avx2(c), avx512(c)} {
		s.Label(s.label("path"))
		e.loop(s, data)
	}
}

// dispatch jumps to the path asked for and falls through if it is none.
func dispatch(c *build.Context) {
	path := c.GP64()
	c.Load(c.Param("path"), path)
	c.CMPQ(path, imm(2))
	c.JEQ(operand.LabelRef("AVX512path"))
	c.CMPQ(path, imm(1))
	c.JEQ(operand.LabelRef("AVX2path"))
}

func (e *elementwise) loop(s *isa, data *pool) {
	v := &vector{isa: s, pool: data, slices: map[string]reg.GPVirtual{}, scalars: map[string]reg.VecVirtual{}}
	for _, name := range e.slices {
		v.slices[name] = s.GP64()
		s.Load(s.Param(name).Base(), v.slices[name])
	}
	for _, name := range e.scalars {
		v.scalars[name] = s.vec()
		s.VBROADCASTSD(address(s.Context, name), v.scalars[name])
	}
	n := s.GP64()
	s.Load(s.Param(e.slices[0]).Len(), n)
	v.i = s.GP64()
	s.XORQ(v.i, v.i)
	v.each(n, e.unroll, e.body)
	s.Label(s.label("done"))
	s.Store(v.i, s.ReturnIndex(0))
	s.VZEROUPPER()
	s.RET()
}

// each runs the body over n elements: unroll vectors at a time, then one, then
// the masked rest. It leaves v.i at the number of elements done.
func (v *vector) each(n reg.GPVirtual, unroll int, body func(*vector)) {
	for _, u := range []int{unroll, 1} {
		step := u * v.lanes
		v.CMPQ(n, imm(step))
		v.JLT(v.ref("below%d", u))
		v.Label(v.label("loop%d", u))
		for k := range u {
			v.disp, v.id = k*v.bytes(), fmt.Sprintf("%dof%d", k, u)
			body(v)
		}
		v.ADDQ(imm(step), v.i)
		v.SUBQ(imm(step), n)
		v.CMPQ(n, imm(step))
		v.JGE(v.ref("loop%d", u))
		v.Label(v.label("below%d", u))
		if u == 1 {
			break
		}
	}
	v.TESTQ(n, n)
	v.JEQ(v.ref("done"))
	v.tailMask(n)
	v.id = "tail"
	body(v)
	v.ADDQ(n, v.i)
}

// address is the memory of a parameter.
func address(c *build.Context, name string) operand.Mem {
	b, err := c.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// function opens a Go assembly function; its pointers do not escape.
func function(c *build.Context, name, signature, doc string) {
	c.Function(name)
	c.Attributes(attr.NOSPLIT)
	c.Pragma("noescape")
	c.SignatureExpr(signature)
	c.Doc(fmt.Sprintf("%s %s", name, doc))
}
