package fig

import (
	"fmt"
	"image/gif"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/plot/vg"
)

// spider is a ball on four bent legs at x, which step in turn.
func spider(x float64) Pose {
	torso := [3]float64{x, 0.1 * x, 0.55}
	p := Pose{Parts: []Capsule{{"torso", torso, torso, 0.25}}, Goal: &[3]float64{2, 0.5, 0}}
	for leg := range 4 {
		turn := math.Pi/4 + math.Pi/2*float64(leg) + 0.3*math.Sin(3*x+float64(leg))
		out := func(r, z float64) [3]float64 {
			return [3]float64{torso[0] + r*math.Cos(turn), torso[1] + r*math.Sin(turn), z}
		}
		p.Parts = append(p.Parts,
			Capsule{fmt.Sprint("thigh ", leg), out(0.1, 0.55), out(0.5, 0.6), 0.08},
			Capsule{fmt.Sprint("shin ", leg), out(0.5, 0.6), out(0.8, 0.08), 0.08})
	}
	return p
}

func spiders() Robot {
	r := Robot{Title: "A spider", Width: 12, Height: 8, Trail: "torso", Label: "path of the torso", Color: Blue}
	for k := range 11 {
		r.Poses = append(r.Poses, spider(0.1*float64(k)))
	}
	return r
}

func robotGallery() []Panel {
	r := spiders()
	var all []Panel
	for _, v := range []View{Top, Side} {
		r.View, r.Name = v, "robot-"+[...]string{"top", "side"}[v]
		all = append(all, must(r.Panel(0, 5, 10)))
	}
	return all
}

func TestRobotImages(t *testing.T) {
	for _, p := range robotGallery() {
		compare(t, p.Name, p.Image(72))
		l := lookAt(p)
		if len(l.missing) > 0 {
			t.Errorf("%s: the font lacks %q", p.Name, l.missing)
		}
		if text := strings.Join(l.texts, "|"); !strings.Contains(text, "goal|path of the torso") {
			t.Errorf("%s: the legend is not in %q", p.Name, text)
		}
		must(p.SVG())
	}
}

// TestRobotIsRound: a lone ball of radius 1 m covers π m² of a picture with equal
// units: as a part of the axes' area, whose limits are known.
func TestRobotIsRound(t *testing.T) {
	ball := Pose{Parts: []Capsule{{"ball", [3]float64{}, [3]float64{}, 1}}}
	far := Pose{Parts: []Capsule{{"ball", [3]float64{3, 0, 0}, [3]float64{3, 0, 0}, 1}}}
	p := must(Robot{Name: "ball", Width: 12, Height: 9, Poses: []Pose{ball, far}, Color: Blue}.Panel(0))
	img := p.Image(100)
	b := img.Bounds()
	minX, maxX, minY, maxY, n := b.Max.X, 0, b.Max.Y, 0, 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if red, _, blue, _ := img.At(x, y).RGBA(); blue > red+0x2000 {
				minX, maxX, minY, maxY = min(minX, x), max(maxX, x), min(minY, y), max(maxY, y)
				n++
			}
		}
	}
	w, h := float64(maxX-minX+1), float64(maxY-minY+1)
	if math.Abs(w-h) > 2 || w < 50 {
		t.Errorf("the ball is %v by %v pixels", w, h)
	}
	if got := float64(n) / (math.Pi / 4 * w * h); math.Abs(got-1) > 0.04 {
		t.Errorf("the ball covers %v of its ellipse", got)
	}
}

// TestNearCoversFar: of two balls on one line of sight the nearer one is seen.
func TestNearCoversFar(t *testing.T) {
	ball := func(name string, at [3]float64, r float64) Capsule { return Capsule{name, at, at, r} }
	near := map[View][3]float64{Top: {0, 0, 3}, Side: {0, -3, 0}}
	for v, at := range near {
		scene := robotScene{view: v}
		f := frame{}
		f.x = func(v float64) vg.Length { return vg.Length(v) }
		f.y = f.x
		a, b := scene.flat(f, ball("near", at, 0.1)), scene.flat(f, ball("far", [3]float64{}, 1))
		if a.near <= b.near {
			t.Errorf("view %d: what is at %v is drawn behind the origin", v, at)
		}
	}
}

func TestRobotAnimation(t *testing.T) {
	r := spiders()
	r.View, r.Width, r.Height, r.Poses = Side, 8, 5, r.Poses[:4]
	frames := must(r.Frames())
	dir := t.TempDir()
	if err := SaveGIF(dir, "spider", frames, 50*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	file := must(os.Open(filepath.Join(dir, "spider.gif")))
	defer file.Close()
	g := must(gif.DecodeAll(file))
	if len(g.Image) != 4 || g.Delay[0] != 5 {
		t.Errorf("%d frames of %v/100 s", len(g.Image), g.Delay)
	}
	seen := screens(g)
	for i := range seen[1:] {
		if n, _ := differing(seen[i], seen[i+1]); n == 0 {
			t.Errorf("frames %d and %d are equal", i, i+1)
		}
	}
}

func TestRobotRefuses(t *testing.T) {
	bad := spiders()
	bad.Poses[3].Parts[2].A[1] = math.NaN()
	lost := spiders()
	lost.Trail = "tail"
	for want, f := range map[string]func() (Panel, error){
		"pose 3 has the part": func() (Panel, error) { return bad.Panel(0) },
		"no part \"tail\"":    func() (Panel, error) { return lost.Panel(2) },
		"pose 11 is to be":    func() (Panel, error) { return spiders().Panel(11) },
		"no pose is to be":    func() (Panel, error) { return spiders().Panel() },
		"pose 0 has no parts": func() (Panel, error) { return Robot{Poses: make([]Pose, 1)}.Panel(0) },
		"its size is":         func() (Panel, error) { r := spiders(); r.Height = 0; return r.Panel(0) },
	} {
		if _, err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want one with %q", err, want)
		}
	}
}
