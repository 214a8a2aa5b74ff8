package fig

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/tidy"
)

// carTable has every row of the mountain car, two seeds, with invented values;
// without the released version unless full.
func carTable(full bool) tidy.Table {
	var t tidy.Table
	add := func(method string, seed uint64, task string, step int, metric string, v float64) {
		t = append(t, tidy.Row{Experiment: "mountain-car", Method: method, Seed: seed, Task: task, Step: step, Metric: metric, Value: v})
	}
	tasks := []string{carTask}
	if full {
		tasks = append(tasks, "released/fresh policies", "released/policy of meta-training")
	}
	for seed := range uint64(2) {
		for i, m := range carMethods()[:4] {
			for _, task := range tasks {
				for step := 0; step <= 30; step += 5 {
					add(m.method, seed, task, step, "final distance", 1.5-float64(i*step)/100)
					add(m.method, seed, task, step, "success", float64(i*step)/90)
				}
			}
			for _, updates := range []int{0, 3, 10} {
				for step := range 36 {
					add(m.method, seed, fmt.Sprintf("%s/drive %d", carTask, updates), step, "position", 0.4*math.Sin(float64(step)/6+float64(i)))
				}
			}
			if full && i >= 2 {
				add(m.method, seed, "released/meta-training", 0, "task loss", 8)
				add(m.method, seed, "released/meta-training", 300, "task loss", 7)
			}
		}
	}
	return t
}

func TestMountainCar(t *testing.T) {
	names := func(panels []Panel) (out []string) {
		for _, p := range panels {
			out = append(out, p.Name)
		}
		return out
	}
	quick, err := Panels("mountain-car", carTable(false))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"fig6-car-trajectories", "fig6-car-positions", "fig6-car-distance", "fig6-car-success", "fig6-car-success-long", "fig6-car"}
	if got := names(quick); !slices.Equal(got, want) {
		t.Errorf("panels %q, want %q", got, want)
	}
	if frames, _ := quick[len(quick)-1].Frames(); len(frames) != 3*24 {
		t.Errorf("%d frames, want three drives of 24", len(frames))
	}
	full, err := Panels("mountain-car", carTable(true))
	if err != nil {
		t.Fatal(err)
	}
	if got := names(full); len(got) != len(want)+5 {
		t.Errorf("panels %q, want five more than %q", got, want)
	}
	again, err := Panels("mountain-car", carTable(true))
	if err != nil {
		t.Fatal(err)
	}
	for i := range full {
		a, _ := full[i].SVG()
		b, _ := again[i].SVG()
		if !bytes.Equal(a, b) {
			t.Errorf("%s: the same rows give two pictures", full[i].Name)
		}
	}
}

func TestMountainCarMissing(t *testing.T) {
	all := carTable(false)
	for name, rows := range map[string]tidy.Table{
		"iLQR":    all.Where(tidy.Not(tidy.Method("iLQR"))),
		"drive":   all.Where(tidy.Not(tidy.TaskPrefix(carTask + "/drive"))),
		"success": all.Where(tidy.Not(tidy.Metric("success"))),
	} {
		if _, err := Panels("mountain-car", rows); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: error %v", name, err)
		}
	}
}

// TestCarHeight: the track is lowest where the pull cos 3p on the car vanishes
// between the hills, and rises on both sides.
func TestCarHeight(t *testing.T) {
	bottom := -math.Pi / 6
	if h := carHeight(bottom); math.Abs(h+1) > 1e-15 || carHeight(bottom-0.1) <= h || carHeight(bottom+0.1) <= h {
		t.Errorf("the valley is not at %v", bottom)
	}
}
