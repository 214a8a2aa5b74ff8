package fig

import (
	"fmt"
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Matrix is a square matrix as coloured squares with numbers in them: entry (i, j)
// at x = j, y = i, counted from 1. A plot of it has the first row on top, as matrices
// are written, whole numbers at its axes and a bar of the colours.
type Matrix struct {
	N         int
	Values    []float64 // [N, N], row by row
	Low, High float64   // the range of colours; what is outside has the colour of its end
}

func (c Matrix) check() error {
	if c.N < 1 || len(c.Values) != c.N*c.N {
		return fmt.Errorf("a matrix of size %d has %d values", c.N, len(c.Values))
	}
	x := make([]float64, len(c.Values))
	return Curve{Label: "matrix", X: x, Y: c.Values}.check()
}

func (c Matrix) extent(r *extent) {
	for _, v := range []float64{0.5, float64(c.N) + 0.5} {
		r.x(v)
		r.y(v)
	}
}

func (c Matrix) onLog(floorX, floorY float64) Layer { return c }

func (c Matrix) draw(f frame) {
	s := textStyle(min(noteSize, 40/float64(c.N)+1.5), draw.XCenter, draw.YCenter)
	for k, v := range c.Values {
		x, y := float64(k%c.N+1), float64(k/c.N+1)
		t := 0.5
		if c.High > c.Low {
			t = (v - c.Low) / (c.High - c.Low)
		}
		a, b := f.at(x-0.5, y-0.5), f.at(x+0.5, y+0.5)
		f.FillPolygon(viridis(t), []vg.Point{a, {X: b.X, Y: a.Y}, b, {X: a.X, Y: b.Y}})
		var ink color.Color = color.White
		if t > 0.55 {
			ink = Black
		}
		write(f.Canvas, colored(s, ink), f.at(x, y), entryText(v))
	}
}

// entryText is a number of a matrix.
func entryText(v float64) string {
	s := strings.Replace(fmt.Sprintf("%.2f", v), "-", "−", 1)
	if s == "−0.00" {
		return "0.00"
	}
	return s
}

func (c Matrix) ink(frame, func(vg.Point)) {}

func (c Matrix) entry() (string, func(draw.Canvas)) { return "", nil }
