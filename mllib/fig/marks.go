package fig

import (
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Rule is a straight line across the axes, such as the true parameter in a
// landscape.
type Rule struct {
	Label    string
	Style    Style
	Vertical bool // at x = At, otherwise at y = At
	At       float64
}

func (l Rule) check() error {
	if !drawable(l.At) {
		return fmt.Errorf("rule %q is at %v", l.Label, l.At)
	}
	return nil
}

func (l Rule) extent(r *extent) {
	if l.Vertical {
		r.x(l.At)
	} else {
		r.y(l.At)
	}
}

func (l Rule) onLog(floorX, floorY float64) Layer {
	if l.Vertical {
		l.At = max(l.At, floorX)
	} else {
		l.At = max(l.At, floorY)
	}
	return l
}

func (l Rule) ends(f frame) []vg.Point {
	if l.Vertical {
		x := f.x(l.At)
		return []vg.Point{{X: x, Y: f.Min.Y}, {X: x, Y: f.Max.Y}}
	}
	y := f.y(l.At)
	return []vg.Point{{X: f.Min.X, Y: y}, {X: f.Max.X, Y: y}}
}

func (l Rule) draw(f frame) { f.StrokeLines(l.Style.line(), f.ClipLinesXY(l.ends(f))...) }

func (l Rule) ink(f frame, mark func(vg.Point)) { along(l.ends(f), false, mark) }

func (l Rule) entry() (string, func(draw.Canvas)) {
	return Curve{Label: l.Label, Style: l.Style}.entry()
}

// Note is a short text to the upper right of a point.
type Note struct {
	X, Y float64
	Text string
}

func (n Note) check() error { return Curve{X: []float64{n.X}, Y: []float64{n.Y}}.check() }

func (n Note) extent(r *extent) { r.x(n.X); r.y(n.Y) }

func (n Note) onLog(floorX, floorY float64) Layer {
	n.X, n.Y = max(n.X, floorX), max(n.Y, floorY)
	return n
}

func (n Note) style() (vg.Point, float64) { return vg.Point{X: 4, Y: 3}, noteSize }

func (n Note) draw(f frame) {
	offset, size := n.style()
	write(f.Canvas, textStyle(size, draw.XLeft, draw.YBottom), f.at(n.X, n.Y).Add(offset), n.Text)
}

func (n Note) ink(f frame, mark func(vg.Point)) {
	offset, size := n.style()
	s := textStyle(size, draw.XLeft, draw.YBottom)
	from := f.at(n.X, n.Y).Add(offset)
	along([]vg.Point{from, from.Add(vg.Point{X: s.Width(n.Text)})}, false, mark)
}

func (n Note) entry() (string, func(draw.Canvas)) { return "", nil }
