package ad

import (
	"fmt"

	"ml3/mllib/kernel"
)

// A product is the matrix product op(a)·op(b) in one pass with what networks do to
// it: a row b added to every row of the result, and then either ReLU or, in
// derivatives of ReLU, a mask that keeps the entries where it is positive. Its
// inputs are the factors, the row if it has one, the mask if it has one; n holds
// the flags.
const (
	transposeA = 1 << iota
	transposeB
	withRow
	withReLU
	withMask
)

// MatMul returns a·b, a [m, k], b [k, n].
func MatMul(a, b *Value) *Value { return product("MatMul", 0, a, b, nil, nil) }

// MatMulNT returns a·bᵀ, a [m, k], b [n, k].
func MatMulNT(a, b *Value) *Value { return product("MatMulNT", transposeB, a, b, nil, nil) }

// MatMulTN returns aᵀ·b, a [k, m], b [k, n].
func MatMulTN(a, b *Value) *Value { return product("MatMulTN", transposeA, a, b, nil, nil) }

// MatMulTT returns aᵀ·bᵀ, a [k, m], b [n, k].
func MatMulTT(a, b *Value) *Value { return product("MatMulTT", transposeA|transposeB, a, b, nil, nil) }

// Affine returns x·w + b, the layer of a network: x [n, in], w [in, out], b [1, out]
// or nil for none.
func Affine(x, w, b *Value) *Value { return product("Affine", 0, x, w, b, nil) }

// AffineReLU returns ReLU(Affine(x, w, b)): the same numbers and derivatives in
// fewer passes.
func AffineReLU(x, w, b *Value) *Value { return product("AffineReLU", withReLU, x, w, b, nil) }

// product returns op(a)·op(b), plus row if it is not nil, with ReLU if the flags
// say so, and 0 where mask, if it is not nil, is not positive.
func product(name string, flags int, a, b, row, mask *Value) *Value {
	ta, tb := flags&transposeA != 0, flags&transposeB != 0
	m, k, k2, n := a.Rows, a.Cols, b.Rows, b.Cols
	if ta {
		m, k = k, m
	}
	if tb {
		k2, n = n, k2
	}
	if k != k2 {
		panic(fmt.Sprintf("ad: %s of %s and %s", name, a.shape(), b.shape()))
	}
	v := node(opProduct, m, n, a, b)
	var then kernel.Then
	if row != nil {
		if row.Rows != 1 || row.Cols != n {
			panic(fmt.Sprintf("ad: %s of %s and %s with row %s", name, a.shape(), b.shape(), row.shape()))
		}
		flags |= withRow
		then.Row = row.Data
		v.also(row)
	}
	if mask != nil {
		flags |= withMask
		then.Mask = mask.Data
		v.also(mask)
	}
	then.ReLU = flags&withReLU != 0
	v.n = flags
	kernel.GemmThen(ta, tb, m, n, k, a.Data, b.Data, v.Data, then)
	return v
}

// gate is the value that says where n's cotangent passes: where it is positive. It
// is nil for operations that pass all.
func (n *Value) gate() *Value {
	switch {
	case n.op == opReLU || n.op == opProduct && n.n&withReLU != 0:
		return n
	case n.op == opGate || n.op == opProduct && n.n&withMask != 0:
		return n.in[len(n.in)-1]
	}
	return nil
}

// factorRule gives the factors and flags of the product that is the cotangent of
// factor i of the product n, from the cotangent g of n behind its gate. For
// C = A·B, Ā = C̄·Bᵀ and B̄ = Aᵀ·C̄; the transposed cases follow from (A·B)ᵀ = Bᵀ·Aᵀ.
func factorRule(n, g *Value, i int) (flags int, a, b *Value) {
	a, b = n.in[0], n.in[1]
	switch n.n & (transposeA | transposeB) {
	case 0:
		if i == 0 {
			return transposeB, g, b
		}
		return transposeA, a, g
	case transposeB:
		if i == 0 {
			return 0, g, b
		}
		return transposeA, g, a
	case transposeA:
		if i == 0 {
			return transposeB, b, g
		}
		return 0, a, g
	default:
		if i == 0 {
			return transposeA | transposeB, b, g
		}
		return transposeA | transposeB, g, a
	}
}

// productRule is the rule of products. VJP itself computes the cotangents of the
// factors when it knows the rest of them; the mask is constant almost everywhere.
func productRule(n, g *Value, i int) *Value {
	switch {
	case i < 2:
		return late{n, g, i}.product(nil, nil)
	case i == 2 && n.n&withRow != 0:
		return SumRows(g)
	default:
		return nil
	}
}

// Transpose returns aᵀ.
func Transpose(a *Value) *Value {
	v := node(opTranspose, a.Cols, a.Rows, a, nil)
	for i := range a.Rows {
		for j, x := range a.Row(i) {
			v.Data[j*a.Rows+i] = x
		}
	}
	return v
}
