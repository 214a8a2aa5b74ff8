package fig

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"ml3/mllib/tidy"
)

// invdynMatrices draws the scaled inertia matrix at the beginning of a new
// trajectory, the true one and what the fitted networks predict, in one scale of
// colours and with the numbers in the cells.
func invdynMatrices(t tidy.Table, stem string) (Panel, error) {
	rows := t.Where(tidy.Task("matrix"), tidy.Metric("S H S"))
	low, high := math.Inf(1), math.Inf(-1)
	for _, r := range rows.Where(tidy.Method(invdynPictured[:]...)) {
		low, high = min(low, r.Value), max(high, r.Value)
	}
	var panels []Panel
	for _, m := range invdynPictured {
		s := rows.Where(tidy.Method(m)).Series()
		if len(s) == 0 && m != "truth" { // it diverged
			continue
		}
		if len(s) != 1 {
			return Panel{}, fmt.Errorf("fig: %d matrices of %s", len(s), m)
		}
		d := int(math.Round(math.Sqrt(float64(len(s[0].Values)))))
		if d*d != len(s[0].Values) {
			return Panel{}, fmt.Errorf("fig: matrix of %s has %d entries", m, len(s[0].Values))
		}
		_, label := invdynStyle(m)
		edge := float64(d) + 0.5
		p, err := Plot{
			Name: stem + "-matrix", Title: "S H S: " + label, Width: PanelWidth - 2, Height: PanelHeight, Equal: true,
			X: Axis{Label: "joint", Limits: &[2]float64{0.5, edge}}, Y: Axis{Label: "joint", Limits: &[2]float64{0.5, edge}},
			Layers: []Layer{cells{d, s[0].Values, low, high}},
		}.Panel()
		if err != nil {
			return Panel{}, err
		}
		panels = append(panels, p)
	}
	return Grid(stem+"-matrix", 2, panels...)
}

// cells is a square matrix of size n as coloured squares with numbers, entry (i, j)
// at (j, i) counted from 1, coloured from low to high.
type cells struct {
	n         int
	values    []float64 // row by row
	low, high float64
}

func (c cells) check() error {
	x := make([]float64, len(c.values))
	return Curve{Label: "matrix", X: x, Y: c.values}.check()
}

func (c cells) extent(r *extent) {
	for _, v := range []float64{0.5, float64(c.n) + 0.5} {
		r.x(v)
		r.y(v)
	}
}

func (c cells) onLog(floorX, floorY float64) Layer { return c }

func (c cells) draw(f frame) {
	s := textStyle(min(noteSize, 40/float64(c.n)+1.5), draw.XCenter, draw.YCenter)
	for k, v := range c.values {
		x, y := float64(k%c.n+1), float64(k/c.n+1)
		t := 0.5
		if c.high > c.low {
			t = (v - c.low) / (c.high - c.low)
		}
		a, b := f.at(x-0.5, y-0.5), f.at(x+0.5, y+0.5)
		f.FillPolygon(Viridis(t), []vg.Point{a, {X: b.X, Y: a.Y}, b, {X: a.X, Y: b.Y}})
		var ink color.Color = color.White
		if t > 0.55 {
			ink = Black
		}
		write(f.Canvas, colored(s, ink), f.at(x, y), fmt.Sprintf("%.2f", v))
	}
}

func (c cells) ink(frame, func(vg.Point)) {}

func (c cells) entry() (string, func(draw.Canvas)) { return "", nil }
