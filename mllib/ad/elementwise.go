package ad

import (
	"fmt"
	"math"

	"ml3/mllib/kernel"
)

// Binary operations broadcast: a dimension of size 1 is repeated to the size of
// the other operand's.

// Add returns a + b.
func Add(a, b *Value) *Value { return binary(opAdd, a, b, kernel.Add) }

// Sub returns a − b.
func Sub(a, b *Value) *Value { return binary(opSub, a, b, kernel.Sub) }

// Mul returns the product of a and b entry by entry.
func Mul(a, b *Value) *Value { return binary(opMul, a, b, kernel.Mul) }

// Div returns a / b entry by entry.
func Div(a, b *Value) *Value { return binary(opDiv, a, b, kernel.Div) }

// DivOrZero returns a / b entry by entry, and 0 with derivative 0 where b is 0:
// the subgradient of a norm at 0.
func DivOrZero(a, b *Value) *Value {
	return binary(opDivOrZero, a, b, func(dst, a, b []float64) {
		for i, y := range b {
			if dst[i] = 0; y != 0 {
				dst[i] = a[i] / y
			}
		}
	})
}

func binary(op opcode, a, b *Value, f func(dst, a, b []float64)) *Value {
	if !a.sameShape(b.Tensor) {
		rows, cols := common(a.Rows, b.Rows), common(a.Cols, b.Cols)
		if !a.broadcasts(rows, cols) || !b.broadcasts(rows, cols) {
			panic(fmt.Sprintf("ad: elementwise operation on %s and %s", a.shape(), b.shape()))
		}
		a, b = Broadcast(a, rows, cols), Broadcast(b, rows, cols)
	}
	v := node(op, a.Rows, a.Cols, a, b)
	f(v.Data, a.Data, b.Data)
	return v
}

// common is the size that two sizes are repeated to: 1 gives way to any other, 0 too.
func common(m, n int) int {
	if m == 1 {
		return n
	}
	return m
}

func unary(op opcode, a *Value, f func(dst, a []float64)) *Value {
	v := node(op, a.Rows, a.Cols, a, nil)
	f(v.Data, a.Data)
	return v
}

// AddScaled returns a + s·b for equal shapes, each entry one fused multiply-add.
func AddScaled(a *Value, s float64, b *Value) *Value {
	if !a.sameShape(b.Tensor) {
		panic(fmt.Sprintf("ad: AddScaled of %s and %s", a.shape(), b.shape()))
	}
	v := node(opAddScaled, a.Rows, a.Cols, a, b)
	v.p = s
	kernel.AddScaled(v.Data, a.Data, s, b.Data)
	return v
}

// AddScaledBy returns a + s·b for equal shapes of a and b and a factor s [1, 1]:
// AddScaled with a factor that has a derivative. The numbers are the same.
func AddScaledBy(a, s, b *Value) *Value {
	if s.Len() != 1 || !a.sameShape(b.Tensor) {
		panic(fmt.Sprintf("ad: AddScaledBy of %s and %s by %s", a.shape(), b.shape(), s.shape()))
	}
	v := nodeN(opAddScaledBy, a.Rows, a.Cols, []*Value{a, s, b})
	kernel.AddScaled(v.Data, a.Data, s.Data[0], b.Data)
	return v
}

// Scale returns s·a.
func Scale(s float64, a *Value) *Value {
	v := node(opScale, a.Rows, a.Cols, a, nil)
	v.p = s
	kernel.Scale(v.Data, s, a.Data)
	return v
}

// ScaleBy returns s·a for a factor s [1, 1]: Scale with a factor that has a
// derivative. The numbers are the same.
func ScaleBy(s, a *Value) *Value {
	if s.Len() != 1 {
		panic(fmt.Sprintf("ad: ScaleBy of %s by %s", a.shape(), s.shape()))
	}
	v := node(opScaleBy, a.Rows, a.Cols, s, a)
	kernel.Scale(v.Data, s.Data[0], a.Data)
	return v
}

// AddScalar returns s + a.
func AddScalar(s float64, a *Value) *Value {
	v := node(opAddScalar, a.Rows, a.Cols, a, nil)
	kernel.AddScalar(v.Data, s, a.Data)
	return v
}

// Neg returns −a.
func Neg(a *Value) *Value { return Scale(-1, a) }

// Exp returns eᵃ.
func Exp(a *Value) *Value { return unary(opExp, a, kernel.Exp) }

// Log returns the natural logarithm of a.
func Log(a *Value) *Value { return unary(opLog, a, kernel.Log) }

// Sin returns sin a.
func Sin(a *Value) *Value { return unary(opSin, a, kernel.Sin) }

// Cos returns cos a.
func Cos(a *Value) *Value { return unary(opCos, a, kernel.Cos) }

// Sqrt returns the square root of a. Its derivative at 0 is infinite; see Norm.
func Sqrt(a *Value) *Value { return unary(opSqrt, a, kernel.Sqrt) }

// Square returns a² entry by entry.
func Square(a *Value) *Value {
	v := node(opSquare, a.Rows, a.Cols, a, nil)
	kernel.Mul(v.Data, a.Data, a.Data)
	return v
}

// Tanh returns the hyperbolic tangent of a.
func Tanh(a *Value) *Value { return unary(opTanh, a, kernel.Tanh) }

// Sigmoid returns 1/(1+e⁻ᵃ).
func Sigmoid(a *Value) *Value { return unary(opSigmoid, a, kernel.Sigmoid) }

// Softplus returns log(1+eᵃ).
func Softplus(a *Value) *Value { return unary(opSoftplus, a, kernel.Softplus) }

// ELU returns a where a > 0, eᵃ−1 elsewhere.
func ELU(a *Value) *Value { return unary(opELU, a, kernel.ELU) }

// ReLU returns max(a, 0); its derivative at 0 is 0, as in torch.
func ReLU(a *Value) *Value { return unary(opReLU, a, kernel.ReLU) }

// Abs returns |a|; its derivative at 0 is 0.
func Abs(a *Value) *Value { return unary(opAbs, a, kernel.Abs) }

// Gate returns a where y > 0 and 0 elsewhere, whatever a is there. It has no
// derivative in y.
func Gate(a, y *Value) *Value { return binary(opGate, a, y, kernel.MaskPos) }

func tanhGrad(g, y *Value) *Value    { return binary(opTanhGrad, g, y, kernel.TanhGrad) }
func sigmoidGrad(g, y *Value) *Value { return binary(opSigmoidGrad, g, y, kernel.SigmoidGrad) }
func eluGrad(g, y *Value) *Value     { return binary(opELUGrad, g, y, kernel.ELUGrad) }
func maskNonPos(g, y *Value) *Value  { return binary(opMaskNonPos, g, y, kernel.MaskNonPos) }

// signMul returns g·sign(y), 0 where y is 0.
func signMul(g, y *Value) *Value { return binary(opSignMul, g, y, kernel.SignMul) }

// Clip returns a limited to [lo, hi] with the true derivative: 1 within the
// limits and on them (as torch.clamp), 0 outside.
func Clip(a *Value, lo, hi float64) *Value {
	v := node(opClip, a.Rows, a.Cols, a, nil)
	v.p, v.q = lo, hi
	kernel.Clip(v.Data, a.Data, lo, hi)
	return v
}

func maskBetween(g, y *Value, lo, hi float64) *Value {
	v := node(opMaskBetween, g.Rows, g.Cols, g, y)
	v.p, v.q = lo, hi
	kernel.MaskBetween(v.Data, g.Data, y.Data, lo, hi)
	return v
}

// ClipThrough returns a limited to [lo, hi] whose derivative is that of a, as if
// there were no limit: a departure from the true gradient, which is 0 outside.
func ClipThrough(a *Value, lo, hi float64) *Value {
	v := node(opThrough, a.Rows, a.Cols, a, nil)
	kernel.Clip(v.Data, a.Data, lo, hi)
	return v
}

// Through returns the numbers of to with the derivative of a, which has the same
// shape: a departure from the true gradient that replaces a's numbers only.
func Through(a, to *Value) *Value {
	if !a.sameShape(to.Tensor) {
		panic(fmt.Sprintf("ad: Through of %s to %s", a.shape(), to.shape()))
	}
	v := node(opThrough, a.Rows, a.Cols, a, nil)
	copy(v.Data, to.Data)
	return v
}

// LogSoftmax returns a − log Σⱼ exp aⱼ for each row of a [n, classes].
func LogSoftmax(a *Value) *Value {
	v := node(opLogSoftmax, a.Rows, a.Cols, a, nil)
	var buf [64]float64
	e := buf[:]
	if a.Cols > len(buf) {
		e = make([]float64, a.Cols)
	}
	e = e[:a.Cols]
	for i := range a.Rows {
		x, y := a.Row(i), v.Row(i)
		top := math.Inf(-1)
		for _, xj := range x {
			top = max(top, xj)
		}
		kernel.AddScalar(y, -top, x)
		kernel.Exp(e, y)
		sum := [1]float64{kernel.Sum(e)}
		kernel.Log(sum[:], sum[:])
		kernel.AddScalar(y, -sum[0], y)
	}
	return v
}
