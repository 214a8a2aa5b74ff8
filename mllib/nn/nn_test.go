package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
	"ml3/mllib/nn"
)

func rng() *rand.Rand { return rand.New(rand.NewPCG(3, 4)) }

// Two layers by hand: tanh(x·w0 + b0)·w1 + b1.
func TestMLPByHand(t *testing.T) {
	m := nn.MLP{Sizes: []int{2, 2, 1}, Hidden: ad.Tanh, Out: nn.Linear, Bias: true, Weights: nn.Xavier}
	p := nn.Params{ad.New(2, 2, []float64{1, 2, 3, 4}), ad.RowVector(0.5, -0.5), ad.Column(2, -3), ad.Scalar(0.25)}
	got := m.Apply(p, ad.RowVector(0.1, -0.2)).Item()
	want := 2*math.Tanh(0.1-0.6+0.5) - 3*math.Tanh(0.2-0.8-0.5) + 0.25
	if math.Abs(got-want) > 1e-15 {
		t.Errorf("got %v, want %v", got, want)
	}
	if n := m.Init(nil, rng()); n.Len() != 2*2+2+2+1 {
		t.Errorf("%d parameters, want 9", n.Len())
	}
	m.Bias = false
	if n := m.Init(nil, rng()); n.Len() != 2*2+2 {
		t.Errorf("%d parameters without biases, want 6", n.Len())
	}
}

func TestMLPGradients(t *testing.T) {
	for _, bias := range []bool{false, true} {
		m := nn.MLP{Sizes: []int{3, 5, 4, 2}, Hidden: ad.ELU, Out: ad.Softplus, Bias: bias, Weights: nn.TorchDefault}
		p := m.Init(nil, rng())
		x := ad.New(2, 3, []float64{0.3, -1, 0.7, 1.1, 0.2, -0.4})
		adtest.CheckGrads(t, func(xs []*ad.Value) *ad.Value { return m.Apply(xs[1:], xs[0]) }, append([]*ad.Value{x}, p...), 2)
	}
}

// A network knows ad.ReLU and computes it with the product; a function that does the
// same without being it gives the same numbers and gradients, layer by layer.
func TestReLUWithTheProduct(t *testing.T) {
	apart := func(x *ad.Value) *ad.Value { return ad.ReLU(ad.AddScalar(0, x)) }
	for _, bias := range []bool{false, true} {
		m := nn.MLP{Sizes: []int{3, 12, 9, 2}, Hidden: ad.ReLU, Out: ad.ReLU, Bias: bias, Weights: nn.TorchDefault}
		p, x := m.Init(nil, rng()), ad.New(4, 3, []float64{.3, -1, .7, 1.1, .2, -.4, 2, 1, -1, -.2, -.5, .8})
		n := m
		n.Hidden, n.Out = apart, apart
		y, z := m.Apply(p, x), n.Apply(p, x)
		gy, gz := ad.Grad(ad.Sum(ad.Exp(y)), append(p, y)...), ad.Grad(ad.Sum(ad.Exp(z)), append(p, z)...)
		for i, g := range append(gy, y) {
			for j := range g.Data {
				if want := append(gz, z)[i].Data[j]; g.Data[j] != want {
					t.Errorf("bias %v: value %d, entry %d: %v, want %v", bias, i, j, g.Data[j], want)
				}
			}
		}
		if allocs := func(m nn.MLP) float64 { return testing.AllocsPerRun(5, func() { m.Apply(p, x) }) }; allocs(m) >= allocs(n) {
			t.Errorf("bias %v: %v allocations with the product, %v apart", bias, allocs(m), allocs(n))
		}
	}
}

// The spread of the initializers: variance bound²/3 within ± bound.
func TestInitializers(t *testing.T) {
	for _, c := range []struct {
		name  string
		f     nn.Initializer
		bound float64
		bias  bool
	}{{"Xavier", nn.Xavier, math.Sqrt(6.0 / 400), false}, {"torch default", nn.TorchDefault, 1 / math.Sqrt(300), true}} {
		w, b := make([]float64, 300*100), make([]float64, 100)
		c.f(rng(), 300, 100, w, b)
		sum, top := 0.0, 0.0
		for _, x := range w {
			sum += x * x
			top = max(top, math.Abs(x))
		}
		// the standard error of the mean square is bound²·sqrt(4/45/n)
		if got, want := sum/float64(len(w)), c.bound*c.bound/3; math.Abs(got-want) > 5*c.bound*c.bound*math.Sqrt(4.0/45/30000) {
			t.Errorf("%s: mean square %v, want %v", c.name, got, want)
		}
		if top > c.bound || top < 0.99*c.bound {
			t.Errorf("%s: largest weight %v, want just below %v", c.name, top, c.bound)
		}
		if nonzero := b[0] != 0; nonzero != c.bias {
			t.Errorf("%s: bias %v", c.name, b[0])
		}
	}
}

// Adam on f(p) = Σ kᵢ pᵢ²/2 against the recursion written out for one number.
func TestAdam(t *testing.T) {
	k := []float64{1, 30, -2}
	p := nn.Params{ad.RowVector(1, -2, 0.5)}
	s := nn.DefaultAdam(0.01).Start(p)
	want := []float64{1, -2, 0.5}
	m, v := make([]float64, 3), make([]float64, 3)
	for step := 1; step <= 50; step++ {
		g := ad.Zeros(1, 3)
		for i := range k {
			g.Data[i] = k[i] * s.Params[0].Data[i]
			gi := k[i] * want[i]
			m[i] = 0.9*m[i] + 0.1*gi
			v[i] = 0.999*v[i] + 0.001*gi*gi
			mHat, vHat := m[i]/(1-math.Pow(0.9, float64(step))), v[i]/(1-math.Pow(0.999, float64(step)))
			want[i] -= 0.5 * 0.01 * mHat / (math.Sqrt(vHat) + 1e-8)
		}
		s.Step([]*ad.Value{g}, 0.5)
	}
	for i := range want {
		if got := s.Params[0].Data[i]; math.Abs(got-want[i]) > 1e-12 {
			t.Errorf("entry %d after 50 steps: %v, want %v", i, got, want[i])
		}
	}
	if p[0].Data[0] != 1 {
		t.Error("Adam changed the parameters it was started from")
	}
}

func TestDescend(t *testing.T) {
	theta := nn.Params{ad.RowVector(1, 2), ad.Scalar(3)}
	g := []*ad.Value{ad.RowVector(10, -10), ad.Scalar(4)}
	next := nn.Descend(theta, g, ad.Scalar(0.1))
	if math.Abs(next[0].Data[0]) > 1e-15 || next[0].Data[1] != 3 || math.Abs(next[1].Item()-2.6) > 1e-15 || theta[0].Data[0] != 1 {
		t.Errorf("θ − αg = %v, θ = %v", next, theta)
	}
	if !next.Finite() || (nn.Params{ad.Scalar(math.Inf(1))}).Finite() || (nn.Params{ad.Scalar(math.NaN())}).Finite() {
		t.Error("Finite")
	}
}

// TestMissingFields: what was forgotten is named.
func TestMissingFields(t *testing.T) {
	whole := nn.MLP{Sizes: []int{1, 2, 1}, Hidden: ad.Tanh, Out: nn.Linear, Weights: nn.Xavier}
	theta := whole.Init(nil, rng())
	for field, m := range map[string]nn.MLP{
		"Hidden":  {Sizes: whole.Sizes, Out: nn.Linear, Weights: nn.Xavier},
		"Out":     {Sizes: whole.Sizes, Hidden: ad.Tanh, Weights: nn.Xavier},
		"Weights": {Sizes: whole.Sizes, Hidden: ad.Tanh, Out: nn.Linear},
	} {
		func() {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, "MLP [1 2 1] has no") || !strings.Contains(said, field) {
					t.Errorf("without %s: %s", field, said)
				}
			}()
			m.Init(nil, rng())
			m.Apply(theta, ad.Zeros(3, 1))
		}()
	}
}
