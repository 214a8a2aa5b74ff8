package fig

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// diagram draws boxes and arrows; places are in centimetres from the lower left
// corner.
type diagram struct{ draw.Canvas }

func (d diagram) at(x, y float64) vg.Point {
	return d.Min.Add(vg.Point{X: vg.Length(x) * vg.Centimeter, Y: vg.Length(y) * vg.Centimeter})
}

// box is a rounded rectangle around a centre with a title, a formula and a
// remark.
type box struct {
	x, y, w, h             float64 // centre and size, cm
	color                  color.NRGBA
	title, formula, remark string
}

func (d diagram) box(b box) {
	path := d.rounded(b.x-b.w/2, b.y-b.h/2, b.w, b.h, 0.25)
	d.SetColor(color.White)
	d.Fill(path)
	pale := b.color
	pale.A = 36
	d.SetColor(pale)
	d.Fill(path)
	d.outline(b.color, 1.6, path)
	write(d.Canvas, bold(textStyle(11.5, draw.XCenter, draw.YCenter)), d.at(b.x, b.y+b.h*0.31), b.title)
	d.formula(b.formula, 13, d.at(b.x, b.y), Black)
	write(d.Canvas, colored(textStyle(9, draw.XCenter, draw.YCenter), color.Gray{80}), d.at(b.x, b.y-b.h*0.32), b.remark)
}

// region shades the part of a diagram that belongs together.
func (d diagram) region(x, y, w, h float64, c color.NRGBA) {
	path := d.rounded(x, y, w, h, 0.35)
	c.A = 16
	d.SetColor(c)
	d.Fill(path)
	c.A = 100
	d.outline(c, 0.8, path)
}

func (d diagram) heading(x, y float64, s string, c color.NRGBA) {
	write(d.Canvas, colored(bold(textStyle(10, draw.XLeft, draw.YTop)), c), d.at(x, y), s)
}

func (d diagram) outline(c color.Color, width vg.Length, path vg.Path) {
	d.SetLineStyle(draw.LineStyle{Color: c, Width: width})
	d.Stroke(path)
}

// rounded is the outline of a rectangle with round corners.
func (d diagram) rounded(x, y, w, h, radius float64) vg.Path {
	r := vg.Length(radius) * vg.Centimeter
	a, b := d.at(x, y), d.at(x+w, y+h)
	var p vg.Path
	p.Move(vg.Point{X: a.X + r, Y: a.Y})
	p.Arc(vg.Point{X: b.X - r, Y: a.Y + r}, r, -math.Pi/2, math.Pi/2)
	p.Arc(vg.Point{X: b.X - r, Y: b.Y - r}, r, 0, math.Pi/2)
	p.Arc(vg.Point{X: a.X + r, Y: b.Y - r}, r, math.Pi/2, math.Pi/2)
	p.Arc(vg.Point{X: a.X + r, Y: a.Y + r}, r, math.Pi, math.Pi/2)
	p.Close()
	return p
}

// arrow draws a polyline through the corners x₀, y₀, x₁, y₁, … with a head at its end.
func (d diagram) arrow(c color.NRGBA, dash Dash, corners []float64) {
	var pts []vg.Point
	for i := 0; i < len(corners); i += 2 {
		pts = append(pts, d.at(corners[i], corners[i+1]))
	}
	tip, before := pts[len(pts)-1], pts[len(pts)-2]
	along := tip.Sub(before)
	along = along.Scale(1 / vg.Length(math.Hypot(float64(along.X), float64(along.Y))))
	across := vg.Point{X: -along.Y, Y: along.X}
	base := tip.Sub(along.Scale(9))
	pts[len(pts)-1] = base
	d.StrokeLines(draw.LineStyle{Color: c, Width: 1.8, Dashes: dash.lengths()}, pts)
	d.FillPolygon(c, []vg.Point{tip, base.Add(across.Scale(4.2)), base.Sub(across.Scale(4.2))})
}

// label writes a formula just above (x, y), where a horizontal line may be.
func (d diagram) label(s string, x, y float64, c color.NRGBA) {
	d.formula(s, 11, d.at(x, y+0.44), c)
}

// key says what a kind of arrow means.
func (d diagram) key(x, y float64, c color.NRGBA, dash Dash, meaning string) {
	d.arrow(c, dash, []float64{x, y, x + 1.6, y})
	write(d.Canvas, colored(textStyle(9.5, draw.XLeft, draw.YCenter), color.Gray{60}), d.at(x+1.9, y), meaning)
}

// run is a piece of a formula: level 0 on the line, 1 a subscript, 2 its subscript.
type run struct {
	text  string
	level int
}

// runs splits a formula: _ lowers the next sign, _{…} a group, which may nest.
func runs(formula string) []run {
	var all []run
	level, once := 0, false
	signs := []rune(formula)
	for i := 0; i < len(signs); i++ {
		switch r := signs[i]; {
		case r == '_' && i+1 < len(signs) && signs[i+1] == '{':
			level++
			i++
		case r == '_':
			level++
			once = true
		case r == '}':
			level--
		default:
			if n := len(all); n > 0 && all[n-1].level == level {
				all[n-1].text += string(r)
			} else {
				all = append(all, run{string(r), level})
			}
			if once {
				level--
				once = false
			}
		}
	}
	return all
}

// formula writes a formula centred at pt.
func (d diagram) formula(s string, size float64, pt vg.Point, c color.NRGBA) {
	all := runs(s)
	style := func(r run) text.Style {
		return colored(textStyle(size*math.Pow(0.74, float64(r.level)), draw.XLeft, draw.YBottom), c)
	}
	var width vg.Length
	for _, r := range all {
		width += style(r).Width(r.text)
	}
	pt.X -= width / 2
	pt.Y -= vg.Length(0.36 * size)
	for _, r := range all {
		st := style(r)
		// FillText aligns the bottom of a line, below its baseline; fonts of
		// different sizes share the baseline when the descent is taken off.
		drop := vg.Length(0.2*size)*vg.Length(r.level) + st.FontExtents().Descent
		write(d.Canvas, st, vg.Point{X: pt.X, Y: pt.Y - drop}, r.text)
		pt.X += st.Width(r.text)
	}
}
