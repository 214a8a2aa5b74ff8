package fig

import (
	"bytes"
	"encoding/xml"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

func TestGoldenImages(t *testing.T) {
	for _, p := range gallery() {
		compare(t, p.Name, p.Image(72))
	}
}

// TestPicturesAreClean: no text lies on another, none is cut off at the edge, and
// the font has every sign.
func TestPicturesAreClean(t *testing.T) {
	long := Plot{Name: "long", Title: strings.Repeat("a long title ", 12), Width: 9, Height: 7, Layers: bands(curves("mse", "learned"), SDOverSeeds, "learned")}
	for _, p := range append(gallery(), must(long.Panel())) {
		l := lookAt(p)
		if len(l.missing) > 0 {
			t.Errorf("%s: the font lacks %q", p.Name, l.missing)
		}
		w, h := p.size()
		for i, a := range l.boxes {
			if a.Min.X < 0 || a.Min.Y < 0 || a.Max.X > w || a.Max.Y > h {
				t.Errorf("%s: %q is cut off at the edge: %v", p.Name, l.texts[i], a)
			}
			for j, b := range l.boxes[:i] {
				if a.Min.X < b.Max.X && b.Min.X < a.Max.X && a.Min.Y < b.Max.Y && b.Min.Y < a.Max.Y {
					t.Errorf("%s: %q lies on %q", p.Name, l.texts[i], l.texts[j])
				}
			}
		}
		img := p.Image(72)
		r := img.Bounds()
		for x := r.Min.X; x < r.Max.X; x++ {
			for _, y := range []int{r.Min.Y, r.Max.Y - 1} {
				if red, _, _, _ := img.At(x, y).RGBA(); red != 0xffff {
					t.Fatalf("%s: ink at the edge, (%d, %d)", p.Name, x, y)
				}
			}
		}
	}
}

func TestSaveIsDeterministic(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "a", "b"), filepath.Join(dir, "c")
	for _, out := range []string{first, second} {
		for _, p := range makeGallery()[:5] {
			if err := p.Save(out); err != nil {
				t.Fatal(err)
			}
		}
	}
	files := must(os.ReadDir(first))
	if len(files) != 10 {
		t.Errorf("%d files for five panels", len(files))
	}
	for _, f := range files {
		a, b := must(os.ReadFile(filepath.Join(first, f.Name()))), must(os.ReadFile(filepath.Join(second, f.Name())))
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs from drawing to drawing", f.Name())
		}
		if strings.HasSuffix(f.Name(), ".png") {
			c := must(png.DecodeConfig(bytes.NewReader(a)))
			if float64(c.Width) < PanelWidth/2.54*200-1 {
				t.Errorf("%s is %d pixels wide: less than 200 a inch", f.Name(), c.Width)
			}
			continue
		}
		for d := xml.NewDecoder(bytes.NewReader(a)); ; {
			token, err := d.Token()
			if err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", f.Name(), err)
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Local == "text" {
				t.Fatalf("%s depends on installed fonts", f.Name())
			}
		}
	}
}

func TestSaveRefuses(t *testing.T) {
	p := gallery()[0]
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := p.Save(file); err == nil {
		t.Error("saved into a file")
	}
	p.Name = "a/b"
	if err := p.Save(t.TempDir()); err == nil {
		t.Error("saved under the name a/b")
	}
}

func TestLogAxis(t *testing.T) {
	c := Curve{X: []float64{0, 1, 2, 3}, Y: []float64{1, 0.01, 0, -5}, Low: []float64{-1, 0.0001, 0.005, -9}, High: []float64{2, 1, 1, -1}}
	got := c.onLog(math.Inf(-1), 0.01).(Curve)
	for what, pair := range map[string][2][]float64{
		"x":    {got.X, c.X},
		"y":    {got.Y, {1, 0.01, 0.01, 0.01}},
		"low":  {got.Low, {0.001, 0.001, 0.005, 0.001}},
		"high": {got.High, {2, 1, 1, 0.01}},
	} {
		if !slices.Equal(pair[0], pair[1]) {
			t.Errorf("%s: %v, want %v", what, pair[0], pair[1])
		}
	}
	p := Plot{Name: "n", Width: 10, Height: 8, Y: Axis{Log: true}, Layers: []Layer{Curve{X: []float64{0, 1}, Y: []float64{0, -1}}}}
	if _, err := p.Panel(); err == nil || !strings.Contains(err.Error(), "no positive value") {
		t.Errorf("nothing positive: %v", err)
	}
	p.X.Log, p.Layers = true, []Layer{Curve{Style: LineStyle(Blue, Solid, Circle), X: []float64{0, 1e-9, 1e9}, Y: []float64{0, 1, 1}}}
	must(p.Panel()).Image(40)
}

func TestPanelRefuses(t *testing.T) {
	good := Curve{Label: "good", X: []float64{0, 1}, Y: []float64{0, 1}}
	nan := Curve{Label: "bad", X: []float64{0, 1}, Y: []float64{0, math.NaN()}}
	for what, p := range map[string]Plot{
		"nothing to draw":      {Width: 1, Height: 1},
		"size":                 {Layers: []Layer{good}},
		`"bad" has the value`:  {Width: 1, Height: 1, Layers: []Layer{good, nan}},
		`"short" has 2 x, 1 y`: {Width: 1, Height: 1, Layers: []Layer{Curve{Label: "short", X: []float64{0, 1}, Y: []float64{0}}}},
		"rule":                 {Width: 1, Height: 1, Layers: []Layer{good, Rule{At: math.Inf(1)}}},
		"2×2":                  {Width: 1, Height: 1, Layers: []Layer{Field{X: []float64{1, 2}, Y: []float64{1}}}},
		"evenly":               {Width: 1, Height: 1, Layers: []Layer{Field{X: []float64{1, 2, 4}, Y: []float64{1, 2}, Z: [][]float64{{1, 2, 3}, {1, 2, 3}}}}},
		"no log axes":          {Width: 1, Height: 1, X: Axis{Log: true}, Layers: []Layer{Field{X: []float64{1, 2}, Y: []float64{1, 2}, Z: [][]float64{{1, 2}, {1, 2}}}}},
	} {
		p.Name = "name"
		_, err := p.Panel()
		if err == nil || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), "panel name") {
			t.Errorf("error %v, want %q", err, what)
		}
	}
}

// TestLegendCoversNothing draws random walks: a legend inside the axes has no curve below
// it, and others are below the axes.
func TestLegendCoversNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	inside := 0
	for range 60 {
		var layers []Layer
		for k := range 1 + rng.IntN(4) {
			c := Curve{Label: strings.Repeat("name ", 1+rng.IntN(5)) + string(rune('a'+k)), Style: Sequence(k, 4)}
			y := 2 * rng.NormFloat64()
			for x := range 40 {
				y += rng.NormFloat64() * 0.3
				c.X, c.Y = append(c.X, float64(x)), append(c.Y, y)
				c.Low, c.High = append(c.Low, y-0.5), append(c.High, y+0.5)
			}
			layers = append(layers, c)
		}
		p := Plot{Name: "p", Width: 12, Height: 8, Layers: layers}
		r := newExtent()
		for _, l := range layers {
			l.extent(&r)
		}
		canvas := draw.New(vgimg.New(12*vg.Centimeter, 8*vg.Centimeter))
		g, _, rest := p.layout(p.belowTitle(cropped(canvas)), r)
		l := newLegend(layers)
		at, free := l.inside(g, rest, layers)
		if strip := p.strip(r); free != (strip == 0) {
			t.Fatalf("free %t, height below %v", free, strip)
		}
		if !free {
			continue
		}
		inside++
		f := newFrame(g.DataCanvas(rest), g)
		if !f.Contains(at.Min) || !f.Contains(at.Max) {
			t.Errorf("the legend at %v is outside %v", at, f.Rectangle)
		}
		if size := at.Size(); math.Abs(float64(size.Y-l.size().Y)) > 1e-9 {
			t.Errorf("the legend has the size %v, needs %v", size, l.size())
		}
		for _, layer := range layers {
			c := layer.(Curve)
			for i := range c.X {
				for _, y := range []float64{c.Low[i], c.Y[i], c.High[i]} {
					if pt := f.at(c.X[i], y); pt.X > at.Min.X && pt.X < at.Max.X && pt.Y > at.Min.Y && pt.Y < at.Max.Y {
						t.Fatalf("the legend at %v covers %v", at, pt)
					}
				}
			}
		}
	}
	if inside < 10 || inside > 50 {
		t.Errorf("%d of 60 legends found a place inside the axes", inside)
	}
}

func TestGIF(t *testing.T) {
	g := gallery()
	data := must(GIF([]Panel{g[0], g[1], g[0]}, 250*time.Millisecond))
	anim := must(gif.DecodeAll(bytes.NewReader(data)))
	seen := screens(anim)
	if len(seen) != 3 || anim.Delay[1] != 25 || !bytes.Equal(seen[0].Pix, seen[2].Pix) || bytes.Equal(seen[0].Pix, seen[1].Pix) {
		t.Errorf("%d frames of %v", len(anim.Image), anim.Delay)
	}
	for _, c := range []color.Color{Blue, Orange, color.White, color.Black} {
		p := anim.Image[0].Palette
		if i := p.Index(c); color.NRGBAModel.Convert(p[i]) != color.NRGBAModel.Convert(c) {
			t.Errorf("the palette has %v for %v", p[i], c)
		}
	}
	if _, err := GIF([]Panel{g[0], flow()}, time.Second); err == nil {
		t.Error("frames of different sizes")
	}
	if _, err := GIF(nil, time.Second); err == nil {
		t.Error("no frames")
	}
}

func TestGridKeepsPanels(t *testing.T) {
	a := gallery()[0]
	g := must(Grid("g", 2, a, a, a))
	if g.Width != 2*a.Width || g.Height != 2*a.Height {
		t.Errorf("the grid is %v×%v", g.Width, g.Height)
	}
	const dpi = 127 // 50 pixels a centimetre: panels begin at whole pixels
	whole, one := g.Image(dpi), a.Image(dpi)
	part := whole.(interface{ At(x, y int) color.Color })
	bad := 0
	for y := range one.Bounds().Dy() {
		for x := range one.Bounds().Dx() {
			if r1, _, _, _ := one.At(x, y).RGBA(); r1>>12 != red(part, x, y)>>12 || r1>>12 != red(part, x+int(50*a.Width), y)>>12 {
				bad++
			}
		}
	}
	if bad*100 > one.Bounds().Dx()*one.Bounds().Dy() {
		t.Errorf("%d pixels of the panel differ inside the grid", bad)
	}
	if _, err := Grid("g", 2); err == nil {
		t.Error("a grid of nothing")
	}
}

func red(img interface{ At(x, y int) color.Color }, x, y int) uint32 {
	r, _, _, _ := img.At(x, y).RGBA()
	return r
}

func TestPicturesRefuse(t *testing.T) {
	for _, p := range []Picture{{"", 2, 2, []float64{0, 0, 0}}, {"", 1, 1, []float64{1.5}}, {"", 1, 1, []float64{math.NaN()}}} {
		if _, err := Pictures("n", "", 1, []Picture{p}); err == nil {
			t.Errorf("drew %v", p)
		}
	}
}
