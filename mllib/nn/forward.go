package nn

import (
	"fmt"

	"ml3/mllib/ad"
	"ml3/mllib/kernel"
)

// Forward returns the outputs for the inputs x of one row as numbers, with the bits
// of Apply: for roll-outs that are not differentiated. The result lies in the tape's
// memory (nil: the heap), to which the parameters need not belong.
func (m MLP) Forward(tape *ad.Tape, p Params, x []float64) []float64 {
	layers, per := len(m.Sizes)-1, 1
	if m.Bias {
		per = 2
	}
	if len(p) != layers*per || len(x) != m.Sizes[0] {
		panic(fmt.Sprintf("nn: MLP %v (bias %v) at %d inputs with %d parameters", m.Sizes, m.Bias, len(x), len(p)))
	}
	for l := range layers {
		y := tape.Zeros(1, m.Sizes[l+1])
		kernel.Gemm(false, false, 1, y.Cols, len(x), x, p[per*l].Data, y.Data)
		if m.Bias {
			kernel.AddRow(1, y.Cols, y.Data, y.Data, p[per*l+1].Data)
		}
		x = m.activation(l)(y).Data
	}
	return x
}
