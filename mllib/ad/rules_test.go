package ad_test

import (
	"math/rand/v2"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
)

type example struct {
	name string
	f    func(x []*ad.Value) *ad.Value
	at   []*ad.Value
}

func random(seed uint64, rows, cols int, lo, hi float64) *ad.Value {
	rng := rand.New(rand.NewPCG(seed, 7))
	v := ad.Zeros(rows, cols)
	for i := range v.Data {
		v.Data[i] = lo + (hi-lo)*rng.Float64()
		if d := v.Data[i]; d > -0.05 && d < 0.05 { // kinks at 0 are no place for differences
			v.Data[i] += 0.1
		}
	}
	return v
}

// examples has one function for each operation, its last node, at a point where
// it is smooth.
func examples() []example {
	a, b := random(1, 3, 4, -1.5, 1.5), random(2, 3, 4, -1.5, 1.5)
	pos := random(3, 3, 4, 0.3, 2)
	row, col, one := random(4, 1, 4, .3, 2), random(5, 3, 1, .3, 2), random(6, 1, 1, .3, 2)
	index := &ad.Index{Rows: 2, Cols: 5, At: []int32{0, 3, 3, 11, 7, 1, 0, 5, 5, 5}}
	g := random(7, 2, 5, -1, 1)
	images, filters, pooled := random(10, 2, 2*6*6, -1, 1), random(11, 3, 2*3*3, -1, 1), random(12, 2, 3*2*2, -1, 1)
	places := convPlaces(2, 3, 6, 3)
	un := func(f func(*ad.Value) *ad.Value) func([]*ad.Value) *ad.Value {
		return func(x []*ad.Value) *ad.Value { return f(x[0]) }
	}
	bin := func(f func(a, b *ad.Value) *ad.Value) func([]*ad.Value) *ad.Value {
		return func(x []*ad.Value) *ad.Value { return f(x[0], x[1]) }
	}
	return []example{
		{"Add", bin(ad.Add), vs(a, b)}, {"Add row", bin(ad.Add), vs(a, row)}, {"Add scalar", bin(ad.Add), vs(one, a)},
		{"Sub", bin(ad.Sub), vs(a, b)}, {"Sub outer", bin(ad.Sub), vs(row, col)},
		{"Mul", bin(ad.Mul), vs(a, b)}, {"Mul col", bin(ad.Mul), vs(a, col)}, {"Mul self", func(x []*ad.Value) *ad.Value { return ad.Mul(x[0], x[0]) }, vs(a)},
		{"Div", bin(ad.Div), vs(a, pos)}, {"Div row", bin(ad.Div), vs(a, row)},
		{"DivOrZero", bin(ad.DivOrZero), vs(a, pos)},
		{"AddScaled", func(x []*ad.Value) *ad.Value { return ad.AddScaled(x[0], -0.7, x[1]) }, vs(a, b)},
		{"Scale", un(func(x *ad.Value) *ad.Value { return ad.Scale(2.5, x) }), vs(a)},
		{"AddScaledBy", func(x []*ad.Value) *ad.Value { return ad.AddScaledBy(x[0], x[1], x[2]) }, vs(a, one, b)},
		{"ScaleBy", bin(ad.ScaleBy), vs(one, a)},
		{"AddScalar", un(func(x *ad.Value) *ad.Value { return ad.AddScalar(2.5, x) }), vs(a)},
		{"MatMul", bin(ad.MatMul), vs(a, random(8, 4, 2, -1, 1))},
		{"MatMulNT", bin(ad.MatMulNT), vs(a, random(8, 2, 4, -1, 1))},
		{"MatMulTN", bin(ad.MatMulTN), vs(a, random(8, 3, 2, -1, 1))},
		{"MatMulTT", bin(ad.MatMulTT), vs(a, random(8, 2, 3, -1, 1))},
		{"Affine", func(x []*ad.Value) *ad.Value { return ad.Affine(x[0], x[1], x[2]) }, vs(a, random(8, 4, 2, -1, 1), random(9, 1, 2, -1, 1))},
		{"Affine without row", func(x []*ad.Value) *ad.Value { return ad.Affine(x[0], x[1], nil) }, vs(a, random(8, 4, 2, -1, 1))},
		{"AffineReLU", func(x []*ad.Value) *ad.Value { return ad.AffineReLU(x[0], x[1], x[2]) }, vs(a, random(8, 4, 2, -1, 1), random(9, 1, 2, -1, 1))},
		{"AffineReLU without row", func(x []*ad.Value) *ad.Value { return ad.AffineReLU(x[0], x[1], nil) }, vs(a, random(8, 4, 2, -1, 1))},
		{"AffineReLU of AffineReLU", func(x []*ad.Value) *ad.Value { return ad.AffineReLU(ad.AffineReLU(x[0], x[1], x[2]), x[3], nil) },
			vs(a, random(8, 4, 3, -1, 1), random(9, 1, 3, -1, 1), random(16, 3, 2, -1, 1))},
		{"Transpose", un(ad.Transpose), vs(a)},
		{"Exp", un(ad.Exp), vs(a)}, {"Log", un(ad.Log), vs(pos)}, {"Sin", un(ad.Sin), vs(a)}, {"Cos", un(ad.Cos), vs(a)},
		{"Tanh", un(ad.Tanh), vs(a)}, {"tanhGrad", bin(ad.TanhGrad), vs(a, b)},
		{"Sigmoid", un(ad.Sigmoid), vs(a)}, {"sigmoidGrad", bin(ad.SigmoidGrad), vs(a, b)},
		{"Softplus", un(ad.Softplus), vs(a)},
		{"ELU", un(ad.ELU), vs(a)}, {"eluGrad", bin(ad.ELUGrad), vs(a, b)},
		{"ReLU", un(ad.ReLU), vs(a)}, {"Gate", bin(ad.Gate), vs(a, b)}, {"maskNonPos", bin(ad.MaskNonPos), vs(a, b)},
		{"Abs", un(ad.Abs), vs(a)}, {"signMul", bin(ad.SignMul), vs(a, b)},
		{"Sqrt", un(ad.Sqrt), vs(pos)}, {"Square", un(ad.Square), vs(a)}, {"Norm", un(ad.Norm), vs(a)},
		{"LogSoftmax", un(ad.LogSoftmax), vs(a)},
		{"Clip", un(func(x *ad.Value) *ad.Value { return ad.Clip(x, -0.52, 0.81) }), vs(a)},
		{"maskBetween", bin(func(a, b *ad.Value) *ad.Value { return ad.MaskBetween(a, b, -.52, .81) }), vs(a, b)},
		{"Sum", un(ad.Sum), vs(a)}, {"SumRows", un(ad.SumRows), vs(a)}, {"SumCols", un(ad.SumCols), vs(a)},
		{"Broadcast 1", un(func(x *ad.Value) *ad.Value { return ad.Broadcast(x, 3, 4) }), vs(one)},
		{"Broadcast row", un(func(x *ad.Value) *ad.Value { return ad.Broadcast(x, 3, 4) }), vs(row)},
		{"Broadcast col", un(func(x *ad.Value) *ad.Value { return ad.Broadcast(x, 3, 4) }), vs(col)},
		{"Reshape", un(func(x *ad.Value) *ad.Value { return ad.Reshape(x, 2, 6) }), vs(a)},
		{"ConcatCols", func(x []*ad.Value) *ad.Value { return ad.ConcatCols(x...) }, vs(a, col, b)},
		{"ConcatRows", func(x []*ad.Value) *ad.Value { return ad.ConcatRows(x...) }, vs(a, row, b)},
		{"SliceRows", un(func(x *ad.Value) *ad.Value { return ad.SliceRows(x, 1, 3) }), vs(a)},
		{"SliceCols", un(func(x *ad.Value) *ad.Value { return ad.SliceCols(x, 1, 3) }), vs(a)},
		{"padRows", un(func(x *ad.Value) *ad.Value { return ad.PadRows(x, 1, 6) }), vs(a)},
		{"padCols", un(func(x *ad.Value) *ad.Value { return ad.PadCols(x, 2, 7) }), vs(a)},
		{"Gather", un(func(x *ad.Value) *ad.Value { return ad.Gather(x, index) }), vs(a)},
		{"ScatterAdd", un(func(x *ad.Value) *ad.Value { return ad.ScatterAdd(x, index, 3, 4) }), vs(g)},
		{"ConvPool", func(x []*ad.Value) *ad.Value { return ad.ConvPool(x[0], x[1], x[2], 6, 3) }, vs(images, filters, random(13, 3, 1, -1, 1))},
		{"convAt", func(x []*ad.Value) *ad.Value { return ad.ConvAt(x[0], x[1], places, 6, 3) }, vs(images, filters)},
		{"convInput", func(x []*ad.Value) *ad.Value { return ad.ConvInput(x[0], x[1], places, 6, 3) }, vs(pooled, filters)},
		{"convWeight", func(x []*ad.Value) *ad.Value { return ad.ConvWeight(x[0], x[1], places, 6, 3) }, vs(pooled, images)},
		{"EachMatMul", func(x []*ad.Value) *ad.Value { return ad.EachMatMul(x[0], x[1], 3) }, vs(random(14, 2, 2*3, -1, 1), random(15, 2, 3*4, -1, 1))},
		{"EachMatMulNT", func(x []*ad.Value) *ad.Value { return ad.EachMatMulNT(x[0], x[1], 3) }, vs(random(14, 2, 2*3, -1, 1), random(15, 2, 4*3, -1, 1))},
		{"EachMatMulTN", func(x []*ad.Value) *ad.Value { return ad.EachMatMulTN(x[0], x[1], 3) }, vs(random(14, 2, 3*2, -1, 1), random(15, 2, 3*4, -1, 1))},
	}
}

func vs(x ...*ad.Value) []*ad.Value { return x }

// TestRules checks every rule to the third derivative. The square around each
// example keeps linear operations from being trivial at higher orders.
func TestRules(t *testing.T) {
	for _, e := range examples() {
		t.Run(e.name, func(t *testing.T) {
			adtest.CheckGrads(t, func(x []*ad.Value) *ad.Value { return ad.Square(e.f(x)) }, e.at, 3)
		})
	}
}

// TestEveryOperationIsTested walks the table of operations.
func TestEveryOperationIsTested(t *testing.T) {
	var seen [ad.NumOps]bool
	for _, e := range examples() {
		seen[ad.Op(e.f(e.at))] = true
	}
	a := random(1, 2, 2, -2, 2)
	seen[ad.Op(ad.ClipThrough(a, -1, 1))] = true   // TestThrough
	seen[ad.OpGiven], seen[ad.OpOnce] = true, true // TestWithGradient
	for o := ad.OpLeaf + 1; o < ad.NumOps; o++ {
		if !ad.HasRule(o) {
			t.Errorf("operation %d has no derivative rule", o)
		}
		if !seen[o] {
			t.Errorf("operation %d has no example", o)
		}
	}
}

// A factor that is a value gives the bits of a factor that is a number, in the
// result and in the gradients.
func TestFactorAsValue(t *testing.T) {
	const s = -0.37
	a, b := random(20, 5, 7, -2, 2), random(21, 5, 7, -2, 2)
	for _, c := range []struct {
		name         string
		value, plain *ad.Value
	}{
		{"AddScaledBy", ad.AddScaledBy(a, ad.Scalar(s), b), ad.AddScaled(a, s, b)},
		{"ScaleBy", ad.ScaleBy(ad.Scalar(s), b), ad.Scale(s, b)},
	} {
		got, want := ad.Grad(ad.Sum(ad.Exp(c.value)), b)[0], ad.Grad(ad.Sum(ad.Exp(c.plain)), b)[0]
		for i := range a.Data {
			if c.value.Data[i] != c.plain.Data[i] || got.Data[i] != want.Data[i] {
				t.Fatalf("%s: entry %d is %v with gradient %v, want %v and %v", c.name, i, c.value.Data[i], got.Data[i], c.plain.Data[i], want.Data[i])
			}
		}
	}
}
