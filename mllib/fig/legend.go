package fig

import (
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// legend is the list of named layers and where it may stand.
type legend struct {
	labels []string
	signs  []func(draw.Canvas)
}

// newLegend collects the layers that have a label; equal labels count once.
func newLegend(layers []Layer) legend {
	var l legend
	seen := map[string]bool{"": true}
	for _, layer := range layers {
		label, sign := layer.entry()
		if !seen[label] {
			seen[label] = true
			l.labels = append(l.labels, label)
			l.signs = append(l.signs, sign)
		}
	}
	return l
}

// Key is the legend of layers by itself, in the middle of a panel.
func Key(width, height float64, layers ...Layer) Panel {
	l := newLegend(layers)
	return Panel{Alt: strings.Join(l.labels, ", "), Width: width, Height: height, draw: func(c draw.Canvas) {
		half := l.size().Scale(0.5)
		l.draw(c, vg.Rectangle{Min: c.Center().Sub(half), Max: c.Center().Add(half)}, 1)
	}}
}

// Sizes inside a legend, points.
const (
	legendRow    = 1.45 * legendSize
	legendSign   = 26
	legendGap    = 5 // between sign and text, and around
	legendMargin = 6 // to the axes
)

func (l legend) size() vg.Point {
	var w vg.Length
	s := textStyle(legendSize, draw.XLeft, draw.YCenter)
	for _, label := range l.labels {
		w = max(w, s.Width(label))
	}
	return vg.Point{X: w + legendSign + 3*legendGap, Y: vg.Length(len(l.labels))*legendRow + legendGap}
}

// inside returns the rectangle of a legend inside the axes where no curve passes, if there
// is one.
func (l legend) inside(g *plot.Plot, c draw.Canvas, layers []Layer) (vg.Rectangle, bool) {
	data := g.DataCanvas(c)
	f := newFrame(data, g)
	at, covered := emptiest(l.corners(data.Rectangle), func(mark func(vg.Point)) {
		for _, layer := range layers {
			layer.ink(f, mark)
		}
	})
	return at, covered == 0
}

// below is the size of the legend in rows that are at most so wide, if one entry is not
// wider, and the number of its columns.
func (l legend) below(width vg.Length) (size vg.Point, columns int) {
	cell := l.size().X - legendGap
	columns = max(1, min(len(l.labels), int((width-legendGap)/cell)))
	rows := (len(l.labels) + columns - 1) / columns
	columns = (len(l.labels) + rows - 1) / rows // even rows
	return vg.Point{X: vg.Length(columns)*cell + legendGap, Y: vg.Length(rows)*legendRow + legendGap}, columns
}

// corners are the places inside the axes, the likeliest first.
func (l legend) corners(data vg.Rectangle) []vg.Rectangle {
	size := l.size()
	left, right := data.Min.X+legendMargin, data.Max.X-legendMargin-size.X
	low, high := data.Min.Y+legendMargin, data.Max.Y-legendMargin-size.Y
	middle := (left + right) / 2
	if right < left || high < low {
		return nil
	}
	var all []vg.Rectangle
	for _, p := range []vg.Point{{X: right, Y: high}, {X: left, Y: high}, {X: right, Y: low}, {X: left, Y: low}, {X: middle, Y: high}, {X: middle, Y: low}} {
		all = append(all, vg.Rectangle{Min: p, Max: p.Add(size)})
	}
	return all
}

// emptiest returns the place that covers the fewest points of the ink, the first
// of several, and how many it covers.
func emptiest(places []vg.Rectangle, ink func(mark func(vg.Point))) (vg.Rectangle, int) {
	const air = 2 // points around the box
	covered := make([]int, len(places))
	ink(func(p vg.Point) {
		for i, r := range places {
			if r.Min.X-air <= p.X && p.X <= r.Max.X+air && r.Min.Y-air <= p.Y && p.Y <= r.Max.Y+air {
				covered[i]++
			}
		}
	})
	best := -1
	for i := range places {
		if best < 0 || covered[i] < covered[best] {
			best = i
		}
	}
	if best < 0 {
		return vg.Rectangle{}, math.MaxInt
	}
	return places[best], covered[best]
}

// draw draws the legend into r, in so many columns.
func (l legend) draw(c draw.Canvas, r vg.Rectangle, columns int) {
	if len(l.labels) == 0 {
		return
	}
	box := []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}, r.Min}
	c.FillPolygon(color.NRGBA{255, 255, 255, 235}, box)
	c.StrokeLines(draw.LineStyle{Color: color.Gray{200}, Width: 0.5}, box)
	s := textStyle(legendSize, draw.XLeft, draw.YCenter)
	cell := l.size().X - legendGap
	for i, label := range l.labels {
		y := r.Max.Y - legendGap/2 - legendRow*(vg.Length(i/columns)+0.5)
		left := r.Min.X + legendGap + cell*vg.Length(i%columns)
		l.signs[i](draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: left, Y: y - legendRow*0.33}, Max: vg.Point{X: left + legendSign, Y: y + legendRow*0.33}}})
		write(c, s, vg.Point{X: left + legendSign + legendGap, Y: y}, label)
	}
}
