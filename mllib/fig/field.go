package fig

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Field is a heat map with a colour bar: Z[i][j] is the value of the cell whose
// centre is (X[j], Y[i]). X and Y increase evenly.
type Field struct {
	Label string // of the colour bar
	X, Y  []float64
	Z     [][]float64
}

func (h Field) check() error {
	if len(h.X) < 2 || len(h.Y) < 2 || len(h.Z) != len(h.Y) {
		return fmt.Errorf("field %q has %d rows for %d×%d cells; it needs at least 2×2", h.Label, len(h.Z), len(h.Y), len(h.X))
	}
	for i, row := range h.Z {
		if len(row) != len(h.X) {
			return fmt.Errorf("field %q has %d values in row %d, want %d", h.Label, len(row), i, len(h.X))
		}
		if err := (Curve{Label: h.Label, X: h.X, Y: row}).check(); err != nil {
			return err
		}
	}
	for _, axis := range [][]float64{h.X, h.Y} {
		step := (axis[len(axis)-1] - axis[0]) / float64(len(axis)-1)
		for i, v := range axis {
			if !(step > 0) || math.Abs(v-axis[0]-float64(i)*step) > 1e-6*step {
				return fmt.Errorf("field %q: the centres of its cells are not evenly spaced at %v", h.Label, v)
			}
		}
	}
	return nil
}

// edges returns the outer edges of cells with the given centres.
func edges(centres []float64) (low, high float64) {
	n := len(centres)
	half := (centres[n-1] - centres[0]) / float64(n-1) / 2
	return centres[0] - half, centres[n-1] + half
}

func (h Field) extent(r *extent) {
	x0, x1 := edges(h.X)
	y0, y1 := edges(h.Y)
	r.x(x0)
	r.x(x1)
	r.y(y0)
	r.y(y1)
}

func (h Field) onLog(floorX, floorY float64) Layer { return h }

func (h Field) zRange() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, row := range h.Z {
		for _, z := range row {
			low, high = min(low, z), max(high, z)
		}
	}
	if constant(low, high) {
		return widened(low, high, 0.5, 0.5, false)
	}
	return low, high
}

func (h Field) draw(f frame) {
	low, high := h.zRange()
	cells := image.NewNRGBA(image.Rect(0, 0, len(h.X), len(h.Y)))
	for i, row := range h.Z {
		for j, z := range row {
			cells.SetNRGBA(j, len(h.Y)-1-i, viridis((z-low)/(high-low)))
		}
	}
	x0, x1 := edges(h.X)
	y0, y1 := edges(h.Y)
	f.DrawImage(vg.Rectangle{Min: f.at(x0, y0), Max: f.at(x1, y1)}, enlarge(cells, 1200/max(len(h.X), len(h.Y))+1))
}

// enlarge repeats every pixel n×n times, so that renderers which smooth enlarged
// images leave the cells sharp.
func enlarge(src *image.NRGBA, n int) image.Image {
	b := src.Bounds()
	out := image.NewNRGBA(image.Rect(0, 0, b.Dx()*n, b.Dy()*n))
	for y := range b.Dy() * n {
		for x := range b.Dx() * n {
			out.SetNRGBA(x, y, src.NRGBAAt(b.Min.X+x/n, b.Min.Y+y/n))
		}
	}
	return out
}

func (h Field) ink(frame, func(vg.Point)) {}

func (h Field) entry() (string, func(draw.Canvas)) { return "", nil }

// field returns the first heat map of p.
func (p Plot) field() (Field, bool) {
	for _, l := range p.Layers {
		if f, ok := l.(Field); ok {
			return f, true
		}
	}
	return Field{}, false
}

// bar is a colour bar: to the right of the axes, as high as they are.
type bar struct {
	label     string
	low, high float64
	ticks     []plot.Tick
}

func newBar(label string, low, high float64) bar {
	return bar{label, low, high, linearTicks{5}.Ticks(low, high)}
}

// bar is the colour bar of the first layer that needs one.
func (p Plot) bar() (bar, bool) {
	for _, l := range p.Layers {
		switch l := l.(type) {
		case Field:
			low, high := l.zRange()
			return newBar(l.Label, low, high), true
		case Matrix:
			low, high := l.Low, l.High
			if !(low < high) || constant(low, high) {
				low, high = widened(low, high, 0.5, 0.5, false)
			}
			return newBar("", low, high), true
		}
	}
	return bar{}, false
}

// Sizes of a colour bar, points.
const (
	barGap   = 12
	barWidth = 10
)

func (b bar) labels() text.Style { return textStyle(tickSize, draw.XLeft, draw.YCenter) }

// width is what the bar takes from the canvas.
func (b bar) width() vg.Length {
	var w vg.Length
	for _, t := range b.ticks {
		w = max(w, b.labels().Width(t.Label))
	}
	if b.label != "" {
		w += 1.7 * labelSize
	}
	return barGap + barWidth + 7 + w
}

// draw draws the bar to the right of the data area.
func (b bar) draw(data draw.Canvas) {
	const shades = 128
	r := vg.Rectangle{Min: vg.Point{X: data.Max.X + barGap, Y: data.Min.Y}, Max: vg.Point{X: data.Max.X + barGap + barWidth, Y: data.Max.Y}}
	strip := image.NewNRGBA(image.Rect(0, 0, 1, shades))
	for i := range shades {
		strip.SetNRGBA(0, shades-1-i, viridis(float64(i)/(shades-1)))
	}
	data.DrawImage(r, enlarge(strip, 8))
	low, high := b.low, b.high
	line := draw.LineStyle{Color: Black, Width: 0.8}
	for _, t := range b.ticks {
		y := r.Min.Y + vg.Length((t.Value-low)/(high-low))*(r.Max.Y-r.Min.Y)
		data.StrokeLine2(line, r.Max.X, y, r.Max.X+3, y)
		write(data, b.labels(), vg.Point{X: r.Max.X + 6, Y: y}, t.Label)
	}
	s := textStyle(labelSize, draw.XCenter, draw.YBottom)
	s.Rotation = math.Pi / 2
	write(data, s, vg.Point{X: data.Max.X + b.width(), Y: (r.Min.Y + r.Max.Y) / 2}, b.label)
}

// viridis is the perceptually uniform colour map of that name (Smith and van der
// Walt, 2015) for t from 0 (dark blue) to 1 (yellow), by linear interpolation
// between nine of its colours.
func viridis(t float64) color.NRGBA {
	stops := [...][3]float64{{68, 1, 84}, {71, 44, 122}, {59, 81, 139}, {44, 113, 142}, {33, 144, 141},
		{39, 173, 129}, {92, 200, 99}, {170, 220, 50}, {253, 231, 37}}
	t = max(0, min(1, t)) * float64(len(stops)-1)
	i := min(int(t), len(stops)-2)
	mix := func(k int) uint8 {
		return uint8(math.Round(stops[i][k] + (t-float64(i))*(stops[i+1][k]-stops[i][k])))
	}
	return color.NRGBA{mix(0), mix(1), mix(2), 255}
}
