package tidy

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestMeanIntervalCovers is the simulation by which the interval was chosen: how often
// it covers the mean of what the numbers are drawn from. Fewer resamples move single
// intervals and hardly how often they cover.
func TestMeanIntervalCovers(t *testing.T) {
	if testing.Short() {
		t.Skip("some hundred million draws")
	}
	rng := rand.New(rand.NewPCG(11, 12))
	student3 := func() float64 {
		chi := 0.0
		for range 3 {
			z := rng.NormFloat64()
			chi += z * z
		}
		return rng.NormFloat64() / math.Sqrt(chi/3)
	}
	for _, d := range []struct {
		name string
		mean float64
		draw func() float64
	}{{"normal", 0, rng.NormFloat64}, {"exponential", 1, rng.ExpFloat64}, {"Student's t, 3 degrees", 0, student3}} {
		for _, n := range []int{10, 20} {
			const runs = 4000
			covered := 0
			x := make([]float64, n)
			for range runs {
				for i := range x {
					x[i] = d.draw()
				}
				i, err := meanInterval(x, 999)
				if err != nil {
					t.Fatal(err)
				}
				if i.Low <= d.mean && d.mean <= i.High {
					covered++
				}
			}
			share := float64(covered) / runs
			t.Logf("%s, n = %d: %.3f", d.name, n, share)
			// Two standard deviations of the count beyond 93 and 97 %.
			if share < 0.93-0.008 || share > 0.97+0.0055 {
				t.Errorf("%s, n = %d: covers %.3f", d.name, n, share)
			}
		}
	}
}

// TestMeanIntervalSmall: what has no spread has a point, what is too little to tell
// has all numbers.
func TestMeanIntervalSmall(t *testing.T) {
	if i, err := MeanInterval([]float64{2, 2, 2, 2}); err != nil || i != (Interval{2, 2}) {
		t.Errorf("of one value four times: %v, %v", i, err)
	}
	// Student's t: 12.7062 and 4.30265 times the standard error.
	for _, c := range []struct {
		x          []float64
		mean, half float64
	}{
		{[]float64{1, 2}, 1.5, 12.7062047 / 2},
		{[]float64{1, 2, 3}, 2, 4.30265273 / math.Sqrt(3)},
	} {
		i, err := MeanInterval(c.x)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "low", i.Low, c.mean-c.half, 1e-6)
		near(t, "high", i.High, c.mean+c.half, 1e-6)
	}
	// One value apart: 0.387 of resamples miss it at least once less, and those without
	// it have the floor under their spread: q s/√n = 4 |x̄* − x̄|.
	i, err := MeanInterval([]float64{1, 1, 1, 1, 0, 1, 1, 1, 1, 1})
	near(t, "low", i.Low, 0.9-4*0.1, 1e-12)
	near(t, "high", i.High, 0.9+4*0.1, 1e-12)
	if err != nil {
		t.Error(err)
	}
	for _, x := range [][]float64{nil, {1}, {1, math.NaN(), 2}, {1, math.Inf(1), 2}} {
		if i, err := MeanInterval(x); err == nil {
			t.Errorf("of %v: %v", x, i)
		}
	}
	a, _ := MeanInterval([]float64{1, 2, 4, 5, 6})
	b, _ := MeanInterval([]float64{6, 4, 1, 2, 5})
	if a != b {
		t.Errorf("%v and %v in another order", a, b)
	}
}

// TestSignFlip: counted by hand, and against Fisher's own count for Darwin's 15 pairs
// of plants (The Design of Experiments, §21): 1726 of 32768.
func TestSignFlip(t *testing.T) {
	near(t, "one", SignFlip([]float64{3}), 1, 0)
	near(t, "all of one sign", SignFlip([]float64{1, 2, 3, 4, 5}), 2./32, 0)
	near(t, "1, 2, −4", SignFlip([]float64{1, 2, -4}), 1, 0) // |−1|; the other sums are 1, 3, 5, 7
	near(t, "zeros", SignFlip([]float64{0, 0}), 1, 0)
	darwin := []float64{49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48}
	near(t, "Darwin's plants", SignFlip(darwin), 1726./32768, 0)
	near(t, "tenths", SignFlip([]float64{4.9, -6.7, .8, 1.6, .6, 2.3, 2.8, 4.1, 1.4, 2.9, 5.6, 2.4, 7.5, 6, -4.8}), 1726./32768, 0)
}

// TestSignFlipMany: beyond 20 values the signs are drawn.
func TestSignFlipMany(t *testing.T) {
	x := make([]float64, 24)
	for i := range x {
		x[i] = 1 - 0.6*float64(i%3)
	}
	// The mean is 0.4, the root of the sum of squares 3.04 over 24: z = 3.16, p ≈ 0.0016;
	// the sums of signs are discrete, which is worth a factor of two at most.
	if p := SignFlip(x); p < 0.0004 || p > 0.0032 {
		t.Errorf("p = %v", p)
	}
	for i := range x {
		x[i] = 1
	}
	if p := SignFlip(x); p > 1e-4 {
		t.Errorf("24 ones: p = %v", p)
	}
}

// TestHolm compares with R: p.adjust(c(.01, .04, .03, .005, .8), "holm").
func TestHolm(t *testing.T) {
	got := Holm([]float64{.01, .04, .03, .005, .8})
	for i, want := range []float64{.04, .09, .09, .025, .8} {
		near(t, "corrected", got[i], want, 1e-15)
	}
	if Holm(nil) != nil && len(Holm(nil)) != 0 {
		t.Error("of none")
	}
}
