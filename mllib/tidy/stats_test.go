package tidy

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s: %v, want %v ± %v", what, got, want, tol)
	}
}

// TestStatistics compares with R 4: mean, sd, quantile(type=7), mean(trim=.25).
func TestStatistics(t *testing.T) {
	x := []float64{3, 1, 4, 1, 5, 9, 2, 6, 5, 3}
	near(t, "mean", Mean(x), 3.9, 1e-15)
	near(t, "sd", SD(x), math.Sqrt(54.9/9), 1e-15)
	near(t, "quantile .1", Quantile(x, .1), 1, 0)
	near(t, "quantile .25", Quantile(x, .25), 2.25, 1e-15)
	near(t, "median", Quantile(x, .5), 3.5, 1e-15)
	near(t, "quantile 1", Quantile(x, 1), 9, 0)
	near(t, "iqm", IQM(x), (2+3+3+4+5+5)/6., 1e-15)
	near(t, "iqm of three", IQM([]float64{9, 0, 3}), 4, 0)
	if !math.IsNaN(SD([]float64{1})) {
		t.Error("one value has a spread")
	}
	if want := []float64{3, 1, 4, 1, 5, 9, 2, 6, 5, 3}; !slices.Equal(x, want) {
		t.Errorf("the argument was changed to %v", x)
	}
}

// TestBootstrapOfTwo knows the answer: the mean of two values is one of them with
// probability 1/4 each, more than 2.5 %.
func TestBootstrapOfTwo(t *testing.T) {
	got, err := Bootstrap([]float64{7, -1}, Mean)
	if want := (Interval{-1, 7}); err != nil || got != want {
		t.Errorf("interval %v, %v; want %v", got, err, want)
	}
}

// TestBootstrapCovers draws 300 samples of 40 normal numbers: 95 % intervals for
// the mean contain it 93.9 % of the time at this size (σ̂ over n and percentile
// instead of t); five standard deviations of the count are ±7 %.
func TestBootstrapCovers(t *testing.T) {
	if testing.Short() {
		t.Skip("120 million draws")
	}
	rng := rand.New(rand.NewPCG(5, 6))
	const runs, n = 300, 40
	covered := 0.0
	for range runs {
		x := make([]float64, n)
		for i := range x {
			x[i] = 3 + rng.NormFloat64()
		}
		i, err := Bootstrap(x, Mean)
		if err != nil {
			t.Fatal(err)
		}
		if i.Low <= 3 && 3 <= i.High {
			covered += 1. / runs
		}
	}
	near(t, "coverage", covered, 0.939, 0.07)
}

func TestBootstrapIsAFunctionOfTheValues(t *testing.T) {
	x := []float64{0.1, 0.2, 0.3, 1e9, -4, 7}
	a, _ := Bootstrap(x, IQM)
	slices.Reverse(x)
	b, err := Bootstrap(x, IQM)
	if a != b || err != nil {
		t.Errorf("%v and %v (%v) from the same values", a, b, err)
	}
	for _, bad := range [][]float64{nil, {1}, {1, math.NaN()}, {math.Inf(1), 2}} {
		if i, err := Bootstrap(bad, Mean); err == nil {
			t.Errorf("interval %v from %v", i, bad)
		}
	}
}
