package fig

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"ml3/mllib/tidy"
)

// sineTable has every row of the sine experiment, three seeds, with invented values.
func sineTable() tidy.Table {
	var t tidy.Table
	add := func(method string, seed uint64, task string, step int, metric string, v float64) {
		t = append(t, tidy.Row{Experiment: "sine", Method: method, Seed: seed, Task: task, Step: step, Metric: metric, Value: v})
	}
	for seed := range uint64(3) {
		for k := -1; k < 10; k++ {
			task, a, w, bound := fmt.Sprintf("test-%d", k), 0.5*float64(k)+0.3*float64(seed), float64(k)-4, 5.
			if k < 0 {
				task, a, w, bound = "train", 1, math.Pi, 2
			}
			for i := range 15 {
				x := bound * math.Sin(float64(7*i+k))
				add("task loss", seed, task, i, "data/x", x)
				add("task loss", seed, task, i, "data/y", a*math.Sin(x-w))
			}
		}
		for _, version := range []string{"paper 40-40", "released 100-10"} {
			for i := 0; i <= 500; i += 50 {
				for _, m := range []string{"mse after 1 step", "mse after 100 steps"} {
					add("task loss", seed, version+"/train", i, m, 0.6+0.05*float64(seed))
					add("learned", seed, version+"/train", i, m, 0.6*math.Exp(-float64(i)/300)+0.04*float64(seed))
				}
			}
			for _, task := range []string{"/train", "/test [-2,2]", "/test [-5,5]"} {
				for i := range 101 {
					add("task loss", seed, version+task, i, "mse", 4.5-0.01*float64(i)+0.3*float64(seed))
					add("learned", seed, version+task, i, "mse", 1+3.5*math.Exp(-float64(i)/20)+0.3*float64(seed))
				}
			}
		}
		for i := 0; i <= 100; i += 10 {
			add("each step", seed, "each-step", i, "mse after 10 steps", 0.6*math.Exp(-float64(i)/30))
			add("once after all", seed, "each-step", i, "mse after 10 steps", 0.6*math.Exp(-float64(i)/300))
		}
	}
	for i := range 101 {
		add("reference", 0, "released 100-10/test [-5,5]", i, "mse", 2.3+2.4*math.Exp(-float64(i)/40))
		add("reference task loss", 0, "released 100-10/test [-5,5]", i, "mse", 4.65-0.0105*float64(i))
	}
	return t
}

func TestSinePanels(t *testing.T) {
	table := sineTable()
	var names []string
	for _, p := range must(Panels("sine", table)) {
		names = append(names, p.Name)
		if p.Name == "fig2-sine" || p.Name == "fig2-sine-test-released" {
			compare(t, p.Name, p.Image(72))
		}
	}
	want := []string{"fig2-sine-train-task", "fig2-sine-test-tasks", "fig2-sine-train", "fig2-sine-test", "fig2-sine-test-wide",
		"fig2-sine-train-1step", "fig2-sine-train-curve", "fig2-sine-train-released", "fig2-sine-train-1step-released",
		"fig2-sine-test-released", "fig2-sine-test-narrow-released", "fig2-sine-each-step", "fig2-sine"}
	if !slices.Equal(names, want) {
		t.Errorf("panels %q", names)
	}
	main := table.Where(tidy.Not(tidy.TaskPrefix("released")), tidy.Not(tidy.Task("each-step")))
	if p := must(Panels("sine", main)); len(p) != 8 {
		t.Errorf("%d panels without the released networks", len(p))
	}
}

func TestSineRefuses(t *testing.T) {
	table := sineTable()
	_, err := Panels("sine", table.Where(tidy.Not(tidy.Task("paper 40-40/test [-2,2]"))))
	wants(t, err, "fig2-sine-test")
	_, err = Panels("sine", table.Where(tidy.Method("task loss")))
	wants(t, err, "fig2-sine-train", `"learned"`)
	_, err = Panels("sine", table.Where(tidy.Not(tidy.Task("train"))))
	wants(t, err, "fig2-sine-train-task")
	bent := slices.Clone(table)
	for i, r := range bent {
		if r.Task == "test-3" && r.Metric == "data/y" && r.Step == 7 {
			bent[i].Value += 0.1
		}
	}
	_, err = Panels("sine", bent)
	wants(t, err, "fig2-sine-test-tasks", "test-3", "not on a sine")
}
