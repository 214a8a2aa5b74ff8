package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ml3/mllib/tidy"
)

// TestRunJobs expects the same bytes from any number of jobs, in the right
// places, and a manifest that fits them.
func TestRunJobs(t *testing.T) {
	b := newBench(t)
	b.write("data/results/alpha.csv", "stored\n")
	b.write("figures/alpha.png", "stored")
	var first string
	for _, jobs := range []string{"1", "2", "8"} {
		b.succeed("run", "--jobs", jobs)
		table := b.read("data/results/quick/alpha.csv")
		if first == "" {
			first = table
		}
		if table != first {
			t.Errorf("%s jobs write another table than 1", jobs)
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
	m, err := places{results: filepath.Join(b.root, "data/results/quick")}.readManifest()
	if err != nil {
		t.Fatal(err)
	}
	r := m.Experiments["alpha"]
	if r.SHA256 != fmt.Sprintf("%x", sha256.Sum256([]byte(first))) || r.Rows != 20 || r.Profile != "quick" ||
		!slices.Equal(r.Seeds, []uint64{4, 7, 1, 9}) || r.Jobs != 8 || r.Go == "" || r.GOARCH == "" || r.Kernel == "" {
		t.Errorf("the manifest says %+v", r)
	}
	if !strings.HasPrefix(b.read("data/results/quick/claims.csv"), "claim,experiment,verdict,value,low,high\nalpha-rows,alpha,reproduced,10.0,9.0,10.5\n") {
		t.Errorf("claims.csv:\n%s", b.read("data/results/quick/claims.csv"))
	}
}

func TestRunPlaces(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "beta", "--profile", "paper")
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
	if !strings.Contains(b.read("data/results/manifest.json"), `"paper"`) {
		t.Errorf("manifest: %s", b.read("data/results/manifest.json"))
	}
}

// TestRunInterrupted cancels a run in the middle and expects the files as before.
func TestRunInterrupted(t *testing.T) {
	b := newBench(t)
	b.succeed("run")
	before := b.files()
	started := make(chan struct{})
	b.experiments[1].Quick = walk{name: "beta", block: started, runs: &b.runs}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-started
		cancel()
	}()
	status, errs := b.ml3(ctx, "run", "beta", "--jobs", "1")
	if status != statusInterrupted || len(errs) != 1 || !strings.Contains(errs[0], "interrupted") {
		t.Errorf("exit status %d, %q", status, errs)
	}
	if !maps.Equal(b.files(), before) {
		t.Errorf("the files have changed: %v", slices.Sorted(maps.Keys(b.files())))
	}
}

// TestRunInterruptedEarly expects a run that wrote nothing to leave no folder.
func TestRunInterruptedEarly(t *testing.T) {
	b := newBench(t)
	before := b.files()
	started := make(chan struct{})
	b.experiments[0].Quick = walk{name: "alpha", block: started, runs: &b.runs}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-started
		cancel()
	}()
	if status, errs := b.ml3(ctx, "run", "--jobs", "1"); status != statusInterrupted || len(errs) != 1 {
		t.Errorf("exit status %d, %q", status, errs)
	}
	if !maps.Equal(b.files(), before) {
		t.Errorf("the run has left something: %v", slices.Sorted(maps.Keys(b.files())))
	}
}

// TestDrawingInterrupted cancels while figures are drawn, which does not notice.
func TestDrawingInterrupted(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "--profile", "paper")
	for _, args := range [][]string{{"run"}, {"run", "beta"}, {"figures"}, {"figures", "beta"}} {
		ctx, cancel := context.WithCancel(t.Context())
		b.draw = func(string, tidy.Table, string) error { cancel(); return nil }
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

// TestRunFailure lets one seed fail: its experiment keeps its old table, the
// other one is computed.
func TestRunFailure(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "alpha")
	old := b.read("data/results/quick/alpha.csv")
	b.experiments[0].Quick = walk{name: "alpha", steps: 7, failAt: 1, runs: &b.runs}
	status, errs := b.ml3(t.Context(), "run")
	if want := "ml3: alpha: seed 1: step 3: the loss is NaN"; status != statusError || len(errs) != 1 || errs[0] != want {
		t.Errorf("exit status %d, %q; want %q", status, errs, want)
	}
	if b.read("data/results/quick/alpha.csv") != old {
		t.Error("the table of the failed experiment has changed")
	}
	if b.read("figures/quick/beta.png") != "20" {
		t.Error("the other experiment was not computed")
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
