package fig

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

// within fails if f takes longer than any drawing may.
func within(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatalf("%s does not end", what)
	}
}

// lineOf is a plot of y against 0, 1, 2, ….
func lineOf(log bool, y ...float64) Plot {
	c := Curve{Label: "line", Style: LineStyle(Blue, Solid, Circle), Y: y}
	for i := range y {
		c.X = append(c.X, float64(i))
	}
	return Plot{Name: "hostile", Width: 8, Height: 6, Y: Axis{Log: log}, Layers: []Layer{c}}
}

// TestHostileValues: any finite data is drawn, or refused with a line that says why,
// in bounded time; these are drawn, and their axis shows them.
func TestHostileValues(t *testing.T) {
	tenth, ulp := 0.1, math.Nextafter(0.1, 1)
	big := 1.0000000000000006e17
	for name, p := range map[string]Plot{
		"an axis of an ulp":          lineOf(false, tenth, ulp),
		"the mean of ten 0.1":        lineOf(false, 0.09999999999999999, 0.1),
		"a logarithmic axis of ulps": lineOf(true, tenth, ulp),
		"large constant":             lineOf(false, big, big, math.Nextafter(big, 0)),
		"large constant, log":        lineOf(true, big, big, math.Nextafter(big, 0)),
		"constant":                   lineOf(false, 3, 3, 3),
		"one point":                  lineOf(true, 7),
		"zeros":                      lineOf(false, 0, 0),
		"a subnormal constant":       lineOf(false, 5e-324, 5e-324),
		"subnormals and one":         lineOf(false, 5e-324, 1e-310, 1),
		"1e300":                      lineOf(false, 1e299, -5e299, 1e299),
		"many decades":               lineOf(true, 1e-100, 1, 1e100),
		"ten digits":                 lineOf(false, 1, 1+1e-8),
	} {
		within(t, name, func() {
			panel, err := p.Panel()
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			if n := count(panel.Image(60), Blue); n < 5 {
				t.Errorf("%s: %d pixels of the curve", name, n)
			}
			if n := len(lookAt(panel).texts); n < 4 || n > 40 {
				t.Errorf("%s: %d texts at the axes", name, n)
			}
		})
	}
}

// TestHostileValuesRefused: what no axis can show is an error before anything is
// drawn.
func TestHostileValuesRefused(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	limited := func(low, high float64, log bool) Plot {
		p := lineOf(log, 1, 2, 3)
		p.Y.Limits = &[2]float64{low, high}
		return p
	}
	square := lineOf(false, 0, 1e-9)
	square.Equal = true
	ladder := Field{X: []float64{1, math.Nextafter(1, 2)}, Y: []float64{0, 1}, Z: [][]float64{{1, 2}, {3, 4}}}
	for name, c := range map[string]struct {
		p    Plot
		want string
	}{
		"±1e308":                  {lineOf(false, -1e308, 1e308), "value -1e+308"},
		"1e308 on a log axis":     {lineOf(true, 1, 1e308), "value 1e+308"},
		"a subnormal, log":        {lineOf(true, 5e-324), "logarithmic y axis"},
		"too many decades":        {lineOf(true, 1e-299, 1e299), "logarithmic y axis"},
		"equal limits":            {limited(1, 1, false), "axis goes from 1 to 1"},
		"reversed limits":         {limited(2, 1, false), "axis goes from 2 to 1"},
		"limits that are NaN":     {limited(nan, 1, false), "axis goes from NaN"},
		"limits that are Inf":     {limited(0, inf, false), "to +Inf"},
		"a log limit of zero":     {limited(0, 1, true), "logarithmic y axis goes from 0"},
		"limits an ulp apart":     {limited(1, math.Nextafter(1, 2), false), "too close"},
		"limits near zero":        {limited(0, 1e-310, false), "too close"},
		"equal units":             {square, "equal units"},
		"a field of an ulp":       {Plot{Width: 8, Height: 6, Layers: []Layer{ladder}}, ""},
		"a rule far out":          {Plot{Width: 8, Height: 6, Layers: []Layer{Rule{At: 1e301}}}, "rule"},
		"a matrix of three":       {Plot{Width: 8, Height: 6, Layers: []Layer{Matrix{N: 2, Values: []float64{1, 2, 3}}}}, "size 2 has 3 values"},
		"a matrix of nothing":     {Plot{Width: 8, Height: 6, Layers: []Layer{Matrix{}}}, "size 0"},
		"a matrix with Inf in it": {Plot{Width: 8, Height: 6, Layers: []Layer{Matrix{N: 1, Values: []float64{inf}}}}, "+Inf"},
	} {
		within(t, name, func() {
			if _, err := c.p.Panel(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: error %v, want %q", name, err, c.want)
			}
		})
	}
}

// TestHostileFields: the colour bar of values that differ by rounding, or not at all.
func TestHostileFields(t *testing.T) {
	for _, z := range []float64{0, 0.1, -1e17, 5e-324, 1e299} {
		f := Field{X: []float64{0, 1}, Y: []float64{0, 1}, Z: [][]float64{{z, z}, {z, math.Nextafter(z, 1)}}}
		within(t, fmt.Sprint("a field of ", z), func() {
			must(Plot{Name: "field", Width: 8, Height: 6, Layers: []Layer{f}}.Panel()).Image(40)
			b, _ := Plot{Layers: []Layer{f}}.bar()
			if n := len(b.ticks); n < 1 || n > mostTicks {
				t.Errorf("%d ticks beside a field of %v", n, z)
			}
		})
	}
}

// TestAnyFloats draws plots of floats with random bits: every one is drawn or refused.
func TestAnyFloats(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	drawn, n := 0, 400
	if testing.Short() {
		n = 40
	}
	for i := range n {
		var y []float64
		for range 1 + rng.IntN(3) {
			v := math.Float64frombits(rng.Uint64())
			if len(y) > 0 && rng.IntN(2) == 0 { // a neighbour, some ulps away
				v = math.Float64frombits(math.Float64bits(y[0]) + rng.Uint64N(1<<rng.IntN(60)))
			}
			y = append(y, v)
		}
		p := lineOf(i%2 == 0, y...)
		p.X.Log = i%3 == 0
		within(t, fmt.Sprint(y), func() {
			if panel, err := p.Panel(); err == nil {
				panel.Image(20)
				drawn++
			}
		})
	}
	if drawn < n/4 {
		t.Errorf("only %d of %d drawn", drawn, n)
	}
}

// valueOf reads a label of a tick back.
func valueOf(label string) (float64, error) {
	s := strings.Replace(label, "−", "-", 1)
	s = strings.NewReplacer("⁻", "-", "⁰", "0", "¹", "1", "²", "2", "³", "3", "⁴", "4", "⁵", "5", "⁶", "6", "⁷", "7", "⁸", "8", "⁹", "9").Replace(s)
	if m, e, ok := strings.Cut(s, "·10"); ok {
		s = m + "e" + e
	}
	if strings.HasSuffix(s, "M") {
		s = strings.TrimSuffix(s, "M") + "e6"
	}
	if strings.HasSuffix(s, "k") {
		s = strings.TrimSuffix(s, "k") + "e3"
	}
	return strconv.ParseFloat(s, 64)
}

// TestTicksOfAnyAxis: on axes of all sizes and places the ticks are few, inside, in
// order, evenly spaced, and their labels say where they are.
func TestTicksOfAnyAxis(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		span := math.Pow(10, -12+24*rng.Float64())
		low := span * math.Pow(10, 4*rng.Float64()) * (2*rng.Float64() - 1)
		high := low + span
		n := 2 + 6*rng.Float64()
		ticks := linearTicks{n}.Ticks(low, high)
		if k := float64(len(ticks)); k < max(1, n/2.6-1) || k > n+1.01 {
			t.Fatalf("%v ticks for about %v from %v to %v", k, n, low, high)
		}
		for i, tick := range ticks {
			if tick.Value < low-1e-6*span || tick.Value > high+1e-6*span {
				t.Fatalf("a tick at %v from %v to %v", tick.Value, low, high)
			}
			if said, err := valueOf(tick.Label); err != nil || math.Abs(said-tick.Value) > 1e-3*span+1e-9*math.Abs(low) {
				t.Fatalf("the tick at %v says %q from %v to %v", tick.Value, tick.Label, low, high)
			}
			if i > 1 && math.Abs(tick.Value-2*ticks[i-1].Value+ticks[i-2].Value) > 1e-6*span {
				t.Fatalf("uneven ticks %v", ticks)
			}
		}
	}
}

// TestLogTicksOfAnyAxis: the labels of a logarithmic axis are few and say where they are.
func TestLogTicksOfAnyAxis(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	for range 1000 {
		low := math.Pow(10, -290+580*rng.Float64())
		high := low * math.Pow(10, 0.7+min(300, 290-math.Log10(low))*rng.Float64())
		ticks := logTicks{6}.Ticks(low, high)
		labels := 0
		for _, tick := range ticks {
			if tick.Label == "" {
				continue
			}
			labels++
			if said, err := valueOf(expand(tick.Label)); err != nil || math.Abs(said/tick.Value-1) > 1e-9 {
				t.Fatalf("the tick at %v says %q", tick.Value, tick.Label)
			}
		}
		if len(ticks) > mostTicks || labels < 1 || labels > 9 {
			t.Fatalf("%d ticks, %d labels from %v to %v", len(ticks), labels, low, high)
		}
	}
}

// expand writes 10⁵ as 1·10⁵.
func expand(label string) string {
	if strings.HasPrefix(label, "10") && strings.ContainsAny(label, "⁻⁰¹²³⁴⁵⁶⁷⁸⁹") {
		return "1·" + label
	}
	return label
}
