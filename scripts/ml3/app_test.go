package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/fig"
	"ml3/mllib/files"
	"ml3/mllib/nn"
	"ml3/mllib/paper"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

// walk is an experiment for tests: a random walk of some steps.
type walk struct {
	Name  string
	Steps int
	World *world
}

// world is what happens while walks run.
type world struct {
	runs   atomic.Int64
	failAt atomic.Uint64                             // this seed fails, if not 0
	during atomic.Pointer[func(ctx context.Context)] // called in every run, if not nil
}

// String makes every world the same setting.
func (*world) String() string { return "of tests" }

func (w walk) Run(ctx context.Context, in paper.Input, report func(done, total int)) (paper.Output, error) {
	w.World.runs.Add(1)
	if f := w.World.during.Load(); f != nil {
		(*f)(ctx)
	}
	if in.Seed == w.World.failAt.Load() && in.Seed != 0 {
		return paper.Output{}, errors.New("step 3: the loss is NaN")
	}
	rng := random.Stream(in.Seed, w.Name)
	var out paper.Output
	x := 0.0
	for step := range w.Steps {
		x += rng.NormFloat64()
		out.Rows = append(out.Rows, tidy.Row{Experiment: w.Name, Method: "walk", Seed: in.Seed, Task: "side=line", Step: step, Metric: "x", Value: x})
		report(step+1, w.Steps)
	}
	out.Pictures = tidy.Table{{Experiment: w.Name, Method: "walk", Seed: in.Seed, Task: "side=line", Metric: "pixel", Value: x}}
	out.Losses = []paper.Learned{{Name: "side=line/method=walk", Phi: nn.Params{ad.New(1, 1, []float64{x})}}}
	return out, ctx.Err()
}

// blocked makes runs wait for their end; started is closed by the first.
func (w *world) blocked() (started chan struct{}) {
	started = make(chan struct{})
	var once sync.Once
	f := func(ctx context.Context) {
		once.Do(func() { close(started) })
		<-ctx.Done()
	}
	w.during.Store(&f)
	return started
}

// rowsClaim judges whether a table has more rows than a bound.
func rowsClaim(id, experiment string, bound float64) paper.Claim {
	return paper.Claim{ID: id, Figure: "9z", Judge: func(t tidy.Table) (paper.Verdict, error) {
		if len(t.Where(tidy.Experiment(experiment))) == 0 {
			return paper.Verdict{}, fmt.Errorf("no rows of %s", experiment)
		}
		d := float64(len(t)) - bound
		return paper.Decide("rows above the bound", d, d-1, d+0.5), nil
	}}
}

// bench is an app in a small clone of its own.
type bench struct {
	*app
	t           *testing.T
	world       world
	out, stderr bytes.Buffer
}

// newBench makes a clone with the experiments alpha and beta, four seeds each.
// Their figures are files that hold the number of rows.
func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t}
	b.app = &app{
		root: t.TempDir(), out: &b.out, progress: &b.stderr,
		draw: func(_ context.Context, experiment string, rows, pictures tidy.Table, o fig.Output) error {
			if len(pictures) != len(rows.Seeds()) {
				return fmt.Errorf("%d pictures for %d seeds", len(pictures), len(rows.Seeds()))
			}
			return files.WriteAtomic(filepath.Join(o.Dir, experiment+".png"), func(w io.Writer) error { _, err := fmt.Fprint(w, len(rows)); return err })
		},
		drawOthers: func(dir string) error { return os.WriteFile(filepath.Join(dir, "framework.png"), nil, 0o644) },
	}
	for _, name := range []string{"alpha", "beta"} {
		b.experiments = append(b.experiments, paper.Experiment{
			Name: name, Revision: 1, Title: "The walk " + name, Figure: "Fig. 9",
			Paper:  walk{name, 50, &b.world},
			Quick:  walk{name, 5, &b.world},
			Claims: []paper.Claim{rowsClaim(name+"-rows", name, 10)},
		})
		b.write("data/seeds/"+name+".csv", "seed\n4\n7\n1\n9\n")
	}
	return b
}

// write makes a file of the clone.
func (b *bench) write(path, text string) {
	b.t.Helper()
	path = filepath.Join(b.root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// read returns a file of the clone.
func (b *bench) read(path string) string {
	b.t.Helper()
	data, err := os.ReadFile(filepath.Join(b.root, path))
	if err != nil {
		b.t.Fatal(err)
	}
	return string(data)
}

// files returns the content of all files of the clone by their paths; folders
// end with a slash and have no content.
func (b *bench) files() map[string]string {
	b.t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(b.root, func(path string, d os.DirEntry, err error) error {
		name := strings.TrimPrefix(path, b.root+"/")
		switch {
		case err == nil && d.IsDir():
			all[name+"/"] = ""
		case err == nil:
			all[name] = b.read(name)
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

// ml3 runs a command line and returns its exit status and the lines that begin with
// "ml3: ", but for notes.
func (b *bench) ml3(ctx context.Context, args ...string) (status int, errs []string) {
	b.t.Helper()
	b.out.Reset()
	b.stderr.Reset()
	status = b.execute(ctx, args, io.Writer(&b.stderr))
	for line := range strings.Lines(b.stderr.String()) {
		if strings.HasPrefix(line, "ml3: ") && !strings.HasPrefix(line, "ml3: note: ") {
			errs = append(errs, strings.TrimSpace(line))
		}
	}
	return status, errs
}

// succeed runs a command line that must end with status 0.
func (b *bench) succeed(args ...string) {
	b.t.Helper()
	if status, _ := b.ml3(b.t.Context(), args...); status != statusOK {
		b.t.Fatalf("ml3 %s: exit status %d\n%s", strings.Join(args, " "), status, &b.stderr)
	}
}

// refusals are command lines that must be refused, and what the message
// contains. Paths that begin with bad/ are in the clone.
func refusals() []struct{ args, want string } {
	return []struct{ args, want string }{
		{"run gamma", `unknown experiment "gamma"; known: alpha, beta`},
		{"rnu", `unknown command "rnu"`},
		{"run --fast", "unknown flag: --fast"},
		{"run --jobs 0", "--jobs 0"},
		{"run --jobs x", "--jobs"},
		{"run --profile huge", `unknown profile "huge"; known: quick, paper`},
		{"run alpha --seeds 5", "has 4 seeds; give a number from 1 to 4, or the seed itself as 5,"},
		{"run alpha --seeds 0", "has 4 seeds"},
		{"run alpha --seeds 1,2,1", "seed 1 is there twice"},
		{"run alpha --seeds 1,,2", "is no seed"},
		{"run alpha --seeds bad/none.csv", "none.csv is neither a number, a list of seeds, nor a file"},
		{"run alpha --seeds abc", "--seeds abc is neither a number, a list of seeds, nor a file"},
		{"run alpha --seeds -3", "--seeds -3 is neither a number, a list of seeds, nor a file"},
		{"run alpha --seeds bad/empty.csv", "empty.csv:1: the file is empty"},
		{"run alpha --seeds bad/twice.csv", "twice.csv:4: seed 1 is already on line 2"},
		{"run alpha --seeds bad/letters.csv", `letters.csv:2: "one" is no seed`},
		{"run alpha --out bad/empty.csv", "choose another folder with --out"},
		{"run alpha --out bad/empty.csv/x", "choose another folder with --out"},
		{"run alpha --out data/results", "data/results has the results of the profile paper, which a quick run must not replace"},
		{"run alpha --out data/results --fresh", "must not replace"},
		{"run alpha --profile paper --seeds 5,", "seed 5 is not in data/seeds/alpha.csv"},
		{"run alpha --profile paper --out data/results/quick", "with other settings: Steps = 5 instead of Steps = 50; --out DIR computes these elsewhere, --fresh replaces those"},
		{"run alpha --seeds bad", "bad: not a regular file"},
		{"run alpha --seeds " + strings.Repeat("9", 5000), "--seeds " + strings.Repeat("9", 60) + "…:"},
		{"run alpha --jobs " + strings.Repeat("9", 5000), "9…9"},
		{"run alpha --out bad/old", "another version of this program"},
		{"run alpha --seeds 5 --out bad/new/folder", "has 4 seeds"},
		{"run alpha --out bad/manifest", "manifest.json: damaged"},
		{"claims", "no results in data/results: compute them with ml3 run"},
		{"claims gamma", `unknown experiment "gamma"`},
		{"claims beta --from bad/cut", "no results of beta"},
		{"claims alpha --from bad/cut", "cut short"},
		{"claims alpha --from bad/rows", "alpha.csv is cut short: of seed 1 it has 2 rows, fewer than manifest.json says"},
		{"figures --from bad/rows", "is cut short"},
		{"claims alpha --from bad/other", "alpha.csv:3: a row of the experiment \"beta\" in the table of alpha"},
		{"status --from bad/manifest", "damaged"},
		{"status gamma", "unknown experiment"},
		{"claims --write --from bad/rows", "cut short"},
		{"claims alpha --from bad/table", "alpha.csv:1: "},
		{"figures alpha --from bad/cut", "cut short"},
		{"figures --profile small", "unknown profile"},
		{"list all", "unknown command"},
		{"kernel paint", "unknown command"},
		{"jupyter lab", "write flags of Jupyter after --"},
		{"notebooks", "no notebook in"},
		{"notebooks bad/none.ipynb", "none.ipynb"},
		{"notebooks bad/empty.csv", "empty.csv: not a notebook"},
		{"notebooks --timeout 0", "--timeout"},
		{"notebooks --timeout 0s", "--timeout"},
		{"mnist --from bad/none", "none"},
	}
}

// TestRefusals gives command lines that must end with one line on stderr and
// change nothing.
func TestRefusals(t *testing.T) {
	b := newBench(t)
	b.succeed("run")
	b.write("bad/empty.csv", "")
	b.write("bad/twice.csv", "seed\n1\n2\n1\n")
	b.write("bad/letters.csv", "seed\none\n")
	b.write("bad/manifest/manifest.json", "{")
	b.write("bad/old/manifest.json", `{"experiments":{"alpha":{"seeds":[1,2]}}}`)
	b.write("bad/other/alpha.csv", strings.Replace(b.read("data/results/quick/alpha.csv"), "alpha,walk,1,side=line,1", "beta,walk,1,side=line,1", 1))
	t.Chdir(b.root)
	b.write("bad/table/alpha.csv", "experiment,method\n")
	b.write("bad/cut/alpha.csv", b.read("data/results/quick/alpha.csv")[:200])
	b.write("bad/rows/alpha.csv", strings.Join(strings.SplitAfter(b.read("data/results/quick/alpha.csv"), "\n")[:3], ""))
	b.write("bad/rows/manifest.json", b.read("data/results/quick/manifest.json"))
	before, runs := b.files(), b.world.runs.Load()
	for _, c := range refusals() {
		args := strings.Fields(c.args)
		for i := range args {
			if strings.HasPrefix(args[i], "bad/") || strings.HasPrefix(args[i], "data/") {
				args[i] = filepath.Join(b.root, args[i])
			}
		}
		status, errs := b.ml3(t.Context(), args...)
		if status != statusError || len(errs) != 1 || !strings.Contains(errs[0], c.want) || len(errs[0]) > 1000 {
			t.Errorf("ml3 %s: exit status %d, %q; want status %d and one line with %q", c.args, status, errs, statusError, c.want)
		}
		if strings.Contains(b.stderr.String()+b.out.String(), "Usage:") {
			t.Errorf("ml3 %s printed its usage", c.args)
		}
	}
	if b.world.runs.Load() != runs {
		t.Errorf("%d seeds were run although everything was refused", b.world.runs.Load()-runs)
	}
	after := b.files()
	for path, text := range after {
		if old, ok := before[path]; !ok || old != text {
			t.Errorf("%s is new or has changed", path)
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d files, before there were %d", len(after), len(before))
	}
}

// cancelAt is a writer that cancels when it is given a text.
type cancelAt struct {
	text   string
	cancel func()
}

func (c cancelAt) Write(p []byte) (int, error) {
	if strings.Contains(string(p), c.text) {
		c.cancel()
	}
	return len(p), nil
}

// failing is a writer to a disk that is full.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// TestOutputFails expects a message when what was asked for could not be written.
func TestOutputFails(t *testing.T) {
	b := newBench(t)
	b.succeed("run")
	b.app.out = failing{}
	for _, args := range []string{"--help", "run --help", "list", "status", "claims --profile quick", "claims --profile quick --csv", "kernel"} {
		status, errs := b.ml3(t.Context(), strings.Fields(args)...)
		if status != statusError || len(errs) != 1 || !strings.Contains(errs[0], "no space left on device") {
			t.Errorf("ml3 %s: exit status %d, %q", args, status, errs)
		}
	}
}

// TestHints: only commands with --out speak of it.
func TestHints(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "--profile", "paper")
	b.write("file", "")
	for path, args := range map[string]string{"data/mnist": "mnist --from none", "figures": "figures", "data/results/figures": "figures --from data/results"} {
		os.RemoveAll(filepath.Join(b.root, path))
		b.write(path, "in the way")
		status, errs := b.ml3(t.Context(), strings.Fields(args)...)
		if status != statusError || len(errs) != 1 || strings.Contains(errs[0], "--out") {
			t.Errorf("ml3 %s: exit status %d, %q", args, status, errs)
		}
		os.Remove(filepath.Join(b.root, path))
	}
}

func TestFindRoot(t *testing.T) {
	dir := t.TempDir()
	inner := filepath.Join(dir, "clone", "notebooks")
	if err := os.MkdirAll(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{"clone/go.mod": "// comment\r\nmodule ml3\r\n\r\ngo 1.26\r\n", "go.mod": "module other\n"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(inner)
	a := &app{}
	if err := a.findRoot(); err != nil {
		t.Fatal(err)
	}
	got, _ := filepath.EvalSymlinks(a.root)
	want, _ := filepath.EvalSymlinks(filepath.Join(dir, "clone"))
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	t.Chdir(dir)
	if err := (&app{}).findRoot(); err == nil || !strings.Contains(err.Error(), "not inside a clone of ml3") {
		t.Errorf("outside: got error %v", err)
	}
}

func TestHelp(t *testing.T) {
	b := newBench(t)
	for _, args := range [][]string{{"--help"}, {"run", "--help"}, {"claims", "--help"}, {"notebooks", "--help"}, {"kernel"}, {}} {
		b.succeed(args...)
		if !strings.Contains(b.out.String(), "Usage:") {
			t.Errorf("ml3 %v does not print its usage:\n%s", args, &b.out)
		}
	}
}
