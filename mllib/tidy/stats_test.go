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

// TestStatisticsOfAnything: what includes NaN has no statistic; infinite values and
// numbers whose sums or squares leave the range have the right one.
func TestStatisticsOfAnything(t *testing.T) {
	nan, inf, most := math.NaN(), math.Inf(1), math.MaxFloat64
	quantile := func(p float64) func([]float64) float64 {
		return func(x []float64) float64 { return Quantile(x, p) }
	}
	for _, c := range []struct {
		name      string
		statistic func([]float64) float64
		x         []float64
		want      float64
	}{
		{"Mean", Mean, []float64{most, most}, most}, {"Mean", Mean, []float64{1, inf}, inf}, {"Mean", Mean, []float64{-inf, inf}, nan},
		{"Mean", Mean, []float64{most, -most, most}, most / 3},
		{"SD", SD, []float64{-1e200, 1e200}, math.Sqrt2 * 1e200}, {"SD", SD, []float64{1e-200, 3e-200}, math.Sqrt2 * 1e-200},
		{"SD", SD, []float64{1.6e308, 1.7e308}, 5e306 * math.Sqrt2}, {"SD", SD, []float64{1e300, 1e300, 1e300}, 0}, {"SD", SD, []float64{1, inf}, nan},
		{"IQM", IQM, []float64{nan, 1, 2, 3}, nan}, {"IQM", IQM, []float64{1, 2, 3, inf}, 2.5},
		{"IQM", IQM, []float64{3, nan, 1, 2, 9, 4, 5, 6}, nan},
		{"median", quantile(0.5), []float64{nan, 1, 2}, nan}, {"median", quantile(0.5), []float64{1, 2, inf}, 2},
		{"minimum", quantile(0), []float64{1, inf}, 1}, {"quartile", quantile(0.25), []float64{1, inf, inf}, inf},
		{"quartile", quantile(0.75), []float64{1, inf, inf}, inf}, {"median", quantile(0.5), []float64{-most, most}, 0},
	} {
		got := c.statistic(slices.Clone(c.x))
		if !(math.Abs(got-c.want) <= 1e-14*math.Abs(c.want)) && got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%s of %v is %v, want %v", c.name, c.x, got, c.want)
		}
	}
	for _, x := range [][]float64{{1, nan}, {1, inf}, {-inf, inf, 2}} {
		if p := SignFlip(x); !math.IsNaN(p) {
			t.Errorf("sign flips of %v: %v", x, p)
		}
		if i, err := MeanInterval(x); err == nil {
			t.Errorf("interval of %v: %v", x, i)
		}
	}
	if p := Holm([]float64{nan, 0.01, 0.02}); !math.IsNaN(p[0]) || p[1] != 0.03 || p[2] != 0.04 {
		t.Errorf("corrected values %v", p)
	}
	if i, err := Bootstrap([]float64{1, 2, 3}, func([]float64) float64 { return nan }); err == nil {
		t.Errorf("interval of a statistic that is NaN: %v", i)
	}
}
