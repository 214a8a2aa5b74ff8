package fig

import (
	"fmt"
	"image"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// side is a picture seen with one of its axes upright: along the axis from its low end
// and across it from the edge of the picture.
type side struct {
	along, across int
	dark          func(along, across int) bool
}

func sideOf(img image.Image, upright bool) side {
	r := img.Bounds()
	dark := func(x, y int) bool { g, _, _, _ := img.At(x, y).RGBA(); return g < 0x8000 }
	if upright {
		return side{r.Dy(), r.Dx(), func(a, b int) bool { return dark(b, r.Dy()-1-a) }}
	}
	return side{r.Dx(), r.Dy(), func(a, b int) bool { return dark(a, r.Dy()-1-b) }}
}

// ink are the ends of what is dark at a distance from the edge, first > last if
// nothing is.
func (s side) ink(across int) (first, last int) {
	first, last = s.along, -1
	for a := range s.along {
		if s.dark(a, across) {
			first, last = min(first, a), max(last, a)
		}
	}
	return first, last
}

// axis are the ends of the line of the axis: the first from the edge that is dark over
// a third of the picture without a gap.
func (s side) axis(t *testing.T) (from, to int) {
	t.Helper()
	for b := range s.across / 2 {
		run := 0
		for a := 0; a <= s.along; a++ {
			if a < s.along && s.dark(a, b) {
				run++
			} else if run > s.along/3 {
				return a - run, a - 1
			} else {
				run = 0
			}
		}
	}
	t.Fatal("no axis")
	return 0, 0
}

// label are the ends of the first text from the edge, and how far it reaches across:
// until there is nothing for a width of three points, at 200 dots an inch.
func (s side) label() (from, to, width int) {
	from, to = s.along, -1
	begin, empty := -1, 0
	for b := 0; b < s.across && empty < 8; b++ {
		first, last := s.ink(b)
		switch {
		case last >= 0:
			if begin < 0 {
				begin = b
			}
			from, to, width, empty = min(from, first), max(to, last), b-begin+1, 0
		case begin >= 0:
			empty++
		}
	}
	return from, to, width
}

// labelled is a panel of a falling curve whose axes have labels.
func labelled(x, y Axis) Panel {
	c := Curve{Style: LineStyle(Blue, Solid, NoMarker)}
	for i := 1; i <= 100; i++ {
		c.X, c.Y = append(c.X, float64(i)), append(c.Y, 4*math.Exp(-float64(i)/15))
	}
	return must(Plot{Name: "labelled", Width: PanelWidth, Height: PanelHeight, X: x, Y: y, Layers: []Layer{c}}.Panel())
}

// long is a text of n letters with descenders, in words of seven.
func long(n int) string { return strings.Repeat("gapped ", n/7+1)[:n-1] + "g" }

// TestLabelsAreBesideTheirAxes: on linear and logarithmic axes a label of any length
// is centred on its axis and no longer than it, and the axes keep the picture.
func TestLabelsAreBesideTheirAxes(t *testing.T) {
	for _, log := range []bool{false, true} {
		for _, n := range []int{8, 40, 48, 75, 110} {
			axis := Axis{Label: long(n), Log: log}
			img := labelled(axis, axis).Image(printDPI)
			for _, upright := range []bool{false, true} {
				what := fmt.Sprintf("%d letters, upright %t, log %t", n, upright, log)
				s := sideOf(img, upright)
				from, to := s.axis(t)
				first, last, width := s.label()
				if first < from-2 || last > to+2 {
					t.Errorf("%s: the label goes from %d to %d, the axis from %d to %d", what, first, last, from, to)
				}
				if off := math.Abs(float64(first+last-from-to)) / 2; off > 5 {
					t.Errorf("%s: the middle of the label is %.1f pixels off", what, off)
				}
				if share := float64(to-from) / float64(s.along); share < 0.72 || n <= 40 && share < 0.8 {
					t.Errorf("%s: the axis has %.2f of the picture", what, share)
				}
				if n <= 40 && float64(width) > 1.2*labelSize/72*printDPI {
					t.Errorf("%s: %d pixels across are more than a line", what, width)
				}
			}
		}
	}
}

// TestLabelsGoldenImages: a label as long as its logarithmic axis, and longer ones.
func TestLabelsGoldenImages(t *testing.T) {
	forty := labelled(Axis{Label: "gradient steps"}, Axis{Label: "median of |θ − ν| (rad per unit of x: y)", Log: true})
	both := labelled(Axis{Label: strings.Repeat("outer steps of many kinds, ", 4) + "counted", Log: true},
		Axis{Label: strings.Repeat("error of the inertia matrix ", 2) + "(kg m²)", Log: true})
	compare(t, "log-label", forty.Image(72))
	compare(t, "log-label-wrapped", both.Image(72))
}

// TestWrappedLosesNothing: lines joined are the text, none is longer than the axis
// unless it is one word, and none could have had the first word of the next.
func TestWrappedLosesNothing(t *testing.T) {
	s := labelStyle()
	text := "the error of the inertia matrix in units of the mean of its entries over all of meta-training"
	for length := vg.Length(10); length < 600; length += 7 {
		lines := strings.Split(wrapped(text, s, length), "\n")
		if got := strings.Join(lines, " "); got != text {
			t.Fatalf("%v points: %q", length, got)
		}
		for i, line := range lines {
			if s.Width(line) > length && strings.Contains(line, " ") {
				t.Errorf("%q is longer than %v", line, length)
			}
			if i > 0 {
				if word := strings.Fields(line)[0]; s.Width(lines[i-1]+" "+word) <= length {
					t.Errorf("%v points: %q would have had room after %q", length, word, lines[i-1])
				}
			}
		}
	}
}

// TestLogAxesKeepWhatLinearOnesDo: whether an axis is logarithmic or linear, its
// canvas has the same size but for the width of the numbers of ticks.
func TestLogAxesKeepWhatLinearOnesDo(t *testing.T) {
	canvas := draw.New(vgimg.New(12*vg.Centimeter, 9*vg.Centimeter))
	size := func(log bool) vg.Point {
		limits := &[2]float64{0.01, 10}
		p := Plot{Width: 12, Height: 9, X: Axis{Label: "x", Limits: limits}, Y: Axis{Label: long(40), Log: log, Limits: limits},
			Layers: []Layer{Curve{X: []float64{1, 2}, Y: []float64{1, 2}}}}
		r := newExtent()
		p.Layers[0].extent(&r)
		g, _, rest := p.layout(canvas, r)
		return g.DataCanvas(rest).Size()
	}
	linear, log := size(false), size(true)
	if math.Abs(float64(linear.Y-log.Y)) > 8 || math.Abs(float64(linear.X-log.X)) > 24 {
		t.Errorf("%v and %v", linear, log)
	}
}

// TestLegendsThatFindNoPlace stand below the axes, which look as they would without: the
// panel is higher.
func TestLegendsThatFindNoPlace(t *testing.T) {
	for _, n := range []int{8, 16, 32} {
		limits := &[2]float64{0, 1}
		dense := Curve{Label: long(n), Style: LineStyle(Blue, Solid, NoMarker)}
		for i := range 101 {
			dense.X, dense.Y = append(dense.X, float64(i)/100), append(dense.Y, float64(i*37%101)/100)
		}
		second := dense
		second.Label = long(n) + "2"
		p := Plot{Name: "p", Title: "T", Width: 12, Height: 9, X: Axis{Label: "x", Limits: limits}, Y: Axis{Label: "y", Limits: limits}, Layers: []Layer{dense, second}}
		with := must(p.Panel())
		dense.Label, second.Label = "", ""
		p.Layers = []Layer{dense, second}
		without := must(p.Panel())
		if without.Height != 9 || with.Height < 9.5 {
			t.Fatalf("%d letters: heights %v and %v", n, with.Height, without.Height)
		}
		x1, long1 := upright(pixelsAt(with.Image(96)))
		x2, long2 := upright(pixelsAt(without.Image(96)))
		if abs := math.Abs; abs(float64(x1-x2)) > 1 || abs(float64(long1-long2)) > 2 || long1 < 200 {
			t.Errorf("%d letters: the y axis is at %d and %d long, without a legend at %d and %d long", n, x1, long1, x2, long2)
		}
		if rows := map[bool]float64{true: 1, false: 2}[n <= 16]; math.Abs((with.Height-9)/0.55-rows) > 0.9 {
			t.Errorf("%d letters: the legend takes %.2f cm, not %v rows", n, with.Height-9, rows)
		}
	}
}

// upright finds the y axis: the column with the most black, and how much that is.
func upright(img pixels) (x, long int) {
	for col := range img.Bounds().Dx() / 3 {
		n := 0
		for y := range img.Bounds().Dy() {
			if near(img.at(col, y), Black, 90) {
				n++
			}
		}
		if n > long {
			x, long = col, n
		}
	}
	return x, long
}

// TestPossible: bands are cut at what is possible, and the axis ends there.
func TestPossible(t *testing.T) {
	c := Curve{Style: LineStyle(Blue, Solid, NoMarker), X: []float64{0, 1}, Y: []float64{0.2, 0.9}, Low: []float64{-0.4, 0.5}, High: []float64{0.6, 1.4}}
	got := c.within([2]float64{0, 1})
	if !slices.Equal(got.Low, []float64{0, 0.5}) || !slices.Equal(got.High, []float64{0.6, 1}) || c.Low[0] != -0.4 {
		t.Errorf("band %v to %v; before %v", got.Low, got.High, c.Low)
	}
	tall := func(possible *[2]float64) int { // rows of pale blue
		p := must(Plot{Name: "p", Width: 8, Height: 6, Y: Axis{Limits: &[2]float64{-1, 2}, Possible: possible}, Layers: []Layer{c}}.Panel())
		img := pixelsAt(p.Image(96))
		rows := 0
		for y := range img.Bounds().Dy() {
			x := img.Bounds().Dx() - 35
			if c := img.at(x, y); int(c.B) > int(c.R)+20 {
				rows++
			}
		}
		return rows
	}
	if free, cut := tall(nil), tall(&[2]float64{0, 1}); cut > free*3/4 || cut == 0 {
		t.Errorf("the band has %d rows, cut %d", free, cut)
	}
}

// TestMatrixLooksLikeOne: the first row is on top, ticks are whole, and zero has no sign.
func TestMatrixLooksLikeOne(t *testing.T) {
	p := must(Plot{Name: "m", Width: 8, Height: 8, Layers: []Layer{Matrix{N: 2, Values: []float64{1, 0, 0, -0.001}, High: 1}}}.Panel())
	img := pixelsAt(p.Image(96))
	if x, y := img.centre(viridis(1)); x > float64(img.Bounds().Dx())/2 || y > float64(img.Bounds().Dy())/2 {
		t.Errorf("the first entry is at (%.0f, %.0f)", x, y)
	}
	if got := entryText(-0.001); got != "0.00" {
		t.Errorf("−0.001 is written %s", got)
	}
	if got := entryText(-0.014); got != "−0.01" {
		t.Errorf("−0.014 is written %s", got)
	}
	if got := (wholeTicks{2}).Ticks(-0.5, 3.5); len(got) != 2 || got[0].Label != "1" || got[1].Label != "2" {
		t.Errorf("ticks %v", got)
	}
}
