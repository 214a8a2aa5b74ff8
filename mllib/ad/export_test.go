package ad

// For the test that no operation lacks a rule or an example.
const (
	OpLeaf = opLeaf
	NumOps = numOps

	OpGiven, OpOnce = opGiven, opOnce
)

func Op(v *Value) opcode    { return v.op }
func HasRule(o opcode) bool { return rules[o] != nil }

// Operations that only appear in derivatives.
var (
	TanhGrad, SigmoidGrad, ELUGrad = tanhGrad, sigmoidGrad, eluGrad
	MaskNonPos, SignMul            = maskNonPos, signMul
	MaskBetween, PadRows, PadCols  = maskBetween, padRows, padCols
	ConvAt, ConvInput, ConvWeight  = convAt, convInput, convWeight
)
