package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"ml3/mllib/paper"
	"ml3/scripts/ml3/store"
)

func TestParseShard(t *testing.T) {
	slurm := func(task, low, high, count string) map[string]string {
		return map[string]string{slurmTask: task, slurmMin: low, slurmMax: high, slurmCount: count}
	}
	for _, c := range []struct {
		flag string
		env  map[string]string
		want shard
		err  string
	}{
		{"0/1", nil, shard{0, 1}, ""},
		{"6/7", slurm("1", "0", "3", "4"), shard{6, 7}, ""}, // the flag wins
		{"auto", slurm("0", "0", "3", "4"), shard{0, 4}, ""},
		{"auto", slurm("4", "1", "4", "4"), shard{3, 4}, ""}, // an array from 1
		{"auto/9", slurm("7", "7", "7", "1"), shard{7, 9}, ""},
		{"auto/9", map[string]string{kubeTask: "8"}, shard{8, 9}, ""},
		{"auto", slurm("7", "3", "7", "2"), shard{}, "an array with gaps"},
		{"auto", map[string]string{kubeTask: "8"}, shard{}, "does not say of how many"},
		{"auto", nil, shard{}, `SLURM_ARRAY_TASK_ID="" is no number`},
		{"auto/9", nil, shard{}, "write i/n outside an array"},
		{"auto/4", map[string]string{kubeTask: "4"}, shard{}, `"4" is no shard of 4: they are 0 to 3`},
		{"auto/4", map[string]string{kubeTask: "x"}, shard{}, `"x" is no shard of 4`},
		{"3/3", nil, shard{}, `"3" is no shard of 3: they are 0 to 2`},
		{"-1/3", nil, shard{}, "they are 0 to 2"},
		{"1", nil, shard{}, "write i/n"},
		{"1/0", nil, shard{}, "is no number of shards"},
		{"1/1000001", nil, shard{}, "is no number of shards"},
		{"1/2/3", nil, shard{}, "is no number of shards"},
		{"/", nil, shard{}, "is no number of shards"},
	} {
		got, err := parseShard(c.flag, func(name string) string { return c.env[name] })
		if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) || got != c.want {
			t.Errorf("--shard %s with %v: %v, %v; want %v, %q", c.flag, c.env, got, err, c.want, c.err)
		}
	}
}

// TestSpread: every job is in one shard, and no shard has more work than the fullest
// one could be emptied to: the classical bound 4/3 of the best for heaviest-first.
func TestSpread(t *testing.T) {
	var cells []cell
	total, most := 0.0, 0.0
	for i := range 997 {
		w := float64(1 + i*i%313)
		cells = append(cells, cell{seed: uint64(i), weight: w})
		total, most = total+w, max(most, w)
	}
	for _, n := range []int{1, 3, 7, 100, 2000} {
		work := make([]float64, n)
		of := spread(cells, n)
		for i, s := range of {
			work[s] += cells[i].weight
		}
		sum := 0.0
		for _, w := range work {
			sum += w
		}
		best := max(total/float64(n), most) // no division can be better
		if sum != total || slices.Max(work) > best*4/3 {
			t.Errorf("%d shards: work %g of %g, the fullest %g, at best %g", n, sum, total, slices.Max(work), best)
		}
		if !slices.Equal(of, spread(cells, n)) {
			t.Errorf("%d shards: divided otherwise the second time", n)
		}
	}
}

// joined are the results under a folder of the clone but for the manifest, which has
// times.
func (b *bench) joined(dir string) map[string]string {
	b.t.Helper()
	all := map[string]string{}
	for path, text := range b.files() {
		if rest, ok := strings.CutPrefix(path, dir+"/"); ok && rest != "manifest.json" {
			all[rest] = text
		}
	}
	return all
}

// sameFiles compares results.
func (b *bench) sameFiles(got, want map[string]string) {
	b.t.Helper()
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if text, ok := got[path]; !ok || text != want[path] {
			b.t.Errorf("%s is not that of one run", path)
		}
	}
	for path := range got {
		if _, ok := want[path]; !ok {
			b.t.Errorf("%s is too much", path)
		}
	}
}

// TestShardsJoin: any number of shards, in one folder or in one each, gives the bytes
// of one run, and the second time there is nothing to compute.
func TestShardsJoin(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "--out", filepath.Join(b.root, "one"))
	want := b.joined("one")
	if len(want) < 15 {
		t.Fatalf("%d files", len(want))
	}
	for _, n := range []int{1, 3, 7, 100} {
		for _, own := range []bool{false, true} {
			name := fmt.Sprintf("shards-%d-%v", n, own)
			join := []string{"join", "--out", filepath.Join(b.root, name)}
			runs := b.world.runs.Load()
			for i := range n {
				out := filepath.Join(b.root, name)
				if own {
					out = filepath.Join(b.root, name+"-parts", strconv.Itoa(i))
					join = append(join, out)
				}
				shard := []string{"run", "--shard", fmt.Sprintf("%d/%d", i, n), "--out", out}
				b.succeed(shard...)
				b.succeed(shard...)
				if files := b.joined(name); len(files) > 0 && files["alpha.csv"]+files["figures/alpha.png"]+files["manifest.json"] != "" {
					t.Fatalf("%d shards: more than parts: %v", n, slices.Sorted(maps.Keys(files)))
				}
			}
			b.succeed(join...)
			b.sameFiles(b.joined(name), want)
			if got := b.world.runs.Load() - runs; got != 8 {
				t.Errorf("%d shards computed %d seeds, want 8", n, got)
			}
			b.succeed(join[:3]...) // all is there
		}
	}
}

// TestJoinRefuses: what is missing, damaged, of other settings or another revision, or
// failed, is listed, and nothing is changed.
func TestJoinRefuses(t *testing.T) {
	b := newBench(t)
	t.Chdir(b.root)
	shard := func(i int, out string, more ...string) (int, []string) {
		return b.ml3(t.Context(), append([]string{"run", "--shard", fmt.Sprintf("%d/4", i), "--out", out}, more...)...)
	}
	refused := func(status int, want ...string) {
		t.Helper()
		before := b.files()
		got, errs := b.ml3(t.Context(), "join", "--out", "all", "parts")
		if got != status || len(errs) != len(want) {
			t.Fatalf("exit status %d, want %d: %q", got, status, errs)
		}
		for i, text := range want {
			if !strings.Contains(errs[i], text) {
				t.Errorf("%q does not contain %q", errs[i], text)
			}
		}
		if !maps.Equal(b.files(), before) {
			t.Error("files have changed")
		}
	}
	if status, errs := b.ml3(t.Context(), "join", "--out", "all", "parts"); status != statusError || !strings.Contains(errs[0], "parts has no folder .parts") {
		t.Errorf("exit status %d, %q", status, errs)
	}
	for i := range 3 {
		if status, errs := shard(i, "parts"); status != statusOK {
			t.Fatal(errs)
		}
	}
	refused(statusAgain, "alpha: seeds 9: missing; the same shards, run again, compute only this", "beta: seeds 9: missing")

	b.world.failAt.Store(9)
	if status, errs := shard(3, "parts"); status != statusError || len(errs) != 2 || !strings.Contains(errs[0], "alpha: seed 9: step 3: the loss is NaN") {
		t.Errorf("exit status %d, %q", status, errs)
	}
	refused(statusError, "alpha: seeds 9: failed: step 3: the loss is NaN", "beta: seeds 9: failed")
	b.world.failAt.Store(0)
	shard(3, "parts")

	part := "parts/.parts/alpha/4"
	whole := b.read(part)
	b.write(part, strings.Replace(whole, ",walk,", ",walc,", 1))
	refused(statusAgain, "alpha: seeds 4: damaged: ")
	b.write(part, whole[:len(whole)/2])
	refused(statusAgain, "alpha: seeds 4: damaged: ")
	b.write(part, b.read("parts/.parts/alpha/7"))
	refused(statusAgain, "alpha: seeds 4: the part in parts is of seed 7")
	if status, errs := shard(0, "parts"); status != statusOK { // computes it again
		t.Fatal(errs)
	}

	b.experiments[0].Revision = 2
	refused(statusAgain, "alpha: seeds 1, 4, 7, 9: the part in parts is of revision 1 of the experiment, now 2")
	b.experiments[0].Revision = 1
	quick := b.experiments[0].Quick
	b.experiments[0].Quick = walk{"alpha", 6, &b.world}
	refused(statusAgain, "alpha: seeds 1, 4, 7, 9: the part in parts is of other settings")
	for i := range 4 {
		shard(i, "longer")
	}
	b.experiments[0].Quick = quick

	// The same seed with other numbers: of a machine that computes wrongly, say.
	wrong := strings.Replace(b.read("longer/.parts/alpha/4"), basisOf(t, b.read("longer/.parts/alpha/4")), basisOf(t, b.read(part)), 1)
	b.write("all/.parts/alpha/4", wrong)
	refused(statusError, "alpha: seeds 4: other results in parts than in "+filepath.Join(b.root, "all")+": remove those that are wrong")
	os.RemoveAll("all/.parts")
	b.succeed("join", "--out", "all", "parts")
	b.succeed("run", "--out", "one")
	b.sameFiles(b.joined("all"), b.joined("one"))
}

// basisOf is the digest of the settings in a part.
func basisOf(t *testing.T, part string) string {
	_, rest, ok := strings.Cut(part, `"basis":"`)
	if !ok || len(rest) < 64 {
		t.Fatalf("no basis in %q", part)
	}
	return rest[:64]
}

// TestJoinPartial: what there is is joined, and the rest can be computed and joined
// later, by shards or by ml3 run.
func TestJoinPartial(t *testing.T) {
	b := newBench(t)
	t.Chdir(b.root)
	b.world.failAt.Store(7)
	for i := range 2 {
		if status, errs := b.ml3(t.Context(), "run", "--shard", fmt.Sprintf("%d/3", i), "--out", "parts"); i == 1 && status != statusError {
			t.Fatal(status, errs)
		}
	}
	b.succeed("join", "--partial", "--out", "parts")
	if text := b.stderr.String(); !strings.Contains(text, "note: alpha: seeds 7: failed: step 3") || !strings.Contains(text, "note: beta: seeds ") {
		t.Errorf("it says\n%s", text)
	}
	b.succeed("status", "--profile", "quick", "--from", "parts")
	if text := b.out.String(); !strings.Contains(text, "seed 7 missing: step 3: the loss is NaN") {
		t.Errorf("status says\n%s", text)
	}
	b.world.failAt.Store(0)
	b.succeed("run", "--shard", "1/3", "--out", "parts")
	b.succeed("run", "--out", "parts")
	b.succeed("run", "--out", "one")
	b.sameFiles(b.joined("parts"), b.joined("one"))
}

// TestPlan: the plan knows what is done, and what the stored results took.
func TestPlan(t *testing.T) {
	b := newBench(t)
	b.succeed("plan", "--csv", "--shards", "2")
	if got := b.out.String(); !strings.HasPrefix(got, "experiment,seed,shard,state,seconds,memory_mb\nalpha,4,0,missing,,\nalpha,7,1,missing,,\n") || strings.Count(got, "\n") != 9 {
		t.Errorf("the plan is\n%s", got)
	}
	b.succeed("run", "--profile", "paper")
	m, err := store.Folder{Tables: filepath.Join(b.root, "data/results")}.ReadManifest()
	if err != nil {
		t.Fatal(err)
	}
	seconds := map[string][]float64{"alpha": {20, 1, 3, 2}, "beta": {10, 10, 10, 10}}
	for name, r := range m.Experiments {
		for i := range r.Seeds {
			r.Seeds[i].Seconds, r.Seeds[i].Memory = seconds[name][i], int64(i+1)<<20
		}
	}
	b.write("data/results/manifest.json", jsonOf(t, m))
	b.succeed("run", "--profile", "paper", "--out", filepath.Join(b.root, "mine"), "--seeds", "1", "alpha")
	b.succeed("plan", "--profile", "paper", "--out", filepath.Join(b.root, "mine"), "--csv", "--shards", "2")
	want := "alpha,4,0,done,3.0,4\nalpha,7,1,missing,3.0,4\n"
	if got := b.out.String(); !strings.Contains(got, want) || strings.Count(got, ",missing,10.0,4\n") != 4 {
		t.Errorf("the plan is\n%s", got)
	}
	b.succeed("plan", "--profile", "paper", "--out", filepath.Join(b.root, "mine"), "--shards", "2")
	if got := b.out.String(); !strings.Contains(got, "7 of 8 jobs are missing: 49 s on one core, the shards from 23 to 26 s; 3 to 4 jobs a shard") {
		t.Errorf("the plan is\n%s", got)
	}
	b.experiments[0].Paper = walk{"alpha", 51, &b.world}
	b.succeed("plan", "--profile", "paper", "--csv")
	if got := b.out.String(); !strings.Contains(got, "alpha,4,0,refused,") || !strings.Contains(b.stderr.String(), "note: alpha: ") {
		t.Errorf("the plan is\n%s%s", got, &b.stderr)
	}
}

// TestAgain: what may work another time has another exit status than what will not.
func TestAgain(t *testing.T) {
	b := newBench(t)
	full := &fails{err: &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}}
	b.experiments[0].Quick = full
	args := []string{"run", "--shard", "0/1", "--out", filepath.Join(b.root, "parts")}
	if status, errs := b.ml3(t.Context(), args...); status != statusAgain || len(errs) != 4 || !strings.Contains(errs[0], "no space left") {
		t.Errorf("exit status %d, %q", status, errs)
	}
	full.err = fmt.Errorf("diverged")
	if status, errs := b.ml3(t.Context(), args...); status != statusError || len(errs) != 4 {
		t.Errorf("exit status %d, %q", status, errs)
	}
	if status, errs := b.ml3(t.Context(), append(args, "--shard", "1/1")...); status != statusError || len(errs) != 1 {
		t.Errorf("exit status %d, %q", status, errs)
	}
}

// fails is an experiment that fails.
type fails struct{ err error }

func (f *fails) String() string { return "fails" }

func (f *fails) Run(context.Context, paper.Input, func(done, total int)) (paper.Output, error) {
	return paper.Output{}, f.err
}

// jsonOf is the text of a value.
func jsonOf(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
