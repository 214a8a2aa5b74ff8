package store

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
	"ml3/mllib/paper"
)

// form is a named value, as an activation may be.
type form int

func (f form) String() string { return [...]string{"flat", "round"}[f] }

// shape is another, with what it does inside.
type shape struct {
	name string
	f    func(float64) float64
}

func (s shape) String() string { return s.name }

type inner struct {
	Rate  float64
	Seeds []uint64
	limit float64
}

type odd struct {
	Name   string
	Active func(*ad.Value) *ad.Value
	Draw   func(rng *rand.Rand, in, out int, w, b []float64)
	None   func()
	Form   form
	Shape  shape
	Parts  []inner
	At     [2]float64
	Empty  []inner
	Any    any
	Nil    any
	To     *inner
	Named  map[string]int
	On     bool
}

func (odd) Run(context.Context, paper.Input, func(done, total int)) (paper.Output, error) {
	return paper.Output{}, nil
}

func TestSettings(t *testing.T) {
	got := Settings(odd{Name: `a "b"`, Active: ad.ReLU, Draw: nn.Xavier, Form: 1, Shape: shape{"bell", math.Exp},
		Parts: []inner{{Rate: 1e-3, Seeds: []uint64{1<<64 - 1, 0}, limit: math.Inf(1)}, {Rate: 0.30000000000000004}},
		At:    [2]float64{math.Inf(-1), 1e21}, Any: inner{Rate: 2}, To: &inner{Rate: 3}, Named: map[string]int{"b": 2, "a": 1}, On: true})
	want := []string{"store.odd", `Name = "a \"b\""`, "Active = ad.ReLU", "Draw = nn.Xavier", "None = nil", "Form = round", "Shape = bell",
		"Parts[0].Rate = 0.001", "Parts[0].Seeds = [18446744073709551615 0]", "Parts[0].limit = +Inf",
		"Parts[1].Rate = 0.30000000000000004", "Parts[1].Seeds = []", "Parts[1].limit = 0",
		"At = [-Inf 1e+21]", "Empty = []", "Any = store.inner", "Any.Rate = 2", "Any.Seeds = []", "Any.limit = 0", "Nil = nil",
		"To.Rate = 3", "To.Seeds = []", "To.limit = 0", `Named["a"] = 1`, `Named["b"] = 2`, "On = true"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestSettingsClosure expects a panic that names the setting.
func TestSettingsClosure(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, ".Active") {
			t.Errorf("panic %q", text)
		}
	}()
	k := 2.0
	Settings(odd{Active: func(x *ad.Value) *ad.Value { return ad.Scale(k, x) }})
}

// TestSettingsOfAll: the settings of every experiment can be written, the same each
// time, and tell the profiles apart.
func TestSettingsOfAll(t *testing.T) {
	for _, e := range paper.All() {
		full, quick := Settings(e.Paper), Settings(e.Quick)
		if slices.Equal(full, quick) {
			t.Errorf("%s: both profiles have the same settings", e.Name)
		}
		if again, _ := paper.Lookup(e.Name); !slices.Equal(Settings(again.Paper), full) {
			t.Errorf("%s: the settings are written differently the second time", e.Name)
		}
		for _, line := range full[1:] {
			if name, text, ok := strings.Cut(line, " = "); !ok || name == "" || text == "" || strings.Contains(line, "0x") {
				t.Errorf("%s: line %q", e.Name, line)
			}
		}
		if e.Revision < 1 {
			t.Errorf("%s has revision %d", e.Name, e.Revision)
		}
	}
}
