package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// A function under test, as slices in, slice out; args is the number of inputs.
type function struct {
	name string
	args int
	run  func(dst []float64, in [][]float64)
}

func unary(name string, f func(dst, a []float64)) function {
	return function{name, 1, func(dst []float64, in [][]float64) { f(dst, in[0]) }}
}

func binary(name string, f func(dst, a, b []float64)) function {
	return function{name, 2, func(dst []float64, in [][]float64) { f(dst, in[0], in[1]) }}
}

// functions are all elementwise functions with one output.
var functions = []function{
	binary("Add", Add), binary("Sub", Sub), binary("Mul", Mul), binary("Div", Div),
	binary("AddScaled", func(dst, a, b []float64) { AddScaled(dst, a, 0.3, b) }),
	unary("Scale", func(dst, a []float64) { Scale(dst, 0.3, a) }),
	unary("AddScalar", func(dst, a []float64) { AddScalar(dst, 0.3, a) }),
	unary("Sqrt", Sqrt), unary("Abs", Abs), unary("ReLU", ReLU),
	unary("Clip", func(dst, a []float64) { Clip(dst, a, -0.7, 0.5) }),
	unary("ClipZeros", func(dst, a []float64) { Clip(dst, a, math.Copysign(0, -1), 0) }),
	binary("MaskPos", MaskPos), binary("MaskNonPos", MaskNonPos), binary("SignMul", SignMul),
	binary("MaskBetween", func(dst, a, b []float64) { MaskBetween(dst, a, b, -0.7, 0.5) }),
	binary("ELUGrad", ELUGrad), binary("TanhGrad", TanhGrad), binary("SigmoidGrad", SigmoidGrad),
	unary("Exp", Exp), unary("Log", Log), unary("Sin", Sin), unary("Cos", Cos), unary("Tanh", Tanh),
	unary("Sigmoid", Sigmoid), unary("Softplus", Softplus), unary("ELU", ELU),
}

// special are values where formulas go wrong.
var special = []float64{
	0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), 0.5, -0.7, 5e-324, -5e-324, 0x1p-1022, -0x1p-1022,
	math.MaxFloat64, -math.MaxFloat64, 709.782712893384, 709.782712893385, -708.4, -745.13, -745.14, -36.7, 36.7, 22, -22, 1e5, -1e5,
	99999.99, 1e22, math.Pi, math.Pi / 2, math.Pi / 4, 0x1p-28, 0x1p-60, 1 + 0x1p-52, 1 - 0x1p-53, math.Sqrt2, math.Sqrt2 / 2, math.Ln2,
}

// mixed fills x with values of all sizes, the special ones among them.
func mixed(rng *rand.Rand, x []float64) {
	for i := range x {
		switch rng.IntN(4) {
		case 0:
			x[i] = special[rng.IntN(len(special))]
		case 1:
			x[i] = math.Float64frombits(rng.Uint64())
		default:
			x[i] = rng.NormFloat64() * math.Exp2(float64(rng.IntN(24)-12))
		}
	}
}

// compareElementwise runs f on the active and on the portable path: the same
// bits, nothing outside dst, and also in place over each input.
func compareElementwise(t testing.TB, rng *rand.Rand, f function, n int) {
	t.Helper()
	what := fmt.Sprintf("%s of %d", f.name, n)
	in, dst := make([][]float64, f.args), newGuarded(n, rng.IntN(8))
	for i := range in {
		in[i] = newGuarded(n, rng.IntN(8)).data
		mixed(rng, in[i])
	}
	want := make([]float64, n)
	onPortable(func() { f.run(want, in) })
	f.run(dst.data, in)
	for i := range want {
		if !same(dst.data[i], want[i]) {
			x := make([]float64, f.args)
			for j := range x {
				x[j] = in[j][i]
			}
			t.Fatalf("%s(%v) = %v (%#x), portable %v (%#x)", what, x, dst.data[i],
				math.Float64bits(dst.data[i]), want[i], math.Float64bits(want[i]))
		}
	}
	dst.check(t, what)
	for i := range in {
		alias := append([][]float64{}, in...)
		copy(dst.data, in[i])
		alias[i] = dst.data
		f.run(dst.data, alias)
		checkSame(t, what+" in place", dst.data, want)
	}
}

func TestElementwisePaths(t *testing.T) {
	forEachPath(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for _, f := range functions {
			for n := range 70 {
				compareElementwise(t, rng, f, n)
			}
			compareElementwise(t, rng, f, 4001)
		}
	})
}

// The simple functions against their definitions.
func TestElementwiseDefinitions(t *testing.T) {
	pick := func(cond bool, x, y float64) float64 {
		if cond {
			return x
		}
		return y
	}
	want := map[string]func(a, b float64) float64{
		"Add":       func(a, b float64) float64 { return a + b },
		"Sub":       func(a, b float64) float64 { return a - b },
		"Mul":       func(a, b float64) float64 { return a * b },
		"Div":       func(a, b float64) float64 { return a / b },
		"AddScaled": func(a, b float64) float64 { return math.FMA(b, 0.3, a) },
		"Scale":     func(a, _ float64) float64 { return a * 0.3 },
		"AddScalar": func(a, _ float64) float64 { return a + 0.3 },
		"Sqrt":      func(a, _ float64) float64 { return math.Sqrt(a) },
		"Abs":       func(a, _ float64) float64 { return math.Abs(a) },
		"SignMul": func(g, y float64) float64 {
			return pick(y == 0 || y != y, 0, math.Copysign(1, y)*g)
		},
		"ReLU":        func(a, _ float64) float64 { return max(a, 0) },
		"Clip":        func(a, _ float64) float64 { return min(max(a, -0.7), 0.5) },
		"MaskPos":     func(g, y float64) float64 { return pick(y > 0, g, 0) },
		"MaskNonPos":  func(g, y float64) float64 { return pick(y <= 0, g, 0) },
		"MaskBetween": func(g, y float64) float64 { return pick(-0.7 <= y && y <= 0.5, g, 0) },
		"ELUGrad":     func(g, y float64) float64 { return pick(y > 0, g, g*(y+1)) },
		"TanhGrad":    func(g, y float64) float64 { return g * math.FMA(y, -y, 1) },
		"SigmoidGrad": func(g, y float64) float64 { return g * (y * (1 - y)) },
	}
	forEachPath(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 4))
		a, b, dst := make([]float64, 1000), make([]float64, 1000), make([]float64, 1000)
		for _, f := range functions {
			if want[f.name] == nil {
				continue
			}
			mixed(rng, a)
			mixed(rng, b)
			f.run(dst, [][]float64{a, b}[:f.args])
			for i, got := range dst {
				if w := want[f.name](a[i], b[i]); !same(got, w) {
					t.Fatalf("%s(%v, %v) = %v, want %v", f.name, a[i], b[i], got, w)
				}
			}
		}
	})
}

// Adam against the formulas of the paper in the order they are written there.
func TestAdam(t *testing.T) {
	rate, b1, b2, eps := 1e-3, 0.9, 0.999, 1e-8 // variables: 1−b2 is rounded
	forEachPath(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 6))
		for n := range 40 {
			var s [4]guarded // p, m, v, g
			var want [4][]float64
			for i := range s {
				s[i] = newGuarded(n, rng.IntN(8))
				normal(rng, s[i].data)
				if i == 2 {
					Mul(s[i].data, s[i].data, s[i].data)
				}
				want[i] = append([]float64{}, s[i].data...)
			}
			c1, c2 := 1-math.Pow(b1, 3), 1-math.Pow(b2, 3)
			Adam(s[0].data, s[1].data, s[2].data, s[3].data, rate, b1, b2, eps, c1, c2)
			for i, g := range want[3] {
				m := math.FMA(b1, want[1][i], (1-b1)*g)
				v := math.FMA(b2, want[2][i], (1-b2)*(g*g))
				want[0][i], want[1][i], want[2][i] = want[0][i]-rate*(m/c1)/(math.Sqrt(v/c2)+eps), m, v
			}
			for i := range s {
				checkSame(t, fmt.Sprintf("Adam of %d, slice %d", n, i), s[i].data, want[i])
				s[i].check(t, "Adam")
			}
		}
	})
}

func TestGatherScatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	src, idx := make([]float64, 50), make([]int32, 200)
	normal(rng, src)
	for i := range idx {
		idx[i] = int32(rng.IntN(50))
	}
	dst, back := make([]float64, 200), make([]float64, 50)
	Gather(dst, src, idx)
	ScatterAdd(back, dst, idx)
	for j := range back {
		sum := 0.0
		for i := range idx {
			if int(idx[i]) == j {
				if dst[i] != src[j] {
					t.Fatalf("dst[%d] = %v, want src[%d] = %v", i, dst[i], j, src[j])
				}
				sum += src[j]
			}
		}
		if back[j] != sum {
			t.Fatalf("element %d: sum %v, want %v", j, back[j], sum)
		}
	}
}

func TestElementwisePanics(t *testing.T) {
	x := make([]float64, 5)
	mustPanic(t, "kernel: Add of slices of different lengths: [5 5 4]", func() { Add(x, x, x[:4]) })
	mustPanic(t, "kernel: Sqrt of slices of different lengths: [5 4]", func() { Sqrt(x, x[:4]) })
	mustPanic(t, "kernel: Adam of slices of different lengths: [5 3]", func() { Adam(x, x, x, x[:3], 1, 1, 1, 1, 1, 1) })
	mustPanic(t, "kernel: Gather: len(dst) = 5, want 6", func() { Gather(x, x, make([]int32, 6)) })
	mustPanic(t, "kernel: ScatterAdd: len(src) = 5, want 6", func() { ScatterAdd(x, x, make([]int32, 6)) })
	mustPanic(t, "index out of range [5]", func() { Gather(x, x, []int32{5}) })
	mustPanic(t, "kernel: AddRow of [2, 3]: lengths 5 (dst), 5 (a), 5 (row), want 6, 6, 3", func() { AddRow(2, 3, x, x, x) })
	mustPanic(t, "kernel: SumCols of [2, 3]: lengths 5 (dst), 5 (a), want 2, 6", func() { SumCols(2, 3, x, x) })
}

func FuzzElementwise(f *testing.F) {
	for i := range functions {
		f.Add(uint8(i), uint8(13), uint64(i))
		f.Add(uint8(i), uint8(200), uint64(i))
	}
	f.Fuzz(func(t *testing.T, which, n uint8, seed uint64) {
		forEachPath(t, func(t *testing.T) {
			compareElementwise(t, rand.New(rand.NewPCG(seed, 9)), functions[int(which)%len(functions)], int(n))
		})
	})
}
