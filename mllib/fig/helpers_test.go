package fig

import (
	"flag"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"ml3/mllib/tidy"
)

var regen = flag.Bool("regen", false, "write the images that the tests compare with")

// curves has five seeds of two tasks for two methods: y = scale·exp(−step/decay),
// shifted by seed and task.
func curves(metric string, methods ...string) tidy.Table {
	var t tidy.Table
	for k, m := range methods {
		for seed := range uint64(5) {
			for task := range 2 {
				for step := 0; step <= 100; step += 2 {
					scale := 4 + 0.2*float64(seed) + 0.5*float64(task)
					v := scale * math.Exp(-float64(step)/(25*math.Pow(8, float64(k))))
					t = append(t, tidy.Row{Experiment: "e", Method: m, Seed: seed, Task: fmt.Sprintf("task %d", task), Step: step, Metric: metric, Value: v})
				}
			}
		}
	}
	return t
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// bands are the bands of methods in the styles of a sequence.
func bands(t tidy.Table, spread Spread, methods ...string) []Layer {
	var layers []Layer
	for i, m := range methods {
		c := must(Band(t.Where(tidy.Method(m)), spread))
		c.Label, c.Style = m, Sequence(i, len(methods)+1)
		layers = append(layers, c)
	}
	return layers
}

// gallery is one panel of every kind, made once.
var gallery = sync.OnceValue(makeGallery)

func makeGallery() []Panel {
	t := curves("mse", "learned", "task loss", "once more")
	var circle Curve
	for i := range 101 {
		s, c := math.Sincos(2 * math.Pi * float64(i) / 100)
		circle.X, circle.Y = append(circle.X, c), append(circle.Y, s)
	}
	circle.Label, circle.Style = "trajectory", LineStyle(Blue, Solid, NoMarker)
	goal := Curve{Label: "goal", Style: LineStyle(Orange, Solid, Square).Scatter(), X: []float64{0.5}, Y: []float64{0.3}}
	field := Field{Label: "loss", X: []float64{-1, 0, 1, 2}, Y: []float64{5, 6, 7}, Z: [][]float64{{1, 2, 3, 4}, {2, 3, 4, 5}, {9, 8, 7, 0.5}}}
	zeros := Curve{Label: "reaches zero", Style: LineStyle(Green, DashDot, Triangle), X: []float64{0, 1, 2, 3}, Y: []float64{1, 0.01, 0, 0}}
	plot := func(name string, x, y Axis, equal bool, layers ...Layer) Panel {
		return must(Plot{Name: name, Title: "Panel " + name, Width: PanelWidth, Height: PanelHeight, X: x, Y: y, Equal: equal, Layers: layers}.Panel())
	}
	steps := Axis{Label: "gradient steps"}
	pixels := make([]float64, 784)
	for i := range pixels {
		pixels[i] = float64(i) / 783
	}
	all := []Panel{
		plot("bands", steps, Axis{Label: "mean squared error"}, false, bands(t, SDOverSeeds, "task loss", "learned")...),
		plot("bands-ci-log", steps, Axis{Label: "mse", Log: true}, false, bands(t, CI95OverSeeds, "learned", "once more", "task loss")...),
		plot("zeros", Axis{Label: "step"}, Axis{Label: "distance (m)", Log: true}, false, zeros),
		plot("field", Axis{Label: "θ₁"}, Axis{Label: "θ₂"}, false, field, Curve{Label: "path", Style: LineStyle(Red, Solid, Circle), X: []float64{-1, 0, 1}, Y: []float64{5, 6, 6.5}}),
		plot("plane", Axis{Label: "x (m)"}, Axis{Label: "y (m)"}, true, circle, goal,
			Rule{Label: "true value", Style: LineStyle(Red, Dashed, NoMarker), Vertical: true, At: 0.25}),
		plot("matrix", Axis{Label: "joint"}, Axis{Label: "joint"}, true, Matrix{N: 3, Values: []float64{0, 1, 2, 3, 4, 5, 6, 7, 8}, Low: 0, High: 8}),
		must(Pictures("pictures", "Digits", 3, slices.Repeat([]Picture{{"0 or 1", 28, 28, pixels}}, 5))),
		flow(),
	}
	return slices.Clip(append(all, must(Grid("grid", 2, all[0], all[2], all[4]))))
}

// flow is a diagram with one of everything.
func flow() Panel {
	return NewDiagram("diagram", 12, 6, func(d Diagram) {
		d.Region(0.3, 0.3, 11.4, 5.4, Blue)
		d.Heading(0.6, 5.5, "From left to right", Blue)
		d.Block(Block{X: 2.5, Y: 3, W: 3, H: 2, Color: Green, Title: "Model", Formula: "f_θ(x)", Remark: "prediction"})
		d.Block(Block{X: 9.5, Y: 3, W: 3, H: 2, Color: Orange, Title: "Loss", Formula: "L_{T}(f)", Remark: "number"})
		d.Arrow(Black, Solid, []float64{4, 3, 8, 3})
		d.Label("ŷ", 6, 3, Black)
		d.Key(0.8, 1, Red, Dashed, "gradient")
	})
}

// look is what a test sees of a drawing besides its pixels: the boxes of upright
// texts, and signs that the font lacks.
type look struct {
	vg.Canvas
	turned  []bool
	texts   []string
	boxes   []vg.Rectangle
	missing []rune
}

func (l *look) Push()            { l.turned = append(l.turned, l.turned[len(l.turned)-1]); l.Canvas.Push() }
func (l *look) Pop()             { l.turned = l.turned[:len(l.turned)-1]; l.Canvas.Pop() }
func (l *look) Rotate(a float64) { l.turned[len(l.turned)-1] = true; l.Canvas.Rotate(a) }

func (l *look) FillString(f font.Face, pt vg.Point, s string) {
	var buf sfnt.Buffer
	for _, r := range s {
		if g, err := f.Face.GlyphIndex(&buf, r); err != nil || g == 0 {
			l.missing = append(l.missing, r)
		}
	}
	if !l.turned[len(l.turned)-1] {
		// Ink of letters is between a fifth below and three quarters above the baseline.
		size := f.Font.Size
		l.texts = append(l.texts, s)
		l.boxes = append(l.boxes, vg.Rectangle{Min: vg.Point{X: pt.X, Y: pt.Y - 0.2*size}, Max: vg.Point{X: pt.X + f.Width(s), Y: pt.Y + 0.75*size}})
	}
	l.Canvas.FillString(f, pt, s)
}

func lookAt(p Panel) *look {
	w, h := p.size()
	l := &look{Canvas: vgimg.New(w, h), turned: []bool{false}}
	p.draw(draw.NewCanvas(l, w, h))
	return l
}

// compare compares an image with testdata/name.png: at most 1 in 1000 pixels may
// differ by more than an eighth of the range, because curves may be rounded
// differently where the compiler fuses multiplications and additions.
func compare(t *testing.T, name string, got image.Image) {
	t.Helper()
	path := filepath.Join("testdata", name+".png")
	if *regen {
		f := must(os.Create(path))
		defer f.Close()
		if err := png.Encode(f, got); err != nil {
			t.Fatal(err)
		}
		return
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatalf("%v; run the tests of this package with -regen and look at the result", err)
	}
	defer f.Close()
	want := must(png.Decode(f))
	if got.Bounds() != want.Bounds() {
		t.Fatalf("%s is %v, want %v", name, got.Bounds(), want.Bounds())
	}
	if n, all := differing(got, want); n*1000 > all {
		t.Errorf("%s: %d of %d pixels differ from %s", name, n, all, path)
	}
}

func differing(a, b image.Image) (n, all int) {
	r := a.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			all++
			ar, ag, ab, _ := a.At(x, y).RGBA()
			br, bg, bb, _ := b.At(x, y).RGBA()
			for _, d := range [3][2]uint32{{ar, br}, {ag, bg}, {ab, bb}} {
				if max(d[0], d[1])-min(d[0], d[1]) > 0xffff/8 {
					n++
					break
				}
			}
		}
	}
	return n, all
}
