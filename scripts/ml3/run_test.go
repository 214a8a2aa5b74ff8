package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
	"ml3/scripts/ml3/store"
)

// TestRunJobs expects the same bytes from any number of jobs, in the right
// places, and a manifest that fits them.
func TestRunJobs(t *testing.T) {
	b := newBench(t)
	b.write("data/results/alpha.csv", "stored\n")
	b.write("figures/alpha.png", "stored")
	var first string
	for i, jobs := range []string{"1", "2", "8"} {
		b.succeed("run", "--jobs", jobs, "--fresh")
		table := b.read("data/results/quick/alpha.csv")
		if first == "" {
			first = table
		}
		if table != first {
			t.Errorf("%s jobs write another table than 1", jobs)
		}
		if n := b.world.runs.Load(); n != int64(8*(i+1)) {
			t.Errorf("%d seeds were run, want 8 each time", n)
		}
	}
	if n := strings.Count(first, "\n"); n != 1+4*5 {
		t.Errorf("the table has %d lines, want a header and 5 for each of 4 seeds", n)
	}
	if b.read("data/results/alpha.csv") != "stored\n" || b.read("figures/alpha.png") != "stored" {
		t.Error("a quick run has touched the stored results")
	}
	if got := b.read("figures/quick/beta.png"); got != "20" {
		t.Errorf("the figure was drawn from %s rows, want 20", got)
	}
	m, err := store.Folder{Tables: filepath.Join(b.root, "data/results/quick")}.ReadManifest()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(first, "\n") // sorted by seed: 1, 4, 7, 9
	r := m.Experiments["alpha"]
	if r.Profile != "quick" || len(r.Seeds) != 4 || !slices.Contains(r.Settings, "Steps = 5") {
		t.Fatalf("the manifest says %+v", r)
	}
	for i, seed := range []uint64{1, 4, 7, 9} {
		sum := fmt.Sprintf("%x", sha256.Sum256([]byte(lines[0]+strings.Join(lines[1+5*i:6+5*i], ""))))
		s := r.Seeds[i]
		if s.Seed != seed || s.Rows != (store.Content{Rows: 5, SHA256: sum}) || s.Revision != 1 || s.Machine.Jobs != 8 || s.Machine.Go == "" || s.Machine.Kernel == "" {
			t.Errorf("the manifest says %+v", s)
		}
		loss := fmt.Sprintf("%x", sha256.Sum256([]byte(b.read(fmt.Sprintf("data/results/quick/losses/alpha/%d.safetensors", seed)))))
		if s.Losses != loss {
			t.Errorf("seed %d: losses %s, want %s", seed, s.Losses, loss)
		}
	}
	if !strings.HasPrefix(b.read("data/results/quick/claims/claims.csv"), columns+"alpha-rows,alpha,9z,4,reproduced,10.0,9.0,10.5,") {
		t.Errorf("claims.csv:\n%s", b.read("data/results/quick/claims/claims.csv"))
	}
}

// TestRunSideBySide has seeds wait in pairs for each other: three of each experiment can
// only be run two at a time if the last of one runs beside the first of the next. The files
// are those of one job.
func TestRunSideBySide(t *testing.T) {
	b, other := newBench(t), newBench(t)
	other.succeed("run", "--seeds", "3", "--jobs", "1")
	meet := make(chan bool)
	wait := func(context.Context) {
		select {
		case meet <- true:
		case <-meet:
		case <-time.After(20 * time.Second):
			t.Error("a seed runs alone")
		}
	}
	b.world.during.Store(&wait)
	b.succeed("run", "--seeds", "3", "--jobs", "2")
	mine, theirs := b.files(), other.files()
	for path := range theirs {
		if !strings.HasSuffix(path, "manifest.json") && mine[path] != theirs[path] {
			t.Errorf("%s differs from that of one job", path)
		}
	}
	m, err := store.Folder{Tables: filepath.Join(b.root, "data/results/quick")}.ReadManifest()
	if err != nil || len(m.Experiments) != 2 || len(m.Coming) != 0 || len(m.Experiments["beta"].Seeds) != 3 {
		t.Errorf("the manifest says %+v, %v", m, err)
	}
}

// TestProgress: the meter is that of the first experiment that is not done, also if a
// later one is done before.
func TestProgress(t *testing.T) {
	var out strings.Builder
	a := &app{progress: &out}
	job := func(name string) store.Job {
		return store.Job{Experiment: paper.Experiment{Name: name}, Seeds: []uint64{1, 2}}
	}
	p := a.newProgress([]store.Job{job("alpha"), job("beta"), job("gamma")}, "quick")
	p.set(1, 0.5)
	p.end(1, store.Result{Rows: make(tidy.Table, 7)}, nil, "beta.csv")
	p.end(0, store.Result{}, errors.New("foreign"), "alpha.csv")
	p.set(2, 1)
	p.end(2, store.Result{Computed: []uint64{1, 2}}, nil, "gamma.csv")
	p.stop()
	want := "alpha (quick, 2 seeds)\nbeta: 7 rows in beta.csv; nothing was missing\ngamma (quick, 2 seeds)\ngamma: 0 rows in gamma.csv; 2 seeds computed in 0.0 s\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}

// TestRunAgain: what is there is not computed again, and what is not, is.
func TestRunAgain(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "--seeds", "2")
	b.succeed("run")
	before := b.files()
	if n := b.world.runs.Load(); n != 8 {
		t.Errorf("%d seeds were run, want 8", n)
	}
	b.succeed("run")
	if n := b.world.runs.Load(); n != 8 || !strings.Contains(b.stderr.String(), "nothing was missing") {
		t.Errorf("%d seeds were run, want 8; it says\n%s", n, &b.stderr)
	}
	if !maps.Equal(b.files(), before) {
		t.Error("a run that computes nothing changes files")
	}
	b.experiments[0].Revision = 2
	b.succeed("run", "alpha")
	if n := b.world.runs.Load(); n != 8 || !strings.Contains(b.stderr.String(), "note: alpha: stale") {
		t.Errorf("%d seeds were run, want 8; it says\n%s", n, &b.stderr)
	}
	b.succeed("run", "alpha", "--fresh")
	if n := b.world.runs.Load(); n != 12 {
		t.Errorf("%d seeds were run, want 12", n)
	}
}

func TestRunPlaces(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "beta", "--profile", "paper")
	b.succeed("run", "beta", "--profile", "paper", "--seeds", "7,", "--out", filepath.Join(b.root, "data/results"))
	b.succeed("run", "alpha", "--profile", "paper", "--seeds", "2", "--out", filepath.Join(b.root, "mine"))
	b.succeed("run", "alpha", "--seeds", "7,")
	for file, want := range map[string]string{
		"figures/beta.png": "200", "mine/figures/alpha.png": "100", "figures/quick/alpha.png": "5",
	} {
		if got := b.read(file); got != want {
			t.Errorf("%s was drawn from %s rows, want %s", file, got, want)
		}
	}
	if got := b.read("mine/alpha.csv"); !strings.Contains(got, "walk,7,") || strings.Contains(got, "walk,9,") {
		t.Errorf("--seeds 2 did not take the first two stored seeds")
	}
	for _, file := range []string{"data/losses/beta/9.safetensors", "data/claims.csv", "data/results/beta.pictures.csv", "data/results/manifest.json",
		"mine/losses/alpha/4.safetensors", "mine/claims/claims.csv", "mine/alpha.pictures.csv", "mine/manifest.json"} {
		if !exists(filepath.Join(b.root, file)) {
			t.Errorf("there is no %s", file)
		}
	}
	for path := range b.files() {
		if strings.Contains(path, "lock") || strings.Contains(path, ".parts") || strings.HasSuffix(path, ".tmp") {
			t.Errorf("%s is left", path)
		}
	}
}

// interrupt runs a command line, waits until a seed is being computed, and cancels.
func (b *bench) interrupt(args ...string) {
	b.t.Helper()
	started := b.world.blocked()
	ctx, cancel := context.WithCancel(b.t.Context())
	go func() {
		<-started
		cancel()
	}()
	status, errs := b.ml3(ctx, args...)
	if status != statusInterrupted || len(errs) != 1 || !strings.Contains(errs[0], "interrupted") {
		b.t.Errorf("exit status %d, %q", status, errs)
	}
	b.world.during.Store(nil)
}

// TestRunInterrupted cancels a run in the middle and expects the files as before,
// and that the same run goes on where it was.
func TestRunInterrupted(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "alpha")
	b.succeed("run", "beta", "--seeds", "2")
	before := b.files()
	b.interrupt("run", "--jobs", "1")
	for path, text := range b.files() {
		if before[path] != text {
			t.Errorf("%s has changed", path)
		}
	}
	// Two seeds more, of which one is finished when the other is cancelled.
	runs := b.world.runs.Load()
	ctx, cancel := context.WithCancel(t.Context())
	var n atomic.Int64
	second := func(context.Context) {
		if n.Add(1) == 2 {
			cancel()
		}
	}
	b.world.during.Store(&second)
	if status, _ := b.ml3(ctx, "run", "--jobs", "1"); status != statusInterrupted {
		t.Errorf("exit status %d", status)
	}
	b.succeed("status", "--profile", "quick")
	if !strings.Contains(b.out.String(), "an interrupted run has finished 1 seeds") {
		t.Errorf("status prints\n%s", &b.out)
	}
	b.world.during.Store(nil)
	b.succeed("run")
	if got := b.world.runs.Load() - runs; got != 3 {
		t.Errorf("%d runs, want 2 and the one that was cancelled again", got)
	}
	other := newBench(t)
	other.succeed("run")
	for _, file := range []string{"beta.csv", "beta.pictures.csv", "losses/beta/1.safetensors", "claims/claims.csv"} {
		if b.read("data/results/quick/"+file) != other.read("data/results/quick/"+file) {
			t.Errorf("%s differs from that of a run in one go", file)
		}
	}
}

// TestRunInterruptedEarly expects a run that wrote nothing to leave no folder but
// those of the parts it has begun.
func TestRunInterruptedEarly(t *testing.T) {
	b := newBench(t)
	before := b.files()
	b.interrupt("run", "--jobs", "1")
	for path := range b.files() {
		if _, ok := before[path]; !ok && !strings.HasSuffix(path, "/") {
			t.Errorf("the run has left %s", path)
		}
	}
}

// TestRunTwice has two programs run into one missing folder at once: both succeed,
// one waits and says so, and every seed is computed once.
func TestRunTwice(t *testing.T) {
	b := newBench(t)
	slow := func(context.Context) { time.Sleep(20 * time.Millisecond) }
	b.world.during.Store(&slow)
	var wg sync.WaitGroup
	var texts [2]bytes.Buffer
	for i := range texts {
		wg.Go(func() {
			other := *b.app
			other.out, other.progress = io.Discard, &texts[i]
			if status := other.execute(t.Context(), []string{"run", "--jobs", "1"}, &texts[i]); status != statusOK {
				t.Errorf("exit status %d:\n%s", status, &texts[i])
			}
		})
	}
	wg.Wait()
	if n := b.world.runs.Load(); n != 8 {
		t.Errorf("%d seeds were run, want 8", n)
	}
	if text := texts[0].String() + texts[1].String(); strings.Count(text, "waiting until it ends") != 1 {
		t.Errorf("they say\n%s", text)
	}
	other := newBench(t)
	other.succeed("run")
	if b.read("data/results/quick/beta.csv") != other.read("data/results/quick/beta.csv") {
		t.Error("the table differs from that of one run")
	}
}

// TestDrawingInterrupted cancels while figures are drawn, which does not notice.
func TestDrawingInterrupted(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "--profile", "paper")
	for _, args := range [][]string{{"run"}, {"run", "beta"}, {"figures"}, {"figures", "beta"}} {
		ctx, cancel := context.WithCancel(t.Context())
		b.draw = func(context.Context, string, tidy.Table, tidy.Table, fig.Output) error { cancel(); return nil }
		status, errs := b.ml3(ctx, args...)
		if status != statusInterrupted || len(errs) != 1 || !strings.Contains(errs[0], "interrupted") {
			t.Errorf("ml3 %v: exit status %d, %q", args, status, errs)
		}
	}
}

// TestRunDrawsOthers expects the figures without a table after every run.
func TestRunDrawsOthers(t *testing.T) {
	b := newBench(t)
	b.succeed("run")
	b.succeed("run", "alpha", "--out", filepath.Join(b.root, "mine"))
	for _, file := range []string{"figures/quick/framework.png", "mine/figures/framework.png"} {
		if !exists(filepath.Join(b.root, file)) {
			t.Errorf("%s was not drawn", file)
		}
	}
}

// TestDrawingFails: an experiment that cannot be drawn keeps none from being computed,
// drawn and judged.
func TestDrawingFails(t *testing.T) {
	b := newBench(t)
	draw := b.draw
	b.draw = func(ctx context.Context, experiment string, rows, pictures tidy.Table, o fig.Output) error {
		if experiment == "alpha" {
			return errors.New("no ink")
		}
		return draw(ctx, experiment, rows, pictures, o)
	}
	status, errs := b.ml3(t.Context(), "run")
	if status != statusError || len(errs) != 1 || errs[0] != "ml3: figures of alpha: no ink" || b.read("figures/quick/beta.png") != "20" || !strings.Contains(b.out.String(), "alpha-rows") {
		t.Errorf("exit status %d, %q, prints\n%s", status, errs, &b.out)
	}
}

// TestRunFailure lets one seed fail: the others are stored, drawn and judged, the
// failure is told and kept, and the next run repairs it.
func TestRunFailure(t *testing.T) {
	b := newBench(t)
	b.world.failAt.Store(7)
	status, errs := b.ml3(t.Context(), "run")
	want := []string{"ml3: alpha: seed 7: step 3: the loss is NaN", "ml3: beta: seed 7: step 3: the loss is NaN"}
	if status != statusError || !slices.Equal(errs, want) {
		t.Errorf("exit status %d, %q; want %q", status, errs, want)
	}
	if got := b.read("figures/quick/beta.png"); got != "15" || !strings.Contains(b.out.String(), "alpha-rows") {
		t.Errorf("drawn from %s rows, prints\n%s", got, &b.out)
	}
	b.succeed("claims", "--profile", "quick", "--csv")
	if !strings.Contains(b.stderr.String(), "note: alpha: seed 7 is missing: step 3: the loss is NaN") || !strings.Contains(b.out.String(), "alpha-rows,alpha,9z,3,") {
		t.Errorf("claims prints\n%s%s", &b.stderr, &b.out)
	}
	b.succeed("status", "--profile", "quick", "alpha")
	if got := b.out.String(); !strings.Contains(got, "3 of 4") || !strings.Contains(got, "1 missing") || !strings.Contains(got, "seed 7 missing: step 3: the loss is NaN") {
		t.Errorf("status prints\n%s", got)
	}
	b.world.failAt.Store(0)
	runs := b.world.runs.Load()
	b.succeed("run")
	b.succeed("status", "--profile", "quick")
	if got := b.out.String(); strings.Count(got, "complete\n") != 2 || b.world.runs.Load() != runs+2 {
		t.Errorf("%d runs, status prints\n%s", b.world.runs.Load()-runs, got)
	}
}

// TestRunAllFail: with no seed there is nothing to draw or to judge.
func TestRunAllFail(t *testing.T) {
	b := newBench(t)
	b.world.failAt.Store(4)
	status, errs := b.ml3(t.Context(), "run", "alpha", "--seeds", "1")
	if status != statusError || len(errs) != 1 || exists(filepath.Join(b.root, "data/results/quick/alpha.csv")) || exists(filepath.Join(b.root, "figures/quick/alpha.png")) {
		t.Errorf("exit status %d, %q, files %v", status, errs, slices.Sorted(maps.Keys(b.files())))
	}
}

// TestStatus has a folder with one experiment of each kind.
func TestStatus(t *testing.T) {
	b := newBench(t)
	b.succeed("status")
	if got, want := b.out.String(), "EXPERIMENT  COMPLETE  STATE\nalpha       0 of 4    not run\nbeta        0 of 4    not run\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	b.succeed("run", "--out", filepath.Join(b.root, "mine"))
	before := b.files()
	b.experiments[0].Revision = 3
	b.succeed("status", "--profile", "quick", "--from", filepath.Join(b.root, "mine"))
	if got := b.out.String(); !strings.Contains(got, "alpha       0 of 4    4 stale\n                      seed 4, 7, 1, 9 stale: computed by revision 1 of the experiment, now 3\nbeta        4 of 4    complete\n") {
		t.Errorf("stale:\n%s", got)
	}
	b.succeed("status", "--from", filepath.Join(b.root, "mine"), "beta")
	if got := b.out.String(); !strings.Contains(got, "4 foreign") || !strings.Contains(got, "other settings: Steps = 5 instead of Steps = 50") {
		t.Errorf("foreign:\n%s", got)
	}
	b.write("data/seeds/beta.csv", "seed\n1\n2\n")
	b.succeed("status", "--profile", "quick", "--from", filepath.Join(b.root, "mine"), "beta")
	if got := b.out.String(); !strings.Contains(got, "1 of 2    1 missing; 3 other seeds are stored") {
		t.Errorf("other seeds:\n%s", got)
	}
	b.write("data/seeds/beta.csv", before["data/seeds/beta.csv"])
	if !maps.Equal(b.files(), before) {
		t.Error("status has changed files")
	}
}

func TestSeeds(t *testing.T) {
	b := newBench(t)
	b.write("mine.csv", "seed\n18446744073709551615\n")
	for flag, want := range map[string][]uint64{
		"": {4, 7, 1, 9}, "3": {4, 7, 1}, " 1 ": {4}, "5,": {5}, "5, 3": {5, 3}, "0,18446744073709551615": {0, 1<<64 - 1},
		filepath.Join(b.root, "mine.csv"): {1<<64 - 1},
	} {
		if got, err := b.seeds("alpha", flag); err != nil || !slices.Equal(got, want) {
			t.Errorf("--seeds %q: got %v, %v; want %v", flag, got, err, want)
		}
	}
}

// TestMeter compares the time left with the rule of three.
func TestMeter(t *testing.T) {
	var out strings.Builder
	m := newMeter(&out, false, "walk")
	m.set(0.1)
	m.start = m.start.Add(-20 * time.Second)
	m.said = m.start
	m.set(0.25)
	m.set(0.5)
	m.end()
	if got, want := out.String(), "walk  25 %, 1m0s left\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
