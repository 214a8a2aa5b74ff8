package paper

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/tidy"
)

func TestReadOwn(t *testing.T) {
	rows := func(tasks, n int) string {
		var b strings.Builder
		for k := range tasks {
			for i := range n {
				fmt.Fprintf(&b, "%d,%d,%d,t%d\n", i, i*i, k*i, k)
			}
		}
		return b.String()
	}
	d, err := readOwn(strings.NewReader("x2,x1,y,task\n" + rows(5, 6)))
	if err != nil || !slices.Equal(d.Inputs, []string{"x2", "x1"}) || len(d.Tasks) != 5 || d.Tasks[3].Name != "t3" ||
		!slices.Equal(d.Tasks[3].Y, []float64{0, 3, 6, 9, 12, 15}) || !slices.Equal(d.Tasks[3].X[2], []float64{2, 4}) {
		t.Errorf("%+v, %v", d, err)
	}
	for text, want := range map[string]string{
		"":                           "the file is empty",
		"x,y\n":                      "columns x… (one or more), y and task",
		"y,task\n":                   "columns x…",
		"x,y,task,weight\n":          `line 1: column "weight"`,
		"x,y,y,task\n":               `line 1: column "y"`,
		"x,y,task\n1,2,a\n1,b,a\n":   `line 3: "b" in column "y" is no finite number`,
		"x,y,task\nNaN,2,a\n":        `line 2: "NaN" in column "x"`,
		"x,y,task\n1,1e999,a\n":      `line 2: "1e999"`,
		"x,y,task\n1,2\n":            "wrong number of fields",
		"x,x1,y,task\n" + rows(3, 6): "3 tasks",
		"x,x1,y,task\n" + rows(4, 3): `task "t0" has 3 rows`,
		"x,y,task\n\"1,2,a\n":        "quote",
	} {
		if _, err := readOwn(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: got error %v, want %q", text, err, want)
		}
	}
}

// ownWaves is a small run on sines of a scale.
func ownWaves(scale float64) Own {
	d := OwnData{Inputs: []string{"x"}}
	for k := range 8 {
		task := OwnTask{Name: fmt.Sprintf("t%d", k)}
		for i := range 12 {
			x := float64(i)/2 - 3
			task.X, task.Y = append(task.X, []float64{x}), append(task.Y, scale*(2+math.Sin(x+float64(k))))
		}
		d.Tasks = append(d.Tasks, task)
	}
	o := DefaultOwn(d, 30, 12)
	o.Rates, o.RateOn = []float64{1e-2, 1e-1}, 2
	return o
}

func runOwn(t *testing.T, o Own) Output {
	t.Helper()
	out, err := o.Run(t.Context(), Input{Seed: 3}, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestOwnUnits: with the target in other units the errors are those in these units, and
// all else is the same. A power of two changes no digit.
func TestOwnUnits(t *testing.T) {
	one, four := runOwn(t, ownWaves(1)).Rows, runOwn(t, ownWaves(4)).Rows
	if len(one) != len(four) || len(one) != 1+2*2*13 {
		t.Fatalf("%d and %d rows", len(one), len(four))
	}
	for i, r := range one {
		if r.Metric == "mse" {
			r.Value *= 16
		}
		if four[i] != r {
			t.Fatalf("%+v, want %+v", four[i], r)
		}
	}
}

// TestOwnHeld: what is held out has no part in what is learned, and what is not, has.
func TestOwnHeld(t *testing.T) {
	o := ownWaves(1)
	before := runOwn(t, o)
	held := o.Held(3)
	if len(held) != 2 {
		t.Fatalf("held out: %q", held)
	}
	change := func(in bool) Output {
		changed := ownWaves(1)
		for k := range changed.Data.Tasks {
			if slices.Contains(held, changed.Data.Tasks[k].Name) == in {
				for i := range changed.Data.Tasks[k].Y {
					changed.Data.Tasks[k].Y[i] = math.Cos(float64(3 * i))
				}
			}
		}
		return runOwn(t, changed)
	}
	same := func(out Output) bool {
		equal := true
		for i, p := range before.Losses[0].Phi {
			equal = equal && slices.Equal(p.Data, out.Losses[0].Phi[i].Data)
		}
		return equal
	}
	if out := change(true); !same(out) || slices.Equal(out.Rows, before.Rows) {
		t.Error("the tasks held out change the loss, or are not measured")
	}
	if same(change(false)) {
		t.Error("the other tasks do not change the loss")
	}
	learned, best := OwnEnds(before.Rows, 3, o.Steps, len(held))
	for k := range held {
		for method, got := range map[string]float64{LearnedLoss: learned[k], BestRate: best[k]} {
			r := before.Rows.Where(tidy.Method(method), tidy.Has("test", fmt.Sprint(k)), tidy.Metric("mse"))
			if len(r) != o.Steps+1 || r[o.Steps].Value != got {
				t.Errorf("%s on %s ends at %g, and the rows say %v", method, held[k], got, r)
			}
		}
	}
	if l, _ := OwnEnds(nil, 3, o.Steps, 1); !math.IsInf(l[0], 1) {
		t.Errorf("a test without rows ends at %g", l[0])
	}
}
