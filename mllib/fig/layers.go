package fig

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Layer is something drawn inside the axes of a Plot: a Curve, Rule, Field or Matrix.
type Layer interface {
	// check says what makes the layer impossible to draw.
	check() error
	// extent widens r by what the layer shows.
	extent(r *extent)
	// onLog returns the layer with what lies at or below the floors replaced by
	// them; a floor of −∞ replaces nothing.
	onLog(floorX, floorY float64) Layer
	// draw draws the layer on the data area of f.
	draw(f frame)
	// ink calls mark for points along everything a legend must not cover.
	ink(f frame, mark func(vg.Point))
	// entry is the layer's line in the legend: a text ("" for none) and a sign
	// drawn into a small canvas.
	entry() (label string, sign func(draw.Canvas))
}

// extent is the range of the data of a plot.
type extent struct {
	xMin, xMax, yMin, yMax float64
	floorX, floorY         float64 // smallest positive central values
}

func newExtent() extent {
	inf := math.Inf(1)
	return extent{inf, -inf, inf, -inf, inf, inf}
}

func (r *extent) x(v float64) {
	r.xMin, r.xMax = min(r.xMin, v), max(r.xMax, v)
	if v > 0 {
		r.floorX = min(r.floorX, v)
	}
}

func (r *extent) y(v float64) {
	r.yMin, r.yMax = min(r.yMin, v), max(r.yMax, v)
	if v > 0 {
		r.floorY = min(r.floorY, v)
	}
}

// frame is a data area and how values become places on it.
type frame struct {
	draw.Canvas
	x, y func(float64) vg.Length
}

func (f frame) at(x, y float64) vg.Point { return vg.Point{X: f.x(x), Y: f.y(y)} }

// Curve is a line or a cloud of points, with an optional band around it.
type Curve struct {
	Label     string // in the legend; "" for no entry
	Style     Style
	X, Y      []float64
	Low, High []float64 // the band, both nil for none
	Spread    string    // what the band is, such as "mean ± sd over 5 seeds"; written under the title
}

// within cuts the band at the ends of what is possible.
func (c Curve) within(possible [2]float64) Curve {
	if c.Low == nil {
		return c
	}
	c.Low, c.High = slices.Clone(c.Low), slices.Clone(c.High)
	for i := range c.Low {
		c.Low[i] = min(max(c.Low[i], possible[0]), c.Y[i])
		c.High[i] = max(min(c.High[i], possible[1]), c.Y[i])
	}
	return c
}

func (c Curve) check() error {
	n := len(c.X)
	if n == 0 || len(c.Y) != n || len(c.Low) != len(c.High) || c.Low != nil && len(c.Low) != n {
		return fmt.Errorf("curve %q has %d x, %d y, %d low and %d high values", c.Label, n, len(c.Y), len(c.Low), len(c.High))
	}
	for _, values := range [][]float64{c.X, c.Y, c.Low, c.High} {
		for i, v := range values {
			if !drawable(v) {
				return fmt.Errorf("curve %q has the value %v at point %d", c.Label, v, i)
			}
		}
	}
	return nil
}

func (c Curve) extent(r *extent) {
	for i := range c.X {
		r.x(c.X[i])
		r.y(c.Y[i])
	}
	for i := range c.Low { // a band does not lower the floor of a log axis
		r.yMin, r.yMax = min(r.yMin, c.Low[i]), max(r.yMax, c.High[i])
	}
}

func (c Curve) onLog(floorX, floorY float64) Layer {
	c.X, c.Y = atLeast(c.X, floorX), atLeast(c.Y, floorY)
	c.Low, c.High = atLeast(c.Low, floorY/bandRoom), atLeast(c.High, floorY)
	return c
}

func atLeast(values []float64, floor float64) []float64 {
	if values == nil || math.IsInf(floor, -1) {
		return values
	}
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = max(v, floor)
	}
	return out
}

func (c Curve) points(f frame, y []float64) []vg.Point {
	pts := make([]vg.Point, len(y))
	for i := range y {
		pts[i] = f.at(c.X[i], y[i])
	}
	return pts
}

func (c Curve) draw(f frame) {
	if len(c.Low) > 1 {
		outline := c.points(f, c.High)
		low := c.points(f, c.Low)
		for i := range low {
			outline = append(outline, low[len(low)-1-i])
		}
		shade := c.Style.Color
		shade.A = 46
		f.FillPolygon(shade, f.ClipPolygonXY(outline))
	}
	pts := c.points(f, c.Y)
	if c.Style.Dash != Invisible {
		f.StrokeLines(c.Style.line(), f.ClipLinesXY(pts)...)
	}
	c.Style.markers(f.Canvas, pts)
}

func (s Style) line() draw.LineStyle {
	return draw.LineStyle{Color: s.Color, Width: vg.Points(s.Width), Dashes: s.Dash.lengths()}
}

// markers draws the markers of a curve through pts: at every point, or at about
// eight places that differ from marker to marker, so that curves which coincide
// still show theirs.
func (s Style) markers(c draw.Canvas, pts []vg.Point) {
	glyph, ok := s.glyph()
	if !ok {
		return
	}
	step, first := 1, 0
	if !s.Every {
		step = max(1, len(pts)/8)
		first = step * (int(s.Marker) - 1) / 4 % step
	}
	for i := first; i < len(pts); i += step {
		if c.Contains(pts[i]) {
			c.DrawGlyph(glyph, pts[i])
		}
	}
}

func (s Style) glyph() (draw.GlyphStyle, bool) {
	g := draw.GlyphStyle{Color: s.Color, Radius: vg.Points(s.Size)}
	switch s.Marker {
	case NoMarker:
		return g, false
	case Circle:
		g.Shape = draw.CircleGlyph{}
	case Square:
		g.Shape, g.Radius = draw.BoxGlyph{}, g.Radius*0.9
	case Triangle:
		g.Shape, g.Radius = draw.PyramidGlyph{}, g.Radius*1.15
	case Ring:
		g.Shape = draw.RingGlyph{}
	case Cross:
		g.Shape = draw.CrossGlyph{}
	case Plus:
		g.Shape = draw.PlusGlyph{}
	case Box:
		g.Shape = draw.SquareGlyph{}
	default:
		panic(fmt.Sprintf("fig: marker %d", s.Marker))
	}
	return g, true
}

func (c Curve) ink(f frame, mark func(vg.Point)) {
	along(c.points(f, c.Y), c.Style.Dash == Invisible, mark)
	along(c.points(f, c.Low), false, mark)
	along(c.points(f, c.High), false, mark)
}

// along marks points not more than 3 pt apart on the way through pts, or only
// pts themselves.
func along(pts []vg.Point, only bool, mark func(vg.Point)) {
	for i, p := range pts {
		mark(p)
		if i == 0 || only {
			continue
		}
		d := pts[i-1].Sub(p)
		n := int(math.Hypot(float64(d.X), float64(d.Y)) / 3)
		for k := 1; k <= min(n, 400); k++ {
			mark(p.Add(d.Scale(vg.Length(k) / vg.Length(n+1))))
		}
	}
}

func (c Curve) entry() (string, func(draw.Canvas)) {
	return c.Label, func(cv draw.Canvas) {
		mid := cv.Center()
		if c.Low != nil {
			shade := c.Style.Color
			shade.A = 46
			cv.FillPolygon(shade, []vg.Point{cv.Min, {X: cv.Max.X, Y: cv.Min.Y}, cv.Max, {X: cv.Min.X, Y: cv.Max.Y}})
		}
		if c.Style.Dash != Invisible {
			cv.StrokeLine2(c.Style.line(), cv.Min.X, mid.Y, cv.Max.X, mid.Y)
		}
		s := c.Style
		s.Every, s.Size = true, max(s.Size, 2.4)
		s.markers(cv, []vg.Point{mid})
	}
}
