package fig

import (
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"
)

// TestLegendSigns: each name of a legend has the sign of its curve at its left, in the
// order of the layers; equal names stand once, and what has no name does not.
func TestLegendSigns(t *testing.T) {
	curve := func(label string, c color.NRGBA) Curve {
		return Curve{Label: label, Style: LineStyle(c, Solid, Square), X: []float64{0, 1}, Y: []float64{0, 1}}
	}
	p := Key(8, 5, curve("first", Green), Rule{Label: "second", Style: LineStyle(Purple, Solid, NoMarker)}, curve("", Orange),
		curve("third", Sky), curve("first", Vermilion))
	l, img := lookAt(p), pixelsAt(p.Image(72))
	if !slices.Equal(l.texts, []string{"first", "second", "third"}) {
		t.Fatalf("names %q", l.texts)
	}
	height := float64(img.Bounds().Dy())
	for i, c := range []color.NRGBA{Green, Purple, Sky} {
		x, y := img.centre(c)
		box := l.boxes[i]
		if below, above := height-float64(box.Min.Y), height-float64(box.Max.Y); y < above-1 || y > below+1 || !(x < float64(box.Min.X)) {
			t.Errorf("the sign of %q is at pixel (%.0f, %.0f), its name from (%v, %.0f) to %.0f", l.texts[i], x, y, box.Min.X, above, below)
		}
	}
	if n := count(p.Image(72), Orange) + count(p.Image(72), Vermilion); n > 0 {
		t.Errorf("%d pixels of curves without a line of their own", n)
	}
}

// TestRulesCross: a rule goes from one end of the axes to the other, and is one line.
func TestRulesCross(t *testing.T) {
	r := measured(t, zeroToTen(), zeroToTen())
	s := LineStyle(Green, Solid, NoMarker)
	s.Width = 3
	for _, vertical := range []bool{false, true} {
		all := r.draw(Rule{Style: s, Vertical: vertical, At: 7}).of(Green)
		low, high, off := math.Inf(1), math.Inf(-1), 0.0
		for _, p := range all {
			along, across, want := float64(p.X), float64(p.Y), r.toY(7)
			if vertical {
				along, across, want = float64(p.Y), float64(p.X), r.toX(7)
			}
			low, high, off = min(low, along), max(high, along), max(off, math.Abs(across-want))
		}
		from, to := r.toX(0), r.toX(10)
		if vertical {
			from, to = r.toY(10), r.toY(0)
		}
		if math.Abs(low-from) > 2 || math.Abs(high-to) > 2 || off > 3 {
			t.Errorf("vertical %t: from %v to %v, want %.1f to %.1f; up to %.1f pixels beside", vertical, low, high, from, to, off)
		}
	}
}

// TestMarkersTakeTurns: curves that coincide show markers at different places, about
// eight each.
func TestMarkersTakeTurns(t *testing.T) {
	r := measured(t, zeroToTen(), zeroToTen())
	var x, y []float64
	for i := range 101 {
		x, y = append(x, float64(i)/10), append(y, 5)
	}
	taken := map[int]Marker{}
	for _, m := range []Marker{Circle, Square, Triangle} {
		columns := map[int]bool{}
		for _, p := range r.draw(Curve{Style: Style{Color: Green, Dash: Invisible, Marker: m, Size: 2}, X: x, Y: y}).of(Green) {
			columns[p.X] = true
		}
		blobs := 0
		for c := range columns {
			if !columns[c-1] && !columns[c-2] && !columns[c-3] && !columns[c-4] {
				blobs++
			}
			if other, ok := taken[c]; ok {
				t.Fatalf("markers %d and %d are both at column %d", other, m, c)
			}
		}
		for c := range columns {
			taken[c] = m
		}
		if blobs < 7 || blobs > 10 {
			t.Errorf("%d places of marker %d", blobs, m)
		}
	}
}

// TestStylesOfMany: a thin line has the share of ink that its width says and no
// markers; scattered points have no line between them.
func TestStylesOfMany(t *testing.T) {
	r := measured(t, zeroToTen(), zeroToTen())
	ink := func(s Style) (ink float64) {
		img := r.draw(Curve{Style: s, X: []float64{1, 9}, Y: []float64{5.13, 5.13}})
		middle := int(r.toX(5))
		for py := range img.Bounds().Dy() {
			if c := img.at(middle, py); int(c.G) > int(c.R)+8 {
				ink += float64(255-int(c.R)) / 255
			}
		}
		return ink
	}
	s := LineStyle(Green, Solid, Circle)
	thick, thin := ink(s), ink(s.Thin())
	if got, want := thin/thick, 0.9/1.7*170/255; math.Abs(got-want) > 0.08 {
		t.Errorf("a thin line has %.2f of the ink, want %.2f", got, want)
	}
	if got := ink(s.Scatter()); got != 0 {
		t.Errorf("ink %v between scattered points", got)
	}
	if m := LineStyle(Green, Solid, NoMarker).Scatter().Marker; m == NoMarker {
		t.Error("scattered points without a marker")
	}
}

// TestEqualUnits: a circle is as wide as high in a panel of any shape, with a legend
// and long labels or without.
func TestEqualUnits(t *testing.T) {
	circle := Curve{Style: LineStyle(Green, Solid, NoMarker)}
	for i := range 361 {
		s, c := math.Sincos(2 * math.Pi * float64(i) / 360)
		circle.X, circle.Y = append(circle.X, 3+c), append(circle.Y, -2+s)
	}
	for _, size := range [][2]float64{{12, 9}, {16, 6}, {6, 12}} {
		for _, label := range []string{"", "way of the tip"} {
			circle.Label = label
			p := must(Plot{Name: "c", Width: size[0], Height: size[1], Equal: true, X: Axis{Label: strings.Repeat(label+" ", 4)},
				Y: Axis{Label: "y (m)"}, Layers: []Layer{circle}}.Panel())
			img := pixelsAt(p.Image(150))
			columns, rows := map[int]int{}, map[int]int{}
			for _, at := range img.of(Green) {
				columns[at.X]++
				rows[at.Y]++
			}
			diameter := func(lines map[int]int) int { // without the sign of a legend, which is apart
				longest, run := 0, 0
				for i := range 3000 {
					if run++; lines[i] == 0 {
						run = 0
					}
					longest = max(longest, run)
				}
				return longest
			}
			if w, h := diameter(columns), diameter(rows); max(w-h, h-w) > 3 || w < 60 {
				t.Errorf("%v cm, label %q: the circle is %d by %d pixels", size, label, w, h)
			}
		}
	}
}
