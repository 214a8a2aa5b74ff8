package fig

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Diagram draws boxes and arrows; places are in centimetres from the lower left
// corner.
type Diagram struct{ canvas draw.Canvas }

// NewDiagram is a panel that draws a diagram, width×height cm.
func NewDiagram(name string, width, height float64, draws func(Diagram)) Panel {
	return Panel{Name: name, Width: width, Height: height, draw: func(c draw.Canvas) { draws(Diagram{c}) }}
}

func (d Diagram) at(x, y float64) vg.Point {
	return d.canvas.Min.Add(vg.Point{X: vg.Length(x) * vg.Centimeter, Y: vg.Length(y) * vg.Centimeter})
}

// Block is a rounded rectangle around a centre with a title, a formula and a remark.
// In formulas _ lowers the next sign, _{…} a group, which may nest.
type Block struct {
	X, Y, W, H             float64 // centre and size, cm
	Color                  color.NRGBA
	Title, Formula, Remark string
}

// Block draws a block.
func (d Diagram) Block(b Block) {
	path := d.rounded(b.X-b.W/2, b.Y-b.H/2, b.W, b.H, 0.25)
	d.canvas.SetColor(color.White)
	d.canvas.Fill(path)
	pale := b.Color
	pale.A = 36
	d.canvas.SetColor(pale)
	d.canvas.Fill(path)
	d.outline(b.Color, 1.6, path)
	write(d.canvas, bold(textStyle(11.5, draw.XCenter, draw.YCenter)), d.at(b.X, b.Y+b.H*0.31), b.Title)
	d.formula(b.Formula, 13, d.at(b.X, b.Y), Black)
	write(d.canvas, colored(textStyle(9, draw.XCenter, draw.YCenter), color.Gray{80}), d.at(b.X, b.Y-b.H*0.32), b.Remark)
}

// Region shades the part of a diagram that belongs together.
func (d Diagram) Region(x, y, w, h float64, c color.NRGBA) {
	path := d.rounded(x, y, w, h, 0.35)
	c.A = 16
	d.canvas.SetColor(c)
	d.canvas.Fill(path)
	c.A = 100
	d.outline(c, 0.8, path)
}

// Heading writes a line from (x, y) to the right, in bold.
func (d Diagram) Heading(x, y float64, s string, c color.NRGBA) {
	write(d.canvas, colored(bold(textStyle(10, draw.XLeft, draw.YTop)), c), d.at(x, y), s)
}

func (d Diagram) outline(c color.Color, width vg.Length, path vg.Path) {
	d.canvas.SetLineStyle(draw.LineStyle{Color: c, Width: width})
	d.canvas.Stroke(path)
}

// rounded is the outline of a rectangle with round corners.
func (d Diagram) rounded(x, y, w, h, radius float64) vg.Path {
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

// Arrow draws a polyline through the corners x₀, y₀, x₁, y₁, … with a head at its end.
func (d Diagram) Arrow(c color.NRGBA, dash Dash, corners []float64) {
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
	d.canvas.StrokeLines(draw.LineStyle{Color: c, Width: 1.8, Dashes: dash.lengths()}, pts)
	d.canvas.FillPolygon(c, []vg.Point{tip, base.Add(across.Scale(4.2)), base.Sub(across.Scale(4.2))})
}

// Label writes a formula just above (x, y), where a horizontal line may be.
func (d Diagram) Label(s string, x, y float64, c color.NRGBA) {
	d.formula(s, 11, d.at(x, y+0.44), c)
}

// Key says what a kind of arrow means.
func (d Diagram) Key(x, y float64, c color.NRGBA, dash Dash, meaning string) {
	d.Arrow(c, dash, []float64{x, y, x + 1.6, y})
	write(d.canvas, colored(textStyle(9.5, draw.XLeft, draw.YCenter), color.Gray{60}), d.at(x+1.9, y), meaning)
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
func (d Diagram) formula(s string, size float64, pt vg.Point, c color.NRGBA) {
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
		write(d.canvas, st, vg.Point{X: pt.X, Y: pt.Y - drop}, r.text)
		pt.X += st.Width(r.text)
	}
}
