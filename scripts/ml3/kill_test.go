//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ml3/mllib/fig"
	"ml3/mllib/files"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
	"ml3/scripts/ml3/store"
)

// The test binary is also the program that is killed: with childRoot set, it runs
// the command line in childArgs in a clone of real, small experiments.
const (
	childRoot = "ML3_TEST_CHILD"
	childArgs = "ML3_TEST_ARGS"
	killTimes = "ML3_TEST_KILLS" // how often, if not killsAtEase
)

// killsAtEase is how often the test kills if it is not told otherwise.
const killsAtEase = 15

func TestMain(m *testing.M) {
	if root := os.Getenv(childRoot); root != "" {
		a := smallApp(root)
		a.out, a.progress = os.Stdout, os.Stderr
		os.Exit(a.execute(context.Background(), strings.Fields(os.Getenv(childArgs)), os.Stderr))
	}
	os.Exit(m.Run())
}

// logged is a run that notes in a file of the clone which seeds it begins.
type logged struct {
	Name string
	Of   paper.Run
}

func (l logged) Run(ctx context.Context, in paper.Input, report func(done, total int)) (paper.Output, error) {
	f, err := os.OpenFile(filepath.Join(filepath.Dir(in.Data), "begun"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return paper.Output{}, err
	}
	_, err = fmt.Fprintf(f, "%s %d\n", l.Name, in.Seed)
	if err := errors.Join(err, f.Close()); err != nil {
		return paper.Output{}, err
	}
	return l.Of.Run(ctx, in, report)
}

// smallApp has the two sine experiments, so small that a seed takes milliseconds.
func smallApp(root string) *app {
	a := &app{root: root, out: io.Discard, progress: io.Discard, drawOthers: func(string) error { return nil },
		draw: func(_ context.Context, experiment string, rows, _ tidy.Table, o fig.Output) error {
			return files.WriteAtomic(filepath.Join(o.Dir, experiment+".png"), func(w io.Writer) error {
				_, err := fmt.Fprintln(w, len(rows))
				return err
			})
		}}
	for _, name := range []string{"sine", "shaped-sine"} {
		e, err := paper.Lookup(name)
		if err != nil {
			panic(err)
		}
		switch r := e.Quick.(type) {
		case paper.Sine:
			r.Versions = slices.Clone(r.Versions[:1])
			r.Versions[0].Train.OuterSteps, r.EvalEvery, r.TestSteps, r.TestTasks = 20, 10, 10, 1
			r.Ablation.OuterSteps, r.Ablation.EvalEvery = 10, 10
			e.Quick, e.Claims = r, nil // a claim is of rows that so small a run does not have
		case paper.ShapedSine:
			r.Train.OuterSteps, r.Starts, r.Steps, r.Snapshots = 100, 2, 5, 2
			e.Quick, e.Claims = r, nil
		}
		e.Quick = logged{name, e.Quick}
		a.experiments = append(a.experiments, e)
	}
	return a
}

// smallClone makes the clone of smallApp and returns its root.
func smallClone(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	real := &app{}
	if err := real.findRoot(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.MkdirAll(filepath.Join(root, "data", "seeds"), 0o755), os.CopyFS(filepath.Join(root, "data", "reference"), os.DirFS(filepath.Join(real.root, "data", "reference")))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sine", "shaped-sine"} {
		if err := os.WriteFile(filepath.Join(root, "data", "seeds", name+".csv"), []byte("seed\n3\n0\n1\n2\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// child runs a command line in another process and kills it after a time, if that is
// not 0. It returns how it ended and what it wrote.
func child(t *testing.T, root, args string, kill time.Duration) (killed bool, text string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childRoot+"="+root, childArgs+"="+args)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if kill > 0 {
		timer := time.AfterFunc(kill, func() { cmd.Process.Kill() })
		defer timer.Stop()
	}
	err := cmd.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return true, out.String()
	}
	if err != nil {
		t.Errorf("ml3 %s: %v\n%s", args, err, &out)
	}
	return false, out.String()
}

// resultFiles are the files that must be the same, and whatever is left over.
func resultFiles(t *testing.T, root string) map[string]string {
	t.Helper()
	b := bench{t: t, app: &app{root: root}}
	all := map[string]string{}
	for path, text := range b.files() {
		dir := strings.HasPrefix(path, "data/results/") || strings.HasPrefix(path, "figures/")
		if dir && !strings.HasSuffix(path, "manifest.json") {
			all[path] = text
		}
	}
	return all
}

// begun are the seeds that were begun, as "experiment seed", from a place in the list on.
func begun(t *testing.T, root string, from int) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "begun"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.Split(string(data), "\n")[from:strings.Count(string(data), "\n")]
}

// wholeSeeds are the seeds that are merged or have a part.
func wholeSeeds(t *testing.T, a *app) []string {
	t.Helper()
	in, err := a.places(profileQuick, "")
	if err != nil {
		t.Fatal(err)
	}
	var whole []string
	for _, e := range a.experiments {
		job := store.Job{Experiment: e, Run: e.Quick, Seeds: []uint64{0, 1, 2, 3}, First: 3, Data: filepath.Join(a.root, "data")}
		s, err := in.Status(job)
		if err != nil {
			t.Fatal(err)
		}
		for _, seed := range s.Seeds {
			part := filepath.Join(in.Tables, ".parts", e.Name, strconv.FormatUint(seed.Seed, 10))
			if seed.State == store.Complete || exists(part) {
				whole = append(whole, fmt.Sprintf("%s %d", e.Name, seed.Seed))
			}
		}
	}
	return whole
}

// TestKilled kills runs of real experiments at random moments until one gets
// through, and expects the bytes of a run in one go, no leftovers, and no seed
// computed twice that was whole. ML3_TEST_KILLS says how often.
func TestKilled(t *testing.T) {
	times := killsAtEase
	if text := os.Getenv(killTimes); text != "" {
		var err error
		if times, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	} else if testing.Short() {
		times = 3
	}
	reference := smallClone(t)
	start := time.Now()
	child(t, reference, "run --jobs 2", 0)
	whole := time.Since(start)
	want := resultFiles(t, reference)
	if len(want) < 12 || len(begun(t, reference, 0)) != 8 {
		t.Fatalf("%d files, %d seeds", len(want), len(begun(t, reference, 0)))
	}
	rng := rand.New(rand.NewPCG(1, uint64(times)))
	kills, resumes := 0, 0
	for kills < times && !t.Failed() {
		root := smallClone(t)
		killedOnce := false
		for { // until it gets through
			n := len(begun(t, root, 0))
			have := wholeSeeds(t, smallApp(root))
			after := time.Duration(1 + rng.Int64N(int64(whole)))
			if killedOnce && rng.IntN(2) == 0 || kills == times {
				after = 0
			}
			killed, text := child(t, root, "run --jobs 2", after)
			for _, seed := range begun(t, root, n) {
				if slices.Contains(have, seed) {
					t.Errorf("%s was whole and computed again", seed)
				}
			}
			if !killed {
				break
			}
			kills, killedOnce = kills+1, true
			for _, args := range []string{"claims", "figures", "status"} {
				a := smallApp(root)
				var stderr bytes.Buffer
				a.progress = &stderr
				if status := a.execute(t.Context(), []string{args, "--profile", "quick"}, &stderr); status != statusOK && !strings.Contains(stderr.String(), "no results in") || strings.Contains(stderr.String(), "note:") {
					t.Errorf("killed after %v, then ml3 %s: exit status %d\n%s\n%s", after, args, status, &stderr, text)
				}
			}
		}
		if killedOnce {
			resumes++
		}
		got := resultFiles(t, root)
		for path := range want {
			if got[path] != want[path] {
				t.Errorf("%s differs from that of a run in one go", path)
			}
		}
		for path := range got {
			if _, ok := want[path]; !ok {
				t.Errorf("%s is left", path)
			}
		}
	}
	t.Logf("%d kills in %d runs, %v each", kills, resumes, whole)
}

// TestTwoProcesses has two programs run into one missing folder at once: every seed
// is computed once, and the files are those of one run.
func TestTwoProcesses(t *testing.T) {
	reference, root := smallClone(t), smallClone(t)
	child(t, reference, "run --jobs 2", 0)
	var wg sync.WaitGroup
	var texts [2]string
	for i := range texts {
		wg.Go(func() { _, texts[i] = child(t, root, "run --jobs 1", 0) })
	}
	wg.Wait()
	if seeds := begun(t, root, 0); len(seeds) != 8 {
		t.Errorf("begun: %q", seeds)
	}
	if !maps.Equal(resultFiles(t, root), resultFiles(t, reference)) {
		t.Errorf("the files are %v", slices.Sorted(maps.Keys(resultFiles(t, root))))
	}
	if text := texts[0] + texts[1]; strings.Count(text, "nothing was missing") != 2 {
		t.Errorf("they say\n%s", text)
	}
}
