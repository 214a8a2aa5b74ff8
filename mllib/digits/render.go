package digits

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"

	"ml3/mllib/random"
)

// Of the pictures, this share is drawn with a pen along strokes of our own; the
// others are outlines of fonts, inked over.
const handwrittenShare = 0.7

// Renderer draws digits that look like handwriting samples. Every picture is
// made as MNIST's were: scaled into a box of about 20×20 pixels, smoothed at
// the edges, and centred in 28×28 by its centre of mass. A Renderer is
// read-only after NewRenderer and may be shared by goroutines.
type Renderer struct {
	written [10][][]stroke
	printed []printed
}

// printed is a font's digits as polygons of height 1, with the mean width of
// their stems.
type printed struct {
	name   string
	digits [10][][]point
	stem   [10]float64
}

// NewRenderer prepares the fonts' outlines.
func NewRenderer() *Renderer {
	r := &Renderer{written: handwritten()}
	for _, f := range faces() {
		p := printed{name: f.name, digits: f.outlines()}
		for d := range p.digits {
			p.stem[d] = meanStem(p.digits[d])
		}
		r.printed = append(r.printed, p)
	}
	return r
}

// Sources names what the pictures are drawn from.
func (r *Renderer) Sources() []string {
	names := []string{"strokes"}
	for _, p := range r.printed {
		names = append(names, p.name)
	}
	return names
}

// Render draws one digit. Font or strokes, slant, proportions, bending, pen,
// sharpness and grain are drawn from rng.
func (r *Renderer) Render(rng *rand.Rand, label int) [Size]uint8 {
	if label < 0 || label > 9 {
		panic(fmt.Sprintf("digits: Render of digit %d; want 0 to 9", label))
	}
	pen := drawPen(rng)
	var c canvas
	if rng.Float64() < handwrittenShare {
		lines := scribble(r.written[label][rng.IntN(len(r.written[label]))], rng)
		place(lines, pen.radius, rng)
		c.trace(lines, pen)
	} else {
		p := r.printed[rng.IntN(len(r.printed))]
		lines := bend(p.digits[label], uniform(rng, 0.8, 1.2), 0.045, rng)
		// The pen covers stems of any font by about the same width: thin ones
		// are inked over, bold ones worn off, at most by 16 % of their width.
		scale := place(lines, pen.radius/2, rng)
		stem := p.stem[label] * scale
		c.fill(lines, max(pen.radius-stem/2, -0.08*stem))
	}
	return c.develop(pen, rng)
}

// RenderSet draws perDigit pictures of each digit, in the order 0, 1, … 9, 0, …
// Every picture has its own stream named by part ("train", "test") and index:
// parts are independent, and the result does not depend on the number of
// goroutines.
func RenderSet(seed uint64, part string, perDigit int) Set {
	renderer := NewRenderer()
	n := 10 * perDigit
	set := Set{Pixels: make([]uint8, n*Size), Labels: make([]uint8, n)}
	workers := max(1, min(runtime.GOMAXPROCS(0), n))
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := w; i < n; i += workers {
				rng := random.Stream(seed, fmt.Sprintf("rendered digits, %s, picture %d", part, i))
				picture := renderer.Render(rng, i%10)
				copy(set.Image(i), picture[:])
				set.Labels[i] = uint8(i % 10)
			}
		})
	}
	group.Wait()
	return set
}

// scribble writes strokes with an unsteady hand: points jitter, then the whole
// is bent. The result is polylines in units of the digit's height.
func scribble(strokes []stroke, rng *rand.Rand) [][]point {
	const jitter = 0.024
	shift := map[point]point{} // strokes that meet in a corner still meet
	lines := make([][]point, len(strokes))
	for i, s := range strokes {
		moved := make([]point, len(s.points))
		for k, p := range s.points {
			to, ok := shift[p]
			if !ok {
				to = point{p.x + jitter*rng.NormFloat64(), p.y + jitter*rng.NormFloat64()}
				shift[p] = to
			}
			moved[k] = to
		}
		lines[i] = stroke{moved, s.closed}.flatten(6)
	}
	return bend(lines, uniform(rng, 0.55, 1.05), 0.05, rng)
}

// bend returns the lines stretched in width, sheared, rotated and bent by a
// random elastic field of the given standard deviation (of the height).
func bend(lines [][]point, width, amplitude float64, rng *rand.Rand) [][]point {
	shear := 0.15 + 0.2*clamp(rng.NormFloat64(), 2)
	sin, cos := math.Sincos(0.12 * clamp(rng.NormFloat64(), 2)) // 0.12 rad = 7°
	field := drawElastic(amplitude, rng)
	bent := make([][]point, len(lines))
	for i, line := range lines {
		bent[i] = make([]point, len(line))
		for k, p := range line {
			d := field.at(p)
			x, y := width*(p.x+d.x-0.5), p.y+d.y-0.5
			x -= shear * y
			bent[i][k] = point{cos*x - sin*y, sin*x + cos*y}
		}
	}
	return bent
}

// place scales the lines in place so that, drawn with the given radius (pixels),
// they fill a box of about 20 pixels, centres that box in the picture at a
// random subpixel position, and returns the scale in pixels.
func place(lines [][]point, radius float64, rng *rand.Rand) float64 {
	box := uniform(rng, 18.5, 20.5)
	low, high := bounds(lines)
	scale := (box - 2*radius) / max(high.x-low.x, high.y-low.y)
	centre := mix(low, high, 0.5)
	dx, dy := uniform(rng, -0.5, 0.5), uniform(rng, -0.5, 0.5)
	for _, line := range lines {
		for k, p := range line {
			line[k] = point{Side/2. + dx + scale*(p.x-centre.x), Side/2. + dy + scale*(p.y-centre.y)}
		}
	}
	return scale
}

// elastic is a smooth random displacement: cubic B-splines over a grid of
// normal displacements, three knots to the digit's height (after Simard,
// Steinkraus and Platt 2003, who smooth a displacement per pixel).
type elastic [7][7]point

const elasticKnots = 3.

func drawElastic(amplitude float64, rng *rand.Rand) (e elastic) {
	// The B-spline average of independent knots has about half their
	// standard deviation: (∑ b²) with b = 1/6, 4/6, 1/6 per axis.
	for i := range e {
		for j := range e[i] {
			e[i][j] = point{2 * amplitude * rng.NormFloat64(), 2 * amplitude * rng.NormFloat64()}
		}
	}
	return e
}

// at returns the displacement at p, which lies in or near the unit box.
func (e *elastic) at(p point) (d point) {
	x := min(max(elasticKnots*p.x+0.5, 0), 3.999)
	y := min(max(elasticKnots*p.y+0.5, 0), 3.999)
	i, j := int(y), int(x)
	wy, wx := bSpline(y-float64(i)), bSpline(x-float64(j))
	for a := range wy {
		for b := range wx {
			w := wy[a] * wx[b]
			d.x += w * e[i+a][j+b].x
			d.y += w * e[i+a][j+b].y
		}
	}
	return d
}

// bSpline returns the weights of four neighbouring knots at t ∈ [0, 1).
func bSpline(t float64) [4]float64 {
	u := 1 - t
	return [4]float64{
		u * u * u / 6,
		(3*t*t*t - 6*t*t + 4) / 6,
		(3*u*u*u - 6*u*u + 4) / 6,
		t * t * t / 6,
	}
}

func uniform(rng *rand.Rand, low, high float64) float64 { return low + (high-low)*rng.Float64() }

func clamp(x, bound float64) float64 { return min(max(x, -bound), bound) }
