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
	for _, x := range xs {
		x.state |= stateTarget
	}
	var order []*Value
	if y.tape != nil {
		order = y.tape.order[:0]
	}
	needed(y, &order)
	y.cot = v
	for i := len(order) - 1; i >= 0; i-- {
		n := order[i]
		if n.state&stateNeeded == 0 || n.cot == nil {
			continue
		}
		pull(n)
	}
	tape := join(y.tape, v)
	out := tape.pointers(len(xs))
	for i, x := range xs {
		if out[i] = x.cot; x.cot == nil {
			out[i] = tape.Zeros(x.Rows, x.Cols)
		}
	}
	for _, n := range order {
		n.state, n.cot = 0, nil
	}
	y.cot = nil
	for _, x := range xs {
		x.state, x.cot = 0, nil
	}
	if y.tape != nil {
		y.tape.order = order[:0]
	}
	return out
}

// needed appends the nodes below n to order, inputs first, and says whether n
// depends on a target. Leaves are not written to: they may be shared.
func needed(n *Value, order *[]*Value) bool {
	if len(n.in) == 0 {
		return n.state&stateTarget != 0
	}
	if n.state&stateSeen != 0 {
		return n.state&stateNeeded != 0
	}
	need := n.state&stateTarget != 0
	for _, x := range n.in {
		if needed(x, order) {
			need = true
		}
	}
	n.state |= stateSeen
	if need {
		n.state |= stateNeeded
	}
	*order = append(*order, n)
	return need
}

// pull adds what n's cotangent contributes to the cotangents of its inputs.
func pull(n *Value) {
	rule := rules[n.op]
	for i, x := range n.in {
		if x.state&(stateNeeded|stateTarget) == 0 {
			continue
		}
		c := rule(n, n.cot, i)
		switch {
		case c == nil: // no dependence
		case x.cot == nil:
			x.cot = c
		default:
			x.cot = Add(x.cot, c)
		}
	}
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
