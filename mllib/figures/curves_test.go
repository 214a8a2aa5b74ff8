package figures

import (
	"math"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// torques are the torque errors on new trajectories.
func torques() curves {
	return curves{methods: []string{"learned shaped", "learned", "power-weighted mse, best rate", paper.Constant}, spread: fig.CI95OverSeeds,
		size: usual, last: every}.of("", "torque error", "split", "meta-test")
}

func layersIn(t *testing.T, c curves, d Data) []fig.Layer {
	t.Helper()
	rows := c.rows(d.Rows, c.metric)
	return must(c.layers(rows, c.lost(d.Rows, rows)))
}

// TestCurvesAreMeans compares with means written out; the constant is a level.
func TestCurvesAreMeans(t *testing.T) {
	layers := layersIn(t, torques(), invdynData("invdyn-sawyer"))
	if len(layers) != 4 {
		t.Fatalf("%d layers", len(layers))
	}
	for k, decay := range []float64{40, 60, 120} {
		c := layers[k].(fig.Curve)
		if len(c.X) != 21 || c.X[20] != 200 {
			t.Fatalf("steps %v", c.X)
		}
		for i, x := range c.X {
			if want := math.Exp(-x/decay) + 0.02; math.Abs(c.Y[i]-want) > 1e-12 || !(c.Low[i] < want && want < c.High[i]) {
				t.Errorf("%s at %v: %v in [%v, %v], want %v", c.Label, x, c.Y[i], c.Low[i], c.High[i], want)
			}
		}
		if c.Spread != "mean and its 95 % interval over 3 seeds" {
			t.Errorf("%s", c.Spread)
		}
	}
	if level := layers[3].(fig.Rule); math.Abs(level.At-0.2) > 1e-12 || level.Vertical {
		t.Errorf("the constant is at %v", level.At)
	}
}

// lose removes what a method has on a task after some step with a seed, as a
// divergence does, and says so.
func lose(t tidy.Table, method string, seed uint64, where string, diverged string) tidy.Table {
	kept := t.Where(func(r tidy.Row) bool {
		return r.Method != method || r.Seed != seed || !strings.HasPrefix(r.Task, where) || r.Step < 50
	})
	return append(kept, tidy.Row{Experiment: t[0].Experiment, Method: method, Seed: seed, Task: diverged, Step: 50, Metric: tidy.DivergedMetric, Value: 1})
}

// TestCurvesLeaveOutWhatDiverged: the mean of a method leaves out the seeds that
// diverged and its legend says so; a method of which all seeds diverged is not drawn.
func TestCurvesLeaveOutWhatDiverged(t *testing.T) {
	const power = "power-weighted mse, best rate"
	d := invdynData("invdyn-sawyer")
	d.Rows = lose(d.Rows, power, 1, "split=meta-test", "split=meta-test/test=2")
	c := layersIn(t, torques(), d)[2].(fig.Curve)
	want := math.Exp(-200.0/120) + 0.01*(1+3)/2 // seeds 0 and 2
	if last := c.Y[len(c.Y)-1]; math.Abs(last-want) > 1e-12 || c.Label != "power-weighted MSE, best rate (1 of 3 seeds diverge)" {
		t.Errorf("%q ends at %v, want %v", c.Label, last, want)
	}
	if c.Spread != "mean and its 95 % interval over 3 seeds" { // that of the others, said once
		t.Errorf("%q", c.Spread)
	}
	for _, seed := range []uint64{0, 2} {
		d.Rows = lose(d.Rows, power, seed, "split=meta-test", "split=meta-test")
	}
	if n := len(layersIn(t, torques(), d)); n != 3 {
		t.Errorf("%d layers after all seeds of a method diverged, want 3", n)
	}
	must(Draw("invdyn-sawyer", "fig5d-invdyn-sawyer", d))
}

// TestDivergedOfAnotherTask: a divergence in the test after an outer step is none of
// meta-test, and that after one step none of that after a hundred.
func TestDivergedOfAnotherTask(t *testing.T) {
	d := sineData()
	const net = "net=paper 40-40/split=meta-train"
	d.Rows = lose(d.Rows, "learned", 2, net+"/after=100", net+"/after=100")
	c := curves{methods: []string{"learned"}, spread: fig.SDOverSeeds, size: usual, last: every}
	for want, c := range map[string]curves{
		"learned loss (1 of 3 diverge at step 50)": c.of("", "mse by outer step", "net", "paper 40-40", "split", "meta-train", "after", "100"),
		"learned loss": c.of("", "mse by outer step", "net", "paper 40-40", "split", "meta-train", "after", "1"),
	} {
		if got := layersIn(t, c, d)[0].(fig.Curve).Label; got != want {
			t.Errorf("after %v: %q, want %q", c.task, got, want)
		}
	}
	inner := c.of("", "mse", "net", "paper 40-40", "split", "meta-train")
	if got := layersIn(t, inner, d)[0].(fig.Curve).Label; got != "learned loss" {
		t.Errorf("against gradient steps: %q", got)
	}
}

// TestDivergedAtOuterSteps: a seed whose test diverges after one outer step is missing
// in the mean there and nowhere else; a step at which all diverge has no point.
func TestDivergedAtOuterSteps(t *testing.T) {
	const task = "split=meta-train/after=200"
	r := &rows{experiment: "invdyn-sawyer"}
	for seed := range uint64(4) {
		for step := 0; step <= 300; step += 100 {
			switch {
			case step == 0 && seed > 1, step == 200:
				r.add("learned", seed, task, step, tidy.DivergedMetric, 1)
			default:
				r.add("learned", seed, task, step, "torque error by outer step", float64(1+seed))
			}
		}
	}
	// What other metrics and parts of a task that diverged have at the step is no mean of the seed.
	r.add("learned", 2, task, 0, "torque error by outer step", 1000)
	c := curves{methods: []string{"learned"}, spread: fig.CI95OverSeeds, size: usual, last: every}.of("", "torque error by outer step", "split", "meta-train")
	got := layersIn(t, c, Data{Rows: r.table})[0].(fig.Curve)
	if !slices.Equal(got.X, []float64{0, 100, 300}) || !slices.Equal(got.Y, []float64{1.5, 2.5, 2.5}) {
		t.Errorf("at %v: %v", got.X, got.Y)
	}
	if got.Label != "learned loss (4 of 4 diverge at steps 0–200)" || got.Spread != "mean and its 95 % interval over 4 seeds" {
		t.Errorf("%q, %q", got.Label, got.Spread)
	}
	c.last = 100
	if got := layersIn(t, c, Data{Rows: r.table})[0].(fig.Curve); got.Label != "learned loss (2 of 4 diverge at step 0)" {
		t.Errorf("%q", got.Label)
	}
}

// TestReferenceIsBelow: the authors' curves come first, without bands, whatever the
// panel's methods.
func TestReferenceIsBelow(t *testing.T) {
	c := curves{methods: []string{"task loss", "learned"}, spread: fig.SDOverSeeds, size: usual, last: every}.
		of("", "mse", "net", "released 100-10", "split", "meta-test", "x", "[-5,5]")
	layers := layersIn(t, c, sineData())
	var labels []string
	for _, l := range layers {
		labels = append(labels, l.(fig.Curve).Label)
	}
	if !slices.Equal(labels, []string{"authors’ code: learned loss", "authors’ code: task loss", "task loss", "learned loss"}) {
		t.Errorf("layers %q", labels)
	}
	if theirs := layers[0].(fig.Curve); theirs.Low != nil || theirs.Spread != "" || theirs.Style.Color != fig.Gray {
		t.Errorf("their curve has a band: %+v", theirs.Style)
	}
}

// TestCurvesOverTasks: the tasks of a seed are averaged first.
func TestCurvesOverTasks(t *testing.T) {
	r := &rows{experiment: "digits"}
	for seed := range uint64(2) {
		for k, pair := range []string{"0-1", "2-3", "4-5"} {
			r.add("learned", seed, "data=mnist/split=meta-test/pair="+pair, 1, "accuracy", float64(k)*float64(seed+1))
		}
	}
	c := curves{methods: []string{"learned"}, spread: fig.SDOverSeeds, size: usual, last: every}.of("", "accuracy", "split", "meta-test")
	got := layersIn(t, c, Data{Rows: r.table})[0].(fig.Curve)
	if math.Abs(got.Y[0]-1.5) > 1e-12 || math.Abs(got.High[0]-1.5-math.Sqrt(0.5)) > 1e-12 { // seeds: 1 and 2
		t.Errorf("%v up to %v", got.Y[0], got.High[0])
	}
}

// TestCurvesByKey: the number of a key is the x axis; other values of it are no rows.
func TestCurvesByKey(t *testing.T) {
	c := curves{methods: []string{"learned"}, spread: fig.SDOverSeeds, size: usual, last: every, key: "nu", x: "ν"}.of("", "found")
	d := shapedSineData()
	got := layersIn(t, c, d)[0].(fig.Curve)
	if !slices.Equal(got.X, []float64{-3, 0.5}) || math.Abs(got.Y[0]-0.25) > 1e-12 || math.Abs(got.Y[1]-0.6) > 1e-12 || !got.Style.Every {
		t.Errorf("at %v: %v", got.X, got.Y)
	}
	before := slices.Clone(d.Rows)
	layersIn(t, c, d)
	if !slices.Equal(before, d.Rows) {
		t.Error("drawing changes the data")
	}
}

// TestLastStep: a panel of few steps shows no more.
func TestLastStep(t *testing.T) {
	c := torques()
	c.last = 100
	if x := layersIn(t, c, invdynData("invdyn-sawyer"))[0].(fig.Curve).X; x[len(x)-1] != 100 {
		t.Errorf("steps up to %v", x[len(x)-1])
	}
}
