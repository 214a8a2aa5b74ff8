package fig

import (
	"cmp"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// robotScene is a layer of poses, drawn one after the other.
type robotScene struct {
	view   View
	all    []Pose // for the extent
	shown  []Pose
	accent color.NRGBA // of a robot of one part
}

func (l robotScene) check() error { return nil } // Robot has checked the poses

func (l robotScene) extent(r *extent) {
	for _, p := range l.all {
		for _, c := range p.Parts {
			for _, end := range [2][3]float64{c.A, c.B} {
				x, y, _ := l.view.project(end)
				r.x(x - c.Radius)
				r.x(x + c.Radius)
				r.y(y - c.Radius)
				r.y(y + c.Radius)
			}
		}
		if p.Goal != nil {
			x, y, _ := l.view.project(*p.Goal)
			r.x(x)
			r.y(y)
		}
	}
}

func (l robotScene) onLog(float64, float64) Layer { return l }

func (l robotScene) entry() (string, func(draw.Canvas)) { return "", nil }

func (l robotScene) ink(f frame, mark func(vg.Point)) {
	for _, p := range l.shown {
		for _, c := range p.Parts {
			for _, q := range l.flat(f, c).samples() {
				mark(q)
			}
		}
	}
}

// draw draws the poses, the parts of each from far to near.
func (l robotScene) draw(f frame) {
	for i, p := range l.shown {
		fade := 0.0
		if n := len(l.shown); i < n-1 {
			fade = 0.86 - 0.46*float64(i)/float64(n-1)
		}
		var parts []flatPart
		thick := 0.0
		for _, c := range p.Parts {
			parts = append(parts, l.flat(f, c))
			thick = max(thick, c.Radius)
		}
		for k := range parts {
			parts[k].color = l.tone(k, p.Parts, thick)
		}
		slices.SortStableFunc(parts, func(a, b flatPart) int { return cmp.Compare(a.near, b.near) })
		for _, part := range parts {
			part.draw(f, fade)
		}
	}
}

// tone is the colour of part k: dark for the thickest, otherwise two greys in turn,
// so that links are told apart. A lone part has the accent.
func (l robotScene) tone(k int, parts []Capsule, thick float64) color.NRGBA {
	grey := func(v uint8) color.NRGBA { return color.NRGBA{v, v, v, 255} }
	switch {
	case len(parts) == 1:
		return l.accent
	case parts[k].Radius == thick && slices.ContainsFunc(parts, func(c Capsule) bool { return c.Radius < thick }):
		return grey(96)
	case k%2 == 0:
		return grey(150)
	}
	return grey(178)
}

// flatPart is a capsule in the picture: exactly the points within a radius of the
// line from a to b.
type flatPart struct {
	a, b   vg.Point
	radius vg.Length
	near   float64
	color  color.NRGBA
}

func (l robotScene) flat(f frame, c Capsule) flatPart {
	ax, ay, an := l.view.project(c.A)
	bx, by, bn := l.view.project(c.B)
	// What overlaps is drawn in the order of the nearest points of the parts' middles.
	return flatPart{a: f.at(ax, ay), b: f.at(bx, by), radius: f.x(ax+c.Radius) - f.x(ax), near: (an+bn)/2 + c.Radius}
}

// path is the outline of p, moved by an offset and with the radius scaled.
func (p flatPart) path(offset vg.Point, scale vg.Length) vg.Path {
	d := p.b.Sub(p.a)
	angle := math.Atan2(float64(d.Y), float64(d.X))
	r := scale * p.radius
	sin, cos := math.Sincos(angle - math.Pi/2)
	a, b := p.a.Add(offset), p.b.Add(offset)
	var path vg.Path
	path.Move(b.Add(vg.Point{X: r * vg.Length(cos), Y: r * vg.Length(sin)}))
	path.Arc(b, r, angle-math.Pi/2, math.Pi)
	path.Arc(a, r, angle+math.Pi/2, math.Pi)
	path.Close()
	return path
}

// samples are points on the centre line and on both sides of it.
func (p flatPart) samples() []vg.Point {
	var all []vg.Point
	for i := range 9 {
		at := p.a.Add(p.b.Sub(p.a).Scale(vg.Length(i) / 8))
		for k := range 8 {
			sin, cos := math.Sincos(math.Pi / 4 * float64(k))
			all = append(all, at.Add(vg.Point{X: p.radius * vg.Length(cos), Y: p.radius * vg.Length(sin)}))
		}
	}
	return all
}

// draw fills p in three shades, as if lit from the upper left, and outlines it.
// fade from 0 to 1 blends it into white.
func (p flatPart) draw(f frame, fade float64) {
	shade := func(light float64) color.NRGBA {
		return blend(blend(p.color, Black, -min(light, 0)), white, max(light, 0))
	}
	lift := vg.Point{X: -0.16 * p.radius, Y: 0.16 * p.radius}
	for i, light := range [3]float64{-0.22, 0.08, 0.3} {
		f.SetColor(blend(shade(light), white, fade))
		f.Fill(p.path(lift.Scale(vg.Length(i)), [3]vg.Length{1, 0.76, 0.4}[i]))
	}
	f.SetLineStyle(draw.LineStyle{Color: blend(Black, white, fade), Width: 0.7})
	f.Stroke(p.path(vg.Point{}, 1))
}

var white = color.NRGBA{255, 255, 255, 255}

// blend is a on its way to b, t from 0 to 1.
func blend(a, b color.NRGBA, t float64) color.NRGBA {
	mix := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + t*(float64(y)-float64(x)))) }
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

// robotFloor is the floor in a view from the side.
type robotFloor struct{ view View }

func (l robotFloor) check() error                 { return nil }
func (l robotFloor) onLog(float64, float64) Layer { return l }
func (l robotFloor) ink(frame, func(vg.Point))    {}

func (l robotFloor) extent(r *extent) { r.y(0) }

func (l robotFloor) entry() (string, func(draw.Canvas)) { return "", nil }

func (l robotFloor) draw(f frame) {
	y := min(f.y(0), f.Max.Y)
	if y <= f.Min.Y {
		return
	}
	f.FillPolygon(color.Gray{224}, []vg.Point{{X: f.Min.X, Y: f.Min.Y}, {X: f.Max.X, Y: f.Min.Y}, {X: f.Max.X, Y: y}, {X: f.Min.X, Y: y}})
	f.StrokeLine2(draw.LineStyle{Color: color.Gray{90}, Width: 1.2}, f.Min.X, y, f.Max.X, y)
}

// robotGoals are rings around dots.
type robotGoals struct {
	view View
	at   [][3]float64
}

func (l robotGoals) check() error                 { return nil }
func (l robotGoals) onLog(float64, float64) Layer { return l }

func (l robotGoals) extent(r *extent) {
	for _, g := range l.at {
		x, y, _ := l.view.project(g)
		r.x(x)
		r.y(y)
	}
}

func (l robotGoals) ink(f frame, mark func(vg.Point)) {
	for _, g := range l.at {
		x, y, _ := l.view.project(g)
		for k := range 8 {
			sin, cos := math.Sincos(math.Pi / 4 * float64(k))
			mark(f.at(x, y).Add(vg.Point{X: goalRadius * vg.Length(cos), Y: goalRadius * vg.Length(sin)}))
		}
	}
}

func (l robotGoals) draw(f frame) {
	for _, g := range l.at {
		x, y, _ := l.view.project(g)
		drawGoal(f.Canvas, f.at(x, y))
	}
}

func (l robotGoals) entry() (string, func(draw.Canvas)) {
	if len(l.at) == 0 {
		return "", nil
	}
	return "goal", func(c draw.Canvas) { drawGoal(c, c.Center()) }
}

const goalRadius = 5.4 // points

func drawGoal(c draw.Canvas, at vg.Point) {
	disc := func(r vg.Length, col color.Color) {
		var p vg.Path
		p.Move(at.Add(vg.Point{X: r}))
		p.Arc(at, r, 0, math.Pi)
		p.Arc(at, r, math.Pi, math.Pi)
		p.Close()
		c.SetColor(col)
		c.Fill(p)
	}
	disc(goalRadius, Red)
	disc(3.9, white)
	disc(2.2, Red)
}
