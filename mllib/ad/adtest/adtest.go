// Package adtest checks derivatives of ad against finite differences.
package adtest

import (
	"math"
	"math/rand/v2"
	"testing"

	"ml3/mllib/ad"
)

// CheckGrads compares the derivatives of f at xs with central differences along
// random directions, up to the given order: it checks the gradient of a random
// weighted sum of f's entries, then the gradient of that gradient's inner
// product with random vectors, and so on. f must be smooth near xs and must not
// keep its arguments.
//
// The tolerance is relative to the size of the derivative along the direction
// plus the size of the function, 1e-6: a central difference of step 1e-5 is
// exact to about 1e-10 in truncation and 1e-11·|f| in rounding.
func CheckGrads(t testing.TB, f func(xs []*ad.Value) *ad.Value, xs []*ad.Value, order int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	y := f(xs)
	w := normal(rng, y.Rows, y.Cols)
	scalar := func(xs []*ad.Value) *ad.Value { return ad.Sum(ad.Mul(f(xs), w)) }
	for o := 1; o <= order; o++ {
		check(t, scalar, xs, o, rng)
		scalar = slope(scalar, xs, rng)
	}
}

// slope returns the function Σ ⟨∇f, u⟩ for random u.
func slope(f func([]*ad.Value) *ad.Value, xs []*ad.Value, rng *rand.Rand) func([]*ad.Value) *ad.Value {
	us := make([]*ad.Value, len(xs))
	for i, x := range xs {
		us[i] = normal(rng, x.Rows, x.Cols)
	}
	return func(xs []*ad.Value) *ad.Value {
		var sum *ad.Value
		for i, g := range ad.Grad(f(xs), xs...) {
			if s := ad.Sum(ad.Mul(g, us[i])); sum == nil {
				sum = s
			} else {
				sum = ad.Add(sum, s)
			}
		}
		return sum
	}
}

func check(t testing.TB, f func([]*ad.Value) *ad.Value, xs []*ad.Value, order int, rng *rand.Rand) {
	t.Helper()
	const h = 1e-5
	us := make([]*ad.Value, len(xs))
	at := func(s float64) float64 {
		moved := make([]*ad.Value, len(xs))
		for i, x := range xs {
			moved[i] = ad.Clone(ad.AddScaled(x, s, us[i]))
		}
		return f(moved).Item()
	}
	for i, x := range xs {
		us[i] = normal(rng, x.Rows, x.Cols)
	}
	leaves := make([]*ad.Value, len(xs))
	for i, x := range xs {
		leaves[i] = ad.Clone(x)
	}
	y := f(leaves)
	got := 0.0
	for i, g := range ad.Grad(y, leaves...) {
		for j, gj := range g.Data {
			got += gj * us[i].Data[j]
		}
	}
	want := (at(h) - at(-h)) / (2 * h)
	if scale := 1 + math.Abs(want) + math.Abs(y.Item()); !(math.Abs(got-want) <= 1e-6*scale) {
		t.Errorf("derivative of order %d along a random direction: %.10g, by differences %.10g", order, got, want)
	}
}

func normal(rng *rand.Rand, rows, cols int) *ad.Value {
	v := ad.Zeros(rows, cols)
	for i := range v.Data {
		v.Data[i] = rng.NormFloat64()
	}
	return v
}
