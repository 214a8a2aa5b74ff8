package ad

type opcode uint8

// The operations. Each has a rule below and an example in the tests.
const (
	opLeaf opcode = iota
	opAdd
	opSub
	opMul
	opDiv
	opDivOrZero
	opAddScaled
	opAddScaledBy
	opScale
	opScaleBy
	opAddScalar
	opProduct
	opTranspose
	opExp
	opLog
	opSin
	opCos
	opTanh
	opTanhGrad
	opSigmoid
	opSigmoidGrad
	opSoftplus
	opELU
	opELUGrad
	opReLU
	opGate
	opMaskNonPos
	opAbs
	opSignMul
	opSqrt
	opSquare
	opNorm
	opLogSoftmax
	opClip
	opMaskBetween
	opThrough
	opSum
	opSumRows
	opSumCols
	opBroadcast
	opReshape
	opConcatRows
	opConcatCols
	opSliceRows
	opSliceCols
	opPadRows
	opPadCols
	opGather
	opScatterAdd
	opConvPool
	opConvAt
	opConvInput
	opConvWeight
	opEachNN
	opEachNT
	opEachTN
	opGiven
	opOnce
	numOps
)

// A rule gives the cotangent of input i of n from the cotangent g of n, or nil
// if n does not depend on it; g is 0 already where n's gate is closed. A cotangent
// that is the same in all rows may be given as one row. Rules are written with the package's own
// operations, so derivatives of every order follow. Linear pairs are each
// other's rule: Sum and Broadcast, Slice and Pad, Gather and ScatterAdd.
type rule func(n, g *Value, i int) *Value

var rules = [numOps]rule{
	opAdd: func(n, g *Value, i int) *Value { return g },
	opSub: func(n, g *Value, i int) *Value { return pick(i, g, func() *Value { return Neg(g) }) },
	opMul: func(n, g *Value, i int) *Value { return Mul(g, n.in[1-i]) },
	opDiv: func(n, g *Value, i int) *Value {
		d := Div(g, n.in[1])
		return pick(i, d, func() *Value { return Neg(Mul(d, n)) })
	},
	opDivOrZero: func(n, g *Value, i int) *Value {
		d := DivOrZero(g, n.in[1])
		return pick(i, d, func() *Value { return Neg(Mul(d, n)) })
	},
	opAddScaled: func(n, g *Value, i int) *Value { return pick(i, g, func() *Value { return Scale(n.p, g) }) },
	opScale:     func(n, g *Value, i int) *Value { return Scale(n.p, g) },
	opScaleBy:   func(n, g *Value, i int) *Value { return scaleByRule(n.in[0], n.in[1], g, i) },
	opAddScaledBy: func(n, g *Value, i int) *Value {
		return pick(i, g, func() *Value { return scaleByRule(n.in[1], n.in[2], g, i-1) })
	},
	opAddScalar: func(n, g *Value, i int) *Value { return g },

	opProduct:   productRule,
	opTranspose: func(n, g *Value, i int) *Value { return Transpose(g) },

	opExp:         func(n, g *Value, i int) *Value { return Mul(g, n) },
	opLog:         func(n, g *Value, i int) *Value { return Div(g, n.in[0]) },
	opSin:         func(n, g *Value, i int) *Value { return Mul(g, Cos(n.in[0])) },
	opCos:         func(n, g *Value, i int) *Value { return Neg(Mul(g, Sin(n.in[0]))) },
	opTanh:        func(n, g *Value, i int) *Value { return tanhGrad(g, n) },
	opTanhGrad:    tanhGradRule,
	opSigmoid:     func(n, g *Value, i int) *Value { return sigmoidGrad(g, n) },
	opSigmoidGrad: sigmoidGradRule,
	opSoftplus:    func(n, g *Value, i int) *Value { return Mul(g, Sigmoid(n.in[0])) },
	opELU:         func(n, g *Value, i int) *Value { return eluGrad(g, n) },
	opELUGrad:     eluGradRule,
	opReLU:        func(n, g *Value, i int) *Value { return g }, // behind the gate
	opGate:        func(n, g *Value, i int) *Value { return first(i, func() *Value { return g }) },
	opMaskNonPos:  func(n, g *Value, i int) *Value { return first(i, func() *Value { return maskNonPos(g, n.in[1]) }) },
	opAbs:         func(n, g *Value, i int) *Value { return signMul(g, n.in[0]) },
	opSignMul:     func(n, g *Value, i int) *Value { return first(i, func() *Value { return signMul(g, n.in[1]) }) },
	opSqrt:        func(n, g *Value, i int) *Value { return Div(Scale(0.5, g), n) },
	opSquare:      func(n, g *Value, i int) *Value { return Mul(Scale(2, g), n.in[0]) },
	opNorm:        func(n, g *Value, i int) *Value { return Mul(DivOrZero(g, n), n.in[0]) },
	opLogSoftmax:  func(n, g *Value, i int) *Value { return Sub(g, Mul(Exp(n), SumCols(g))) },

	opClip: func(n, g *Value, i int) *Value { return maskBetween(g, n.in[0], n.p, n.q) },
	opMaskBetween: func(n, g *Value, i int) *Value {
		return first(i, func() *Value { return maskBetween(g, n.in[1], n.p, n.q) })
	},
	opThrough: func(n, g *Value, i int) *Value { return g }, // by definition, see Through

	opSum: broadcastBack, opSumCols: broadcastBack,
	opSumRows:    func(n, g *Value, i int) *Value { return g }, // one row for all
	opBroadcast:  func(n, g *Value, i int) *Value { return sumTo(g, n.in[0].Rows, n.in[0].Cols) },
	opReshape:    func(n, g *Value, i int) *Value { return Reshape(g, n.in[0].Rows, n.in[0].Cols) },
	opConcatRows: concatRowsRule, opConcatCols: concatColsRule,
	opSliceRows: func(n, g *Value, i int) *Value { return padRows(g, n.n, n.in[0].Rows) },
	opSliceCols: func(n, g *Value, i int) *Value { return padCols(g, n.n, n.in[0].Cols) },
	opPadRows:   func(n, g *Value, i int) *Value { return SliceRows(g, n.n, n.n+n.in[0].Rows) },
	opPadCols:   func(n, g *Value, i int) *Value { return SliceCols(g, n.n, n.n+n.in[0].Cols) },
	opGather: func(n, g *Value, i int) *Value {
		return ScatterAdd(g, n.index, n.in[0].Rows, n.in[0].Cols)
	},
	opScatterAdd: func(n, g *Value, i int) *Value { return Gather(g, n.index) },

	opConvPool: convRule, opConvAt: convRule, opConvInput: convRule, opConvWeight: convRule,

	opEachNN: eachRule, opEachNT: eachRule, opEachTN: eachRule,

	opGiven: givenRule,
	opOnce: func(n, g *Value, i int) *Value {
		panic("ad: second derivative of a function of which WithGradient knows the gradient only")
	},
}

func pick(i int, g0 *Value, g1 func() *Value) *Value {
	if i == 0 {
		return g0
	}
	return g1()
}

// first is the rule of masks: linear in input 0, piecewise constant in input 1.
func first(i int, f func() *Value) *Value {
	if i == 0 {
		return f()
	}
	return nil
}

// scaleByRule is the rule of s·a, of s for i = 0 and of a for i = 1.
func scaleByRule(s, a, g *Value, i int) *Value {
	if i == 0 {
		return Sum(Mul(g, a))
	}
	return ScaleBy(s, g)
}

func broadcastBack(n, g *Value, i int) *Value { return Broadcast(g, n.in[0].Rows, n.in[0].Cols) }

// tanhGrad(c, y) = c·(1−y²): ∂/∂c the same of g, ∂/∂y = −2 y c g.
func tanhGradRule(n, g *Value, i int) *Value {
	c, y := n.in[0], n.in[1]
	if i == 0 {
		return tanhGrad(g, y)
	}
	return Scale(-2, Mul(Mul(c, y), g))
}

// sigmoidGrad(c, y) = c·y·(1−y): ∂/∂c the same of g, ∂/∂y = c g (1 − 2y).
func sigmoidGradRule(n, g *Value, i int) *Value {
	c, y := n.in[0], n.in[1]
	if i == 0 {
		return sigmoidGrad(g, y)
	}
	return Mul(Mul(c, g), AddScalar(1, Scale(-2, y)))
}

// eluGrad(c, y) = c for y > 0, c·(y+1) otherwise: ∂/∂y = c g where y ≤ 0.
func eluGradRule(n, g *Value, i int) *Value {
	c, y := n.in[0], n.in[1]
	if i == 0 {
		return eluGrad(g, y)
	}
	return maskNonPos(Mul(c, g), y)
}

func concatRowsRule(n, g *Value, i int) *Value {
	from := 0
	for _, x := range n.in[:i] {
		from += x.Rows
	}
	return SliceRows(g, from, from+n.in[i].Rows)
}

func concatColsRule(n, g *Value, i int) *Value {
	from := 0
	for _, x := range n.in[:i] {
		from += x.Cols
	}
	return SliceCols(g, from, from+n.in[i].Cols)
}
