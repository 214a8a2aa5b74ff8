package nn_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
	"ml3/mllib/nn"
)

func normalNumbers(rows, cols int) *ad.Value {
	r, v := rng(), ad.Zeros(rows, cols)
	for i := range v.Data {
		v.Data[i] = r.NormFloat64()
	}
	return v
}

// density is the normal density, written out.
func density(x, mean, logStd float64) float64 {
	s := math.Exp(logStd)
	return math.Exp(-(x-mean)*(x-mean)/(2*s*s)) / (s * math.Sqrt(2*math.Pi))
}

// TestNormalByIntegration: log π is the logarithm of the product of densities, and
// entropy and KL are the integrals they are defined by, here as sums over a grid.
func TestNormalByIntegration(t *testing.T) {
	p := nn.Normal{Mean: ad.New(1, 2, []float64{0.3, -1}), LogStd: ad.RowVector(-0.7, 0.2)}
	q := nn.Normal{Mean: ad.New(1, 2, []float64{-0.1, 0.5}), LogStd: ad.RowVector(0.1, 0.4)}
	x := ad.New(1, 2, []float64{0.9, 0.1})
	want := math.Log(density(0.9, 0.3, -0.7)) + math.Log(density(0.1, -1, 0.2))
	if got := p.LogProb(x).Item(); math.Abs(got-want) > 1e-14 {
		t.Errorf("log π %v, want %v", got, want)
	}
	entropy, kl := 0.0, 0.0
	const h = 1e-3
	for j := range 2 {
		mp, sp, mq, sq := p.Mean.Data[j], p.LogStd.Data[j], q.Mean.Data[j], q.LogStd.Data[j]
		for x := mp - 12.0; x < mp+12; x += h { // 1.2 is the larger σ: the ends have density e⁻⁵⁰
			if f := density(x, mp, sp); f > 0 {
				entropy -= h * f * math.Log(f)
				kl += h * f * math.Log(f/density(x, mq, sq))
			}
		}
	}
	if got := p.Entropy().Item(); math.Abs(got-entropy) > 1e-9 {
		t.Errorf("entropy %v, by integration %v", got, entropy)
	}
	if got := p.KL(q).Item(); math.Abs(got-kl) > 1e-9 {
		t.Errorf("KL %v, by integration %v", got, kl)
	}
	if got := p.KL(p).Item(); math.Abs(got) > 1e-15 {
		t.Errorf("KL from itself is %v", got)
	}
}

// TestNormalGradients to the second order, which the meta-gradient uses.
func TestNormalGradients(t *testing.T) {
	xs := []*ad.Value{normalNumbers(3, 2), ad.RowVector(-0.5, 0.3), ad.New(3, 2, []float64{1, 2, 0.3, -1, 0.5, 0}), ad.RowVector(0.2, -0.1)}
	adtest.CheckGrads(t, func(xs []*ad.Value) *ad.Value { return nn.Normal{Mean: xs[0], LogStd: xs[1]}.LogProb(xs[2]) }, xs[:3], 2)
	adtest.CheckGrads(t, func(xs []*ad.Value) *ad.Value {
		return nn.Normal{Mean: xs[0], LogStd: xs[1]}.KL(nn.Normal{Mean: xs[2], LogStd: xs[3]})
	}, xs, 2)
	adtest.CheckGrads(t, func(xs []*ad.Value) *ad.Value { return nn.Normal{Mean: xs[0], LogStd: xs[1]}.Entropy() }, xs[:2], 1)
}

// TestGaussianGradients: through the network and, if it is a parameter, log σ.
func TestGaussianGradients(t *testing.T) {
	for depth := 1; depth <= 4; depth++ {
		g := nn.NewGaussian(3, 2, -0.5, slices.Repeat([]int{4}, depth)...)
		g.Learned = depth%2 == 0
		obs, act := normalNumbers(5, 3), ad.New(5, 2, []float64{1, 2, 3, -1, 0, 0.5, 0.1, -0.3, 1, 1})
		adtest.CheckGrads(t, func(xs []*ad.Value) *ad.Value { return g.At(xs, obs).LogProb(act) }, g.Init(nil, rng()), 2)
	}
}

// TestSamplerIsAt: without a graph the same bits as with one, for any number of
// observations at a time.
func TestSamplerIsAt(t *testing.T) {
	for _, hidden := range [][]int{{}, {64}, {64, 64}, {33, 7, 20}, {16, 16, 16, 16}} {
		g := nn.NewGaussian(11, 3, -1, hidden...)
		g.Learned, g.OutputScale = len(hidden)%2 == 0, 1
		p := g.Init(nil, rng())
		if g.Learned {
			copy(p[len(p)-1].Data, []float64{-0.3, 0.2, -1.7})
		}
		const n = 13
		obs := normalNumbers(n, 11)
		d := g.At(p, obs)
		s := g.NewSampler(n)
		s.Use(p)
		all := slices.Clone(s.Mean(obs.Data))
		if !slices.Equal(all, d.Mean.Data) || !slices.Equal(s.LogStd(), d.LogStd.Data) {
			t.Errorf("%v: the sampler's means differ", g.Sizes)
		}
		r := rng()
		actions := ad.Zeros(n, 3)
		for i := range n {
			if !slices.Equal(s.Mean(obs.Row(i)), all[3*i:3*i+3]) {
				t.Errorf("%v: the mean of row %d depends on the others", g.Sizes, i)
			}
			s.Draw(actions.Row(i), all[3*i:3*i+3], r)
		}
		for i, want := range d.LogProb(actions).Data {
			if got := s.LogProb(actions.Row(i), all[3*i:3*i+3]); got != want {
				t.Errorf("%v: log π of row %d is %v, with a graph %v", g.Sizes, i, got, want)
			}
		}
		if a := testing.AllocsPerRun(20, func() {
			s.Use(p)
			m := s.Mean(obs.Data)
			s.Draw(actions.Row(0), m[:3], r)
			s.LogProb(actions.Row(0), m[:3])
		}); a != 0 {
			t.Errorf("a sampler allocates %v times", a)
		}
	}
}

// TestDraw: mean, deviation and entropy of many draws. The standard errors of mean
// and mean square are σ/√n and σ²√(2/n); that of the mean of −log π is √(d/2n).
func TestDraw(t *testing.T) {
	g := nn.NewGaussian(1, 2, 0)
	g.Learned = true
	p := g.Init(nil, rng())
	copy(p[2].Data, []float64{-1, 0.5})
	s := g.NewSampler(1)
	s.Use(p)
	mean := []float64{0.7, -2}
	const n = 200000
	var sum, square [2]float64
	nll, r, a := 0.0, rng(), make([]float64, 2)
	for range n {
		s.Draw(a, mean, r)
		nll -= s.LogProb(a, mean)
		for j := range a {
			sum[j] += a[j] - mean[j]
			square[j] += (a[j] - mean[j]) * (a[j] - mean[j])
		}
	}
	for j, l := range []float64{-1, 0.5} {
		std := math.Exp(l)
		if math.Abs(sum[j]/n) > 5*std/math.Sqrt(n) {
			t.Errorf("number %d: mean off by %v", j, sum[j]/n)
		}
		if math.Abs(square[j]/n-std*std) > 5*std*std*math.Sqrt(2.0/n) {
			t.Errorf("number %d: variance %v, want %v", j, square[j]/n, std*std)
		}
	}
	entropy := g.At(p, ad.Scalar(0)).Entropy().Item()
	if math.Abs(nll/n-entropy) > 5*math.Sqrt(1.0/n) {
		t.Errorf("mean of −log π %v, entropy %v", nll/n, entropy)
	}
}

// TestInitialGaussian: the last layer is OutputScale times what the initializer drew.
func TestInitialGaussian(t *testing.T) {
	g := nn.NewGaussian(5, 2, -1, 8)
	small := g.Init(nil, rng())
	g.OutputScale, g.Learned = 1, true
	full := g.Init(nil, rng())
	if len(full) != 5 || full[4].At(0, 1) != -1 || len(small) != 4 {
		t.Fatalf("%d and %d parameters", len(full), len(small))
	}
	for i, v := range small {
		scale := 1.0
		if i >= 2 {
			scale = 0.1
		}
		for j, x := range v.Data {
			if x != scale*full[i].Data[j] {
				t.Errorf("parameter %d entry %d is %v, want %v times %v", i, j, x, scale, full[i].Data[j])
			}
		}
	}
}

func ExampleGaussian() {
	g := nn.NewGaussian(3, 2, -1, 64, 64) // three numbers seen, two done
	theta := g.Init(nil, rng())
	s := g.NewSampler(1)
	s.Use(theta)
	action := make([]float64, 2)
	mean := s.Mean([]float64{0.1, -0.2, 0.3})
	s.Draw(action, mean, rng())
	d := g.At(theta, ad.RowVector(0.1, -0.2, 0.3))
	fmt.Println(d.LogProb(ad.New(1, 2, action)).Item() == s.LogProb(action, mean))
	fmt.Printf("entropy %.4f\n", d.Entropy().Item())
	// Output:
	// true
	// entropy 0.8379
}
