package fig

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Axis describes one axis of a Plot.
type Axis struct {
	Label string
	// Log makes the axis logarithmic. What is zero or negative is drawn at the
	// smallest positive value of the curves; bands end at a tenth of it.
	Log    bool
	Limits *[2]float64 // nil: what the data needs
}

// bandRoom is how far below the smallest positive value a band reaches on a log axis.
const bandRoom = 10

// Plot is axes with layers inside, drawn from the first to the last.
type Plot struct {
	Name          string // stem of the file names
	Title         string
	Width, Height float64 // cm
	X, Y          Axis
	Equal         bool // one unit has the same length on both axes
	Layers        []Layer
}

// Usual sizes of a panel, cm.
const (
	PanelWidth  = 12
	PanelHeight = 9
)

// Panel checks p and makes it a picture. Errors that name the panel are a layer
// without points or with a number that is not finite or beyond ±1e300, a log axis
// without a positive value, limits that are not two different numbers in increasing
// order, and data that are too close to zero or to each other to have an axis.
func (p Plot) Panel() (Panel, error) {
	fail := func(err error) (Panel, error) { return Panel{}, fmt.Errorf("fig: panel %s: %w", p.Name, err) }
	if len(p.Layers) == 0 {
		return fail(fmt.Errorf("there is nothing to draw"))
	}
	if !(p.Width > 0 && p.Height > 0) {
		return fail(fmt.Errorf("its size is %v×%v cm", p.Width, p.Height))
	}
	if _, ok := p.field(); ok && (p.X.Log || p.Y.Log) {
		return fail(fmt.Errorf("a field has no log axes"))
	}
	r := newExtent()
	for _, l := range p.Layers {
		if err := l.check(); err != nil {
			return fail(err)
		}
		l.extent(&r)
	}
	floorX, floorY := math.Inf(-1), math.Inf(-1)
	if p.X.Log {
		floorX = r.floorX
	}
	if p.Y.Log {
		floorY = r.floorY
	}
	if math.IsInf(floorX, 1) || math.IsInf(floorY, 1) {
		return fail(fmt.Errorf("no positive value for its log axis"))
	}
	r = newExtent()
	layers := make([]Layer, len(p.Layers))
	for i, l := range p.Layers {
		layers[i] = l.onLog(floorX, floorY)
		layers[i].extent(&r)
	}
	p.Layers = layers
	x, y := p.axisRange(p.X, r.xMin, r.xMax), p.axisRange(p.Y, r.yMin, r.yMax)
	if err := cmp.Or(y.check("y", p.Y), x.check("x", p.X)); err != nil {
		return fail(err)
	}
	if a, b := x[1]-x[0], y[1]-y[0]; p.Equal && max(a/b, b/a) > mostUnequal {
		return fail(fmt.Errorf("equal units on axes as long as %g and %g", a, b))
	}
	return Panel{Name: p.Name, Width: p.Width, Height: p.Height, draw: func(c draw.Canvas) { p.draw(c, r) }}, nil
}

// draw draws the title, then axes, layers and legend in what is left.
func (p Plot) draw(c draw.Canvas, r extent) {
	c = p.drawTitle(draw.Crop(c, 5, -8, 5, -5))
	g, labels, legend, at, c := p.layout(c, r)
	g.Draw(c)
	labels.draw(c, g.DataCanvas(c))
	legend.draw(c, at)
	if f, ok := p.field(); ok {
		f.bar().draw(g.DataCanvas(c))
	}
}

// layout sets up the axes and their labels, and finds the place of the legend and the
// canvas that the axes keep of c.
func (p Plot) layout(c draw.Canvas, r extent) (g *plot.Plot, labels axisLabels, l legend, at vg.Rectangle, rest draw.Canvas) {
	g = plot.New()
	g.BackgroundColor = nil
	p.setAxis(&g.X, p.X, r.xMin, r.xMax, p.Width/2)
	p.setAxis(&g.Y, p.Y, r.yMin, r.yMax, p.Height/1.6)
	if f, ok := p.field(); ok {
		c.Max.X -= f.bar().width()
	} else {
		grid := plotter.NewGrid()
		pale := draw.LineStyle{Color: color.Gray{228}, Width: vg.Points(0.5)}
		grid.Vertical, grid.Horizontal = pale, pale
		g.Add(grid)
	}
	for _, l := range p.Layers {
		g.Add(adapter{l})
	}
	labels, c = p.fitLabels(g, c)
	x, y := g.X, g.Y
	if p.Equal {
		equalUnits(g, c)
	}
	l = newLegend(p.Layers)
	at, rest = l.place(g, c, p.Layers, p.Y.Limits == nil && !p.Equal)
	if p.Equal && rest != c { // the legend took room beside the axes
		g.X, g.Y = x, y
		equalUnits(g, rest)
	}
	return g, labels, l, at, rest
}

// drawTitle draws the title and the notes on bands; it returns the canvas below.
func (p Plot) drawTitle(c draw.Canvas) draw.Canvas {
	if p.Title != "" {
		style := bold(textStyle(titleSize, draw.XCenter, draw.YTop))
		for style.Width(p.Title) > c.Size().X && style.Font.Size > 1 {
			style.Font.Size *= 0.95
		}
		write(c, style, vg.Point{X: c.Center().X, Y: c.Max.Y}, p.Title)
		c.Max.Y -= 1.35 * titleSize
	}
	if n := p.spreads(); n != "" {
		write(c, colored(textStyle(noteSize, draw.XCenter, draw.YTop), color.Gray{90}), vg.Point{X: c.Center().X, Y: c.Max.Y}, n)
		c.Max.Y -= 1.4 * noteSize
	}
	c.Max.Y -= 4
	return c
}

// spreads says what the bands are, once if all are of one kind.
func (p Plot) spreads() string {
	var different, named []string
	seen := map[string]bool{}
	for _, l := range p.Layers {
		if c, ok := l.(Curve); ok && c.Spread != "" {
			if !seen[c.Spread] {
				seen[c.Spread] = true
				different = append(different, c.Spread)
			}
			named = append(named, c.Label+": "+c.Spread)
		}
	}
	if len(different) <= 1 {
		return strings.Join(different, "")
	}
	return strings.Join(named, "; ")
}

// setAxis sets up one axis for values from low to high with about n ticks.
func (p Plot) setAxis(a *plot.Axis, spec Axis, low, high, n float64) {
	a.Label.TextStyle = labelStyle() // for the air beside the numbers of ticks; see axisLabel
	x, y := a.Tick.Label.XAlign, a.Tick.Label.YAlign
	a.Tick.Label = textStyle(tickSize, x, y)
	a.Tick.Length = 4
	a.Padding = 0
	a.Tick.Marker = linearTicks{n}
	a.LineStyle.Width, a.Tick.LineStyle.Width = 0.8, 0.8
	if spec.Log {
		a.Scale = plot.LogScale{}
		a.Tick.Marker = logTicks{n}
	}
	r := p.axisRange(spec, low, high)
	a.Min, a.Max = r[0], r[1]
}

// widen moves the ends of an axis by fractions of its length.
func widen(a *plot.Axis, low, high float64) {
	_, log := a.Scale.(plot.LogScale)
	a.Min, a.Max = widened(a.Min, a.Max, low, high, log)
}

// equalUnits widens the axes that g has on c until a unit has the same length on both.
// Longer axes have other numbers at their ticks, whose width changes the canvas of the
// data: one time is not always enough.
func equalUnits(g *plot.Plot, c draw.Canvas) {
	const equal = 1e-3
	for range 4 {
		size := g.DataCanvas(c).Size()
		unitX := (g.X.Max - g.X.Min) / float64(size.X)
		unitY := (g.Y.Max - g.Y.Min) / float64(size.Y)
		switch ratio := unitX / unitY; {
		case math.Abs(ratio-1) < equal:
			return
		case ratio > 1:
			widen(&g.Y, (ratio-1)/2, (ratio-1)/2)
		default:
			extra := (unitY/unitX - 1) / 2
			widen(&g.X, extra, extra)
		}
	}
}

// adapter makes a layer a gonum plotter.
type adapter struct{ layer Layer }

// Plot implements plot.Plotter.
func (a adapter) Plot(c draw.Canvas, g *plot.Plot) { a.layer.draw(newFrame(c, g)) }

func newFrame(c draw.Canvas, g *plot.Plot) frame {
	x, y := g.Transforms(&c)
	return frame{c, x, y}
}
