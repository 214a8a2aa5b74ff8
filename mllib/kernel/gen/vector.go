package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pool is the read-only data of one file: constants, each repeated to fill an
// AVX2 vector.
type pool struct {
	name   string
	offset map[uint64]int
	order  []uint64
}

func newPool(name string) *pool { return &pool{name: name, offset: map[uint64]int{}} }

// bits is the memory that holds x four times.
func (p *pool) bits(x uint64) operand.Mem {
	off, ok := p.offset[x]
	if !ok {
		off = 32 * len(p.order)
		p.offset[x] = off
		p.order = append(p.order, x)
	}
	return operand.NewDataAddr(operand.NewStaticSymbol(p.name), off)
}

// lanes puts the masks of a tail first: an AVX2 mask of n lanes lies 8·n bytes
// before the zeros.
func (p *pool) lanes() operand.Mem {
	p.bits(math.MaxUint64)
	zeros := p.bits(0)
	if zeros.Disp != 32 {
		panic("gen: the lane masks must be the first constants of a file")
	}
	return zeros
}

// flush writes the data; it comes last in a file.
func (p *pool) flush(c *build.Context) {
	c.StaticGlobal(p.name)
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for _, x := range p.order {
		for range 4 {
			c.AppendDatum(operand.U64(x))
		}
	}
}

// vector is a place in a loop over slices: the lanes at index i plus disp
// bytes, all of them or, in the tail, those that mask selects.
type vector struct {
	*isa
	pool    *pool
	slices  map[string]reg.GPVirtual
	scalars map[string]reg.VecVirtual
	i       reg.GPVirtual
	disp    int
	tail    bool
	kmask   reg.OpmaskVirtual
	vmask   reg.VecVirtual
	id      string // distinguishes labels of the copies of a body
}

func (v *vector) mem(name string) operand.Mem {
	m := indexed(v.slices[name], v.i, 8)
	m.Disp = v.disp
	return m
}

// load reads the lanes of a slice; lanes outside the mask are 0.
func (v *vector) load(name string) reg.VecVirtual {
	x := v.vec()
	switch {
	case !v.tail:
		v.VMOVUPD(v.mem(name), x)
	case v.wide():
		v.VMOVUPD_Z(v.mem(name), v.kmask, x)
	default:
		v.VMASKMOVPD(v.mem(name), v.vmask, x)
	}
	return x
}

// store writes the lanes of a slice that the mask selects.
func (v *vector) store(name string, x reg.VecVirtual) {
	switch {
	case !v.tail:
		v.VMOVUPD(x, v.mem(name))
	case v.wide():
		v.VMOVUPD(x, v.kmask, v.mem(name))
	default:
		v.VMASKMOVPD(x, v.vmask, v.mem(name))
	}
}

// tailMask prepares the mask of the first n lanes.
func (v *vector) tailMask(n reg.GPVirtual) {
	v.tail, v.disp = true, 0
	if v.wide() {
		ones, bits := v.GP64(), v.GP64()
		v.MOVQ(operand.I32(-1), ones)
		v.BZHIQ(n, ones, bits)
		v.kmask = v.K()
		v.KMOVW(bits.As32(), v.kmask)
		return
	}
	p, left := v.GP64(), v.GP64()
	v.LEAQ(v.pool.lanes(), p)
	v.MOVQ(n, left)
	v.NEGQ(left)
	v.vmask = v.vec()
	v.VMOVUPD(indexed(p, left, 8), v.vmask)
}

// constant is an operand with the value x in every lane, for the instruction op;
// bcst is its form that broadcasts from memory.
func (v *vector) constant(op, bcst func(...operand.Op), x uint64, rest ...operand.Op) {
	if v.wide() {
		op = bcst
	}
	op(append([]operand.Op{v.pool.bits(x)}, rest...)...)
}

// set is a fresh vector with x in every lane.
func (v *vector) set(x float64) reg.VecVirtual {
	r := v.vec()
	v.VBROADCASTSD(v.pool.bits(math.Float64bits(x)), r)
	return r
}

type op3 = func(...operand.Op)

// apply is a fresh x op y (the assembler wants the second source first).
func (v *vector) apply(op op3, x, y operand.Op) reg.VecVirtual {
	r := v.vec()
	op(y, x, r)
	return r
}

func (v *vector) add(x, y reg.VecVirtual) reg.VecVirtual { return v.apply(v.VADDPD, x, y) }
func (v *vector) sub(x, y reg.VecVirtual) reg.VecVirtual { return v.apply(v.VSUBPD, x, y) }
func (v *vector) mul(x, y reg.VecVirtual) reg.VecVirtual { return v.apply(v.VMULPD, x, y) }
func (v *vector) div(x, y reg.VecVirtual) reg.VecVirtual { return v.apply(v.VDIVPD, x, y) }

// fma is a fresh x·y + z; fnma is z − x·y.
func (v *vector) fma(x, y, z reg.VecVirtual) reg.VecVirtual {
	r := v.vec()
	v.VMOVAPD(z, r)
	v.VFMADD231PD(y, x, r)
	return r
}

func (v *vector) fnma(x, y, z reg.VecVirtual) reg.VecVirtual {
	r := v.vec()
	v.VMOVAPD(z, r)
	v.VFNMADD231PD(y, x, r)
	return r
}

// lanes is the result of a comparison.
type lanes struct {
	k reg.OpmaskVirtual
	v reg.VecVirtual
}

// Predicates of VCMPPD.
const (
	equal     = 0x00
	less      = 0x11
	lessEqual = 0x12
	notLessEq = 0x16 // true for NaN
	notLess   = 0x15 // true for NaN
	notEqual  = 0x0c // false for NaN
	greater   = 0x1e
)

// compare says in which lanes x predicate y.
func (v *vector) compare(predicate uint8, x, y operand.Op) lanes {
	if v.wide() {
		k := v.K()
		v.VCMPPD(operand.U8(predicate), y, x, k)
		return lanes{k: k}
	}
	r := v.vec()
	v.VCMPPD(operand.U8(predicate), y, x, r)
	return lanes{v: r}
}

// both is the lanes in l where also x predicate y.
func (v *vector) both(l lanes, predicate uint8, x, y operand.Op) lanes {
	if v.wide() {
		k := v.K()
		v.VCMPPD(operand.U8(predicate), y, x, l.k, k)
		return lanes{k: k}
	}
	m := v.compare(predicate, x, y)
	return lanes{v: v.apply(v.VANDPD, l.v, m.v)}
}

// keep is x in the given lanes and 0 elsewhere.
func (v *vector) keep(l lanes, x reg.VecVirtual) reg.VecVirtual {
	if v.wide() {
		r := v.vec()
		v.VMOVAPD_Z(x, l.k, r)
		return r
	}
	return v.apply(v.VANDPD, l.v, x)
}

// choose is yes in the given lanes and no elsewhere.
func (v *vector) choose(l lanes, yes, no reg.VecVirtual) reg.VecVirtual {
	r := v.vec()
	if v.wide() {
		v.VBLENDMPD(yes, no, l.k, r)
	} else {
		v.VBLENDVPD(l.v, yes, no, r)
	}
	return r
}

// label makes a label that is unique to this instruction set.
func (s *isa) label(format string, args ...any) string {
	return s.name + fmt.Sprintf(format, args...)
}

func (s *isa) ref(format string, args ...any) operand.LabelRef {
	return operand.LabelRef(s.label(format, args...))
}
