package rl

import (
	"math"
	"testing"

	"ml3/mllib/random"
)

func normalSlice(n int, name string) []float64 {
	rng, x := random.Stream(2, name), make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

// TestGAE against the double loop of its definition, with λ and γ at their ends too.
func TestGAE(t *testing.T) {
	const n = 17
	reward, value := normalSlice(n, "reward"), normalSlice(n+1, "value")
	got := make([]float64, n)
	for _, c := range [][2]float64{{0.9, 0.95}, {0.99, 0}, {0.9, 1}, {1, 1}, {0, 0.5}} {
		discount, lambda := c[0], c[1]
		GAE(got, reward, value[:n], value[n], discount, lambda)
		for i := range n {
			want := 0.0
			for l := 0; i+l < n; l++ {
				want += math.Pow(discount*lambda, float64(l)) * (reward[i+l] + discount*value[i+l+1] - value[i+l])
			}
			if math.Abs(got[i]-want) > 1e-12 {
				t.Errorf("γ %v λ %v: advantage %d is %v, by the double loop %v", discount, lambda, i, got[i], want)
			}
		}
	}
}

// TestGAEAtOne: at λ = 1 it is the discounted return, with the last value at its end,
// minus the value, whatever the values between are.
func TestGAEAtOne(t *testing.T) {
	const n, discount = 9, 0.8
	reward, value := normalSlice(n, "reward"), normalSlice(n+1, "value")
	advantage, togo := make([]float64, n), make([]float64, n)
	GAE(advantage, reward, value[:n], value[n], discount, 1)
	RewardToGo(togo, reward, discount)
	for i := range n {
		want := togo[i] + math.Pow(discount, float64(n-i))*value[n] - value[i]
		if math.Abs(advantage[i]-want) > 1e-12 {
			t.Errorf("advantage %d is %v, return minus value %v", i, advantage[i], want)
		}
	}
}

// TestBaseline: each episode's reward to go minus the mean of the others', by loops
// over pairs of episodes.
func TestBaseline(t *testing.T) {
	s := NewSamples(3, 4, 1, 1)
	copy(s.Reward, normalSlice(12, "reward"))
	got := make([]float64, 12)
	Baseline{Discount: 0.7}.Estimate(got, s)
	togo := func(e, i int) (sum float64) {
		for l := 0; i+l < 4; l++ {
			sum += math.Pow(0.7, float64(l)) * s.Reward[4*e+i+l]
		}
		return sum
	}
	for e := range 3 {
		for i := range 4 {
			want := togo(e, i)
			for o := range 3 {
				if o != e {
					want -= togo(o, i) / 2
				}
			}
			if math.Abs(got[4*e+i]-want) > 1e-12 {
				t.Errorf("episode %d step %d: %v, want %v", e, i, got[4*e+i], want)
			}
		}
	}
}

// TestStandard: an estimate in its own units.
func TestStandard(t *testing.T) {
	s := NewSamples(3, 4, 1, 1)
	copy(s.Reward, normalSlice(12, "reward"))
	got, want := make([]float64, 12), make([]float64, 12)
	Standard{Baseline{Discount: 0.7}}.Estimate(got, s)
	Baseline{Discount: 0.7}.Estimate(want, s)
	mean, square := 0.0, 0.0
	for _, x := range want {
		mean += x / 12
	}
	for _, x := range want {
		square += (x - mean) * (x - mean) / 12
	}
	for i := range got {
		if w := (want[i] - mean) / math.Sqrt(square); math.Abs(got[i]-w) > 1e-7 {
			t.Errorf("row %d: %v, want %v", i, got[i], w)
		}
	}
}

// TestScaled: the unit is the root mean square of everything seen, the present samples
// among it.
func TestScaled(t *testing.T) {
	a, square := NewScaled(Baseline{Discount: 0.7}), 0.0
	for k := range 3 {
		s := NewSamples(3, 4, 1, 1)
		copy(s.Reward, normalSlice(12, "reward"))
		for i := range s.Reward {
			s.Reward[i] *= float64(1 + k)
		}
		got, want := make([]float64, 12), make([]float64, 12)
		Baseline{Discount: 0.7}.Estimate(want, s)
		for _, x := range want {
			square += x * x
		}
		a.Estimate(got, s)
		for i := range got {
			if w := want[i] / math.Sqrt(square/float64(12*(k+1))); math.Abs(got[i]-w) > 1e-12 {
				t.Errorf("batch %d, row %d: %v, want %v", k, i, got[i], w)
			}
		}
	}
}

func TestStandardize(t *testing.T) {
	x := normalSlice(50, "x")
	for i := range x {
		x[i] = 3*x[i] + 7
	}
	standardize(x)
	mean, square := 0.0, 0.0
	for _, v := range x {
		mean += v / 50
		square += v * v / 50
	}
	if math.Abs(mean) > 1e-14 || math.Abs(square-1) > 1e-8 {
		t.Errorf("mean %v, mean square %v", mean, square)
	}
	same := []float64{2, 2, 2}
	standardize(same)
	if same[0] != 0 || same[2] != 0 {
		t.Errorf("equal numbers become %v", same)
	}
}
