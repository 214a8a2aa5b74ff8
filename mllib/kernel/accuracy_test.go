package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// ulps is |got − want| in units of the last place of want.
func ulps(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	if math.IsInf(w, 0) || math.IsInf(got, 0) {
		if got == w {
			return 0
		}
		return math.Inf(1)
	}
	_, e := math.Frexp(w)
	d, _ := bquo(bsub(bf(got), want), bf(math.Ldexp(1, max(e-53, -1074)))).Float64()
	return math.Abs(d)
}

// bounds are the promised errors in ulp and the range of arguments.
var bounds = []struct {
	name   string
	ulp    float64
	lo, hi float64
}{
	{"Exp", 1, -750, 712}, {"Log", 1, 0, math.MaxFloat64}, {"Sin", 1.5, -math.MaxFloat64, math.MaxFloat64},
	{"Cos", 1.5, -math.MaxFloat64, math.MaxFloat64}, {"Tanh", 3, -25, 25}, {"Sigmoid", 2.5, -750, 750},
	{"Softplus", 3, -750, 750}, {"ELU", 1.5, -60, 5},
}

// arguments fills x with values in [lo, hi] of all magnitudes, uniform ones
// (in ±4, ±40 and the range), neighbours of multiples of π/4 and of ln(2)/2.
func arguments(rng *rand.Rand, x []float64, lo, hi float64) {
	for i := range x {
		for {
			switch rng.IntN(6) {
			case 0:
				x[i] = math.Float64frombits(rng.Uint64())
			case 1:
				x[i] = 8*rng.Float64() - 4
			case 2:
				x[i] = 80*rng.Float64() - 40
			case 3:
				x[i] = lo/2 + rng.Float64()*(hi/2-lo/2)
				x[i] *= 2
			case 4:
				x[i] = math.Exp2(40*rng.Float64()-30) * float64(1-2*rng.IntN(2))
			default:
				unit := []float64{math.Pi / 4, math.Ln2 / 2, 1}[rng.IntN(3)]
				x[i] = unit * float64(rng.IntN(400)-200) * (1 + float64(rng.IntN(9)-4)*0x1p-53)
			}
			if lo <= x[i] && x[i] <= hi && x[i] != 0 {
				break
			}
		}
	}
}

func TestAccuracy(t *testing.T) {
	n := 3000
	if testing.Short() {
		n = 500
	}
	for _, b := range bounds {
		var run func(dst []float64, in [][]float64)
		for _, f := range functions {
			if f.name == b.name {
				run = f.run
			}
		}
		rng := rand.New(rand.NewPCG(1, 2))
		x, y := make([]float64, n), make([]float64, n)
		arguments(rng, x, b.lo, b.hi)
		run(y, [][]float64{x})
		worst, at := 0.0, 0.0
		for i := range x {
			if e := ulps(y[i], reference[b.name](x[i])); e > worst || e != e {
				worst, at = e, x[i]
			}
		}
		t.Logf("%s: at most %.3f ulp (at %v)", b.name, worst, at)
		if !(worst <= b.ulp) {
			w, _ := reference[b.name](at).Float64()
			run(y[:1], [][]float64{{at}})
			t.Errorf("%s(%v) = %v, want %v: %.3f ulp, promised %v", b.name, at, y[0], w, worst, b.ulp)
		}
	}
}

// Values at the ends.
func TestFunctionsSpecial(t *testing.T) {
	inf, nan, negZero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	for _, c := range []struct {
		name string
		x, y []float64
	}{
		{"Exp", []float64{0, negZero, inf, -inf, nan, 709.79, -745.14, 1000, -1e300}, []float64{1, 1, inf, 0, nan, inf, 0, inf, 0}},
		{"Log", []float64{0, negZero, inf, -inf, nan, 1, -1, -5e-324}, []float64{-inf, -inf, inf, nan, nan, 0, nan, nan}},
		{"Sin", []float64{0, negZero, inf, -inf, nan, 5e-324}, []float64{0, negZero, nan, nan, nan, 5e-324}},
		{"Cos", []float64{0, negZero, inf, -inf, nan, 5e-324}, []float64{1, 1, nan, nan, nan, 1}},
		{"Tanh", []float64{0, negZero, inf, -inf, nan, 5e-324, -5e-324, 20, -1e300}, []float64{0, negZero, 1, -1, nan, 5e-324, -5e-324, 1, -1}},
		{"Sigmoid", []float64{0, negZero, inf, -inf, nan, 40, -1e300}, []float64{.5, .5, 1, 0, nan, 1, 0}},
		{"Softplus", []float64{0, inf, -inf, nan, 1e300, -1e300}, []float64{math.Ln2, inf, 0, nan, 1e300, 0}},
		{"ELU", []float64{0, negZero, inf, -inf, nan, -5e-324, -1e300}, []float64{0, negZero, inf, -1, nan, -5e-324, -1}},
	} {
		for _, f := range functions {
			if f.name != c.name {
				continue
			}
			forEachPath(t, func(t *testing.T) {
				y := make([]float64, len(c.x))
				f.run(y, [][]float64{c.x})
				for i := range y {
					if !same(y[i], c.y[i]) {
						t.Errorf("%s(%v) = %v, want %v", c.name, c.x[i], y[i], c.y[i])
					}
				}
			})
		}
	}
}

// The quadrants of huge arguments: some of the worst cases for the reduction
// (6381956970095103·2⁷⁹⁷ is the float64 nearest to a multiple of π/2).
func TestTrigHuge(t *testing.T) {
	x := []float64{math.Ldexp(6381956970095103, 797), math.MaxFloat64, 1e22, 1e5, 0x1p53, 5.319372648326541e255, 355, 710, 103993, 1e300, 0x1p1000}
	s, c := make([]float64, len(x)), make([]float64, len(x))
	Sin(s, x)
	Cos(c, x)
	for i := range x {
		if e := ulps(s[i], bigSin(x[i], 0)); !(e <= 1) {
			t.Errorf("sin(%v) = %v: %v ulp", x[i], s[i], e)
		}
		if e := ulps(c[i], bigSin(x[i], 1)); !(e <= 1) {
			t.Errorf("cos(%v) = %v: %v ulp", x[i], c[i], e)
		}
	}
}
