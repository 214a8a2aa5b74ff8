package ad_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"ml3/mllib/ad"
)

// convPlaces draws one place in each 2×2 of the responses of n images.
func convPlaces(n, co, side, size int) *ad.Value {
	rng := rand.New(rand.NewPCG(3, 4))
	out := side - size + 1
	var at []float64
	for range n {
		for c := range co {
			for y := range out / 2 {
				for x := range out / 2 {
					at = append(at, float64(c*out*out+(2*y+rng.IntN(2))*out+2*x+rng.IntN(2)))
				}
			}
		}
	}
	return ad.New(n, len(at)/n, at)
}

// convIndex is, in the package's general operations, the matrix [ci·size², n·out²]
// of the pixels under the filter.
func convIndex(n, ci, side, size int) *ad.Index {
	out := side - size + 1
	index := &ad.Index{Rows: ci * size * size, Cols: n * out * out}
	for c := range ci {
		for k := range size * size {
			for i := range n {
				for p := range out * out {
					y, x := p/out+k/size, p%out+k%size
					index.At = append(index.At, int32((i*ci+c)*side*side+y*side+x))
				}
			}
		}
	}
	return index
}

// maxIndex finds the first maximum of each 2×2 of r [co, n·out²], ordered as
// [n, co·p²].
func maxIndex(r *ad.Value, n, out int) *ad.Index {
	p := out / 2
	index := &ad.Index{Rows: n, Cols: r.Rows * p * p}
	for i := range n {
		for c := range r.Rows {
			for w := range p * p {
				at, best := 0, math.Inf(-1)
				for k := range 4 {
					j := (c*n+i)*out*out + (2*(w/p)+k/2)*out + 2*(w%p) + k%2
					if r.Data[j] > best {
						at, best = j, r.Data[j]
					}
				}
				index.At = append(index.At, int32(at))
			}
		}
	}
	return index
}

// TestConvPoolIsGatherMatMulGather computes layers of several shapes, and their
// first and second derivatives, by the general operations.
func TestConvPoolIsGatherMatMulGather(t *testing.T) {
	for _, s := range []struct{ n, ci, co, side, size int }{
		{2, 1, 3, 12, 5}, {3, 2, 4, 7, 2}, {1, 3, 1, 6, 3}, {2, 2, 20, 12, 5}, {1, 1, 2, 28, 5}, {2, 1, 2, 4, 1},
	} {
		out := s.side - s.size + 1
		x := random(1, s.n, s.ci*s.side*s.side, -1, 1)
		w := random(2, s.co, s.ci*s.size*s.size, -1, 1)
		b := random(3, s.co, 1, -1, 1)
		fused := ad.ConvPool(x, w, b, s.side, s.size)
		response := ad.Add(ad.MatMul(w, ad.Gather(x, convIndex(s.n, s.ci, s.side, s.size))), b)
		general := ad.Gather(response, maxIndex(response, s.n, out))
		wantClose(t, "value", fused, general)
		u, v := random(4, fused.Rows, fused.Cols, -1, 1), random(5, w.Rows, w.Cols, -1, 1)
		derivatives := func(y *ad.Value) []*ad.Value {
			first := ad.Grad(ad.Sum(ad.Mul(ad.Square(y), u)), x, w, b)
			second := ad.Grad(ad.Add(ad.Sum(ad.Mul(first[1], v)), ad.Sum(ad.Square(first[0]))), x, w, b)
			return append(first, second...)
		}
		want := derivatives(general)
		for i, d := range derivatives(fused) {
			wantClose(t, []string{"dx", "dw", "db", "second dx", "second dw", "second db"}[i], d, want[i])
		}
	}
}

func wantClose(t *testing.T, name string, got, want *ad.Value) {
	t.Helper()
	if got.Rows != want.Rows || got.Cols != want.Cols {
		t.Fatalf("%s: shape [%d, %d], want [%d, %d]", name, got.Rows, got.Cols, want.Rows, want.Cols)
	}
	top := 1e-300
	for _, y := range want.Data {
		top = max(top, math.Abs(y))
	}
	for i, y := range want.Data {
		if !(math.Abs(got.Data[i]-y) <= 1e-13*top) {
			t.Fatalf("%s: entry %d is %.17g, want %.17g (largest %.3g)", name, i, got.Data[i], y, top)
		}
	}
}

// TestConvPoolTies: of equal responses the first in row-major order is the maximum.
func TestConvPoolTies(t *testing.T) {
	x, w, b := ad.New(1, 16, []float64{
		2, 2, 1, 3,
		2, 2, 3, 3,
		0, 5, 4, 4,
		5, 0, 4, 7,
	}), ad.Scalar(1), ad.Scalar(0.5)
	y := ad.ConvPool(x, w, b, 4, 1)
	wantClose(t, "maxima", y, ad.New(1, 4, []float64{2.5, 3.5, 5.5, 7.5}))
	want := make([]float64, 16)
	want[0], want[3], want[9], want[15] = 1, 1, 1, 1
	wantClose(t, "places", ad.Grad(ad.Sum(y), x)[0], ad.New(1, 16, want))
}

func TestConvPoolPanicsOnShapes(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("filters of two channels on images of one: no panic")
		}
	}()
	ad.ConvPool(ad.Zeros(1, 36), ad.Zeros(3, 18), ad.Zeros(3, 1), 6, 3)
}
