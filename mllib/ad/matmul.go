package ad

import (
	"fmt"

	"ml3/mllib/kernel"
)

// MatMul returns a·b, a [m, k], b [k, n].
func MatMul(a, b *Value) *Value { return matMul(opMatMulNN, a, b) }

// MatMulNT returns a·bᵀ, a [m, k], b [n, k].
func MatMulNT(a, b *Value) *Value { return matMul(opMatMulNT, a, b) }

// MatMulTN returns aᵀ·b, a [k, m], b [k, n].
func MatMulTN(a, b *Value) *Value { return matMul(opMatMulTN, a, b) }

// MatMulTT returns aᵀ·bᵀ, a [k, m], b [n, k].
func MatMulTT(a, b *Value) *Value { return matMul(opMatMulTT, a, b) }

func matMul(op opcode, a, b *Value) *Value {
	ta, tb := op == opMatMulTN || op == opMatMulTT, op == opMatMulNT || op == opMatMulTT
	m, k := a.Rows, a.Cols
	if ta {
		m, k = k, m
	}
	k2, n := b.Rows, b.Cols
	if tb {
		k2, n = n, k2
	}
	if k != k2 {
		panic(fmt.Sprintf("ad: %s of %s and %s", matMulNames[op-opMatMulNN], a.shape(), b.shape()))
	}
	v := node(op, m, n, a, b)
	kernel.Gemm(ta, tb, m, n, k, a.Data, b.Data, v.Data)
	return v
}

var matMulNames = [...]string{"MatMul", "MatMulNT", "MatMulTN", "MatMulTT"}

// matMulRule: for C = A·B, Ā = C̄·Bᵀ and B̄ = Aᵀ·C̄; the transposed cases follow
// from (A·B)ᵀ = Bᵀ·Aᵀ.
func matMulRule(n, g *Value, i int) *Value {
	a, b := n.in[0], n.in[1]
	switch n.op {
	case opMatMulNN:
		if i == 0 {
			return MatMulNT(g, b)
		}
		return MatMulTN(a, g)
	case opMatMulNT:
		if i == 0 {
			return MatMul(g, b)
		}
		return MatMulTN(g, a)
	case opMatMulTN:
		if i == 0 {
			return MatMulNT(b, g)
		}
		return MatMul(a, g)
	default: // TT
		if i == 0 {
			return MatMulTT(b, g)
		}
		return MatMulTT(g, a)
	}
}

// Affine returns x·w + b, the layer of a network: x [n, in], w [in, out], b [1, out].
func Affine(x, w, b *Value) *Value {
	if x.Cols != w.Rows || b.Rows != 1 || b.Cols != w.Cols {
		panic(fmt.Sprintf("ad: Affine of x %s, w %s and b %s", x.shape(), w.shape(), b.shape()))
	}
	t := join(join(x.tape, w), b)
	v := t.node()
	v.op, v.Tensor = opAffine, Tensor{x.Rows, w.Cols, t.floats(x.Rows * w.Cols)}
	v.in = t.pointers(3)
	v.in[0], v.in[1], v.in[2] = x, w, b
	kernel.Gemm(false, false, x.Rows, w.Cols, x.Cols, x.Data, w.Data, v.Data)
	kernel.AddRow(x.Rows, w.Cols, v.Data, v.Data, b.Data)
	return v
}

func affineRule(n, g *Value, i int) *Value {
	switch i {
	case 0:
		return MatMulNT(g, n.in[1])
	case 1:
		return MatMulTN(n.in[0], g)
	default:
		return SumRows(g)
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
