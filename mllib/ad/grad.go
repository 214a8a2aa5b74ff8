package ad

import "fmt"

// States of a node while VJP runs.
const (
	stateTarget uint8 = 1 << iota // one of xs
	stateSeen
	stateNeeded // depends on one of xs
)

// Grad returns the gradients of the scalar y [1, 1] with respect to xs, each of
// the shape of its x. They are part of the graph and can be differentiated
// again. The gradient is zero for an x that y does not depend on.
func Grad(y *Value, xs ...*Value) []*Value {
	if y.Len() != 1 {
		panic(fmt.Sprintf("ad: Grad of a value %s; it takes a scalar [1, 1], see VJP", y.shape()))
	}
	return VJP(y, y.tape.one(), xs...)
}

// VJP returns the vector–Jacobian products vᵀ ∂y/∂x for each x, v of y's shape,
// as part of the graph.
func VJP(y, v *Value, xs ...*Value) []*Value {
	if !y.sameShape(v.Tensor) {
		panic(fmt.Sprintf("ad: VJP of y %s with v %s", y.shape(), v.shape()))
	}
	tape := join(y.tape, v) // panics before anything is marked
	for _, x := range xs {
		x.state |= stateTarget
	}
	var order []*Value
	var path []visit
	if y.tape != nil {
		order, path = y.tape.order[:0], y.tape.path[:0]
	}
	order, path = needed(y, order, path)
	defer unmark(y, order, xs) // also if a rule panics: the graph may be used again
	y.cot = v
	for i := len(order) - 1; i >= 0; i-- {
		if n := order[i]; n.state&stateNeeded != 0 && n.reached() {
			pull(n)
		}
	}
	out := tape.pointers(len(xs))
	for i, x := range xs {
		if out[i] = x.settled(nil); out[i] == nil {
			out[i] = tape.Zeros(x.Rows, x.Cols)
		}
	}
	if y.tape != nil {
		y.tape.order, y.tape.path = order, path
	}
	return out
}

// unmark takes away what VJP has written to nodes.
func unmark(y *Value, order, xs []*Value) {
	for _, n := range order {
		n.state, n.cot, n.late = 0, nil, late{}
	}
	y.cot = nil
	for _, x := range xs {
		x.state, x.cot, x.late = 0, nil, late{}
	}
}

// A visit is a node on the way from the result down, and the input to look at next.
type visit struct {
	n    *Value
	next int
}

// needed appends the nodes below y to order, inputs first, and marks those that
// depend on a target. Leaves are not written to: they may be shared. The path is
// a slice, for a graph may be millions of nodes deep.
func needed(y *Value, order []*Value, path []visit) ([]*Value, []visit) {
	if len(y.in) == 0 {
		return order, path
	}
	y.state |= stateSeen
	path = append(path, visit{n: y})
	for len(path) > 0 {
		v := &path[len(path)-1]
		if n := v.n; v.next == len(n.in) {
			for _, x := range n.in {
				if x.state&(stateNeeded|stateTarget) != 0 {
					n.state |= stateNeeded
				}
			}
			order, path = append(order, n), path[:len(path)-1]
			continue
		}
		x := v.n.in[v.next]
		v.next++
		if len(x.in) > 0 && x.state&stateSeen == 0 {
			x.state |= stateSeen
			path = append(path, visit{n: x})
		}
	}
	return order, path
}

// A late product is a part of a cotangent that is not computed yet: what the node
// of, a product with the cotangent g, gives to its factor i. It is computed when the
// other parts are known, so that adding a row and the gate take no further passes.
type late struct {
	of, g *Value
	i     int
}

// reached says whether there is a cotangent.
func (n *Value) reached() bool { return n.cot != nil || n.late.of != nil }

// pull adds what n's cotangent contributes to the cotangents of its inputs.
func pull(n *Value) {
	g, rule := n.settled(n.gate()), rules[n.op]
	for i, x := range n.in {
		if x.state&(stateNeeded|stateTarget) == 0 {
			continue
		}
		if n.op == opProduct && i < 2 {
			x.contributeLate(late{n, g, i})
		} else if c := rule(n, g, i); c != nil { // nil: no dependence
			x.contribute(c)
		}
	}
}

// contribute adds c, of x's shape or a row, to x's cotangent. Contributions are
// added in the order in which they come.
func (x *Value) contribute(c *Value) {
	if x.cot == nil && (x.late.of == nil || c.isRowOf(x)) {
		x.cot = c
		return
	}
	x.cot, x.late = Add(x.settled(nil), c), late{}
}

// contributeLate is contribute for a product, which need not be computed yet. That
// for a leaf has nothing to wait for, and its factors are in the cache.
func (x *Value) contributeLate(l late) {
	if len(x.in) > 0 && x.late.of == nil && (x.cot == nil || x.cot.isRowOf(x)) {
		x.late = l
		return
	}
	x.contribute(l.product(nil, nil))
}

// product computes l with a row and a gate, nil for none.
func (l late) product(row, gate *Value) *Value {
	flags, a, b := factorRule(l.of, l.g, l.i)
	return product("MatMul", flags, a, b, row, gate)
}

func (c *Value) isRowOf(x *Value) bool { return c.Rows == 1 && c.Cols == x.Cols }

// settled is the whole cotangent of n, 0 where gate, if there is one, is not
// positive; nil if there is no cotangent.
func (n *Value) settled(gate *Value) *Value {
	c := n.cot
	if n.late.of != nil {
		return n.late.product(c, gate)
	}
	if c == nil {
		return nil
	}
	c = Broadcast(c, n.Rows, n.Cols)
	if gate != nil {
		c = Gate(c, gate)
	}
	return c
}

// Gradient returns the gradients of the scalar y as constants, for steps that
// are not differentiated themselves. On a tape, the memory of the computation
// is released again.
func Gradient(y *Value, xs ...*Value) []*Value {
	t := y.tape
	if t == nil {
		gs := Grad(y, xs...)
		for i, g := range gs {
			gs[i] = Detach(g)
		}
		return gs
	}
	m := t.mark()
	gs := Grad(y, xs...)
	t.scratch = t.scratch[:0]
	for _, g := range gs {
		t.scratch = append(t.scratch, g.Data...)
	}
	t.release(m)
	out := t.pointers(len(xs))
	from := 0
	for i, x := range xs {
		d := t.floats(x.Len())
		copy(d, t.scratch[from:])
		from += x.Len()
		out[i] = t.Leaf(x.Rows, x.Cols, d)
	}
	return out
}

// Jacobian returns ∂y/∂x as a constant [y.Len(), x.Len()]: row i is the
// gradient of y's entry i in row-major order.
func Jacobian(y, x *Value) *Value {
	t := join(y.tape, x)
	jac := t.Zeros(y.Len(), x.Len())
	for i := range y.Len() {
		var m mark
		if t != nil {
			m = t.mark()
		}
		v := t.Zeros(y.Rows, y.Cols)
		v.Data[i] = 1
		copy(jac.Row(i), VJP(y, v, x)[0].Data)
		if t != nil {
			t.release(m)
		}
	}
	return jac
}

func (t *Tape) one() *Value { return t.Scalar(1) }
