package ad

import (
	"fmt"
	"math"

	"ml3/mllib/kernel"
)

// Sum returns the sum of all entries, [1, 1].
func Sum(a *Value) *Value {
	v := node(opSum, 1, 1, a, nil)
	v.Data[0] = kernel.Sum(a.Data)
	return v
}

// Mean returns the mean of all entries, [1, 1].
func Mean(a *Value) *Value { return Scale(1/float64(a.Len()), Sum(a)) }

// SumRows returns the sums of the columns of a [m, n] over its rows, [1, n].
func SumRows(a *Value) *Value {
	v := node(opSumRows, 1, a.Cols, a, nil)
	kernel.SumRows(a.Rows, a.Cols, v.Data, a.Data)
	return v
}

// SumCols returns the sums of the rows of a [m, n] over its columns, [m, 1].
func SumCols(a *Value) *Value {
	v := node(opSumCols, a.Rows, 1, a, nil)
	kernel.SumCols(a.Rows, a.Cols, v.Data, a.Data)
	return v
}

// Norm returns the Euclidean (Frobenius) norm of all entries, [1, 1]. Its
// derivative at 0 is taken as 0.
func Norm(a *Value) *Value {
	v := node(opNorm, 1, 1, a, nil)
	s := 0.0
	for _, x := range a.Data {
		s = math.FMA(x, x, s)
	}
	v.Data[0] = math.Sqrt(s)
	return v
}

func (t Tensor) broadcasts(rows, cols int) bool {
	return (t.Rows == rows || t.Rows == 1) && (t.Cols == cols || t.Cols == 1)
}

// Broadcast repeats the dimensions of a that are 1 to [rows, cols].
func Broadcast(a *Value, rows, cols int) *Value {
	if a.Rows == rows && a.Cols == cols {
		return a
	}
	if !a.broadcasts(rows, cols) {
		panic(fmt.Sprintf("ad: Broadcast of %s to [%d, %d]", a.shape(), rows, cols))
	}
	v := node(opBroadcast, rows, cols, a, nil)
	for i := range rows {
		dst := v.Row(i)
		switch {
		case a.Rows == 1 && a.Cols == 1:
			fill(dst, a.Data[0])
		case a.Cols == 1:
			fill(dst, a.Data[i])
		default:
			copy(dst, a.Data)
		}
	}
	return v
}

func fill(dst []float64, x float64) {
	for i := range dst {
		dst[i] = x
	}
}

// sumTo sums g to [rows, cols], each 1 or the size that g has: the transpose of Broadcast.
func sumTo(g *Value, rows, cols int) *Value {
	switch {
	case g.Rows == rows && g.Cols == cols:
		return g
	case rows == 1 && cols == 1:
		return Sum(g)
	case rows == 1:
		return SumRows(g)
	default:
		return SumCols(g)
	}
}

// Reshape returns a with the same entries in row-major order as [rows, cols].
func Reshape(a *Value, rows, cols int) *Value {
	if entries("Reshape to", rows, cols) != a.Len() {
		panic(fmt.Sprintf("ad: Reshape of %s to [%d, %d]", a.shape(), rows, cols))
	}
	if rows == a.Rows && cols == a.Cols {
		return a
	}
	return alias(opReshape, rows, cols, a)
}

// ConcatCols sets matrices of equal height side by side.
func ConcatCols(vs ...*Value) *Value {
	rows, cols := vs[0].Rows, 0
	for _, x := range vs {
		if x.Rows != rows {
			panic(fmt.Sprintf("ad: ConcatCols of %s and %s", vs[0].shape(), x.shape()))
		}
		cols += x.Cols
	}
	v := nodeN(opConcatCols, rows, cols, vs)
	from := 0
	for _, x := range vs {
		copyColumns(v.Tensor, from, x.Tensor, 0, x.Cols)
		from += x.Cols
	}
	return v
}

// copyColumns copies n columns of src from column j on to column i of dst and on;
// the rows are as many.
func copyColumns(dst Tensor, i int, src Tensor, j, n int) {
	if n == 1 { // a call for each row would cost more than its work
		for range dst.Rows {
			dst.Data[i] = src.Data[j]
			i += dst.Cols
			j += src.Cols
		}
		return
	}
	for r := range dst.Rows {
		copy(dst.Row(r)[i:], src.Row(r)[j:j+n])
	}
}

// ConcatRows sets matrices of equal width below each other.
func ConcatRows(vs ...*Value) *Value {
	rows, cols := 0, vs[0].Cols
	for _, x := range vs {
		if x.Cols != cols {
			panic(fmt.Sprintf("ad: ConcatRows of %s and %s", vs[0].shape(), x.shape()))
		}
		rows += x.Rows
	}
	v := nodeN(opConcatRows, rows, cols, vs)
	from := 0
	for _, x := range vs {
		from += copy(v.Data[from:], x.Data)
	}
	return v
}

// SliceRows returns rows lo … hi−1 of a.
func SliceRows(a *Value, lo, hi int) *Value {
	if lo < 0 || hi < lo || hi > a.Rows {
		panic(fmt.Sprintf("ad: rows %d:%d of %s", lo, hi, a.shape()))
	}
	v := node(opSliceRows, hi-lo, a.Cols, a, nil)
	v.n = lo
	copy(v.Data, a.Data[lo*a.Cols:hi*a.Cols])
	return v
}

// SliceCols returns columns lo … hi−1 of a.
func SliceCols(a *Value, lo, hi int) *Value {
	if lo < 0 || hi < lo || hi > a.Cols {
		panic(fmt.Sprintf("ad: columns %d:%d of %s", lo, hi, a.shape()))
	}
	v := node(opSliceCols, a.Rows, hi-lo, a, nil)
	v.n = lo
	copyColumns(v.Tensor, 0, a.Tensor, lo, hi-lo)
	return v
}

// padRows puts a at row lo of zeros with the given number of rows.
func padRows(a *Value, lo, rows int) *Value {
	v := node(opPadRows, rows, a.Cols, a, nil)
	v.n = lo
	clear(v.Data)
	copy(v.Data[lo*a.Cols:], a.Data)
	return v
}

// padCols puts a at column lo of zeros with the given number of columns.
func padCols(a *Value, lo, cols int) *Value {
	v := node(opPadCols, a.Rows, cols, a, nil)
	v.n = lo
	clear(v.Data)
	copyColumns(v.Tensor, lo, a.Tensor, 0, a.Cols)
	return v
}

// Index says for each entry of a result [Rows, Cols], in row-major order, which
// entry of the source it is.
type Index struct {
	Rows, Cols int
	At         []int32
}

// Gather returns the matrix [index.Rows, index.Cols] of a's entries at index.At,
// counted in row-major order. An entry may be taken several times.
func Gather(a *Value, index *Index) *Value {
	if len(index.At) != index.Rows*index.Cols {
		panic(fmt.Sprintf("ad: index [%d, %d] of %d entries", index.Rows, index.Cols, len(index.At)))
	}
	v := node(opGather, index.Rows, index.Cols, a, nil)
	v.index = index
	kernel.Gather(v.Data, a.Data, index.At)
	return v
}

// ScatterAdd is the transpose of Gather: it adds a's entries to those entries of
// zeros [rows, cols] that Gather would have taken them from.
func ScatterAdd(a *Value, index *Index, rows, cols int) *Value {
	if a.Rows != index.Rows || a.Cols != index.Cols {
		panic(fmt.Sprintf("ad: ScatterAdd of %s by an index [%d, %d]", a.shape(), index.Rows, index.Cols))
	}
	v := node(opScatterAdd, rows, cols, a, nil)
	v.index = index
	clear(v.Data)
	kernel.ScatterAdd(v.Data, a.Data, index.At)
	return v
}
