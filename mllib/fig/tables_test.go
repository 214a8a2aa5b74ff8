package fig

import (
	"math"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/tidy"
)

// TestBands compares with the statistics written out for one step.
func TestBands(t *testing.T) {
	rows := curves("mse", "learned").Where(tidy.Steps(10, 10))
	decay := math.Exp(-10. / 25)
	// Means over the two tasks: 4.25, 4.45, … 5.05.
	got := must(Band(rows, SDOverSeeds))
	mean, sd := 4.65*decay, 0.1*math.Sqrt(10)*decay
	if math.Abs(got.Y[0]-mean) > 1e-12 || math.Abs(got.High[0]-got.Y[0]-sd) > 1e-12 || math.Abs(got.Y[0]-got.Low[0]-sd) > 1e-12 {
		t.Errorf("mean %v in [%v, %v]; want %v ± %v", got.Y[0], got.Low[0], got.High[0], mean, sd)
	}
	if got.Spread != "mean ± sd over 5 seeds" || got.X[0] != 10 {
		t.Errorf("%q at %v", got.Spread, got.X[0])
	}
	ci := must(Band(rows, CI95OverSeeds))
	if !(ci.Low[0] < ci.Y[0] && ci.Y[0] < ci.High[0] && ci.Low[0] > 4.25*decay && ci.High[0] < 5.05*decay) {
		t.Errorf("interval [%v, %v] around %v", ci.Low[0], ci.High[0], ci.Y[0])
	}
	one := must(Band(rows.Where(tidy.Seed(3)), SDOverSeeds))
	if one.Low != nil || one.Spread != "one seed" {
		t.Errorf("one seed has the band %v, %q", one.Low, one.Spread)
	}
}

// TestBandOverTasks: the tasks of two seeds are 1, 3 and 5, 9: means 2 and 7, deviations
// √2 and √8.
func TestBandOverTasks(t *testing.T) {
	var rows tidy.Table
	for i, v := range []float64{1, 3, 5, 9} {
		rows = append(rows, tidy.Row{Experiment: "x", Method: "m", Seed: uint64(i / 2), Task: []string{"goal=0", "goal=1"}[i%2], Step: 7, Metric: "mse", Value: v})
	}
	c := must(Band(rows, SDOverTasks))
	sd := (math.Sqrt2 + math.Sqrt(8)) / 2
	if len(c.X) != 1 || c.X[0] != 7 || c.Y[0] != 4.5 || math.Abs(c.High[0]-4.5-sd) > 1e-12 || math.Abs(4.5-c.Low[0]-sd) > 1e-12 {
		t.Errorf("%+v, want 4.5 ± %v", c, sd)
	}
	if c.Spread != "mean ± sd over 2 tasks, averaged over 2 seeds" {
		t.Error(c.Spread)
	}
	_, err := Band(rows[:3], SDOverTasks)
	wants(t, err, "seed 1 has 1 at step 7")
}

func TestTablesRefuse(t *testing.T) {
	rows := append(curves("mse", "learned"), curves("accuracy", "learned")...)
	_, err := Band(rows, SDOverSeeds)
	wants(t, err, "accuracy", "mse", "select one of each")
	_, err = Band(curves("mse", "learned", "task loss"), SDOverSeeds)
	wants(t, err, `"task loss"`, "select one of each")
	_, err = Band(nil, SDOverSeeds)
	wants(t, err, "0 rows")
	_, err = Paths(rows, "mse", "loss")
	wants(t, err, "0 of loss")
	_, err = Paths(rows[1:], "mse", "accuracy")
	wants(t, err, "no matching accuracy")
}

// TestPaths: two metrics of a series are the coordinates, in the order of the steps.
func TestPaths(t *testing.T) {
	var rows tidy.Table
	for step, at := range [][2]float64{{1, 2}, {3, 5}, {-1, 0}} {
		for k, metric := range []string{"x", "y"} {
			rows = append(rows, tidy.Row{Experiment: "e", Method: "m", Seed: 7, Task: "t", Step: 10 - step, Metric: metric, Value: at[k]})
		}
	}
	p := must(Paths(rows, "x", "y"))
	if len(p) != 1 || p[0].Seed != 7 || !slices.Equal(p[0].X, []float64{-1, 3, 1}) || !slices.Equal(p[0].Y, []float64{0, 5, 2}) {
		t.Errorf("%+v", p)
	}
	c := p[0].Curve("way", LineStyle(Blue, Dotted, Ring))
	if c.Label != "way" || c.Style.Marker != Ring || c.X[1] != 3 {
		t.Errorf("%+v", c)
	}
}

func wants(t *testing.T, err error, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if err == nil || !strings.Contains(err.Error(), s) {
			t.Errorf("error %v, want %q", err, s)
		}
	}
}

// TestSequenceInGreyscale: of up to five things, dash and marker alone tell any two
// apart, and so does the lightness of their colours.
func TestSequenceInGreyscale(t *testing.T) {
	light := func(s Style) float64 {
		return 0.2126*float64(s.Color.R) + 0.7152*float64(s.Color.G) + 0.0722*float64(s.Color.B)
	}
	for i := range 5 {
		for j := range i {
			a, b := Sequence(i, 5), Sequence(j, 5)
			if a.Dash == b.Dash || a.Marker == b.Marker || math.Abs(light(a)-light(b)) < 20 {
				t.Errorf("things %d and %d look alike: %+v, %+v", j, i, b, a)
			}
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		ticks     []string
		low, high float64
		log       bool
	}{
		{[]string{"−2", "−1", "0", "1", "2"}, -2, 2, false},
		{[]string{"0", "0.1", "0.2", "0.3"}, 0, 0.3, false},
		{[]string{"0", "50k", "100k", "150k", "200k"}, 0, 2e5, false},
		{[]string{"0", "1M", "2M", "3M", "4M"}, 0, 4e6, false},
		{[]string{"0", "1·10⁻⁴", "2·10⁻⁴", "3·10⁻⁴", "4·10⁻⁴"}, 0, 4e-4, false},
		{[]string{"0.01", "0.1", "1", "10"}, 0.008, 12, true},
		{[]string{"1", "2", "5", "10"}, 0.9, 15, true},
		{[]string{"0", "1·10⁹", "2·10⁹", "3·10⁹"}, 0, 3e9, false},
		{[]string{"10⁻⁹", "10⁻⁶", "0.001", "1", "1000", "10⁶", "10⁹"}, 1e-9, 1e9, true},
	} {
		marks := linearTicks{5}.Ticks(c.low, c.high)
		if c.log {
			marks = logTicks{5}.Ticks(c.low, c.high)
		}
		var got []string
		for _, m := range marks {
			if m.Label != "" {
				got = append(got, m.Label)
			}
		}
		if !slices.Equal(got, c.ticks) {
			t.Errorf("from %g to %g: %q, want %q", c.low, c.high, got, c.ticks)
		}
	}
}

func TestFormulaRuns(t *testing.T) {
	got := runs("L_T(y, f_{θ_{new}}(x))")
	want := []run{{"L", 0}, {"T", 1}, {"(y, f", 0}, {"θ", 1}, {"new", 2}, {"(x))", 0}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
