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
