package ad_test

import (
	"fmt"
	"math"
	"math/bits"
	"testing"

	"ml3/mllib/ad"
)

// entry is entry (i, j) of a repeated to a larger shape.
func entry(a *ad.Value, i, j int) float64 { return a.At(min(i, a.Rows-1), min(j, a.Cols-1)) }

// The binary operations on every pair of shapes that can be repeated to each other,
// against loops; the gradient of an operand is summed over its repetitions.
func TestBroadcastTable(t *testing.T) {
	const rows, cols = 3, 4
	ops := []struct {
		name   string
		f      func(a, b *ad.Value) *ad.Value
		of     func(x, y float64) float64
		dx, dy func(x, y float64) float64
	}{
		{"Add", ad.Add, func(x, y float64) float64 { return x + y }, func(x, y float64) float64 { return 1 }, func(x, y float64) float64 { return 1 }},
		{"Sub", ad.Sub, func(x, y float64) float64 { return x - y }, func(x, y float64) float64 { return 1 }, func(x, y float64) float64 { return -1 }},
		{"Mul", ad.Mul, func(x, y float64) float64 { return x * y }, func(x, y float64) float64 { return y }, func(x, y float64) float64 { return x }},
		{"Div", ad.Div, func(x, y float64) float64 { return x / y }, func(x, y float64) float64 { return 1 / y }, func(x, y float64) float64 { return -x / (y * y) }},
		{"DivOrZero", ad.DivOrZero, func(x, y float64) float64 { return x / y }, func(x, y float64) float64 { return 1 / y }, func(x, y float64) float64 { return -x / (y * y) }},
	}
	shapes := [][2]int{{1, 1}, {1, cols}, {rows, 1}, {rows, cols}}
	for _, op := range ops {
		for _, sa := range shapes {
			for _, sb := range shapes {
				a, b := random(1, sa[0], sa[1], .3, 2), random(2, sb[0], sb[1], .3, 2)
				m, n := max(sa[0], sb[0]), max(sa[1], sb[1])
				v := random(3, m, n, -1, 1)
				y := op.f(a, b)
				if y.Rows != m || y.Cols != n {
					t.Fatalf("%s of %v and %v is [%d, %d], want [%d, %d]", op.name, sa, sb, y.Rows, y.Cols, m, n)
				}
				ga, gb := ad.Zeros(a.Rows, a.Cols), ad.Zeros(b.Rows, b.Cols)
				for i := range m {
					for j := range n {
						xa, xb := entry(a, i, j), entry(b, i, j)
						if got, want := y.At(i, j), op.of(xa, xb); got != want {
							t.Errorf("%s of %v and %v: entry (%d, %d) is %v, want %v", op.name, sa, sb, i, j, got, want)
						}
						ga.Data[min(i, a.Rows-1)*a.Cols+min(j, a.Cols-1)] += v.At(i, j) * op.dx(xa, xb)
						gb.Data[min(i, b.Rows-1)*b.Cols+min(j, b.Cols-1)] += v.At(i, j) * op.dy(xa, xb)
					}
				}
				got := ad.VJP(y, v, a, b)
				wantNear(t, fmt.Sprintf("%s of %v and %v, first", op.name, sa, sb), got[0], ga)
				wantNear(t, fmt.Sprintf("%s of %v and %v, second", op.name, sa, sb), got[1], gb)
			}
		}
	}
}

// wantNear is wantClose for sums in another order and with cancellation.
func wantNear(t *testing.T, name string, got, want *ad.Value) {
	t.Helper()
	for i, w := range want.Data {
		if got.Rows != want.Rows || got.Cols != want.Cols || !(math.Abs(got.Data[i]-w) <= 1e-13*(1+math.Abs(w))) {
			t.Fatalf("%s: %v, want %v", name, got, want)
		}
	}
}

// Matrices without entries pass through every operation of shapes and sums.
func TestEmptyMatrices(t *testing.T) {
	for _, s := range [][2]int{{0, 0}, {0, 3}, {3, 0}} {
		a := ad.Zeros(s[0], s[1])
		y := ad.Sum(ad.Exp(ad.Mul(ad.Add(a, ad.Scalar(1)), a)))
		if g := ad.Grad(y, a)[0]; y.Item() != 0 || g.Rows != s[0] || g.Cols != s[1] {
			t.Errorf("%v: sum %v, gradient %v", s, y, g)
		}
		if r, c := ad.SumRows(a), ad.SumCols(a); r.Rows != 1 || r.Cols != s[1] || c.Rows != s[0] || c.Cols != 1 {
			t.Errorf("%v: sums [%d, %d] and [%d, %d]", s, r.Rows, r.Cols, c.Rows, c.Cols)
		}
		p := ad.AffineReLU(ad.Zeros(2, s[0]), a, ad.Zeros(1, s[1])) // no products: the row alone
		if p.Rows != 2 || p.Cols != s[1] || ad.Sum(p).Item() != 0 {
			t.Errorf("%v: product %v", s, p)
		}
	}
	row := ad.RowVector(2, -3)
	p := ad.AffineReLU(ad.Zeros(3, 0), ad.Zeros(0, 2), row)
	for i := range 3 {
		if p.At(i, 0) != 2 || p.At(i, 1) != 0 {
			t.Errorf("a sum of no products and a row is %v", p)
		}
	}
	if g := ad.Grad(ad.Sum(p), row)[0]; g.Data[0] != 3 || g.Data[1] != 0 {
		t.Errorf("gradient of the row %v", g)
	}
}

// Wrong shapes panic, with the shapes.
func TestPanicTable(t *testing.T) {
	const huge, wrapped = 1 << (bits.UintSize / 2), math.MaxInt/2 + 5 // huge² and 4·wrapped overflow, to 0 and 16
	square := fmt.Sprintf("[%d, %d]", huge, huge)
	a, b, row := ad.Zeros(4, 2), ad.Zeros(3, 5), ad.Zeros(1, 2)
	index := &ad.Index{Rows: 2, Cols: 2, At: []int32{0, 1, 2}}
	full := &ad.Index{Rows: 2, Cols: 2, At: []int32{0, 1, 2, 3}}
	one, two := ad.NewTape(), ad.NewTape()
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"ad: leaf " + square, func() { ad.New(huge, huge, nil) }},
		{"ad: leaf [-1, 3]", func() { ad.New(-1, 3, nil) }},
		{"ad: leaf [2, 3] of 5 numbers", func() { ad.New(2, 3, make([]float64, 5)) }},
		{"ad: tensor " + square, func() { ad.Zeros(huge, huge) }},
		{"ad: tensor [2, -2]", func() { one.Zeros(2, -2) }},
		{"ad: tensor " + square, func() { ad.MatMul(ad.New(huge, 0, nil), ad.New(0, huge, nil)) }},
		{"ad: Reshape to [-4, -2]", func() { ad.Reshape(a, -4, -2) }},
		{fmt.Sprintf("ad: Reshape to [%d, 4]", wrapped), func() { ad.Reshape(ad.Zeros(4, 4), wrapped, 4) }},
		{"ad: Reshape of [4, 2] to [3, 3]", func() { ad.Reshape(a, 3, 3) }},
		{"ad: entry (4, 0) of [4, 2]", func() { a.At(4, 0) }},
		{"ad: entry (0, -1) of [4, 2]", func() { a.At(0, -1) }},
		{"ad: Item of [4, 2]", func() { a.Item() }},
		{"ad: MatMul of [4, 2] and [3, 5]", func() { ad.MatMul(a, b) }},
		{"ad: MatMulNT of [4, 2] and [3, 5]", func() { ad.MatMulNT(a, b) }},
		{"ad: MatMulTN of [4, 2] and [3, 5]", func() { ad.MatMulTN(a, b) }},
		{"ad: MatMulTT of [4, 2] and [3, 5]", func() { ad.MatMulTT(a, b) }},
		{"ad: Affine of [4, 2] and [2, 5] with row [1, 2]", func() { ad.Affine(a, ad.Zeros(2, 5), row) }},
		{"ad: AffineReLU of [4, 2] and [2, 1] with row [2, 1]", func() { ad.AffineReLU(a, ad.Zeros(2, 1), ad.Zeros(2, 1)) }},
		{"ad: EachMatMul of [4, 2] and [3, 5] with inner dimension 1", func() { ad.EachMatMul(a, b, 1) }},
		{"ad: elementwise operation on [4, 2] and [3, 5]", func() { ad.Mul(a, b) }},
		{"ad: AddScaled of [4, 2] and [1, 2]", func() { ad.AddScaled(a, 2, row) }},
		{"ad: AddScaledBy of [4, 2] and [4, 2] by [1, 2]", func() { ad.AddScaledBy(a, row, a) }},
		{"ad: ScaleBy of [4, 2] by [1, 2]", func() { ad.ScaleBy(row, a) }},
		{"ad: Through of [4, 2] to [1, 2]", func() { ad.Through(a, row) }},
		{"ad: Broadcast of [4, 2] to [4, 3]", func() { ad.Broadcast(a, 4, 3) }},
		{"ad: ConcatCols of [4, 2] and [3, 5]", func() { ad.ConcatCols(a, b) }},
		{"ad: ConcatRows of [4, 2] and [3, 5]", func() { ad.ConcatRows(a, b) }},
		{"ad: rows 3:2 of [4, 2]", func() { ad.SliceRows(a, 3, 2) }},
		{"ad: rows -1:2 of [4, 2]", func() { ad.SliceRows(a, -1, 2) }},
		{"ad: columns 0:3 of [4, 2]", func() { ad.SliceCols(a, 0, 3) }},
		{"ad: index [2, 2] of 3 entries", func() { ad.Gather(a, index) }},
		{"ad: ScatterAdd of [4, 2] by an index [2, 2]", func() { ad.ScatterAdd(a, full, 3, 3) }},
		{"ad: Grad of a value [4, 2]; it takes a scalar [1, 1], see VJP", func() { ad.Grad(a, a) }},
		{"ad: VJP of y [4, 2] with v [1, 2]", func() { ad.VJP(a, row, a) }},
		{"ad: values of two tapes in one operation; copy one with Leaf or Detach on the other's tape",
			func() { ad.Add(one.Scalar(1), two.Scalar(1)) }},
		{"ad: values of two tapes in one operation; copy one with Leaf or Detach on the other's tape",
			func() { ad.Affine(one.Zeros(2, 2), one.Zeros(2, 2), two.Zeros(1, 2)) }},
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); got != c.want {
					t.Errorf("panic %q, want %q", got, c.want)
				}
			}()
			c.f()
		}()
	}
}
