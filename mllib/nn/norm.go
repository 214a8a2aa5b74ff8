package nn

import (
	"math"

	"ml3/mllib/ad"
)

// Norm is the Euclidean norm of all entries of g together. It neither overflows nor
// underflows where the norm itself is a number; NaN if an entry is.
func Norm(g []*ad.Value) float64 {
	const least, most = 1e-280, math.MaxFloat64 // between them, no square was lost that counts
	sum := squares(g, 0)
	if sum >= least && sum <= most || math.IsNaN(sum) {
		return math.Sqrt(sum)
	}
	largest := 0.0
	for _, v := range g {
		for _, x := range v.Data {
			largest = max(largest, math.Abs(x))
		}
	}
	if largest == 0 || math.IsInf(largest, 1) {
		return largest
	}
	_, exp := math.Frexp(largest)
	return math.Ldexp(math.Sqrt(squares(g, -exp)), exp)
}

// squares is the sum of the squares of the entries times 2^exp; with 0, as they are.
func squares(g []*ad.Value, exp int) float64 {
	sum := 0.0
	for _, v := range g {
		for _, x := range v.Data {
			if exp != 0 {
				x = math.Ldexp(x, exp)
			}
			sum += float64(x * x)
		}
	}
	return sum
}
