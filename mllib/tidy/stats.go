package tidy

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// sum adds from left to right.
func sum(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s
}

// Mean returns the arithmetic mean. It panics if x is empty, as do the other
// statistics: an empty selection is a mistake in the selection. Every statistic of
// values that include NaN is NaN.
func Mean(x []float64) float64 {
	mustHave("Mean", x)
	n := float64(len(x))
	s := sum(x)
	if math.IsInf(s, 0) && finite(x) { // only the sum is too large
		s = 0
		for _, v := range x {
			s += v / n
		}
		return s
	}
	return s / n
}

// finite says whether no value is NaN or infinite.
func finite(x []float64) bool {
	return !slices.ContainsFunc(x, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}

func hasNaN(x []float64) bool { return slices.ContainsFunc(x, math.IsNaN) }

// SD returns the sample standard deviation (divisor n − 1). The spread of a
// single value is unknown: NaN, which no file and no figure will take.
func SD(x []float64) float64 {
	mustHave("SD", x)
	if len(x) == 1 {
		return math.NaN()
	}
	m := Mean(x)
	ss := squares(x, m, 1)
	if (ss < 1e-280 || math.IsInf(ss, 1)) && finite(x) { // squares that count were lost, but for equal values
		scale := 0.0
		for _, v := range x {
			scale = max(scale, math.Abs(v/2-m/2))
		}
		if scale == 0 {
			return 0
		}
		return math.Sqrt(squares(x, m, scale)/float64(len(x)-1)) * scale
	}
	return math.Sqrt(ss / float64(len(x)-1))
}

// squares is the sum of the squares of (v − m)/scale.
func squares(x []float64, m, scale float64) float64 {
	ss := 0.0
	for _, v := range x {
		d := v - m
		if scale != 1 {
			d = v/scale - m/scale
		}
		ss += float64(d * d)
	}
	return ss
}

// Quantile returns the p-quantile, 0 ≤ p ≤ 1, interpolating linearly between
// order statistics (type 7 of Hyndman and Fan, 1996; the default of R and NumPy).
func Quantile(x []float64, p float64) float64 {
	mustHave("Quantile", x)
	if !(p >= 0 && p <= 1) {
		panic(fmt.Sprintf("tidy: Quantile at p = %v", p))
	}
	if hasNaN(x) {
		return math.NaN()
	}
	return quantileSorted(slices.Sorted(slices.Values(x)), p)
}

func quantileSorted(x []float64, p float64) float64 {
	h := p * float64(len(x)-1)
	i := int(h)
	if i == len(x)-1 || h == float64(i) || x[i] == x[i+1] { // Inf − Inf would be NaN
		return x[i]
	}
	d := x[i+1] - x[i]
	if f := h - float64(i); math.IsInf(d, 1) && finite(x[i:i+2]) {
		return float64(x[i]*(1-f)) + float64(x[i+1]*f)
	}
	return x[i] + float64((h-float64(i))*d)
}

// IQM returns the interquartile mean: the mean without the ⌊n/4⌋ smallest and
// the ⌊n/4⌋ largest values (Agarwal et al., 2021).
func IQM(x []float64) float64 {
	mustHave("IQM", x)
	if hasNaN(x) {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(x))
	cut := len(s) / 4
	return Mean(s[cut : len(s)-cut])
}

// Interval is a 95 % interval.
type Interval struct{ Low, High float64 }

// Resamples is the number of bootstrap resamples behind an interval.
const Resamples = 10_000

// The state that resampling starts from: the hexadecimal digits of π after the
// point. It is fixed, so an interval is a function of the values alone.
const bootstrapHigh, bootstrapLow = 0x243f6a8885a308d3, 0x13198a2e03707344

// Bootstrap returns the 95 % percentile interval of a statistic of x, such as
// Mean or IQM, from 10 000 resamples with replacement (Efron, 1979). It does not
// depend on the order of x. One value says nothing about its spread: fewer than
// two are an error, as is anything that is not finite.
func Bootstrap(x []float64, statistic func([]float64) float64) (Interval, error) {
	if len(x) < 2 {
		return Interval{}, fmt.Errorf("tidy: no interval from %d values; use at least two seeds", len(x))
	}
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Interval{}, fmt.Errorf("tidy: no interval from values that include %v", v)
		}
	}
	sorted := slices.Sorted(slices.Values(x))
	rng := rand.New(rand.NewPCG(bootstrapHigh, bootstrapLow))
	stats := make([]float64, Resamples)
	drawn := make([]float64, len(x))
	for i := range stats {
		for j := range drawn {
			drawn[j] = sorted[rng.IntN(len(sorted))]
		}
		stats[i] = statistic(drawn)
	}
	if !finite(stats) {
		return Interval{}, fmt.Errorf("tidy: no interval: the statistic of some resamples is not finite")
	}
	slices.Sort(stats)
	return Interval{quantileSorted(stats, 0.025), quantileSorted(stats, 0.975)}, nil
}

func mustHave(name string, x []float64) {
	if len(x) == 0 {
		panic("tidy: " + name + " of no values")
	}
}
