package random

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestStreamIsPinned keeps the numbers of a stream: stored results depend on them.
// The state is what `printf '\1\0\0\0\0\0\0\0loss init' | sha256sum` begins with,
// a46ae6717eac8b0a bed157d249cb4c4e, read as little-endian words.
func TestStreamIsPinned(t *testing.T) {
	want := rand.New(rand.NewPCG(0x0a8bac7e71e66aa4, 0x4e4ccb49d257d1be))
	got := Stream(1, "loss init")
	for i := range 100 {
		if x, y := got.Uint64(), want.Uint64(); x != y {
			t.Fatalf("draw %d: %d, want %d", i, x, y)
		}
	}
}

// TestStreamsAreIndependent correlates uniform draws of neighbouring seeds and of
// similar names. Under independence a correlation of n draws has standard
// deviation 1/√n; five of them over ~100 pairs is a false alarm of 1 in 10⁴.
func TestStreamsAreIndependent(t *testing.T) {
	const n = 4096
	draws := func(seed uint64, name string) []float64 {
		r := Stream(seed, name)
		u := make([]float64, n)
		for i := range u {
			u[i] = math.Sqrt(12) * (r.Float64() - 0.5)
		}
		return u
	}
	var streams [][]float64
	for _, name := range []string{"", "a", "b", "test task 1", "test task 2"} {
		for _, seed := range []uint64{0, 1, 2, 1 << 63} {
			streams = append(streams, draws(seed, name))
		}
	}
	for i := range streams {
		for j := range i {
			c := 0.0
			for k := range n {
				c += streams[i][k] * streams[j][k] / n
			}
			if math.Abs(c)*math.Sqrt(n) > 5 {
				t.Errorf("streams %d and %d correlate: %.3f", i, j, c)
			}
		}
	}
}

// TestFirstDrawsAreUniform takes the first number of 10 000 consecutive seeds:
// the seeds of an experiment are consecutive, and initial weights are first draws.
func TestFirstDrawsAreUniform(t *testing.T) {
	const n, bins = 10_000, 20
	var count [bins]float64
	for seed := range uint64(n) {
		count[int(Stream(seed, "x").Float64()*bins)]++
	}
	chi2 := 0.0
	for _, c := range count {
		d := c - n/bins
		chi2 += d * d / (n / bins)
	}
	if chi2 > 52 { // 19 degrees of freedom: p < 1e-4
		t.Errorf("χ² = %.1f of 20 bins", chi2)
	}
}
