package digits

import (
	"math"
	"math/rand/v2"
	"slices"
)

// pen says how a line becomes ink. Lengths are pixels.
type pen struct {
	radius float64 // of the tip
	swell  float64 // the radius changes along a stroke by up to this fraction
	phase  float64 // where along the stroke it is widest, 0 to 1
	blur   float64 // width of the edge from paper to ink
	grain  float64 // standard deviation of the edge's roughness
	ink    float64 // darkness of full ink, 0 to 1
}

func drawPen(rng *rand.Rand) pen {
	return pen{
		radius: uniform(rng, 0.9, 1.8),
		swell:  uniform(rng, 0, 0.25),
		phase:  rng.Float64(),
		blur:   uniform(rng, 1, 1.8),
		grain:  uniform(rng, 0.05, 0.2),
		ink:    uniform(rng, 0.95, 1),
	}
}

// at returns the tip's radius at fraction t ∈ [0, 1] of a stroke: a parabola
// around the phase.
func (p pen) at(t float64) float64 {
	d := t - p.phase
	return p.radius * (1 + p.swell*(0.5-2*d*d))
}

// reach is the distance from a line beyond which nothing is drawn; it exceeds
// the largest radius plus half the widest edge and its grain.
const reach = 4.0

// canvas holds for the centre of each pixel how deep it lies inside the ink, in
// pixels, negative outside: a signed distance, exact near the edge.
type canvas [Size]float64

// trace draws polylines (pixels) with the pen.
func (c *canvas) trace(lines [][]point, p pen) {
	for i := range c {
		c[i] = -reach
	}
	for _, line := range lines {
		last := float64(len(line) - 1)
		for k := range len(line) - 1 {
			c.segment(line[k], line[k+1], p.at(float64(k)/last))
		}
	}
}

// segment raises the canvas to the depth inside a tip of the given radius that
// moves from a to b.
func (c *canvas) segment(a, b point, radius float64) {
	left, right := span(a.x, b.x)
	top, bottom := span(a.y, b.y)
	dx, dy := b.x-a.x, b.y-a.y
	length2 := max(dx*dx+dy*dy, 1e-12)
	for y := top; y < bottom; y++ {
		py := float64(y) + 0.5 - a.y
		for x := left; x < right; x++ {
			px := float64(x) + 0.5 - a.x
			t := min(max((px*dx+py*dy)/length2, 0), 1)
			ex, ey := px-t*dx, py-t*dy
			depth := radius - math.Sqrt(ex*ex+ey*ey)
			if i := y*Side + x; depth > c[i] {
				c[i] = depth
			}
		}
	}
}

// span returns the pixels whose centres lie within reach of [a, b].
func span(a, b float64) (from, to int) {
	return max(int(min(a, b)-reach), 0), min(int(max(a, b)+reach)+1, Side)
}

// fill draws polygons (pixels; last point = first point), their edge moved
// outwards by grow. What is inside follows from the winding number.
func (c *canvas) fill(polygons [][]point, grow float64) {
	for i := range c {
		c[i] = -reach
	}
	for _, polygon := range polygons {
		for k := range len(polygon) - 1 {
			c.segment(polygon[k], polygon[k+1], 0)
		}
	}
	// c is now minus the distance from the nearest edge.
	for y := range Side {
		row := c[y*Side : (y+1)*Side]
		for x, inside := range insideRow(polygons, float64(y)+0.5) {
			if inside {
				row[x] = grow - row[x]
			} else {
				row[x] = grow + row[x]
			}
		}
	}
}

// crossing is where a polygon's edge crosses a row of pixels, upwards or down.
type crossing struct {
	x    float64
	turn int
}

// insideRow tells which pixel centres of the row at height y have a winding
// number other than 0.
func insideRow(polygons [][]point, y float64) (inside [Side]bool) {
	var store [32]crossing
	crossings := store[:0]
	for _, polygon := range polygons {
		for k := range len(polygon) - 1 {
			a, b := polygon[k], polygon[k+1]
			if (a.y <= y) == (b.y <= y) {
				continue
			}
			turn := 1
			if a.y > b.y {
				turn = -1
			}
			crossings = append(crossings, crossing{a.x + (y-a.y)*(b.x-a.x)/(b.y-a.y), turn})
		}
	}
	slices.SortFunc(crossings, func(a, b crossing) int {
		switch {
		case a.x < b.x:
			return -1
		case a.x > b.x:
			return 1
		}
		return 0
	})
	winding, next := 0, 0
	for x := range inside {
		for next < len(crossings) && crossings[next].x <= float64(x)+0.5 {
			winding += crossings[next].turn
			next++
		}
		inside[x] = winding != 0
	}
	return inside
}

// develop turns depth into ink, roughens and softens the edge, and shifts the
// picture by whole pixels so that its centre of mass lies in the middle or, as
// in a careless sample, one pixel beside it.
func (c *canvas) develop(p pen, rng *rand.Rand) (picture [Size]uint8) {
	var ink [Size]float64
	var mass, mx, my float64
	for i, depth := range c {
		if depth <= -reach/2 {
			continue
		}
		t := min(max(0.5+(depth+p.grain*rng.NormFloat64())/p.blur, 0), 1)
		ink[i] = 255 * p.ink * t * t * (3 - 2*t)
		mass += ink[i]
		mx += ink[i] * (float64(i%Side) + 0.5)
		my += ink[i] * (float64(i/Side) + 0.5)
	}
	dx := int(math.Round(Side/2.-mx/mass)) + jolt(rng)
	dy := int(math.Round(Side/2.-my/mass)) + jolt(rng)
	for i, v := range ink {
		x, y := i%Side+dx, i/Side+dy
		if x >= 0 && x < Side && y >= 0 && y < Side {
			picture[y*Side+x] = uint8(v + 0.5)
		}
	}
	return picture
}

// jolt is −1, 0 or 1, mostly 0.
func jolt(rng *rand.Rand) int {
	switch rng.IntN(10) {
	case 0:
		return -1
	case 1:
		return 1
	}
	return 0
}
