package fig

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"ml3/mllib/tidy"
)

// invdynTable has three seeds of an arm with two joints.
func invdynTable(experiment string) tidy.Table {
	var t tidy.Table
	add := func(method string, seed uint64, task string, step int, metric string, v float64) {
		t = append(t, tidy.Row{Experiment: experiment, Method: method, Seed: seed, Task: task, Step: step, Metric: metric, Value: v})
	}
	for k, m := range []string{"learned shaped", "learned", "task loss", "task loss, same rate", "power mse"} {
		for seed := range uint64(3) {
			for step := 0; step <= 200; step += 10 {
				v := math.Exp(-float64(step)/float64(40+20*k)) + 0.01*float64(seed+1)
				add(m, seed, "new", step, "torque error", v)
				add(m, seed, "new", step, "inertia error", v/2)
			}
			for update := 0; update <= 1000 && k < 2; update += 100 {
				add(m, seed, "meta-training", update, "torque error after 200 steps", math.Exp(-float64(update)/300))
				add(m, seed, "meta-training", update, "inertia error after 200 steps", math.Exp(-float64(update)/200))
			}
		}
	}
	for seed := range uint64(3) {
		add("constant", seed, "new", 0, "torque error", 0.2)
		add("constant", seed, "new", 0, "inertia error", 0.1)
	}
	for k, m := range []string{"truth", "learned shaped", "learned", "task loss"} {
		for j := range 2 {
			for i := range 50 {
				add(m, 0, fmt.Sprintf("joint %d", j+1), i, "torque", (1+0.1*float64(k))*math.Sin(float64(i)/5)+1)
				if m == "truth" {
					add(m, 0, fmt.Sprintf("joint %d", j+1), i, "bias", 1)
				}
			}
		}
		for i, v := range []float64{1, -0.3, -0.3, 0.5} {
			add(m, 0, "matrix", i, "S H S", v*(1+0.1*float64(k)))
		}
	}
	for _, at := range []int{0, 2, 4, 6, 10} {
		for b := range 3 {
			angle := float64(at) / 10
			add("arm", 0, fmt.Sprintf("%d s", at), b, "position/x", float64(b)*math.Cos(angle))
			add("arm", 0, fmt.Sprintf("%d s", at), b, "position/y", float64(b)*math.Sin(angle))
			add("arm", 0, fmt.Sprintf("%d s", at), b, "position/z", float64(b)*0.5)
		}
	}
	return t
}

func TestInvdynPanels(t *testing.T) {
	table := invdynTable("invdyn-sawyer")
	var names []string
	for _, p := range must(Panels("invdyn-sawyer", table)) {
		names = append(names, p.Name)
		if p.Image(40).Bounds().Dx() < 100 {
			t.Errorf("%s is empty", p.Name)
		}
	}
	const stem = "fig5d-invdyn-sawyer"
	want := []string{stem, stem + "-inertia", stem + "-meta-training", stem + "-arm", stem + "-matrix", stem + "-torque"}
	if !slices.Equal(names, want) {
		t.Errorf("panels %q, want %q", names, want)
	}
	if p := must(Panels("invdyn-reacher", invdynTable("invdyn-reacher").Where(tidy.Not(tidy.Method("truth"))))); len(p) != 3 || p[0].Name != "fig5c-invdyn-reacher" {
		t.Errorf("%d panels without pictures, the first %s", len(p), p[0].Name)
	}
}

// The arm's motion is the true time: samples between poses 2 s apart are 0.2 s apart.
func TestInvdynTimes(t *testing.T) {
	tasks, seconds, err := invdynTimes(invdynTable("invdyn-sawyer"))
	if err != nil || !slices.Equal(tasks, []string{"0 s", "2 s", "4 s", "6 s", "10 s"}) || seconds[4] != 10 {
		t.Errorf("poses at %q, %v, %v", tasks, seconds, err)
	}
}

// The mean of a method leaves out the seeds that diverged and its legend says so; a
// method of which all seeds diverged is not drawn.
func TestInvdynLeavesOutWhatDiverged(t *testing.T) {
	table := invdynTable("invdyn-sawyer")
	lose := func(seed uint64) {
		for i, r := range table {
			if r.Method == "power mse" && r.Seed == seed && r.Metric == "torque error" && r.Step > 0 {
				table[i].Value = 1000
			}
		}
		table = append(table, tidy.Row{Experiment: "invdyn-sawyer", Method: "power mse", Seed: seed, Task: "test 0", Metric: "diverged", Value: 1})
	}
	if n := len(must(invdynLayers(table, "torque error"))); n != 6 {
		t.Fatalf("%d layers, want 5 methods and a line", n)
	}
	lose(1)
	c := must(invdynLayers(table, "torque error"))[4].(Curve)
	want := math.Exp(-200.0/120) + 0.01*(1+3)/2 // seeds 0 and 2
	if last := c.Y[len(c.Y)-1]; math.Abs(last-want) > 1e-12 || c.Label != "power-weighted MSE, best rate (1 of 3 seeds diverge)" {
		t.Errorf("%q ends at %v, want %v", c.Label, last, want)
	}
	lose(0)
	lose(2)
	if n := len(must(invdynLayers(table, "torque error"))); n != 5 {
		t.Errorf("%d layers after all seeds of a method diverged, want 5", n)
	}
}

func TestInvdynRefuses(t *testing.T) {
	table := invdynTable("invdyn-sawyer")
	_, err := Panels("invdyn-sawyer", table.Where(tidy.Not(tidy.Method("learned"))))
	wants(t, err, "fig5d-invdyn-sawyer", `"learned"`)
	_, err = Panels("invdyn-sawyer", table.Where(tidy.Not(tidy.Metric("bias"))))
	wants(t, err, "joint 1", "bias force")
	short := table.Where(func(r tidy.Row) bool { return r.Task != "matrix" || r.Step != 3 })
	_, err = Panels("invdyn-sawyer", short)
	wants(t, err, "matrix of truth has 3 entries")
	_, err = Panels("invdyn-sawyer", table.Where(tidy.Not(tidy.Method("arm"))))
	wants(t, err, "poses")
}
