package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// GemmEach has the bits of the definition for any number of products of any width.
func TestGemmEach(t *testing.T) {
	forEachPath(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(7, 8))
		for m := range 9 {
			for n := range 72 {
				for _, k := range []int{0, 1, 2, 5, 30, 101} {
					what := fmt.Sprintf("%d products 1×%d×%d", m, n, k)
					a, b, c := newGuarded(m*k, rng.IntN(8)), newGuarded(m*k*n, rng.IntN(8)), newGuarded(m*n, rng.IntN(8))
					normal(rng, a.data)
					normal(rng, b.data)
					normal(rng, c.data)
					want := make([]float64, m*n)
					for i := range m {
						chain(false, false, 1, n, k, a.data[i*k:], b.data[i*k*n:], want[i*n:])
					}
					GemmEach(m, n, k, a.data, b.data, c.data)
					checkSame(t, what, c.data, want)
					for _, g := range []guarded{a, b, c} {
						g.check(t, what)
					}
				}
			}
		}
	})
}

// Slices that are too short are told.
func TestGemmEachShort(t *testing.T) {
	defer func() {
		const want = "kernel: GemmEach of 2 products [1, 3]·[3, 4]: lengths 6 (a), 23 (b), 8 (c)"
		if r := recover(); r != want {
			t.Errorf("panic %v, want %s", r, want)
		}
	}()
	GemmEach(2, 4, 3, make([]float64, 6), make([]float64, 23), make([]float64, 8))
}
