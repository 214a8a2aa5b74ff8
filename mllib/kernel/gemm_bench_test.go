package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// shapes of the products in the experiments: transposition, m×n×k.
var shapes = []struct {
	mode    string
	m, n, k int
}{
	{"NN", 100, 40, 40}, {"NN", 100, 100, 1}, {"NN", 100, 10, 100}, {"NN", 100, 1, 10}, {"NN", 100, 50, 2},
	{"NN", 100, 50, 50}, {"NN", 100, 1, 50}, {"NN", 64, 10, 10}, {"NN", 64, 10, 3},
	{"NN", 35, 400, 400}, {"NN", 35, 400, 4},
	{"TN", 40, 40, 100}, {"TN", 50, 50, 100}, {"TN", 2, 50, 100}, {"TN", 1, 100, 100}, {"TN", 10, 1, 100},
	{"TN", 50, 1, 100}, {"TN", 400, 400, 35}, {"TN", 4, 400, 35},
	{"NT", 100, 40, 40}, {"NT", 100, 50, 50}, {"NT", 100, 2, 50}, {"NT", 100, 100, 10}, {"NT", 100, 50, 1}, {"NT", 35, 400, 400},
	// LeNet image by image: forward, gradient of columns, gradient of filters.
	{"NN", 10, 576, 25}, {"NN", 20, 64, 250}, {"NN", 25, 576, 10}, {"NN", 250, 64, 20}, {"NN", 25, 10, 576}, {"NN", 250, 20, 64},
	// LeNet with 1 and 64 images at once: forward, gradient of weights (NT), gradient of columns (TN).
	{"NN", 1, 50, 320}, {"NN", 1, 2, 50},
	{"NT", 10, 25, 576}, {"NT", 20, 250, 64}, {"TN", 25, 576, 10}, {"TN", 250, 64, 20}, {"NT", 1, 320, 50}, {"TN", 320, 50, 1},
	{"NN", 10, 64 * 576, 25}, {"NN", 20, 64 * 64, 250}, {"NN", 64, 50, 320}, {"NN", 64, 2, 50},
	{"NT", 10, 25, 64 * 576}, {"NT", 20, 250, 64 * 64}, {"TN", 25, 64 * 576, 10}, {"TN", 250, 64 * 64, 20},
	{"NT", 64, 320, 50}, {"TN", 320, 50, 64}, {"TN", 50, 2, 64}, {"NT", 64, 50, 2},
}

func BenchmarkGemm(b *testing.B) {
	for _, s := range shapes {
		b.Run(fmt.Sprintf("%s_%dx%dx%d", s.mode, s.m, s.n, s.k), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			x, y, z := make([]float64, s.m*s.k), make([]float64, s.k*s.n), make([]float64, s.m*s.n)
			normal(rng, x)
			normal(rng, y)
			for b.Loop() {
				Gemm(s.mode[0] == 'T', s.mode[1] == 'T', s.m, s.n, s.k, x, y, z)
			}
			flop := 2 * float64(s.m) * float64(s.n) * float64(s.k)
			b.ReportMetric(flop*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
		})
	}
}

// A tiny product costs little more than the call.
func BenchmarkGemmOverhead(b *testing.B) {
	x := []float64{1, 2, 3, 4}
	for b.Loop() {
		Gemm(false, false, 1, 1, 1, x, x[1:], x[3:])
	}
}
