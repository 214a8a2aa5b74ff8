// Package ad is reverse-mode automatic differentiation of any order over
// rank-2 float64 tensors.
//
// A computation is a graph of immutable values. Grad returns gradients that are
// values of the same kind, built from the package's own operations, so they can
// be differentiated again: the gradient through an inner gradient step of
// meta-learning needs no further code.
//
//	x := ad.Scalar(0.5)
//	y := ad.Sin(x)
//	d := ad.Grad(y, x)[0]  // cos x
//	dd := ad.Grad(d, x)[0] // −sin x
//
// Every tensor is a matrix [rows, cols]: a batch of n inputs of d numbers is
// [n, d], a scalar is [1, 1], an image is a row.
//
// Memory: a value without a tape lives on the Go heap. A value made by a Tape
// lives in the tape's arena, and so does everything computed from it, until
// Reset recycles the memory. A graph belongs to one goroutine at a time; leaves
// that are not differentiated for may be shared by many.
//
// Errors in shapes are programming errors: they panic and show the shapes.
package ad

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// Tensor is a matrix of float64 in row-major order: Data[i*Cols+j] is entry (i, j).
type Tensor struct {
	Rows, Cols int
	Data       []float64
}

// At returns entry (i, j).
func (t Tensor) At(i, j int) float64 {
	if uint(i) >= uint(t.Rows) || uint(j) >= uint(t.Cols) {
		panic(fmt.Sprintf("ad: entry (%d, %d) of %s", i, j, t.shape()))
	}
	return t.Data[i*t.Cols+j]
}

// Row returns row i, sharing memory.
func (t Tensor) Row(i int) []float64 { return t.Data[i*t.Cols : (i+1)*t.Cols] }

// Len is the number of entries.
func (t Tensor) Len() int { return t.Rows * t.Cols }

// entries is rows·cols. It panics for a shape that no matrix in memory can have.
func entries(what string, rows, cols int) int {
	hi, n := bits.Mul64(uint64(rows), uint64(cols))
	if rows < 0 || cols < 0 || hi != 0 || n > math.MaxInt/8 {
		panic(fmt.Sprintf("ad: %s [%d, %d]", what, rows, cols))
	}
	return int(n)
}

func (t Tensor) shape() string { return fmt.Sprintf("[%d, %d]", t.Rows, t.Cols) }

func (t Tensor) sameShape(u Tensor) bool { return t.Rows == u.Rows && t.Cols == u.Cols }

// Value is a node of a graph: a tensor, and how it came about. It must not be
// changed once another value has been computed from it.
type Value struct {
	Tensor
	op    opcode
	state uint8     // used by VJP while it runs, zero otherwise
	p, q  float64   // numbers an operation depends on: a factor, bounds
	n, k  int       // likewise: offsets, flags
	index *Index    // of Gather and ScatterAdd
	in    []*Value  // what the operation was applied to; empty for a leaf
	args  [4]*Value // storage of in for most operations
	tape  *Tape     // owner of the memory, nil for the Go heap
	cot   *Value    // cotangent so far, used by VJP while it runs
	late  late      // likewise: a part of it that is not computed yet
}

// New returns a leaf [rows, cols] that holds data (not copied) on the heap.
func New(rows, cols int, data []float64) *Value { return (*Tape)(nil).Leaf(rows, cols, data) }

// Zeros returns a leaf [rows, cols] of zeros on the heap.
func Zeros(rows, cols int) *Value { return (*Tape)(nil).Zeros(rows, cols) }

// Scalar returns a leaf [1, 1] on the heap.
func Scalar(x float64) *Value { return New(1, 1, []float64{x}) }

// Column returns a leaf [len(data), 1] on the heap; the data is not copied.
func Column(data ...float64) *Value { return New(len(data), 1, data) }

// RowVector returns a leaf [1, len(data)] on the heap; the data is not copied.
func RowVector(data ...float64) *Value { return New(1, len(data), data) }

// Item is the number a [1, 1] value holds.
func (v *Value) Item() float64 {
	if v.Len() != 1 {
		panic(fmt.Sprintf("ad: Item of %s", v.shape()))
	}
	return v.Data[0]
}

// Tape returns the tape that owns v's memory, or nil for the Go heap.
func (v *Value) Tape() *Tape { return v.tape }

// Detach returns v as a constant: the same numbers, no derivative. A departure
// from the true gradient wherever v depends on what is differentiated for.
func Detach(v *Value) *Value { return v.tape.Leaf(v.Rows, v.Cols, v.Data) }

// Clone returns a copy of v's numbers as a leaf on the heap.
func Clone(v *Value) *Value { return New(v.Rows, v.Cols, slices.Clone(v.Data)) }

// String shows the shape and, of small values, the entries.
func (v *Value) String() string {
	if v.Len() > 12 {
		return fmt.Sprintf("%s %.6g …", v.shape(), v.Data[:6])
	}
	return fmt.Sprintf("%s %.6g", v.shape(), v.Data)
}

// node returns a new value of op on the tape of its inputs with room for its numbers.
func node(op opcode, rows, cols int, a, b *Value) *Value {
	t := a.tape
	if b != nil {
		t = join(t, b)
	}
	v := t.node()
	v.op, v.Tensor = op, t.tensor(rows, cols)
	v.args[0], v.args[1] = a, b
	if b != nil {
		v.in = v.args[:2]
	} else {
		v.in = v.args[:1]
	}
	return v
}

// also appends an input to a node of two or three.
func (v *Value) also(x *Value) {
	join(v.tape, x)
	v.args[len(v.in)] = x
	v.in = v.args[:len(v.in)+1]
}

// nodeN is node for operations of many inputs.
func nodeN(op opcode, rows, cols int, in []*Value) *Value {
	var t *Tape
	for _, x := range in {
		t = join(t, x)
	}
	v := t.node()
	v.op, v.Tensor = op, t.tensor(rows, cols)
	if len(in) <= len(v.args) {
		v.in = v.args[:len(in)]
	} else {
		v.in = t.pointers(len(in))
	}
	copy(v.in, in)
	return v
}

// alias returns a node that shares the memory of a.
func alias(op opcode, rows, cols int, a *Value) *Value {
	v := a.tape.node()
	v.op, v.Tensor = op, Tensor{rows, cols, a.Data}
	v.args[0] = a
	v.in = v.args[:1]
	return v
}

func join(t *Tape, v *Value) *Tape {
	if t != nil && v.tape != nil && t != v.tape {
		panic("ad: values of two tapes in one operation; copy one with Leaf or Detach on the other's tape")
	}
	if t == nil {
		return v.tape
	}
	return t
}
