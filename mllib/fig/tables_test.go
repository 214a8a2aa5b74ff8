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
	// Means over the two tasks: 4.25, 4.45, … 5.05; over the five seeds: 4.4 and 4.9.
	for _, c := range []struct {
		spread   Spread
		mean, sd float64
		says     string
	}{
		{SDOverSeeds, 4.65 * decay, 0.1 * math.Sqrt(10) * decay, "mean ± sd over 5 seeds"},
		{SDOverTasks, 4.65 * decay, 0.5 / math.Sqrt2 * decay, "mean ± sd over 2 tasks"},
	} {
		got := must(Bands(rows, c.spread))[0].(Curve)
		if math.Abs(got.Y[0]-c.mean) > 1e-12 || math.Abs(got.High[0]-got.Y[0]-c.sd) > 1e-12 || math.Abs(got.Y[0]-got.Low[0]-c.sd) > 1e-12 {
			t.Errorf("mean %v in [%v, %v]; want %v ± %v", got.Y[0], got.Low[0], got.High[0], c.mean, c.sd)
		}
		if got.Spread != c.says || got.X[0] != 10 || got.Label != "learned loss" || got.Style.Color != Blue {
			t.Errorf("%q %q at %v in %v", got.Spread, got.Label, got.X[0], got.Style.Color)
		}
	}
	ci := must(Bands(rows, CI95OverSeeds))[0].(Curve)
	if !(ci.Low[0] < ci.Y[0] && ci.Y[0] < ci.High[0] && ci.Low[0] > 4.25*decay && ci.High[0] < 5.05*decay) {
		t.Errorf("interval [%v, %v] around %v", ci.Low[0], ci.High[0], ci.Y[0])
	}
	one := must(Bands(rows.Where(tidy.Seed(3)), SDOverSeeds))[0].(Curve)
	if one.Low != nil || one.Spread != "one seed" {
		t.Errorf("one seed has the band %v, %q", one.Low, one.Spread)
	}
}

func TestTablesRefuse(t *testing.T) {
	rows := append(curves("mse", "learned"), curves("accuracy", "learned")...)
	_, err := Bands(rows, SDOverSeeds)
	wants(t, err, "accuracy", "mse", "exactly one metric")
	_, err = Lines(rows, ByTask)
	wants(t, err, "exactly one metric")
	_, err = Bands(curves("mse", "learned"), SDOverSeeds, "learned", "task loss")
	wants(t, err, `"task loss"`, "there are learned")
	_, err = Paths(rows, "mse", "loss")
	wants(t, err, "0 of loss")
	_, err = Paths(rows[1:], "mse", "accuracy")
	wants(t, err, "no matching accuracy")
	_, err = Panels("absent", rows)
	wants(t, err, `"absent"`)
	_, err = Panels("sine", rows)
	wants(t, err, "none of the 1020 rows")
}

func wants(t *testing.T, err error, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if err == nil || !strings.Contains(err.Error(), s) {
			t.Errorf("error %v, want %q", err, s)
		}
	}
}

// TestMethodsDifferInGreyscale: dash and marker alone tell methods apart.
func TestMethodsDifferInGreyscale(t *testing.T) {
	type shape struct {
		Dash
		Marker
	}
	seen := map[shape]int{}
	for i, s := range append(Styles("learned", "task loss"), others()...) {
		if j, ok := seen[shape{s.Dash, s.Marker}]; ok {
			t.Errorf("styles %d and %d have the same dash and marker", i, j)
		}
		seen[shape{s.Dash, s.Marker}] = i
	}
	if a, b := Styles("learned", "x", "y")[1], Styles("x", "task loss")[0]; a != b {
		t.Error("the first other method depends on the fixed ones")
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
