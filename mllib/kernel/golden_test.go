package kernel

import (
	"crypto/sha256"
	bin "encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// golden is the hash of the results of all functions for fixed inputs: the same
// on every path, processor and architecture. It changes only with a formula.
const golden = "47c381e2273ce8f49f0df563f43ab000"

// wild fills x with numbers from −2¹⁵ to 2¹⁵ of all sizes, the special ones
// among them, without a function that depends on the compiler's settings.
func wild(rng *rand.Rand, x []float64) {
	for i := range x {
		x[i] = math.Ldexp(float64(int64(rng.Uint64()>>11)-1<<52), rng.IntN(40)-76)
		if rng.IntN(20) == 0 {
			x[i] = special[rng.IntN(len(special))]
		}
	}
}

func TestGolden(t *testing.T) {
	forEachPath(t, func(t *testing.T) {
		rng, h := rand.New(rand.NewPCG(1, 2)), sha256.New()
		hash := func(x []float64) {
			for _, y := range x {
				if y != y {
					y = math.NaN()
				}
				h.Write(bin.LittleEndian.AppendUint64(nil, math.Float64bits(y)))
			}
		}
		const m, n = 31, 33
		a, b, dst := make([]float64, m*n), make([]float64, m*n), make([]float64, m*n)
		wild(rng, a)
		wild(rng, b)
		for _, f := range functions {
			f.run(dst, [][]float64{a, b}[:f.args])
			hash(dst)
		}
		forEachGemm(func(ta, tb, add bool) {
			if Gemm(ta, tb, 11, 17, n, a, b, dst); add {
				GemmAdd(ta, tb, 11, 17, n, b, a, dst)
			}
			hash(dst[:11*17])
		})
		SumRows(m, n, dst, a)
		hash(dst[:n])
		SumCols(m, n, dst, a)
		hash(dst[:m])
		Mul(b, b, b)
		clear(dst)
		Adam(dst, a, b, b, 1e-3, 0.9, 0.999, 1e-8, 0.1, 0.001)
		hash(dst)
		if got := fmt.Sprintf("%x", h.Sum(nil)[:16]); got != golden {
			t.Errorf("hash %s, want %s", got, golden)
		}
	})
}
