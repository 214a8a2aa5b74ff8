package paper

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/tidy"
)

// TestDecide: the verdict follows from the interval alone.
func TestDecide(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      Outcome
	}{{0.1, 2, Reproduced}, {-2, -0.1, NotReproduced}, {-1, 1, Inconclusive}, {0, 1, Inconclusive}, {-1, 0, Inconclusive}} {
		if got := Decide("x", 0.5*(c.low+c.high), c.low, c.high); got.Outcome != c.want {
			t.Errorf("interval [%v, %v]: %s, want %s", c.low, c.high, got.Outcome, c.want)
		}
	}
}

func TestLookup(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range All() {
		if got, err := Lookup(e.Name); err != nil || got.Title != e.Title {
			t.Errorf("%s: %v", e.Name, err)
		}
		for _, c := range e.Claims {
			if seen[c.ID] {
				t.Errorf("claim %s occurs twice", c.ID)
			}
			seen[c.ID] = true
		}
	}
	if _, err := Lookup("cosine"); err == nil || !strings.Contains(err.Error(), "known: sine") {
		t.Errorf("unknown experiment: %v", err)
	}
}

// fake counts its work and fails for one seed.
type fake struct{ bad uint64 }

func (f fake) Run(ctx context.Context, in Input, report func(done, total int)) (Output, error) {
	l := newLab(ctx, "fake", in, 20, report)
	for i := range 20 {
		if err := ctx.Err(); err != nil {
			return l.out, err
		}
		if in.Seed == f.bad && i == 10 {
			return l.out, errors.New("broken")
		}
		l.advance(1)
		l.row("m", "a=t", i, "v", float64(in.Seed)+float64(i))
	}
	return l.out, nil
}

// A failing seed does not stop the others, and the order does not depend on jobs.
func TestEach(t *testing.T) {
	seeds := []uint64{5, 1, 9, 4}
	last := 0.0
	a, err := RunAll(t.Context(), fake{bad: 100}, seeds, Options{Jobs: 1, Report: func(f float64) { last = f }})
	if err != nil || last != 1 {
		t.Fatalf("error %v, progress ended at %v", err, last)
	}
	b, err := RunAll(t.Context(), fake{bad: 100}, seeds, Options{Jobs: 3})
	if err != nil || len(a.Rows) != 80 || len(b.Rows) != 80 {
		t.Fatalf("%d and %d rows, error %v", len(a.Rows), len(b.Rows), err)
	}
	for i := range a.Rows {
		if a.Rows[i] != b.Rows[i] {
			t.Fatalf("row %d depends on the number of jobs: %v and %v", i, a.Rows[i], b.Rows[i])
		}
	}
	for _, jobs := range []int{1, 2, 4} {
		var done []uint64
		err = Each(t.Context(), fake{bad: 9}, seeds, Options{Jobs: jobs}, func(seed uint64, _ Output) error {
			done = append(done, seed)
			return nil
		})
		slices.Sort(done)
		if err == nil || err.Error() != "seed 9: broken" || !slices.Equal(done, []uint64{1, 4, 5}) {
			t.Errorf("%d jobs, failing seed: %v; the others: %v", jobs, err, done)
		}
	}
	mine := errors.New("disk full")
	if err := Each(t.Context(), fake{}, seeds, Options{Jobs: 2}, func(uint64, Output) error { return mine }); err != mine {
		t.Errorf("error of done: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := RunAll(ctx, fake{}, seeds, Options{Jobs: 2}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := RunAll(ctx, fake{}, nil, Options{Jobs: 2}); err == nil {
		t.Error("no seeds: no error")
	}
}

// quickTwice runs a profile twice, with one and with two jobs: the outputs must be
// equal bit for bit and finite, every metric must have its entry, every task its
// keys, and every claim a verdict.
func quickTwice(t *testing.T, e Experiment, run Run, seeds []uint64) tidy.Table {
	t.Helper()
	o := Options{Data: filepath.Join("..", "..", "data"), Jobs: 1}
	a, err := RunAll(t.Context(), run, seeds, o)
	if err != nil {
		t.Fatal(err)
	}
	o.Jobs = 2
	b, err := RunAll(t.Context(), run, seeds, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Rows) == 0 || !slices.Equal(a.Rows, b.Rows) || !slices.Equal(a.Pictures, b.Pictures) {
		t.Fatalf("two runs of %d and %d rows, %d and %d of pictures differ", len(a.Rows), len(b.Rows), len(a.Pictures), len(b.Pictures))
	}
	for _, table := range []tidy.Table{a.Rows, a.Pictures} {
		if err := table.Check(); err != nil {
			t.Error(err)
		}
		for _, m := range table.Metrics() {
			if _, ok := MetricOf(m); !ok {
				t.Errorf("the metric %q has no entry", m)
			}
		}
		for _, task := range table.Tasks() {
			if _, err := tidy.ParseTask(task); err != nil {
				t.Error(err)
			}
		}
	}
	for _, c := range e.Claims {
		v, err := c.Judge(a.Rows)
		if err != nil {
			t.Errorf("claim %s: %v", c.ID, err)
			continue
		}
		if !(v.Low <= v.Value && v.Value <= v.High) || v.Effect == "" {
			t.Errorf("claim %s: value %v outside its interval [%v, %v], or no effect %q", c.ID, v.Value, v.Low, v.High, v.Effect)
		}
	}
	return a.Rows
}
