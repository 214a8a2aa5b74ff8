package kernel

import (
	"math/rand/v2"
	"testing"
)

// perElement reports ns per element of a function on n elements.
func perElement(b *testing.B, n int, f func()) {
	for b.Loop() {
		f()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/elem")
}

func BenchmarkElementwise(b *testing.B) {
	const n = 4000
	rng := rand.New(rand.NewPCG(1, 1))
	in := [][]float64{make([]float64, n), make([]float64, n)}
	dst := make([]float64, n)
	for i := range n {
		in[0][i], in[1][i] = rng.ExpFloat64(), rng.NormFloat64() // positive for Log and Sqrt
	}
	for _, f := range functions {
		b.Run(f.name, func(b *testing.B) {
			perElement(b, n, func() { f.run(dst, in[:f.args]) })
		})
	}
	b.Run("Adam", func(b *testing.B) {
		m, v := make([]float64, n), make([]float64, n)
		perElement(b, n, func() { Adam(dst, m, v, in[0], 1e-3, 0.9, 0.999, 1e-8, 0.1, 0.001) })
	})
	idx := make([]int32, n)
	for i := range idx {
		idx[i] = int32(rng.IntN(800))
	}
	b.Run("Gather", func(b *testing.B) { perElement(b, n, func() { Gather(dst, in[0], idx) }) })
	b.Run("ScatterAdd", func(b *testing.B) { perElement(b, n, func() { ScatterAdd(dst, in[0], idx) }) })
	b.Run("Sum", func(b *testing.B) { perElement(b, n, func() { sink = Sum(in[0]) }) })
}

var sink float64

func BenchmarkRows(b *testing.B) {
	const m, n = 100, 40
	rng := rand.New(rand.NewPCG(1, 1))
	a, dst, x := make([]float64, m*n), make([]float64, m*n), make([]float64, n)
	normal(rng, a)
	normal(rng, x)
	for name, f := range map[string]func(){
		"AddRow":  func() { AddRow(m, n, dst, a, x) },
		"SumRows": func() { SumRows(m, n, dst, a) },
		"SumCols": func() { SumCols(m, n, dst, a) },
	} {
		b.Run(name, func(b *testing.B) { perElement(b, m*n, f) })
	}
}

// A function of ten elements costs little more than the call.
func BenchmarkSmall(b *testing.B) {
	a, dst := make([]float64, 10), make([]float64, 10)
	for name, f := range map[string]func(){
		"Add":  func() { Add(dst, a, a) },
		"Tanh": func() { Tanh(dst, a) },
	} {
		b.Run(name, func(b *testing.B) { perElement(b, 10, f) })
	}
}

// The vector paths side by side, where a machine has both.
func BenchmarkPaths(b *testing.B) {
	const n = 4000
	rng := rand.New(rand.NewPCG(1, 1))
	x, y, z := make([]float64, n), make([]float64, n), make([]float64, n)
	normal(rng, x)
	normal(rng, y)
	benchEachPath(b, func(b *testing.B) {
		for _, f := range functions {
			b.Run(f.name, func(b *testing.B) { perElement(b, n, func() { f.run(z, [][]float64{x, y}[:f.args]) }) })
		}
		for _, mode := range []string{"NN", "TN", "NT"} {
			b.Run("Gemm_"+mode+"_100x40x40", func(b *testing.B) {
				for b.Loop() {
					Gemm(mode[0] == 'T', mode[1] == 'T', 100, 40, 40, x, y, z)
				}
				b.ReportMetric(2*100*40*40*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
			})
		}
	})
}
