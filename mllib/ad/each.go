package ad

import (
	"fmt"
	"math"

	"ml3/mllib/kernel"
)

// Rows as matrices: row i of a value [n, m·k] is the i-th of n matrices [m, k], in
// row-major order. The three products below multiply matrix by matrix; a vector
// is a matrix of one column or row. They are each other's rules.

// EachMatMul returns the n products A·B, [n, m·c], of the rows A [m, k] of a
// [n, m·k] and B [k, c] of b [n, k·c].
func EachMatMul(a, b *Value, k int) *Value { return eachMatMul(opEachNN, a, b, k) }

// EachMatMulNT returns the n products A·Bᵀ, [n, m·c], of the rows A [m, k] of a
// [n, m·k] and B [c, k] of b [n, c·k].
func EachMatMulNT(a, b *Value, k int) *Value { return eachMatMul(opEachNT, a, b, k) }

// EachMatMulTN returns the n products Aᵀ·B, [n, m·c], of the rows A [k, m] of a
// [n, k·m] and B [k, c] of b [n, k·c].
func EachMatMulTN(a, b *Value, k int) *Value { return eachMatMul(opEachTN, a, b, k) }

var eachNames = [...]string{"EachMatMul", "EachMatMulNT", "EachMatMulTN"}

func eachMatMul(op opcode, a, b *Value, k int) *Value {
	if k < 1 || a.Rows != b.Rows || a.Cols%k != 0 || b.Cols%k != 0 {
		panic(fmt.Sprintf("ad: %s of %s and %s with inner dimension %d", eachNames[op-opEachNN], a.shape(), b.shape(), k))
	}
	m, c := a.Cols/k, b.Cols/k
	v := node(op, a.Rows, m*c, a, b)
	v.k = k
	if op == opEachNN && m == 1 && k*c >= eachLarge {
		kernel.GemmEach(a.Rows, c, k, a.Data, b.Data, v.Data)
		return v
	}
	for i := range a.Rows {
		x, y, dst := a.Data[i*a.Cols:(i+1)*a.Cols], b.Data[i*b.Cols:(i+1)*b.Cols], v.Data[i*m*c:(i+1)*m*c]
		switch {
		case m*k*c >= eachLarge:
			kernel.Gemm(op == opEachTN, op == opEachNT, m, c, k, x, y, dst)
		case op == opEachNN:
			smallNN(dst, x, y, m, k, c)
		case op == opEachNT:
			smallNT(dst, x, y, k)
		default:
			smallTN(dst, x, y, m, k, c)
		}
	}
	return v
}

// eachLarge is the number of multiplications from which on kernel.Gemm is faster
// than the loops below. The chains of additions are the same, and so are the bits.
const eachLarge = 256

// smallNN, smallNT and smallTN are products of small matrices. Each entry of the
// result is a chain of fused multiply-adds in the order of k, from 0.

func smallNN(dst, a, b []float64, m, k, c int) {
	if c == 1 {
		smallNT(dst, a, b, k)
		return
	}
	for i := range m {
		out := dst[i*c : (i+1)*c]
		clear(out)
		for l, x := range a[i*k : (i+1)*k] {
			for j, y := range b[l*c : (l+1)*c] {
				out[j] = math.FMA(x, y, out[j])
			}
		}
	}
}

func smallNT(dst, a, b []float64, k int) {
	at := 0
	for i := 0; i < len(a); i += k {
		x := a[i : i+k]
		for j := 0; j < len(b); j += k {
			s := 0.0
			for l, y := range b[j : j+k] {
				s = math.FMA(x[l], y, s)
			}
			dst[at] = s
			at++
		}
	}
}

func smallTN(dst, a, b []float64, m, k, c int) {
	clear(dst)
	if c == 1 {
		for l, y := range b {
			for i, x := range a[l*m : (l+1)*m] {
				dst[i] = math.FMA(x, y, dst[i])
			}
		}
		return
	}
	for l := range k {
		y := b[l*c : (l+1)*c]
		for i, x := range a[l*m : (l+1)*m] {
			out := dst[i*c : (i+1)*c]
			for j, yj := range y {
				out[j] = math.FMA(x, yj, out[j])
			}
		}
	}
}

// eachRule is matMulRule row by row: the inner dimension of a cotangent's product
// is the dimension of the result that the wanted matrix lacks.
func eachRule(n, g *Value, i int) *Value {
	a, b, k := n.in[0], n.in[1], n.k
	m, c := a.Cols/k, b.Cols/k
	switch n.op {
	case opEachNN:
		if i == 0 {
			return EachMatMulNT(g, b, c)
		}
		return EachMatMulTN(a, g, m)
	case opEachNT:
		if i == 0 {
			return EachMatMul(g, b, c)
		}
		return EachMatMulTN(g, a, m)
	default: // TN
		if i == 0 {
			return EachMatMulNT(b, g, c)
		}
		return EachMatMul(a, g, m)
	}
}
