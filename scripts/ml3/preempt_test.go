//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ml3/mllib/paper"
)

// deaf is an experiment that does not notice that its context ends.
type deaf struct{}

func (deaf) Run(context.Context, paper.Input, func(done, total int)) (paper.Output, error) {
	fmt.Fprintln(os.Stderr, "deaf")
	select {}
}

// preempt starts a command line in another process and sends it a signal after a time,
// if that is not 0. It returns the exit status, -1 if it was killed, and what it wrote.
func preempt(t *testing.T, root, args string, after time.Duration, with syscall.Signal, env ...string) (status int, text string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), childRoot+"="+root, childArgs+"="+args), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return 0, ""
	}
	if after > 0 {
		timer := time.AfterFunc(after, func() { cmd.Process.Signal(with) })
		defer timer.Stop()
	}
	err := cmd.Wait()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Error(err)
	}
	return cmd.ProcessState.ExitCode(), out.String()
}

// TestPreempted runs the shards of real experiments at the same time, ends them at
// random moments, as a scheduler does (SIGTERM) or a crash (SIGKILL), and starts them
// again until they get through. The join has the bytes of one run, and no seed that
// was whole was computed twice.
func TestPreempted(t *testing.T) {
	reference := smallClone(t)
	start := time.Now()
	child(t, reference, "run --jobs 2", 0)
	whole := time.Since(start)
	want := resultFiles(t, reference)
	const shards = 3
	root := smallClone(t)
	ends := map[int]int{} // by exit status
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range shards {
		all.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(i), 7))
			for try := range 12 { // each gets through within a few
				after, with := time.Duration(1+rng.Int64N(int64(whole))), syscall.SIGTERM
				if rng.IntN(2) == 0 {
					with = syscall.SIGKILL
				}
				if try == 11 {
					after = 0
				}
				status, text := preempt(t, root, fmt.Sprintf("run --jobs 1 --shard %d/%d", i, shards), after, with)
				mu.Lock()
				ends[status]++
				mu.Unlock()
				switch status {
				case statusOK:
					return
				case -1:
				case statusAgain:
					if !strings.Contains(text, "the same command goes on where it was") {
						t.Errorf("shard %d says\n%s", i, text)
					}
				default:
					t.Errorf("shard %d: exit status %d\n%s", i, status, text)
					return
				}
			}
		})
	}
	all.Wait()
	before := len(begun(t, root, 0))
	for i := range shards {
		if status, text := preempt(t, root, fmt.Sprintf("run --shard %d/%d", i, shards), 0, 0); status != statusOK || !strings.Contains(text, "nothing was missing") {
			t.Errorf("shard %d again: exit status %d\n%s", i, status, text)
		}
	}
	if again := begun(t, root, before); len(again) > 0 {
		t.Errorf("computed again: %q", again)
	}
	if status, text := preempt(t, root, "join", 0, 0); status != statusOK {
		t.Fatalf("join: exit status %d\n%s", status, text)
	}
	(&bench{t: t}).sameFiles(resultFiles(t, root), want)
	t.Logf("exit statuses: %v, %d seeds begun", ends, before)
}

// TestTerminatedAtOnce: a shard that does not notice that it is to end is ended, and
// says that it has to be run again.
func TestTerminatedAtOnce(t *testing.T) {
	root := smallClone(t)
	start := time.Now()
	status, text := preempt(t, root, "run sine --shard 0/1", time.Second, syscall.SIGTERM, childDeaf+"=1")
	if status != statusAgain || !strings.Contains(text, "deaf") || !strings.Contains(text, "terminated") {
		t.Errorf("exit status %d\n%s", status, text)
	}
	if took := time.Since(start); took > time.Second+graceAfterSignal+5*time.Second {
		t.Errorf("it took %v", took)
	}
	if status, text = preempt(t, root, "run sine --shard 0/1", 0, 0); status != statusOK {
		t.Errorf("exit status %d\n%s", status, text)
	}
}

// TestTenThousand: as many jobs as an array of Slurm may have are planned, divided and
// joined in seconds of processor time.
func TestTenThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("ten thousand files")
	}
	if dir, err := os.MkdirTemp("/dev/shm", "ml3"); err == nil { // how fast a disk syncs is not the point
		t.Cleanup(func() { os.RemoveAll(dir) })
		t.Setenv("TMPDIR", dir)
	}
	b := newBench(t)
	var seeds strings.Builder
	seeds.WriteString("seed\n")
	for i := range 5000 {
		fmt.Fprintln(&seeds, i)
	}
	for _, name := range []string{"alpha", "beta"} {
		b.write("data/seeds/"+name+".csv", seeds.String())
	}
	out, all := filepath.Join(b.root, "out"), filepath.Join(b.root, "data/seeds/alpha.csv")
	for i := range 2 {
		b.succeed("run", "--shard", fmt.Sprintf("%d/2", i), "--out", out, "--seeds", all)
	}
	for _, args := range [][]string{
		{"plan", "--out", out, "--seeds", all, "--shards", "1000"},
		{"join", "--out", out, "--seeds", all},
		{"plan", "--out", out, "--seeds", all, "--csv"},
	} {
		start, wall := processorTime(t), time.Now()
		b.succeed(args...)
		used := processorTime(t) - start
		t.Logf("ml3 %s: %v of processor time, %v", args[0], used, time.Since(wall))
		if used > 10*time.Second {
			t.Errorf("ml3 %s of 10 000 jobs: %v of processor time", args[0], used)
		}
	}
	if n := b.world.runs.Load(); n != 10000 || strings.Count(b.out.String(), ",done,") != 10000 {
		t.Errorf("%d seeds were run", n)
	}
}

// processorTime is what this process has used so far.
func processorTime(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
