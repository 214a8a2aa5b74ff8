package ad_test

import (
	"math"
	"strings"
	"testing"

	"ml3/mllib/ad"
)

// Each row's product is MatMul of the two matrices alone, and a transposed factor
// is the transposed matrix.
func TestEachMatMulIsMatMulRowByRow(t *testing.T) {
	const n, m, k, c = 3, 2, 4, 5
	for _, f := range []struct {
		name  string
		each  func(a, b *ad.Value, k int) *ad.Value
		one   func(a, b *ad.Value) *ad.Value
		a, b  [2]int
		inner int
	}{
		{"NN", ad.EachMatMul, ad.MatMul, [2]int{m, k}, [2]int{k, c}, k},
		{"NN vector", ad.EachMatMul, ad.MatMul, [2]int{m, k}, [2]int{k, 1}, k},
		{"NT", ad.EachMatMulNT, ad.MatMulNT, [2]int{m, k}, [2]int{c, k}, k},
		{"TN", ad.EachMatMulTN, ad.MatMulTN, [2]int{k, m}, [2]int{k, c}, k},
		{"TN vector", ad.EachMatMulTN, ad.MatMulTN, [2]int{k, m}, [2]int{k, 1}, k},
		{"NT outer", ad.EachMatMulNT, ad.MatMulNT, [2]int{m, 1}, [2]int{c, 1}, 1},
	} {
		a, b := random(20, n, f.a[0]*f.a[1], -1, 1), random(21, n, f.b[0]*f.b[1], -1, 1)
		got := f.each(a, b, f.inner)
		for i := range n {
			want := f.one(ad.New(f.a[0], f.a[1], a.Row(i)), ad.New(f.b[0], f.b[1], b.Row(i)))
			for j, w := range want.Data {
				if d := math.Abs(got.Row(i)[j] - w); d > 1e-15 {
					t.Errorf("%s: matrix %d, entry %d: %v, want %v", f.name, i, j, got.Row(i)[j], w)
				}
			}
		}
	}
}

func TestEachMatMulShapes(t *testing.T) {
	defer func() {
		if r, _ := recover().(string); !strings.Contains(r, "EachMatMulNT of [2, 6] and [2, 8] with inner dimension 3") {
			t.Errorf("panic %q", r)
		}
	}()
	ad.EachMatMulNT(ad.Zeros(2, 6), ad.Zeros(2, 8), 3)
}
