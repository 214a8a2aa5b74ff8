package ad

import (
	"fmt"
	"math"
)

// Tape is an arena for values. One run owns it: a training loop makes one,
// computes a step on it, keeps the numbers it needs (Clone, or copies into
// slices of its own) and calls Reset, so the steady state allocates nothing.
// A tape is not safe for use by several goroutines. A nil *Tape is the Go heap.
type Tape struct {
	// Poison makes Reset overwrite the released numbers with NaN, so that a
	// use of a value after Reset is seen. For tests.
	Poison bool

	nodes   [][]Value // chunks of nodeChunk
	nodeN   int       // nodes in use
	arena   [][]float64
	chunk   int // arena chunk in use
	used    int // floats used of that chunk
	ptrs    []*Value
	ptrsN   int
	order   []*Value  // scratch of VJP
	path    []visit   // likewise
	scratch []float64 // scratch of Gradient
}

const (
	nodeChunk  = 256
	firstChunk = 1 << 13 // floats
)

// NewTape returns an empty tape.
func NewTape() *Tape { return &Tape{} }

// Reset releases every value of the tape; they must not be used any more.
func (t *Tape) Reset() {
	if t.chunk > 0 { // one chunk that would have held everything
		total := 0
		for _, c := range t.arena {
			total += len(c)
		}
		t.arena = [][]float64{make([]float64, total)}
	}
	if t.Poison {
		for _, c := range t.arena {
			for i := range c {
				c[i] = math.NaN()
			}
		}
	}
	t.nodeN, t.chunk, t.used, t.ptrsN = 0, 0, 0, 0
}

// Leaf returns a leaf [rows, cols] on the tape that holds data, not copied: the
// data stays the caller's and must not change while the leaf is in use.
func (t *Tape) Leaf(rows, cols int, data []float64) *Value {
	if len(data) != entries("leaf", rows, cols) {
		panic(fmt.Sprintf("ad: leaf [%d, %d] of %d numbers", rows, cols, len(data)))
	}
	v := t.node()
	v.Tensor = Tensor{rows, cols, data}
	return v
}

// Zeros returns a leaf [rows, cols] of zeros in the tape's memory. It may be
// filled before anything is computed from it.
func (t *Tape) Zeros(rows, cols int) *Value {
	v := t.node()
	v.Tensor = t.tensor(rows, cols)
	clear(v.Data)
	return v
}

// Scalar returns a leaf [1, 1] on the tape.
func (t *Tape) Scalar(x float64) *Value {
	d := t.floats(1)
	d[0] = x
	return t.Leaf(1, 1, d)
}

// Leaves returns leaves on the tape that hold the numbers of vs, not copied.
func (t *Tape) Leaves(vs []*Value) []*Value {
	out := t.pointers(len(vs))
	for i, v := range vs {
		out[i] = t.Leaf(v.Rows, v.Cols, v.Data)
	}
	return out
}

// Floats is the number of float64 the tape holds memory for.
func (t *Tape) Floats() int {
	n := 0
	for _, c := range t.arena {
		n += len(c)
	}
	return n
}

func (t *Tape) node() *Value {
	if t == nil {
		return &Value{}
	}
	c := t.nodeN / nodeChunk
	if c == len(t.nodes) {
		t.nodes = append(t.nodes, make([]Value, nodeChunk))
	}
	v := &t.nodes[c][t.nodeN%nodeChunk]
	t.nodeN++
	*v = Value{tape: t}
	return v
}

// tensor returns a matrix of undefined content.
func (t *Tape) tensor(rows, cols int) Tensor {
	return Tensor{rows, cols, t.floats(entries("tensor", rows, cols))}
}

// floats returns n numbers of undefined content.
func (t *Tape) floats(n int) []float64 {
	if t == nil {
		return make([]float64, n)
	}
	need := (n + 7) &^ 7 // keep 64-byte alignment
	for {
		if t.chunk < len(t.arena) {
			c := t.arena[t.chunk]
			if t.used+need <= len(c) {
				s := c[t.used : t.used+n : t.used+n]
				t.used += need
				return s
			}
			t.chunk++
			t.used = 0
			continue
		}
		size := firstChunk
		if k := len(t.arena); k > 0 {
			size = 2 * len(t.arena[k-1])
		}
		t.arena = append(t.arena, make([]float64, max(size, need)))
	}
}

func (t *Tape) pointers(n int) []*Value {
	if t == nil {
		return make([]*Value, n)
	}
	if t.ptrsN+n > len(t.ptrs) { // older slices stay valid where they are
		t.ptrs = make([]*Value, max(2*len(t.ptrs), 256, n))
		t.ptrsN = 0
	}
	s := t.ptrs[t.ptrsN : t.ptrsN+n : t.ptrsN+n]
	t.ptrsN += n
	return s
}

type mark struct{ nodeN, chunk, used, ptrsN, ptrsLen int }

func (t *Tape) mark() mark { return mark{t.nodeN, t.chunk, t.used, t.ptrsN, len(t.ptrs)} }

func (t *Tape) release(m mark) {
	t.nodeN, t.chunk, t.used = m.nodeN, m.chunk, m.used
	if len(t.ptrs) == m.ptrsLen {
		t.ptrsN = m.ptrsN
	}
}
