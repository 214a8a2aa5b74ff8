// Package fig turns tables into pictures. It is the one place that knows how a
// figure looks: nothing else imports a plotting library.
//
// A figure is made in three steps. Layers come from tables (Bands, Lines, Paths)
// or are written out (Curve, Rule, Field, Note); a Plot puts axes and a title
// around them; Plot.Panel checks everything and returns a Panel, which saves
// itself as PNG and SVG or is shown in a notebook:
//
//	layers, err := fig.Bands(t.Where(tidy.Metric("mse")), fig.SDOverSeeds, "task loss", "learned")
//	panel, err := fig.Plot{Name: "fig2-sine-test", X: fig.Axis{Label: "gradient steps"}, ..., Layers: layers}.Panel()
//	err = panel.Save("figures")
//
// A picture is a function of its rows: the same table gives the same bytes.
package fig

import (
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
)

// The palette of Okabe and Ito (2008), told apart with any colour vision. Blue is
// the learned loss and orange the task loss in every figure, as in the paper.
var (
	Blue      = color.NRGBA{0x00, 0x72, 0xB2, 255} // #0072B2 learned loss
	Orange    = color.NRGBA{0xE6, 0x9F, 0x00, 255} // #E69F00 task loss
	Green     = color.NRGBA{0x00, 0x9E, 0x73, 255} // #009E73
	Vermilion = color.NRGBA{0xD5, 0x5E, 0x00, 255} // #D55E00
	Purple    = color.NRGBA{0xCC, 0x79, 0xA7, 255} // #CC79A7
	Sky       = color.NRGBA{0x56, 0xB4, 0xE9, 255} // #56B4E9
	Black     = color.NRGBA{0x20, 0x20, 0x20, 255} // #202020
	Gray      = color.NRGBA{0x80, 0x80, 0x80, 255} // #808080 reference curves
	Red       = color.NRGBA{0xC0, 0x1C, 0x28, 255} // #C01C28 true values
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

// Known returns the fixed style of a method that figures share, its name in
// legends, and whether there is one.
func Known(method string) (s Style, label string, ok bool) {
	switch method {
	case "learned":
		return LineStyle(Blue, Solid, Circle), "learned loss", true
	case "task loss":
		return LineStyle(Orange, Dashed, Square), "task loss", true
	case "reference":
		return LineStyle(Gray, Dashed, NoMarker), "authors’ code: learned loss", true
	case "reference task loss":
		return LineStyle(Gray, Dotted, NoMarker), "authors’ code: task loss", true
	}
	return Style{}, method, false
}

// others are the styles of methods without a fixed one, in this order.
func others() []Style {
	return []Style{
		LineStyle(Green, DashDot, Triangle),
		LineStyle(Vermilion, LongDash, Cross),
		LineStyle(Purple, Dotted, Box),
		LineStyle(Sky, Dashed, Ring),
		LineStyle(Black, Dotted, Plus),
	}
}

// Sequence returns the i-th of n styles for things that are no methods, such as
// tasks, seeds or architectures: colours along Viridis, so that none is taken for
// a method, with the dashes and markers in turn.
func Sequence(i, n int) Style {
	t := 0.0
	if n > 1 {
		t = 0.9 * float64(i) / float64(n-1)
	}
	return LineStyle(Viridis(t), Dash(i%int(Invisible)), Marker(1+i%int(Box)))
}

// Styles returns the style of each method: the fixed one, or for others the
// unused styles in the order of the arguments.
func Styles(methods ...string) []Style {
	rest := others()
	all := make([]Style, len(methods))
	n := 0
	for i, m := range methods {
		s, _, ok := Known(m)
		if !ok {
			s = rest[n%len(rest)]
			n++
		}
		all[i] = s
	}
	return all
}

// MethodLabel is the name of a method in legends.
func MethodLabel(method string) string {
	_, label, _ := Known(method)
	return label
}

// MetricLabel is the name of a metric on an axis, with its unit where it has one.
func MetricLabel(metric string) string {
	if n, ok := strings.CutPrefix(metric, "mse after "); ok { // "1 step", "100 steps"
		return "MSE after " + strings.Replace(n, "step", "gradient step", 1)
	}
	switch metric {
	case "mse":
		return "mean squared error"
	case "cross-entropy":
		return "cross-entropy (nat)"
	case "distance", "final distance":
		return "final distance to the goal (m)"
	}
	return metric
}
