package digits

import (
	"bytes"
	"math"
	"runtime"
	"slices"
	"testing"

	"ml3/mllib/random"
)

// The pictures depend on seed, part and index alone, not on how many
// goroutines drew them, and no two are the same.
func TestRenderSetIsDeterministic(t *testing.T) {
	s := RenderSet(5, "train", 6)
	old := runtime.GOMAXPROCS(1)
	again := RenderSet(5, "train", 6)
	runtime.GOMAXPROCS(old)
	if !bytes.Equal(s.Pixels, again.Pixels) || !bytes.Equal(s.Labels, again.Labels) {
		t.Error("one goroutine draws other pictures")
	}
	longer := RenderSet(5, "train", 8)
	if !bytes.Equal(s.Pixels, longer.Pixels[:len(s.Pixels)]) {
		t.Error("a longer set does not start with the shorter one")
	}
	seen := map[string]bool{}
	for _, other := range []Set{s, RenderSet(5, "test", 6), RenderSet(6, "train", 6)} {
		for i := range other.Len() {
			if seen[string(other.Image(i))] {
				t.Fatalf("picture %d was drawn before", i)
			}
			seen[string(other.Image(i))] = true
		}
	}
}

// Networks normalize by MNIST's moments, so the renderings must have about the
// same: the tolerance is a sixth of a standard deviation of a pixel's mean
// ink over MNIST's classes (0.076 for ones to 0.173 for zeros).
func TestRenderedMomentsAreMNISTs(t *testing.T) {
	mean, std := moments(RenderSet(11, "train", 200))
	if abs(mean-Mean) > 0.012 || abs(std-Std) > 0.012 {
		t.Errorf("mean %.4f, standard deviation %.4f; MNIST has %.4f, %.4f", mean, std, Mean, Std)
	}
}

// Every picture is framed as MNIST's are: dark ink, paper at the border, the
// centre of mass within rounding (0.5) and one pixel of carelessness.
func TestRenderedAreFramed(t *testing.T) {
	s := RenderSet(12, "train", 200)
	touching := 0
	for i := range s.Len() {
		var mass, mx, my float64
		border := false
		for j, v := range s.Image(i) {
			x, y := j%Side, j/Side
			mass += float64(v)
			mx += float64(v) * (float64(x) + 0.5)
			my += float64(v) * (float64(y) + 0.5)
			border = border || v > 0 && (x == 0 || y == 0 || x == Side-1 || y == Side-1)
		}
		if abs(mx/mass-Side/2) > 1.55 || abs(my/mass-Side/2) > 1.55 {
			t.Errorf("picture %d: centre of mass at %.2f, %.2f", i, mx/mass, my/mass)
		}
		if darkest := slices.Max(s.Image(i)); darkest < 180 {
			t.Errorf("picture %d: darkest pixel %d", i, darkest)
		}
		if border {
			touching++
		}
	}
	if touching > s.Len()*27/1000 { // twice the 1.36 % of MNIST's training set
		t.Errorf("%d of %d pictures touch the border", touching, s.Len())
	}
}

func TestSources(t *testing.T) {
	r := NewRenderer()
	if names := r.Sources(); len(names) < 5 || len(slices.Compact(slices.Sorted(slices.Values(names)))) != len(names) {
		t.Errorf("sources %v", names)
	}
	for _, p := range r.printed {
		for d, stem := range p.stem {
			low, high := bounds(p.digits[d])
			if stem < 0.03 || stem > 0.25 || low.y != 0 || high.y != 1 || high.x < 0.2 || high.x > 1.1 {
				t.Errorf("%s, %d: stem %.3f, box to %v", p.name, d, stem, high)
			}
		}
	}
}

// plain is a pen without randomness whose edge is symmetric, so that the sum of
// the ink is the area.
var plain = pen{radius: 1.5, blur: 1, ink: 1}

func area(c *canvas) (pixels float64) {
	picture := c.develop(plain, random.Stream(0, "area"))
	for _, v := range picture {
		pixels += float64(v) / 255
	}
	return pixels
}

// A pen's stroke of length l covers 2 r l + π r².
func TestTraceCoversACapsule(t *testing.T) {
	for _, angle := range []float64{0, 0.3, 1, math.Pi / 2, 2.5} {
		const length, r = 12, 1.5
		dx, dy := length/2*math.Cos(angle), length/2*math.Sin(angle)
		var c canvas
		c.trace([][]point{{{14.2 - dx, 13.9 - dy}, {14.2, 13.9}, {14.2 + dx, 13.9 + dy}}}, plain)
		if got, want := area(&c), 2*r*length+math.Pi*r*r; abs(got/want-1) > 0.01 {
			t.Errorf("angle %.1f: area %.2f, want %.2f", angle, got, want)
		}
	}
}

// ngon is a regular polygon with n corners, counter-clockwise or clockwise.
func ngon(n int, radius float64, turn float64) (p []point) {
	for i := range n + 1 {
		sin, cos := math.Sincos(turn * 2 * math.Pi * float64(i%n) / float64(n))
		p = append(p, point{14.1 + radius*cos, 13.8 + radius*sin})
	}
	return p
}

// Growing a polygon of area a and perimeter u by g gives a + u g + π g²; a hole
// of opposite direction shrinks.
func TestFillGrows(t *testing.T) {
	disc := func(r float64) float64 { return math.Pi * r * r }
	for _, grow := range []float64{-1, 0, 0.7} {
		var c canvas
		c.fill([][]point{ngon(60, 7, 1)}, grow)
		if got, want := area(&c), disc(7+grow); abs(got/want-1) > 0.01 {
			t.Errorf("disc grown by %g: area %.2f, want %.2f", grow, got, want)
		}
		c.fill([][]point{ngon(60, 8, 1), ngon(60, 4, -1)}, grow)
		if got, want := area(&c), disc(8+grow)-disc(4-grow); abs(got/want-1) > 0.01 {
			t.Errorf("ring grown by %g: area %.2f, want %.2f", grow, got, want)
		}
	}
	var c canvas
	c.fill([][]point{ngon(4, 6, 1)}, 0.5)
	if got, want := area(&c), 72+0.5*4*6*math.Sqrt2+disc(0.5); abs(got/want-1) > 0.01 {
		t.Errorf("square: area %.2f, want %.2f", got, want)
	}
}

func TestMeanStem(t *testing.T) {
	if got, want := meanStem([][]point{{{0, 0}, {0.2, 0}, {0.2, 1}, {0, 1}, {0, 0}}}), 2*0.2/2.4; abs(got-want) > 1e-15 {
		t.Errorf("a bar of 0.2 by 1: %.3f, want %.3f", got, want)
	}
	ring := [][]point{ngon(200, 0.5, 1), ngon(200, 0.3, -1)}
	if got := meanStem(ring); abs(got-0.2) > 1e-4 {
		t.Errorf("a ring of width 0.2: %.5f", got)
	}
}

// The spline passes through its points, and through equidistant points of a
// parabola it is the parabola: its tangents are the exact ones there.
func TestStrokeFlatten(t *testing.T) {
	s := open(point{-2, 4}, point{-1, 1}, point{0, 0}, point{1, 1}, point{2, 4})
	line := s.flatten(4)
	for i, p := range line {
		inner := p.x > -1.001 && p.x < 1.001
		if (inner || i%4 == 0) && abs(p.y-p.x*p.x) > 1e-14 {
			t.Errorf("point %d: (%g, %g)", i, p.x, p.y)
		}
	}
	closed := loop(point{0, 0}, point{1, 0}, point{0, 1}).flatten(5)
	if len(closed) != 16 || closed[0] != closed[15] || closed[5] != (point{1, 0}) {
		t.Errorf("loop: %v", closed)
	}
}

func TestAppendBezier(t *testing.T) {
	// The quadratic curve (−1, 1), (0, −1), (1, 1), raised to a cubic, is y = x².
	a, b, c := point{-1, 1}, point{0, -1}, point{1, 1}
	for _, p := range appendBezier([]point{a}, mix(a, b, 2./3), mix(c, b, 2./3), c, 7) {
		if abs(p.y-p.x*p.x) > 1e-15 {
			t.Errorf("(%g, %g)", p.x, p.y)
		}
	}
}

// The elastic field has the promised standard deviation, within the error of
// 4000 fields, and is the same field (not noise) between neighbours.
func TestElastic(t *testing.T) {
	rng := random.Stream(1, "elastic test")
	const n, amplitude = 4000, 0.05
	var squares, steps float64
	for range n {
		e := drawElastic(amplitude, rng)
		p := point{rng.Float64(), rng.Float64()}
		d, near := e.at(p), e.at(point{p.x + 0.01, p.y})
		squares += d.x*d.x + d.y*d.y
		steps += (near.x-d.x)*(near.x-d.x) + (near.y-d.y)*(near.y-d.y)
	}
	if std := math.Sqrt(squares / n / 2); abs(std/amplitude-1) > 0.1 {
		t.Errorf("standard deviation %.4f, want %.4f", std, amplitude)
	}
	if strain := math.Sqrt(steps/n/2) / 0.01; strain > 6*amplitude {
		t.Errorf("the field changes by %.3f per unit of length", strain)
	}
	for _, x := range []float64{0, 0.3, 0.999} {
		w := bSpline(x)
		if sum := w[0] + w[1] + w[2] + w[3]; abs(sum-1) > 1e-15 {
			t.Errorf("weights at %g sum to %g", x, sum)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	r, rng := NewRenderer(), random.Stream(1, "benchmark")
	for i := range b.N {
		r.Render(rng, i%10)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
}
