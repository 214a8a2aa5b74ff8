// Package fig turns numbers into pictures. It is the one place that knows how a
// figure looks: nothing else imports a plotting library. It knows no experiment and
// no method; package figures does.
//
// A figure is made in three steps. Layers come from tables (Band, Paths) or are
// written out (Curve, Rule, Field, Matrix); a Plot puts axes and a title
// around them; Plot.Panel checks everything and returns a Panel, which saves
// itself as PNG and SVG:
//
//	curve, err := fig.Band(t.Where(tidy.Method("learned"), tidy.Metric("mse")), fig.SDOverSeeds)
//	curve.Label, curve.Style = "learned loss", fig.LineStyle(fig.Blue, fig.Solid, fig.Circle)
//	panel, err := fig.Plot{Name: "mse", X: fig.Axis{Label: "gradient steps"}, ..., Layers: []fig.Layer{curve}}.Panel()
//	err = panel.Save("figures")
//
// A picture is a function of its numbers: the same ones give the same bytes.
// Numbers that no picture can hold, and limits that are none, are errors.
package fig

import (
	"image/color"

	"gonum.org/v1/plot/vg"
)

// The palette of Okabe and Ito (2008), told apart with any colour vision, and a red.
var (
	Blue      = color.NRGBA{0x00, 0x72, 0xB2, 255} // #0072B2
	Orange    = color.NRGBA{0xE6, 0x9F, 0x00, 255} // #E69F00
	Green     = color.NRGBA{0x00, 0x9E, 0x73, 255} // #009E73
	Vermilion = color.NRGBA{0xD5, 0x5E, 0x00, 255} // #D55E00
	Purple    = color.NRGBA{0xCC, 0x79, 0xA7, 255} // #CC79A7
	Sky       = color.NRGBA{0x56, 0xB4, 0xE9, 255} // #56B4E9
	Black     = color.NRGBA{0x20, 0x20, 0x20, 255} // #202020
	Gray      = color.NRGBA{0x80, 0x80, 0x80, 255} // #808080
	Red       = color.NRGBA{0xC0, 0x1C, 0x28, 255} // #C01C28
)

// Dash is the pattern of a line.
type Dash int

// The patterns.
const (
	Solid Dash = iota
	Dashed
	Dotted
	DashDot
	LongDash
	Invisible // markers only
)

func (d Dash) lengths() []vg.Length {
	switch d {
	case Dashed:
		return []vg.Length{6, 3}
	case Dotted:
		return []vg.Length{1.5, 2.5}
	case DashDot:
		return []vg.Length{7, 2.5, 1.5, 2.5}
	case LongDash:
		return []vg.Length{11, 4}
	}
	return nil
}

// Marker is the sign of a point.
type Marker int

// The signs.
const (
	NoMarker Marker = iota
	Circle
	Square
	Triangle
	Ring
	Cross
	Plus
	Box // hollow square
)

// Style is how a curve is drawn. Colour, dash and marker each tell methods apart,
// so that they do so in greyscale as well.
type Style struct {
	Color  color.NRGBA
	Dash   Dash
	Marker Marker
	Every  bool    // a marker at every point instead of about eight along the curve
	Width  float64 // of the line, points
	Size   float64 // radius of the marker, points
}

// Thin returns the style of one of many lines: thinner, without markers, paler.
func (s Style) Thin() Style {
	s.Width, s.Marker = 0.9, NoMarker
	s.Color.A = 170
	return s
}

// Scatter returns the style of unconnected points.
func (s Style) Scatter() Style {
	if s.Marker == NoMarker {
		s.Marker = Circle
	}
	s.Dash, s.Every, s.Size = Invisible, true, 1.8
	return s
}

// LineStyle is a line of the usual width.
func LineStyle(c color.NRGBA, d Dash, m Marker) Style {
	return Style{Color: c, Dash: d, Marker: m, Width: 1.7, Size: 2.8}
}

// Sequence returns the i-th of n styles for things that are no methods, such as
// tasks, seeds or architectures: colours along Viridis, so that none is taken for
// a method, with the dashes and markers in turn.
func Sequence(i, n int) Style {
	t := 0.0
	if n > 1 {
		t = 0.9 * float64(i) / float64(n-1)
	}
	return LineStyle(viridis(t), Dash(i%int(Invisible)), Marker(1+i%int(Box)))
}
