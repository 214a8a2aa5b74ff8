package fig

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// pixels is a drawing as the bytes of its pixels.
type pixels struct{ *image.NRGBA }

func pixelsAt(img image.Image) pixels {
	p := image.NewNRGBA(img.Bounds())
	draw.Draw(p, p.Bounds(), img, img.Bounds().Min, draw.Src)
	return pixels{p}
}

// at is the colour of a pixel.
func (p pixels) at(x, y int) color.NRGBA { return p.NRGBAAt(x, y) }

func near(a, b color.NRGBA, by int) bool {
	d := func(x, y uint8) bool { return max(int(x)-int(y), int(y)-int(x)) <= by }
	return d(a.R, b.R) && d(a.G, b.G) && d(a.B, b.B)
}

// of are the pixels of a colour.
func (p pixels) of(c color.NRGBA) (all []image.Point) {
	for i := 0; i < len(p.Pix); i += 4 {
		if near(color.NRGBA{p.Pix[i], p.Pix[i+1], p.Pix[i+2], 255}, c, 12) {
			all = append(all, image.Point{X: i % p.Stride / 4, Y: i / p.Stride})
		}
	}
	return all
}

// count is the number of pixels of a colour.
func count(img image.Image, c color.NRGBA) int { return len(pixelsAt(img).of(c)) }

// centre is the middle of the pixels of a colour.
func (p pixels) centre(c color.NRGBA) (x, y float64) {
	all := p.of(c)
	for _, p := range all {
		x, y = x+float64(p.X)/float64(len(all)), y+float64(p.Y)/float64(len(all))
	}
	return x, y
}

// middle is the middle of all that is green.
func (p pixels) middle() (x, y float64) {
	left, right, top, bottom := 1<<30, 0, 1<<30, 0
	for i := 0; i < len(p.Pix); i += 4 {
		if x, y := i%p.Stride/4, i/p.Stride; int(p.Pix[i+1]) > int(p.Pix[i])+30 {
			left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
		}
	}
	return float64(left+right) / 2, float64(top+bottom) / 2
}

// ruler is a plot with given axes, drawn at 100 dots an inch, and what makes pixels
// of values, found by rules in two colours of their own.
type ruler struct {
	toX, toY func(float64) float64
	draw     func(layers ...Layer) pixels
}

func measured(t *testing.T, x, y Axis) ruler {
	t.Helper()
	corners := Curve{Style: Style{Dash: Invisible}, X: []float64{2, 8}, Y: []float64{2, 8}} // without ink
	bare := func(layers ...Layer) pixels {
		return pixelsAt(must(Plot{Name: "p", Width: 12, Height: 9, X: x, Y: y, Layers: append(layers, corners)}.Panel()).Image(100))
	}
	thick := func(c color.NRGBA, vertical bool, at float64) Rule {
		s := LineStyle(c, Solid, NoMarker)
		s.Width = 4
		return Rule{Style: s, Vertical: vertical, At: at}
	}
	scale := func(a Axis, v float64) float64 {
		if a.Log {
			return math.Log(v)
		}
		return v
	}
	low, high := 2.0, 8.0
	upright, level := bare(thick(Purple, true, low), thick(Sky, true, high)), bare(thick(Purple, false, low), thick(Sky, false, high))
	x0, _ := upright.centre(Purple)
	x1, _ := upright.centre(Sky)
	_, y0 := level.centre(Purple)
	_, y1 := level.centre(Sky)
	if !(x0 < x1 && y1 < y0) {
		t.Fatalf("rules at 2 and 8 are at pixels (%v, %v) and (%v, %v)", x0, y0, x1, y1)
	}
	to := func(a Axis, p0, p1 float64) func(float64) float64 {
		return func(v float64) float64 {
			return p0 + (p1-p0)*(scale(a, v)-scale(a, low))/(scale(a, high)-scale(a, low))
		}
	}
	return ruler{to(x, x0, x1), to(y, y0, y1), bare}
}

func zeroToTen() Axis { return Axis{Limits: &[2]float64{0, 10}} }

// TestPointsAreWhereTheyAre: markers of every kind are centred at their values, on
// linear and logarithmic axes.
func TestPointsAreWhereTheyAre(t *testing.T) {
	logarithmic := Axis{Log: true, Limits: &[2]float64{1, 100}}
	for _, axes := range [][2]Axis{{zeroToTen(), zeroToTen()}, {zeroToTen(), logarithmic}, {logarithmic, logarithmic}} {
		r := measured(t, axes[0], axes[1])
		for m := Circle; m <= Box; m++ {
			for _, p := range [][2]float64{{1.5, 7}, {5, 5}, {9, 1.25}} {
				s := Style{Color: Green, Dash: Invisible, Marker: m, Every: true, Size: 6}
				x, y := r.draw(Curve{Style: s, X: p[:1], Y: p[1:]}).middle()
				if m == Triangle { // whose centre of mass is the point: the middle of its box is a quarter of its radius higher
					y += 1.15 * 6 * 100 / 72 / 4
				}
				if math.Abs(x-r.toX(p[0])) > 1 || math.Abs(y-r.toY(p[1])) > 1 {
					t.Errorf("marker %d of (%v, %v) is at pixel (%.1f, %.1f), want (%.1f, %.1f)", m, p[0], p[1], x, y, r.toX(p[0]), r.toY(p[1]))
				}
			}
		}
	}
}

// TestLineIsStraight: a line from corner to corner passes through the points between,
// and does not leave the axes where its values do.
func TestLineIsStraight(t *testing.T) {
	s := LineStyle(Green, Solid, NoMarker)
	s.Width = 3
	r := measured(t, zeroToTen(), zeroToTen())
	img, toX, toY := r.draw(Curve{Style: s, X: []float64{-30, 40}, Y: []float64{-15, 20}}), r.toX, r.toY
	for v := 0.5; v < 10; v += 0.5 {
		if c := img.at(int(toX(v)+0.5), int(toY(v/2)+0.5)); !near(c, Green, 20) {
			t.Errorf("no line at (%v, %v) but %v", v, v/2, c)
		}
	}
	for _, p := range img.of(Green) {
		if float64(p.X) < toX(0)-3 || float64(p.X) > toX(10)+3 || float64(p.Y) > toY(0)+3 {
			t.Fatalf("the line is outside of the axes at %v", p)
		}
	}
}

// TestDashes: of a dashed line as much is inked as its pattern says.
func TestDashes(t *testing.T) {
	r := measured(t, zeroToTen(), zeroToTen())
	ink := func(d Dash) float64 {
		s := LineStyle(Green, d, NoMarker)
		s.Width = 3
		columns := map[int]bool{}
		for _, p := range r.draw(Curve{Style: s, X: []float64{0, 10}, Y: []float64{5, 5}}).of(Green) {
			columns[p.X] = true
		}
		return float64(len(columns))
	}
	whole := ink(Solid)
	for d, share := range map[Dash]float64{Dashed: 6. / 9, DashDot: 8.5 / 13.5, LongDash: 11. / 15} {
		if got := ink(d) / whole; math.Abs(got-share) > 0.12 {
			t.Errorf("pattern %d has %.2f of a solid line, want %.2f", d, got, share)
		}
	}
	if ink(Invisible) != 0 {
		t.Error("an invisible line has ink")
	}
}

// TestBandCovers: a band covers the area between its ends, and nothing else.
func TestBandCovers(t *testing.T) {
	x := []float64{1, 3, 9}
	c := Curve{Style: Style{Color: Blue, Dash: Invisible}, X: x, Y: []float64{5, 5, 5}, Low: []float64{2, 4, 3}, High: []float64{8, 7, 5}}
	r := measured(t, zeroToTen(), zeroToTen())
	img, toX, toY := r.draw(c), r.toX, r.toY
	shaded := 0
	for px := int(toX(0)); px < int(toX(10)); px++ {
		for py := int(toY(10)); py < int(toY(0)); py++ {
			if p := img.at(px, py); int(p.B) > int(p.R)+20 {
				shaded++
			}
		}
	}
	unit := (toX(1) - toX(0)) * (toY(0) - toY(1))
	if got, want := float64(shaded)/unit, 2*(6+3)/2.+6*(3+2)/2.; math.Abs(got-want) > 0.03*want {
		t.Errorf("the band covers %.2f square units, want %v", got, want)
	}
}

// TestFieldColours: every cell has the colour of its value, the first row below.
func TestFieldColours(t *testing.T) {
	f := Field{Label: "z", X: []float64{1, 3, 5, 7, 9}, Y: []float64{2.5, 7.5}, Z: [][]float64{{0, 1, 2, 3, 4}, {8, 7, 6, 5, 4}}}
	img := pixelsAt(must(Plot{Name: "f", Width: 12, Height: 9, Layers: []Layer{f}}.Panel()).Image(100))
	var lowest, highest image.Point
	for i, row := range f.Z {
		for j, z := range row {
			all := img.of(viridis(z / 8))
			if len(all) < 1000 {
				t.Fatalf("%d pixels of value %v", len(all), z)
			}
			switch { // corners, by the cells of the extreme values
			case i == 0 && j == 0:
				lowest = all[len(all)/2]
			case i == 1 && j == 0:
				highest = all[len(all)/2]
			}
		}
	}
	if highest.Y >= lowest.Y || math.Abs(float64(highest.X-lowest.X)) > 40 {
		t.Errorf("cell (1, 0) is at %v and cell (0, 0) at %v", highest, lowest)
	}
}

// TestMatrixCells: the numbers stand in their cells, entry (1, 1) at the upper left,
// colours go from low to high.
func TestMatrixCells(t *testing.T) {
	limits := &[2]float64{0.5, 2.5}
	p := must(Plot{Name: "m", Width: 9, Height: 9, Equal: true, X: Axis{Limits: limits}, Y: Axis{Limits: limits},
		Layers: []Layer{Matrix{N: 2, Values: []float64{0.125, 1, -2, 3}, Low: -2, High: 3}}}.Panel())
	l := lookAt(p)
	place := map[string][2]float64{}
	for i, s := range l.texts {
		place[s] = [2]float64{float64(l.boxes[i].Min.X), float64(l.boxes[i].Min.Y)}
	}
	a, b, c, d := place["0.12"], place["1.00"], place["−2.00"], place["3.00"]
	if !(a[0] < b[0] && a[1] > c[1] && c[0] < d[0] && b[1] > d[1]) || math.Abs(a[1]-b[1]) > 1 || math.Abs(b[0]-d[0]) > 3 {
		t.Errorf("the numbers stand at %v", place)
	}
	img := p.Image(100)
	for _, end := range []float64{0, 1} {
		if n := count(img, viridis(end)); n < 3000 {
			t.Errorf("%d pixels have the colour of %v", n, end)
		}
	}
}

// TestViridis: lightness increases all the way.
func TestViridis(t *testing.T) {
	last := -1.0
	for i := range 101 {
		c := viridis(float64(i) / 100)
		light := 0.2126*float64(c.R) + 0.7152*float64(c.G) + 0.0722*float64(c.B)
		if light < last {
			t.Errorf("darker at %d %%", i)
		}
		last = light
	}
	if viridis(-3) != viridis(0) || viridis(7) != viridis(1) {
		t.Error("values outside are not those of the ends")
	}
}

// TestPicturesGrey: a picture has the grey of its pixels.
func TestPicturesGrey(t *testing.T) {
	p := must(Pictures("p", "", 1, []Picture{{"", 2, 2, []float64{0, 0.25, 0.5, 0.75}}}))
	img := pixelsAt(p.Image(200))
	for i, v := range []float64{0, 0.25, 0.5, 0.75} {
		g := uint8(v*255 + 0.5)
		x, y := img.centre(color.NRGBA{g, g, g, 255})
		if n := len(img.of(color.NRGBA{g, g, g, 255})); n < 3000 || (x > float64(img.Bounds().Dx())/2) != (i%2 == 1) {
			t.Errorf("pixel %d: %d pixels of grey %d about (%.0f, %.0f)", i, n, g, x, y)
		}
	}
}

// screens are what one sees of an animation: each frame drawn over the one before.
func screens(g *gif.GIF) []*image.RGBA {
	var seen []*image.RGBA
	screen := image.NewRGBA(image.Rect(0, 0, g.Config.Width, g.Config.Height))
	for _, f := range g.Image {
		draw.Draw(screen, f.Rect, f, f.Rect.Min, draw.Over)
		seen = append(seen, &image.RGBA{Pix: slices.Clone(screen.Pix), Stride: screen.Stride, Rect: screen.Rect})
	}
	return seen
}

// TestGIFStoresChanges: of a frame that differs in a point only that is stored, and of
// one that does not differ next to nothing.
func TestGIFStoresChanges(t *testing.T) {
	frame := func(x float64) Panel {
		c := Curve{Style: LineStyle(Blue, Solid, Square).Scatter(), X: []float64{x}, Y: []float64{5}}
		return must(Plot{Name: "f", Width: 8, Height: 6, X: zeroToTen(), Y: zeroToTen(), Layers: []Layer{c}}.Panel())
	}
	one := len(must(GIF([]Panel{frame(2)}, time.Second)))
	data := must(GIF([]Panel{frame(2), frame(2), frame(3)}, time.Second))
	g := must(gif.DecodeAll(bytes.NewReader(data)))
	if r := g.Image[1].Rect; r.Dx() != 1 || r.Dy() != 1 {
		t.Errorf("an equal frame is stored as %v", r)
	}
	if r := g.Image[2].Rect; r.Dx()*r.Dy()*20 > g.Config.Width*g.Config.Height || len(data) > one+one/4 {
		t.Errorf("one point moves: %v of %d × %d, %d bytes after %d of one frame", r, g.Config.Width, g.Config.Height, len(data), one)
	}
}

// TestGIFShowsTheFrames: a decoded animation has the frames that were drawn, but for
// colours between those of the palette.
func TestGIFShowsTheFrames(t *testing.T) {
	var frames []Panel
	for i := range 3 {
		c := Curve{Style: Style{Color: Blue, Dash: Invisible, Marker: Square, Every: true, Size: 8}, X: []float64{2 + 3*float64(i)}, Y: []float64{5}}
		frames = append(frames, must(Plot{Name: "f", Width: 8, Height: 6, X: zeroToTen(), Y: zeroToTen(), Layers: []Layer{c}}.Panel()))
	}
	anim := must(gif.DecodeAll(bytes.NewReader(must(GIF(frames, 70*time.Millisecond)))))
	if len(anim.Image) != 3 || !slices.Equal(anim.Delay, []int{7, 7, 7}) || anim.LoopCount != 0 {
		t.Fatalf("%d frames of %v, %d times", len(anim.Image), anim.Delay, anim.LoopCount)
	}
	before := 0.0
	seen := screens(anim)
	for i, f := range frames {
		drawn, shown := pixelsAt(f.Image(gifDPI)), pixelsAt(seen[i])
		off, r := 0, drawn.Bounds()
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				if !near(shown.at(x, y), drawn.at(x, y), 24) {
					off++
				}
			}
		}
		if off > r.Dx()*r.Dy()/500 {
			t.Errorf("frame %d: %d pixels are off", i, off)
		}
		x, _ := shown.centre(Blue)
		if x <= before {
			t.Errorf("frame %d: the point is at %v, before it was at %v", i, x, before)
		}
		before = x
	}
}

// TestSpreadsAreSaid: once if all are of one kind, otherwise by name.
func TestSpreadsAreSaid(t *testing.T) {
	c := func(label, spread string) Curve {
		return Curve{Label: label, Spread: spread, X: []float64{0, 1}, Y: []float64{0, 1}}
	}
	for want, layers := range map[string][]Layer{
		"mean ± sd":              {c("a", "mean ± sd"), c("b", "mean ± sd"), c("c", "")},
		"a: mean; b: one seed":   {c("a", "mean"), c("b", "one seed")},
		"a: mean; b: mean; c: x": {c("a", "mean"), c("b", "mean"), c("c", "x")},
	} {
		if texts := lookAt(must(Plot{Name: "p", Width: 12, Height: 9, Layers: layers}.Panel())).texts; !slices.Contains(texts, want) {
			t.Errorf("no %q in %q", want, texts)
		}
	}
}

// TestDiagram: an arrow ends with its tip at its last corner, and a block's texts are
// inside it.
func TestDiagram(t *testing.T) {
	arrow := NewDiagram("d", 10, 4, func(d Diagram) { d.Arrow(Red, Solid, []float64{1, 1, 5, 1, 5, 3}) })
	tip, right := 1<<30, 0
	for _, p := range pixelsAt(arrow.Image(254)).of(Red) { // 100 pixels a cm
		tip, right = min(tip, p.Y), max(right, p.X)
	}
	if math.Abs(float64(tip)-100) > 4 || math.Abs(float64(right)-500) > 20 {
		t.Errorf("the arrow reaches up to %d and right to %d, want 100 and 500 and half a head", tip, right)
	}
	l := lookAt(flow())
	for i, s := range l.texts {
		if x := float64(l.boxes[i].Min.X+l.boxes[i].Max.X) / 2 / 72 * 2.54; slices.Contains([]string{"Model", "prediction"}, s) && (x < 1 || x > 4) {
			t.Errorf("%q is at %.1f cm, the block from 1 to 4", s, x)
		}
	}
	if !strings.Contains(strings.Join(l.texts, "|"), "From left to right") {
		t.Errorf("texts %q", l.texts)
	}
}
