package main

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"ml3/mllib/paper"
)

// TestLearn goes from a table to an error and a loss to take along.
func TestLearn(t *testing.T) {
	b := newBench(t)
	t.Chdir(b.root)
	var text strings.Builder
	text.WriteString("task,x1,x2,y\n")
	for k := range 5 {
		for i := range 8 {
			fmt.Fprintf(&text, "patient %d,%d,%d,%g\n", k, i, i%3, math.Sin(float64(i+k)))
		}
	}
	b.write("mine.csv", text.String())
	args := []string{"learn", "--data", "mine.csv", "--updates", "10", "--steps", "5", "--seeds", "2", "--out", "learned"}
	b.succeed(args...)
	if got := b.out.String(); strings.Count(got, "patient ") != 2 || !strings.Contains(got, "(geometric mean over tasks and 2 seeds)") {
		t.Errorf("it says\n%s", got)
	}
	first := b.read("learned/learn.csv") + b.read("learned/loss-1/loss.safetensors") + b.read("learned/loss-0/ml3_loss.py")
	b.succeed(args...)
	if b.read("learned/learn.csv")+b.read("learned/loss-1/loss.safetensors")+b.read("learned/loss-0/ml3_loss.py") != first {
		t.Error("the second time it learns something else")
	}
	before := b.files()
	b.write("bad.csv", "x,y\n")
	for args, want := range map[string]string{"": "name your table", "--data none.csv": "none.csv", "--data bad.csv": "bad.csv: line 1: there must be columns", "--data mine.csv --seeds 0": "--seeds 0"} {
		if status, errs := b.ml3(t.Context(), append([]string{"learn"}, strings.Fields(args)...)...); status != statusError || len(errs) != 1 || !strings.Contains(errs[0], want) {
			t.Errorf("ml3 learn %s: exit status %d, %q", args, status, errs)
		}
	}
	if len(b.files()) != len(before)+1 || exists(filepath.Join(b.root, "learned", "loss-2")) {
		t.Error("files have changed")
	}
}

// TestExport: a stored loss is written with its module; what is not there is said.
func TestExport(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "alpha")
	for args, want := range map[string]string{
		"gamma":                          "unknown experiment",
		"beta --profile quick":           "no losses of beta with seed 4 are stored",
		"alpha --profile quick --seed x": "no seed",
		"alpha --profile quick":          "main.walk has no loss",
		"alpha --profile quick --loss y": "choose one with --loss: side=line/method=walk",
	} {
		if status, errs := b.ml3(t.Context(), append([]string{"export"}, strings.Fields(args)...)...); status != statusError || len(errs) != 1 || !strings.Contains(errs[0], want) {
			t.Errorf("ml3 export %s: exit status %d, %q", args, status, errs)
		}
	}
	b.app = &app{out: &b.out, progress: &b.stderr, experiments: paper.All()}
	if err := b.findRoot(); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	const name = "net=paper 40-40/split=meta-train/method=learned"
	if status, errs := b.ml3(t.Context(), "export", "sine", "--seed", "3", "--loss", name, "--out", out); status != statusOK {
		t.Fatalf("exit status %d, %q", status, errs)
	}
	if !strings.Contains(b.stderr.String(), "it sees prediction, target") || !exists(filepath.Join(out, "ml3_loss.py")) || !exists(filepath.Join(out, "loss.safetensors")) {
		t.Errorf("it says %s", &b.stderr)
	}
}
