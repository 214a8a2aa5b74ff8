package tidy

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// MeanInterval returns the 95 % interval of the mean of the numbers that x was drawn
// from, by the symmetric studentized bootstrap (Hall, "On symmetric bootstrap
// confidence intervals", 1988): x̄ ± q s/√n, where q is the 0.95-quantile of
// |x̄* − x̄| √n / max(s*, s/4) over 9 999 resamples with replacement. It does not depend
// on the order of x. The floor under s* is ours: resamples that miss the one value far
// from the others have hardly any spread, and q would be as large as one likes.
//
// Of the intervals that were compared by simulation (percentile, BCa, Student's t, the
// studentized bootstrap with equal tails, this one without floor and with others), it
// is the narrowest that covers the mean with a probability of 93 to 97 % at n = 10 and
// 20 for normal, exponential and heavy-tailed (t with three degrees of freedom)
// numbers; a test repeats the simulation. The percentile interval covers 86 to 92 %.
//
// Fewer than five values have Student's t interval, with n − 1 degrees of freedom. Fewer
// than two are an error, as is anything that is not finite.
func MeanInterval(x []float64) (Interval, error) { return meanInterval(x, 9999) }

// meanInterval is MeanInterval by a number of resamples that is one below a multiple of 20.
func meanInterval(x []float64, resamples int) (Interval, error) {
	if len(x) < 2 {
		return Interval{}, fmt.Errorf("tidy: no interval from %d values; use at least two seeds", len(x))
	}
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Interval{}, fmt.Errorf("tidy: no interval from values that include %v", v)
		}
	}
	sorted := slices.Sorted(slices.Values(x))
	mean, s := Mean(sorted), SD(sorted)
	if sorted[0] == sorted[len(sorted)-1] {
		return Interval{mean, mean}, nil
	}
	if n := float64(len(x)); len(x) < 5 {
		half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.975) * s / math.Sqrt(n)
		return Interval{mean - half, mean + half}, nil
	}
	rng := rand.New(rand.NewPCG(bootstrapHigh, bootstrapLow))
	ratios, drawn := make([]float64, resamples), make([]float64, len(x))
	for i := range ratios {
		for j := range drawn {
			drawn[j] = sorted[rng.IntN(len(sorted))]
		}
		ratios[i] = math.Abs(Mean(drawn)-mean) / max(SD(drawn), s/4)
	}
	slices.Sort(ratios)
	half := float64(ratios[(resamples+1)*95/100-1] * s)
	return Interval{mean - half, mean + half}, nil
}

// maxSigns is the number of values up to which SignFlip goes through all signs.
const maxSigns = 20

// SignFlip returns the two-sided p-value of the hypothesis that the numbers that x was
// drawn from are as likely as their negatives, by the sign-flip test on the mean
// (Fisher, "The Design of Experiments", 1935, chapter 3): the share of all 2ⁿ choices
// of signs with which the mean is at least as far from 0; for more than 20 values, of
// 100 000 random choices and the one that is there. It panics if x is empty, and is
// NaN if a value is NaN or infinite.
func SignFlip(x []float64) float64 {
	mustHave("SignFlip", x)
	if !finite(x) {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(x))
	observed := math.Abs(sum(sorted))
	observed -= float64(1e-12 * observed) // sums of other orders round differently
	if len(x) > maxSigns {
		return flipAtRandom(sorted, observed)
	}
	// In a Gray code each choice differs from the one before by one sign.
	s, far := 0.0, 0
	signs := make([]float64, len(x))
	for i, v := range sorted {
		signs[i] = v
		s += v
	}
	n := 1 << len(x)
	for i := 1; ; i++ {
		if math.Abs(s) >= observed {
			far++
		}
		if i == n {
			return float64(far) / float64(n)
		}
		bit := bits.TrailingZeros(uint(i))
		signs[bit] = -signs[bit]
		s += float64(2 * signs[bit])
	}
}

func flipAtRandom(x []float64, observed float64) float64 {
	const flips = 100_000
	rng := rand.New(rand.NewPCG(bootstrapHigh, bootstrapLow))
	far := 1
	for range flips {
		s := 0.0
		for _, v := range x {
			if rng.Uint64()&1 == 0 {
				v = -v
			}
			s += v
		}
		if math.Abs(s) >= observed {
			far++
		}
	}
	return float64(far) / (flips + 1)
}

// Holm corrects the p-values of several hypotheses that are tested together (Holm, "A
// simple sequentially rejective multiple test procedure", 1979): to reject those with a
// corrected value below α errs on any of them with a probability below α. The order
// stays. A p-value that is NaN stays NaN and counts as one that is not rejected.
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case p[i] < p[j]:
			return -1
		case p[i] > p[j]:
			return 1
		case math.IsNaN(p[i]) && !math.IsNaN(p[j]):
			return 1
		case math.IsNaN(p[j]) && !math.IsNaN(p[i]):
			return -1
		}
		return 0
	})
	corrected, low := make([]float64, len(p)), 0.0
	for rank, i := range order {
		low = max(low, min(1, float64(len(p)-rank)*p[i]))
		corrected[i] = low
	}
	return corrected
}
