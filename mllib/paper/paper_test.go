package paper

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ml3/mllib/meta"
	"ml3/mllib/nn"
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
func TestRunAll(t *testing.T) {
	seeds := []uint64{5, 1, 9, 4}
	last := 0.0
	a, err := RunAll(t.Context(), fake{bad: 100}, seeds, Options{Jobs: 1}, func(f float64) { last = f })
	if err != nil || last != 1 {
		t.Fatalf("error %v, progress ended at %v", err, last)
	}
	b, err := RunAll(t.Context(), fake{bad: 100}, seeds, Options{Jobs: 3}, nil)
	if err != nil || len(a.Rows) != 80 || !slices.Equal(a.Rows, b.Rows) {
		t.Fatalf("%d and %d rows, or others with more jobs; error %v", len(a.Rows), len(b.Rows), err)
	}
	c, err := RunAll(t.Context(), fake{bad: 9}, seeds, Options{Jobs: 2}, nil)
	if err == nil || err.Error() != "seed 9: broken" || len(c.Rows) != 60 {
		t.Errorf("a failing seed: %v, %d rows", err, len(c.Rows))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := RunAll(ctx, fake{}, seeds, Options{Jobs: 2}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := RunAll(ctx, fake{}, nil, Options{Jobs: 2}, nil); err == nil {
		t.Error("no seeds: no error")
	}
}

// meeting is a run whose seeds wait for each other: so many must run at the same time.
type meeting struct{ all *sync.WaitGroup }

func (m meeting) Run(context.Context, Input, func(done, total int)) (Output, error) {
	m.all.Done()
	m.all.Wait()
	return Output{}, nil
}

// TestEach: every seed of every batch is done once, by its own batch; the last seed of a
// batch runs beside the first of the next; an error of Done stops everything.
func TestEach(t *testing.T) {
	for _, jobs := range []int{1, 2, 5} {
		var done [2][]uint64
		var failed []string
		var fractions [2]float64
		batch := func(i int, seeds ...uint64) Batch {
			return Batch{Run: fake{bad: 9}, Seeds: seeds, Report: func(f float64) { fractions[i] = f }, Done: func(seed uint64, out Output, _ time.Duration, err error) error {
				if done[i] = append(done[i], seed); err != nil {
					failed = append(failed, err.Error())
				} else if len(out.Rows) != 20 || out.Rows[0].Seed != seed {
					t.Errorf("seed %d: the output of another", seed)
				}
				return nil
			}}
		}
		err := Each(t.Context(), Options{Jobs: jobs}, batch(0, 5, 1, 9), batch(1, 9, 2))
		slices.Sort(done[0])
		slices.Sort(done[1])
		if err != nil || !slices.Equal(done[0], []uint64{1, 5, 9}) || !slices.Equal(done[1], []uint64{2, 9}) || fractions != [2]float64{1, 1} {
			t.Errorf("%d jobs: %v, done %v, fractions %v", jobs, err, done, fractions)
		}
		if !slices.Equal(failed, []string{"broken", "broken"}) {
			t.Errorf("%d jobs: failed %q", jobs, failed)
		}
	}
	var all sync.WaitGroup
	all.Add(2)
	one := Batch{Run: meeting{&all}, Seeds: []uint64{1}, Done: func(uint64, Output, time.Duration, error) error { return nil }}
	if err := Each(t.Context(), Options{Jobs: 2}, one, one); err != nil { // would hang if batches took turns
		t.Error(err)
	}
	mine, n := errors.New("disk full"), 0
	full := Batch{Run: fake{}, Seeds: []uint64{1, 2, 3}, Done: func(uint64, Output, time.Duration, error) error { n++; return mine }}
	if err := Each(t.Context(), Options{Jobs: 1}, full, full); err != mine || n != 1 {
		t.Errorf("error of Done: %v after %d calls", err, n)
	}
}

// TestLabStops: after an error a lab does nothing more, and the error is the first, said
// once with where it was.
func TestLabStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := sineExperiment().Quick.(Sine)
	l := sineLab{newLab(ctx, "sine", Input{}, 1, func(int, int) {}), s}
	updates := 0
	m := l.learn(l.Training(s.Versions[0], 0), func(tr *meta.Trainer, _ Method) {
		if updates = tr.Step(); updates == 3 {
			cancel()
		}
	})
	if m.Rule != nil || len(l.out.Losses) != 0 || updates > 4 || !errors.Is(l.err, context.Canceled) {
		t.Errorf("a rule: %v, %d losses, %d updates, error %v", m.Rule != nil, len(l.out.Losses), updates, l.err)
	}
	first := l.err
	l.fail(errors.New("another"))
	l.ctx = t.Context()
	l.learn(l.Training(s.Versions[0], 0), func(*meta.Trainer, Method) { t.Error("it learns on") })
	c := l.cell(s.Versions[0], s.TrainTask(s.Versions[0].Optimizee, 0), "", "train")
	c.measure = func(nn.Params) []float64 { t.Error("it measures on"); return nil }
	got := l.try(descends(TaskLoss, 0.1), []int{0, 1}, c)
	l.curves(m, "split=meta-train", got, "mse")
	l.best(search{name: BestRate, of: meta.TaskLoss, rates: []float64{0.1}, starts: 1, end: func(Method, int) float64 { return got.end() }}, "split=meta-train")
	l.pixel(TaskData, "split=meta-train", 0, "x", 1)
	if l.err != first || len(l.out.Rows)+len(l.out.Pictures) != 0 || !math.IsInf(got.end(), 1) {
		t.Errorf("error %v, then %v; %d rows; ends at %v", first, l.err, len(l.out.Rows), got.end())
	}
	if text := first.Error(); strings.Count(text, "outer step") != 1 || !strings.Contains(text, "net=paper 40-40/split=meta-train/method=learned, outer step 3") {
		t.Errorf("error %q", text)
	}
}

// quickTwice runs a profile twice, with one and with two jobs: the outputs must be
// equal bit for bit and finite, every metric must have its entry, every task its
// keys, and every claim a verdict.
func quickTwice(t *testing.T, e Experiment, run Run, seeds []uint64) tidy.Table {
	t.Helper()
	o := Options{Data: filepath.Join("..", "..", "data"), Jobs: 1}
	a, err := RunAll(t.Context(), run, seeds, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.Jobs = 2
	b, err := RunAll(t.Context(), run, seeds, o, nil)
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

// TestJudge: signs and p of the effects; "the same" is an equivalence test, which an
// effect inside of the margin passes only with its whole interval.
func TestJudge(t *testing.T) {
	v := judged(t)(judge("x", []float64{1, 2, 3, 4, -1, 2, 3, 1, 2, 3}))
	if v.N != 10 || v.Positive != 9 || v.Outcome != Reproduced || !(v.P > 0.001 && v.P < 0.01) {
		t.Errorf("%+v", v)
	}
	small := []float64{-0.02, 0.03, 0.01, -0.01, 0.02, -0.02, 0.03, -0.01, 0.01, -0.03}
	for _, c := range []struct {
		shift, margin float64
		want          Outcome
	}{{0, 0.06, Reproduced}, {0.05, 0.06, Inconclusive}, {0.1, 0.06, NotReproduced}, {-0.1, 0.06, NotReproduced}} {
		effects := make([]float64, len(small))
		for i, x := range small {
			effects[i] = x + c.shift
		}
		v := judged(t)(judgeSame("x", effects, c.margin))
		if v.Outcome != c.want || !(v.Low <= v.Value && v.Value <= v.High && v.High <= c.margin) {
			t.Errorf("shifted by %g: %+v, want %s", c.shift, v, c.want)
		}
	}
	if v := judged(t)(judgeSame("x", []float64{0.01}, 0.06)); v.Outcome != Inconclusive || v.P != 1 {
		t.Errorf("one seed: %+v", v)
	}
}

func judged(t *testing.T) func(Verdict, error) Verdict {
	return func(v Verdict, err error) Verdict {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
