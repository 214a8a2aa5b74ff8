package nn

import (
	"math"
	"testing"

	"ml3/mllib/ad"
)

// TestNorm: norms of numbers whose squares overflow or underflow.
func TestNorm(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		x    []float64
		want float64
	}{
		{[]float64{3, 4}, 5}, {[]float64{0, 0}, 0}, {[]float64{3e200, -4e200}, 5e200}, {[]float64{3e-200, 4e-200}, 5e-200},
		{[]float64{6e307, 8e307}, 1e308}, {[]float64{5e-324}, 5e-324}, {[]float64{1, nan}, nan}, {[]float64{1, -inf}, inf},
		{[]float64{math.MaxFloat64, math.MaxFloat64}, inf}, {[]float64{0.75, 1e-300}, 0.75},
	} {
		got := Norm([]*ad.Value{ad.New(1, 1, c.x[:1]), ad.New(1, len(c.x)-1, c.x[1:])})
		if !(math.Abs(got-c.want) <= 1e-15*c.want || got == c.want || math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("norm of %v is %v, want %v", c.x, got, c.want)
		}
	}
}

// TestAdamHuge: a parameter whose gradient cannot be squared is NaN, not frozen; the
// others move as they do alone.
func TestAdamHuge(t *testing.T) {
	start := Params{ad.New(1, 6, []float64{1, 2, 3, 4, 5, 6})}
	g := []float64{0.1, 1e150, 1e160, -math.MaxFloat64, 0.2, 1e200}
	s := DefaultAdam(0.1).Start(start)
	s.Step([]*ad.Value{ad.New(1, 6, g)}, 1)
	for i, x := range s.Params[0].Data {
		alone := DefaultAdam(0.1).Start(Params{ad.New(1, 1, []float64{float64(i + 1)})})
		alone.Step([]*ad.Value{ad.New(1, 1, g[i:i+1])}, 1)
		want := alone.Params[0].Data[0]
		if huge := math.Abs(g[i]) > 1e155; huge != math.IsNaN(x) || huge != math.IsNaN(want) || !huge && (x != want || x == float64(i+1)) {
			t.Errorf("gradient %v moves %d to %v, alone to %v", g[i], i+1, x, want)
		}
	}
}
