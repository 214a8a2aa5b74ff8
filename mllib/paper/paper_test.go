package paper

import (
	"context"
	"errors"
	"math"
	"path/filepath"
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

func (f fake) Run(ctx context.Context, in Input, report func(done, total int)) (tidy.Table, error) {
	w := newWriter("fake", in.Seed)
	for i := range 20 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if in.Seed == f.bad && i == 10 {
			return nil, errors.New("broken")
		}
		report(i+1, 20)
		w.add("m", "t", i, "v", float64(in.Seed)+float64(i))
	}
	return w.table, nil
}

func TestRunSeeds(t *testing.T) {
	seeds := []uint64{5, 1, 9, 4}
	last := 0.0
	a, err := RunSeeds(context.Background(), fake{bad: 100}, seeds, "", 1, func(f float64) { last = f })
	if err != nil || last != 1 {
		t.Fatalf("error %v, progress ended at %v", err, last)
	}
	b, err := RunSeeds(context.Background(), fake{bad: 100}, seeds, "", 3, nil)
	if err != nil || len(a) != 80 || len(b) != 80 {
		t.Fatalf("%d and %d rows, error %v", len(a), len(b), err)
	}
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("row %d depends on the number of jobs: %v and %v", i, a[i], b[i])
		}
	}
	if _, err := RunSeeds(context.Background(), fake{bad: 9}, seeds, "", 2, nil); err == nil || err.Error() != "seed 9: broken" {
		t.Errorf("failing seed: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := RunSeeds(ctx, fake{}, seeds, "", 2, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := RunSeeds(ctx, fake{}, nil, "", 2, nil); err == nil {
		t.Error("no seeds: no error")
	}
}

// quickTwice runs a profile twice, with one and with two jobs: the tables must be
// equal bit for bit and finite, and every claim must have a verdict.
func quickTwice(t *testing.T, e Experiment, run Run, seeds []uint64) tidy.Table {
	t.Helper()
	data := filepath.Join("..", "..", "data")
	a, err := RunSeeds(context.Background(), run, seeds, data, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := RunSeeds(context.Background(), run, seeds, data, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(a) != len(b) || len(a) == 0 {
		t.Fatalf("%d and %d rows", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("row %d differs between two runs: %v and %v", i, a[i], b[i])
		}
	}
	if err := a.Check(); err != nil {
		t.Error(err)
	}
	for _, c := range e.Claims {
		v, err := c.Judge(a)
		if err != nil {
			t.Errorf("claim %s: %v", c.ID, err)
			continue
		}
		if !(v.Low <= v.Value && v.Value <= v.High) || v.Effect == "" {
			t.Errorf("claim %s: value %v outside its interval [%v, %v], or no effect %q", c.ID, v.Value, v.Low, v.High, v.Effect)
		}
		if math.IsNaN(v.Value) {
			t.Errorf("claim %s: NaN", c.ID)
		}
	}
	return a
}
