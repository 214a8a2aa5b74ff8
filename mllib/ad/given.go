package ad

import "fmt"

// WithGradient returns the number y [1, 1] holds as a function of xs whose gradients
// are g, each of the shape of its x: for a function whose gradient is found by other
// means than the graph of y, such as an adjoint over time. Nothing checks that g is
// the gradient. No more than the gradient is known, so differentiating it again with
// respect to what xs depend on panics.
func WithGradient(y *Value, xs, g []*Value) *Value {
	if y.Len() != 1 || len(xs) == 0 || len(xs) != len(g) {
		panic(fmt.Sprintf("ad: WithGradient of %s in %d values with %d gradients", y.shape(), len(xs), len(g)))
	}
	t := y.tape
	for i, x := range xs {
		if !x.sameShape(g[i].Tensor) {
			panic(fmt.Sprintf("ad: WithGradient in a value %s with gradient %s", x.shape(), g[i].shape()))
		}
		t = join(join(t, x), g[i])
	}
	v := t.node()
	v.op, v.Tensor = opGiven, Tensor{1, 1, t.floats(1)}
	v.Data[0] = y.Data[0]
	v.in = t.pointers(2 * len(xs))
	copy(v.in, xs)
	copy(v.in[len(xs):], g)
	return v
}

// givenRule: the inputs are xs and then their gradients.
func givenRule(n, c *Value, i int) *Value {
	k := len(n.in) / 2
	if i >= k {
		return nil
	}
	g := n.in[k+i]
	once := alias(opOnce, g.Rows, g.Cols, g)
	once.in = n.in[:k]
	return ScaleBy(c, once)
}

// Scratch runs f and then releases the values that f has made on the tape, which
// must not be used any more: for numbers without a graph. A nil tape runs f.
func (t *Tape) Scratch(f func()) {
	if t == nil {
		f()
		return
	}
	m := t.mark()
	f()
	t.release(m)
}
