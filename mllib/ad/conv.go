package ad

import (
	"fmt"

	"ml3/mllib/kernel"
)

// A convolution layer computes, for one image x, filters w and the places s of
// the pool's maxima, select_s(w ⋆ x). With the places fixed the number
// ⟨g, select_s(w ⋆ x)⟩ is linear in each of g, x and w, so its three partial
// derivatives ConvAt, convInput and convWeight are each other's rules, and no
// further operation is needed at any order.

// convolution is the shape of such a layer: valid cross-correlation with stride
// 1 of square images, then a 2×2 max-pool with stride 2.
type convolution struct {
	ci, co int // channels of the images and of the result
	side   int // of an image
	size   int // of a filter
	out    int // side of the result before the pool
	pooled int // side of the result
}

func newConvolution(ci, co, side, size int) convolution {
	out := side - size + 1
	if ci < 1 || co < 1 || size < 1 || out < 2 {
		panic(fmt.Sprintf("ad: convolution from %d to %d channels, images of side %d, filters of side %d", ci, co, side, size))
	}
	return convolution{ci, co, side, size, out, out / 2}
}

func (c convolution) image() int    { return c.ci * c.side * c.side }
func (c convolution) filter() int   { return c.ci * c.size * c.size }
func (c convolution) shifted() int  { return c.side * c.out }
func (c convolution) pixels() int   { return c.out * c.out }
func (c convolution) response() int { return c.co * c.out * c.out }
func (c convolution) result() int   { return c.co * c.pooled * c.pooled }

// ConvPool is a convolution layer with max-pool: images x [n, ci·side²], filters
// w [co, ci·size²], bias b [co, 1], result [n, co·p²], p = (side−size+1)/2
// rounded down. Rows are channel-major: pixel (y, x) of channel c is entry
// c·side² + y·side + x. The convolution is the valid cross-correlation with
// stride 1, the pool takes the first maximum of each 2×2 in row-major order, as
// torch does; the derivative goes to that entry.
func ConvPool(x, w, b *Value, side, size int) *Value {
	c := newConvolution(x.Cols/(side*side), w.Rows, side, size)
	if x.Cols != c.image() || w.Cols != c.filter() || b.Rows != c.co || b.Cols != 1 {
		panic(fmt.Sprintf("ad: ConvPool of images %s with filters %s and bias %s, image side %d, filter side %d",
			x.shape(), w.shape(), b.shape(), side, size))
	}
	t := join(join(x.tape, w), b)
	places := t.Leaf(x.Rows, c.result(), t.floats(x.Rows*c.result()))
	v := t.convNode(opConvPool, x.Rows, c.result(), c, x, w, places, b)
	t.withScratch(c, func(m convMemory) {
		for i := range x.Rows {
			c.columns(m.columns, m.shifted, x.Row(i))
			kernel.Gemm(false, false, c.co, c.pixels(), c.filter(), w.Data, m.columns, m.response)
			c.pool(v.Row(i), places.Row(i), m.response, b.Data)
		}
	})
	return v
}

// convAt is ConvPool without bias at given places of the maxima.
func convAt(x, w, places *Value, side, size int) *Value {
	c := newConvolution(x.Cols/(side*side), w.Rows, side, size)
	t := join(join(x.tape, w), places)
	v := t.convNode(opConvAt, x.Rows, c.result(), c, x, w, places)
	t.withScratch(c, func(m convMemory) {
		for i := range x.Rows {
			c.columns(m.columns, m.shifted, x.Row(i))
			kernel.Gemm(false, false, c.co, c.pixels(), c.filter(), w.Data, m.columns, m.response)
			at, dst := places.Row(i), v.Row(i)
			for j, p := range at {
				dst[j] = m.response[int(p)]
			}
		}
	})
	return v
}

// convInput is the transpose of convAt in the images: from g like its result to
// values like its images.
func convInput(g, w, places *Value, side, size int) *Value {
	c := newConvolution(w.Cols/(size*size), w.Rows, side, size)
	t := join(join(g.tape, w), places)
	v := t.convNode(opConvInput, g.Rows, c.image(), c, g, w, places)
	clear(v.Data)
	t.withScratch(c, func(m convMemory) {
		transpose(m.filters, w.Data, c.co, c.filter())
		for i := range g.Rows {
			spread(m.response, g.Row(i), places.Row(i))
			kernel.Gemm(false, false, c.filter(), c.pixels(), c.co, m.filters, m.response, m.columns)
			c.addColumns(v.Row(i), m.shifted, m.columns)
		}
	})
	return v
}

// convWeight is the transpose of convAt in the filters: from g like its result,
// and images x, to values like its filters. It adds up the images in order.
func convWeight(g, x, places *Value, side, size int) *Value {
	pooled := (side - size + 1) / 2
	c := newConvolution(x.Cols/(side*side), g.Cols/(pooled*pooled), side, size)
	t := join(join(g.tape, x), places)
	v := t.convNode(opConvWeight, c.co, c.filter(), c, g, x, places)
	t.withScratch(c, func(m convMemory) {
		clear(m.filters)
		for i := range g.Rows {
			c.columns(m.columns, m.shifted, x.Row(i))
			c.spreadTransposed(m.response, g.Row(i), places.Row(i))
			kernel.GemmAdd(false, false, c.filter(), c.co, c.pixels(), m.columns, m.response, m.filters)
		}
		transpose(v.Data, m.filters, c.filter(), c.co)
	})
	return v
}

// convRule: in[0] and in[1] are the factors of the operation, in[2] the places,
// which are constant almost everywhere, in[3] the bias of ConvPool.
func convRule(n, g *Value, i int) *Value {
	places, side, size := n.in[2], n.n, n.k
	switch {
	case i == 2:
		return nil
	case i == 3: // the bias reaches every entry of its channel
		b := n.in[3]
		return SumCols(Reshape(SumRows(g), b.Rows, g.Cols/b.Rows))
	case n.op == opConvInput: // of h and w
		if i == 0 {
			return convAt(g, n.in[1], places, side, size)
		}
		return convWeight(n.in[0], g, places, side, size)
	case n.op == opConvWeight: // of h and x
		if i == 0 {
			return convAt(n.in[1], g, places, side, size)
		}
		return convInput(n.in[0], g, places, side, size)
	case i == 0: // of x and w
		return convInput(g, n.in[1], places, side, size)
	default:
		return convWeight(g, n.in[0], places, side, size)
	}
}

// convNode returns a node of one of the operations above.
func (t *Tape) convNode(op opcode, rows, cols int, c convolution, in ...*Value) *Value {
	v := t.node()
	v.op, v.Tensor = op, t.tensor(rows, cols)
	v.n, v.k = c.side, c.size
	v.in = t.pointers(len(in))
	copy(v.in, in)
	return v
}

// convMemory is what a convolution needs for one image, small enough for a cache.
type convMemory struct {
	columns  []float64 // [filter, pixels], see columns
	shifted  []float64
	response []float64 // [co, pixels] or its transpose
	filters  []float64 // [filter, co]: transposed filters
}

// withScratch lends f memory.
func (t *Tape) withScratch(c convolution, f func(convMemory)) {
	var m mark
	if t != nil {
		m = t.mark()
	}
	f(convMemory{
		columns:  t.floats(c.filter() * c.pixels()),
		shifted:  t.floats(c.shifted()),
		response: t.floats(c.response()),
		filters:  t.floats(c.filter() * c.co),
	})
	if t != nil {
		t.release(m)
	}
}
