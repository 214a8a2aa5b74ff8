package fig

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/tidy"
)

// shapedSineTable has the rows of two seeds at two frequencies: parabolas for the
// shaped losses, waves for the others, distances that halve.
func shapedSineTable() tidy.Table {
	var t tidy.Table
	add := func(method string, seed uint64, task string, step int, metric string, v float64) {
		t = append(t, tidy.Row{Experiment: "shaped-sine", Method: method, Seed: seed, Task: task, Step: step, Metric: metric, Value: v})
	}
	landscape := func(method string, seed uint64, task string, nu float64) {
		for step := -700; step <= 700; step += 20 {
			d := float64(step)/100 - nu
			v := -math.Sin(5*d) / (5*d + 1e-9)
			if strings.HasPrefix(method, "learned shaped") {
				v = 30 + d*d
			}
			add(method, seed, task, step, "landscape", v)
		}
	}
	methods := []string{"learned shaped", "learned unshaped", "learned shaped without x", "learned unshaped without x",
		"task loss", "task loss at rate 0.1"}
	for _, m := range methods {
		for seed := range uint64(2) {
			for _, nu := range []float64{-2, 0.5} {
				if nu == 0.5 || seed == 0 {
					landscape(m, seed, waveTask(nu), nu)
				}
				add(m, seed, waveTask(nu), 8, "found", 0.5)
			}
			for step := range 9 {
				add(m, seed, "all", step, "distance median", math.Pow(0.5, float64(step)))
				add(m, seed, "all", step, "found", 1-math.Pow(0.5, float64(step)))
			}
		}
		for step := range 9 {
			add(m, 0, "nu=0.5 from 3", step, "theta", 0.5+2.5*math.Pow(0.5, float64(step)))
		}
	}
	for _, n := range []int{0, 100, 20} {
		landscape("learned shaped", 0, fmt.Sprintf("nu=0.5 after %d updates", n), float64(n)/200)
	}
	return t
}

func TestShapedSinePanels(t *testing.T) {
	panels := must(Panels("shaped-sine", shapedSineTable()))
	var names []string
	for _, p := range panels {
		names = append(names, p.Name)
		l := lookAt(p)
		if len(l.missing) > 0 {
			t.Errorf("%s: the font lacks %q", p.Name, l.missing)
		}
		for i, a := range l.boxes {
			for j, b := range l.boxes[:i] {
				if a.Min.X < b.Max.X && b.Min.X < a.Max.X && a.Min.Y < b.Max.Y && b.Min.Y < a.Max.Y {
					t.Errorf("%s: %q lies on %q", p.Name, l.texts[i], l.texts[j])
				}
			}
		}
	}
	for _, want := range []string{"fig5a-landscape", "fig5a-landscapes", "fig5a-landscapes-without-x", "fig5b-convergence", "fig5b-convergence-without-x", "fig5b-paths"} {
		if !slices.Contains(names, want) {
			t.Errorf("no panel %s among %q", want, names)
		}
	}
}

// The animation shows the updates in order, rests at the end, and is saved beside
// the pictures.
func TestShapedSineMoves(t *testing.T) {
	p := must(Panels("shaped-sine", shapedSineTable()))[0]
	frames, _ := p.Frames()
	var titles []string
	for _, f := range frames {
		titles = append(titles, lookAt(f).texts...)
	}
	all := strings.Join(titles, "|")
	first, second, third := strings.Index(all, "after 0 updates"), strings.Index(all, "after 20 updates"), strings.Index(all, "after 100 updates")
	if first < 0 || second < first || third < second || len(frames) != 3+4 {
		t.Errorf("%d frames: %s", len(frames), all)
	}
	dir := t.TempDir()
	if err := p.Save(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "fig5a-landscape.gif")); err != nil {
		t.Error(err)
	}
}

// A scaled landscape is the old one up to a positive factor and a shift.
func TestWaveLandscapeIsScaled(t *testing.T) {
	s := tidy.Series{Method: "learned shaped", Steps: []int{-100, 0, 50}, Values: []float64{-3, 7, 2}}
	c := must(waveLandscape(s))
	if !slices.Equal(c.Y, []float64{0, 1, 0.5}) || !slices.Equal(c.X, []float64{-1, 0, 0.5}) {
		t.Errorf("scaled to %v at %v", c.Y, c.X)
	}
	s.Values = []float64{2, 2, 2}
	if _, err := waveLandscape(s); err == nil {
		t.Error("a flat landscape was scaled")
	}
}

func TestShapedSineNamesWhatIsMissing(t *testing.T) {
	for _, m := range []string{"learned shaped", "learned unshaped", "task loss"} {
		_, err := Panels("shaped-sine", shapedSineTable().Where(tidy.Not(tidy.Method(m))))
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", m)) {
			t.Errorf("without %s: %v", m, err)
		}
	}
}
