package fig

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"ml3/mllib/tidy"
)

// digitsTable has every kind of row of the digits experiment, three seeds, with
// invented values: pictures are squares of growing size.
func digitsTable() tidy.Table {
	var t tidy.Table
	for seed := range uint64(3) {
		add := func(method, task string, step int, metric string, v float64) {
			t = append(t, tidy.Row{Experiment: "digits", Method: method, Seed: seed, Task: task, Step: step, Metric: metric, Value: v})
		}
		for k, task := range []string{"mnist train 1/7", "mnist test 0/5", "mnist test 2/3"} {
			for class := range 2 {
				for y := 4; y < 12+4*k+6*class; y++ {
					for x := 4; x < 12+4*k; x++ {
						add("data", task, 28*y+x, fmt.Sprintf("picture of class %d", class), 255-float64(8*x))
					}
				}
			}
			for i, m := range []string{"task loss", "learned", "task loss, best rate", "scaled task loss"} {
				for step := 0; step <= 100; step += 10 {
					decay := math.Exp(-float64(i*step) / 60)
					add(m, task, step, "cross-entropy", 0.7*decay+0.02*float64(seed))
					add(m, task, step, "accuracy", 1-0.5*decay-0.01*float64(seed))
				}
			}
		}
		for step := 0; step <= 2000; step += 250 {
			for i, m := range []string{"task loss", "learned"} {
				decay := math.Exp(-float64(i*step) / 500)
				add(m, "mnist train 1/7", step, "cross-entropy after 100 steps", 0.7*decay+0.02*float64(seed))
				add(m, "mnist train 1/7", step, "accuracy after 100 steps", 1-0.5*decay-0.01*float64(seed))
			}
		}
	}
	return t
}

func TestDigitsPanels(t *testing.T) {
	var names []string
	for _, p := range must(Panels("digits", digitsTable())) {
		names = append(names, p.Name)
		if p.Name == "fig2-digits" || p.Name == "fig2-digits-baselines" {
			compare(t, p.Name, p.Image(72))
		}
	}
	want := []string{"fig2-digits-train-task", "fig2-digits-test-tasks", "fig2-digits-train", "fig2-digits-test",
		"fig2-digits-train-accuracy", "fig2-digits-test-accuracy", "fig2-digits-baselines", "fig2-digits-baselines-accuracy", "fig2-digits"}
	if !slices.Equal(names, want) {
		t.Errorf("panels %q", names)
	}
}

func TestDigitsRefuses(t *testing.T) {
	table := digitsTable()
	_, err := Panels("digits", table.Where(tidy.Not(tidy.Method("data"))))
	wants(t, err, "fig2-digits-train-task", "no rows of pictures")
	_, err = Panels("digits", table.Where(tidy.Not(tidy.Metric("picture of class 1"))))
	wants(t, err, "fig2-digits-train-task", "1 and 0 pictures")
	_, err = Panels("digits", table.Where(tidy.Not(tidy.Method("learned"))))
	wants(t, err, "fig2-digits-train", `"learned"`)
	bad := slices.Clone(table)
	bad[0].Step = 784
	_, err = Panels("digits", bad)
	wants(t, err, "mnist train 1/7", "pixel 784")
	bad[0].Step, bad[0].Metric = 1, "photograph"
	_, err = Panels("digits", bad)
	wants(t, err, "photograph")
}
