package nn

import (
	"fmt"
	"math"

	"ml3/mllib/ad"
)

// log2Pi is log 2π.
const log2Pi = 1.8378770664093454835606594728112352797

// Normal is n normal distributions of d independent numbers: means μ [n, d], and
// log σ [1, d], which is the same for all. Both may be differentiable.
type Normal struct{ Mean, LogStd *ad.Value }

// LogProb is the logarithm of the density at x [n, d], [n, 1]:
//
//	log π(x) = −½ Σ ((x − μ)/σ)² − Σ log σ − d/2 log 2π
func (d Normal) LogProb(x *ad.Value) *ad.Value {
	if x.Rows != d.Mean.Rows || x.Cols != d.Mean.Cols {
		panic(fmt.Sprintf("nn: LogProb of [%d, %d] under %d normal distributions of %d numbers", x.Rows, x.Cols, d.Mean.Rows, d.Mean.Cols))
	}
	z := ad.Mul(ad.Sub(x, d.Mean), ad.Exp(ad.Neg(d.LogStd)))
	c := ad.AddScalar(float64(x.Cols)*log2Pi/2, ad.Sum(d.LogStd))
	return ad.Sub(ad.Scale(-0.5, ad.SumCols(ad.Square(z))), c)
}

// KL is the Kullback–Leibler divergence KL(d ‖ q) of each of the n distributions
// from its counterpart in q, [n, 1]:
//
//	Σ log σq − log σ + (σ² + (μ − μq)²)/(2 σq²) − ½
func (d Normal) KL(q Normal) *ad.Value {
	precision := ad.Exp(ad.Scale(-2, q.LogStd))
	ratio := ad.Sub(q.LogStd, d.LogStd)
	spread := ad.Sub(ratio, ad.AddScalar(0.5, ad.Scale(-0.5, ad.Exp(ad.Scale(-2, ratio)))))
	return ad.Add(ad.Scale(0.5, ad.SumCols(ad.Mul(ad.Square(ad.Sub(d.Mean, q.Mean)), precision))), ad.Sum(spread))
}

// Entropy is that of one of the n distributions, which is the same for all, [1, 1]:
//
//	Σ log σ + d/2 (1 + log 2π)
func (d Normal) Entropy() *ad.Value {
	return ad.AddScalar(float64(d.Mean.Cols)*(1+log2Pi)/2, ad.Sum(d.LogStd))
}

// normalLogProb is Normal.LogProb of one row without a graph, and gives the same
// bits: precision is 1/σ, as e^(−log σ), and c is Σ log σ + d/2 log 2π.
func normalLogProb(x, mean, precision []float64, c float64) float64 {
	sum := 0.0
	for j := range x {
		z := (x[j] - mean[j]) * precision[j]
		sum += float64(z * z)
	}
	return -0.5*sum - c
}

// normalConstant is the c of normalLogProb.
func normalConstant(logStd []float64) float64 {
	sum := 0.0
	for _, s := range logStd {
		sum += s
	}
	return float64(float64(len(logStd))*log2Pi/2) + sum
}

// finiteStd says whether σ is a positive finite number.
func finiteStd(logStd float64) bool { s := math.Exp(logStd); return s > 0 && !math.IsInf(s, 1) }
