package nn

import (
	"math/rand/v2"
	"testing"

	"ml3/mllib/ad"
)

// TestForwardIsApply: the same bits, whatever the tape, biases and activations.
func TestForwardIsApply(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, m := range []MLP{
		{Sizes: []int{6, 64, 64, 2}, Hidden: ad.Tanh, Out: Linear, Bias: true, Weights: TorchDefault},
		{Sizes: []int{3, 17, 5}, Hidden: ad.ELU, Out: ad.Softplus, Weights: Xavier},
		{Sizes: []int{4, 1}, Hidden: ad.Tanh, Out: ad.Tanh, Bias: true, Weights: TorchDefault},
	} {
		tape := ad.NewTape()
		p := m.Init(tape, rng)
		for range 20 {
			x := make([]float64, m.Sizes[0])
			for i := range x {
				x[i] = 3 * rng.NormFloat64()
			}
			want := m.Apply(p.Clone(), ad.New(1, len(x), x))
			for _, tape := range []*ad.Tape{nil, tape, ad.NewTape()} {
				for i, y := range m.Forward(tape, p, x) {
					if y != want.Data[i] {
						t.Fatalf("%v: output %d is %v, Apply gives %v", m.Sizes, i, y, want.Data[i])
					}
				}
			}
		}
	}
}
