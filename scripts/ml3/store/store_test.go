package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
	"ml3/mllib/paper"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

// walk is an experiment for tests: a random walk of some steps, of which each
// number is the sum of those before.
type walk struct {
	Steps int
	Wide  int // numbers of the second learned loss
}

// world is what happens while walks run: it is no setting.
type world struct {
	mu   sync.Mutex
	runs []uint64
	fail map[uint64]error
	stop func(seed uint64) // called at the end of a run, if not nil
}

// String makes every world the same setting.
func (*world) String() string { return "of tests" }

// live is a walk in a world.
type live struct {
	walk
	World *world
}

func (l live) Run(ctx context.Context, in paper.Input, report func(done, total int)) (paper.Output, error) {
	l.World.mu.Lock()
	l.World.runs = append(l.World.runs, in.Seed)
	err := l.World.fail[in.Seed]
	l.World.mu.Unlock()
	if err != nil {
		return paper.Output{}, err
	}
	if l.World.stop != nil {
		l.World.stop(in.Seed)
	}
	return l.walk.output(in.Seed), ctx.Err()
}

func (w walk) output(seed uint64) paper.Output {
	rng := random.Stream(seed, "walk")
	var out paper.Output
	x := 0.0
	for step := range w.Steps {
		x += rng.NormFloat64()
		row := tidy.Row{Experiment: "walk", Method: "learned", Seed: seed, Task: "side=left", Step: step, Metric: "x", Value: x}
		out.Rows = append(out.Rows, row)
		row.Metric = "pixel"
		out.Pictures = append(out.Pictures, row)
	}
	out.Losses = []paper.Learned{
		{Name: "side=left/method=learned", Phi: nn.Params{ad.New(1, 2, []float64{x, -x}), ad.New(1, 1, []float64{float64(seed)})}},
		{Name: "side=right/method=learned", Phi: nn.Params{ad.New(1, w.Wide, make([]float64, w.Wide))}},
	}
	return out
}

// bench is a folder, a job, and what happens in it.
type bench struct {
	Folder
	job   Job
	world *world
	opt   Options
	notes []string
}

func newBench(t *testing.T) *bench {
	dir := t.TempDir()
	b := &bench{Folder: Folder{Tables: filepath.Join(dir, "tables"), Losses: filepath.Join(dir, "losses")}, world: &world{fail: map[uint64]error{}}}
	b.opt = Options{Jobs: 2, Note: func(_, text string) { b.notes = append(b.notes, text) }}
	b.job = Job{Experiment: paper.Experiment{Name: "walk", Revision: 1}, Run: live{walk{Steps: 6, Wide: 3}, b.world}, Profile: "paper", Seeds: []uint64{4, 7, 1, 12}, First: 4}
	return b
}

// settle sets the walk and returns the bench.
func (b *bench) settle(w walk) { b.job.Run = live{w, b.world} }

// runJob runs one job.
func (f Folder) runJob(ctx context.Context, j Job, o Options) (res Result, err error) {
	o.Done = func(_ int, r Result, e error) { res, err = r, e }
	if e := f.Run(ctx, []Job{j}, o); e != nil {
		return res, e
	}
	return res, err
}

// run runs the job and returns the seeds that were run.
func (b *bench) run(t *testing.T) (Result, []uint64) {
	t.Helper()
	b.world.runs, b.notes = nil, nil
	res, err := b.runJob(t.Context(), b.job, b.opt)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(b.world.runs)
	return res, b.world.runs
}

// files are all files by their names; the manifest without times.
func (b *bench) files(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	root := filepath.Dir(b.Tables)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		name := strings.TrimPrefix(path, root)
		if err != nil || d.IsDir() {
			all[name+"/"] = ""
			return err
		}
		data, err := os.ReadFile(path)
		all[name] = string(data)
		if name == "/tables/manifest.json" {
			all[name] = untimed(t, b.Folder)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// untimed is a manifest without what differs between two runs.
func untimed(t *testing.T, f Folder) string {
	m, err := f.ReadManifest()
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprint(len(m.Coming), " coming\n")
	for _, name := range slices.Sorted(maps.Keys(m.Experiments)) {
		r := *m.Experiments[name]
		for i := range r.Seeds {
			r.Seeds[i].Seconds, r.Seeds[i].Machine = 0, Machine{}
		}
		text += fmt.Sprintf("%s %+v\n", name, r)
	}
	return text
}

// same reports files that differ.
func same(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for name := range maps.Keys(want) {
		if _, ok := got[name]; !ok {
			t.Errorf("%s: %s is missing", what, name)
		} else if got[name] != want[name] {
			t.Errorf("%s: %s is\n%.300s\nwant\n%.300s", what, name, got[name], want[name])
		}
	}
	for name := range maps.Keys(got) {
		if _, ok := want[name]; !ok {
			t.Errorf("%s: %s is left", what, name)
		}
	}
}

// TestRun compares the files with what the walk itself says.
func TestRun(t *testing.T) {
	b := newBench(t)
	res, runs := b.run(t)
	if !slices.Equal(runs, []uint64{1, 4, 7, 12}) || !slices.Equal(res.Computed, runs) || res.Failed != nil {
		t.Errorf("runs %v, result %+v", runs, res)
	}
	var want, pictures tidy.Table
	for _, seed := range []uint64{1, 4, 7, 12} {
		want = append(want, walk{Steps: 6}.output(seed).Rows...)
		pictures = append(pictures, walk{Steps: 6}.output(seed).Pictures...)
	}
	rows, note, err := b.ReadRows("walk")
	if err != nil || note != "" || !slices.Equal(rows, want.Sorted()) || !slices.Equal(res.Rows.Sorted(), rows) {
		t.Errorf("%d rows, %q, %v", len(rows), note, err)
	}
	drawn, note, err := b.ReadPictures("walk")
	if err != nil || note != "" || !slices.Equal(drawn, pictures.Sorted()) {
		t.Errorf("%d pictures, %q, %v", len(drawn), note, err)
	}
	phi, err := paper.ReadLoss(b.Loss("walk", 7), "side=left/method=learned")
	if x := want[17].Value; err != nil || len(phi) != 2 || phi[0].Data[1] != -x || phi[1].Data[0] != 7 || phi[0].Cols != 2 {
		t.Errorf("φ %v, %v", phi, err)
	}
	if _, err := paper.ReadLoss(b.Loss("walk", 7), "nothing"); err == nil || !strings.Contains(err.Error(), "side=left/method=learned") {
		t.Errorf("a loss that is not there: %v", err)
	}
	m, err := b.ReadManifest()
	if r := m.Experiments["walk"]; err != nil || r.Profile != "paper" || !slices.Contains(r.Settings, "walk.Steps = 6") || len(r.Seeds) != 4 || r.Seeds[3].Rows.Rows != 6 || r.Seeds[0].Machine.Jobs != 2 {
		t.Errorf("manifest %+v, %v", r, err)
	}
	before := b.files(t)
	if _, runs := b.run(t); len(runs) != 0 {
		t.Errorf("the second run computed %v", runs)
	}
	same(t, "after a second run", b.files(t), before)
}

// TestRunAddsSeeds: seeds that come one by one, in another order, end with the same files.
func TestRunAddsSeeds(t *testing.T) {
	b, all := newBench(t), newBench(t)
	all.run(t)
	for _, seed := range []uint64{12, 1, 7, 4} {
		b.job.Seeds = []uint64{seed}
		if _, runs := b.run(t); !slices.Equal(runs, []uint64{seed}) {
			t.Errorf("seed %d: ran %v", seed, runs)
		}
	}
	same(t, "one by one", b.files(t), all.files(t))
}

// TestRunFailure: a seed that fails does not stop the others, is computed again,
// and then nothing tells that it had failed.
func TestRunFailure(t *testing.T) {
	b, all := newBench(t), newBench(t)
	all.run(t)
	b.world.fail[7] = errors.New("step 3: the loss is NaN")
	b.world.fail[1] = errors.New("the robot fell")
	res, _ := b.run(t)
	if res.Failed == nil || res.Failed.Error() != "seed 7: step 3: the loss is NaN\nseed 1: the robot fell" || len(res.Rows) != 12 {
		t.Errorf("%d rows, failed: %v", len(res.Rows), res.Failed)
	}
	s, err := b.Status(b.job)
	want := []SeedState{{4, Complete, ""}, {7, Missing, "step 3: the loss is NaN"}, {1, Missing, "the robot fell"}, {12, Complete, ""}}
	if err != nil || !slices.Equal(s.Seeds, want) || s.Others+s.Parts != 0 {
		t.Errorf("status %+v, %v", s, err)
	}
	if rows, note, err := b.ReadRows("walk"); len(rows) != 12 || note != "" || err != nil {
		t.Errorf("%d rows, %q, %v", len(rows), note, err)
	}
	clear(b.world.fail)
	if _, runs := b.run(t); !slices.Equal(runs, []uint64{1, 7}) {
		t.Errorf("then ran %v", runs)
	}
	same(t, "after the failure", b.files(t), all.files(t))
}

// TestRunUnstorable: what cannot be stored is a failure of its seed.
func TestRunUnstorable(t *testing.T) {
	b := newBench(t)
	b.settle(walk{Steps: 0})
	res, _ := b.run(t)
	if res.Failed == nil || strings.Count(res.Failed.Error(), "it measured nothing") != 4 {
		t.Errorf("failed: %v", res.Failed)
	}
	for want, change := range map[string]func(*paper.Output){
		"not finite":       func(o *paper.Output) { o.Rows[2].Value = math.NaN() },
		"row of seed 2":    func(o *paper.Output) { o.Pictures[0].Seed = 2 },
		`of "sine"`:        func(o *paper.Output) { o.Rows[0].Experiment = "sine" },
		"measured twice":   func(o *paper.Output) { o.Rows = append(o.Rows, o.Rows[0]) },
		"losses are named": func(o *paper.Output) { o.Losses = append(o.Losses, o.Losses[0]) },
	} {
		out, p := walk{Steps: 6, Wide: 1}.output(4), part{Seed: Seed{Seed: 4}}
		change(&out)
		if err := p.fill(b.job, out); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestRunCancelled: what is whole is not computed again, and until then the tables
// are the old ones.
func TestRunCancelled(t *testing.T) {
	b, all := newBench(t), newBench(t)
	all.run(t)
	b.opt.Jobs = 1
	ctx, cancel := context.WithCancel(t.Context())
	b.world.stop = func(seed uint64) {
		if seed == 1 {
			cancel()
		}
	}
	if _, err := b.runJob(ctx, b.job, b.opt); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if s, err := b.Status(b.job); err != nil || s.Parts != 2 || s.Seeds[0].State != Missing {
		t.Errorf("status %+v, %v", s, err)
	}
	if _, _, err := b.ReadRows("walk"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading: %v", err)
	}
	b.world.stop = nil
	if _, runs := b.run(t); !slices.Equal(runs, []uint64{1, 12}) {
		t.Errorf("then ran %v", runs)
	}
	same(t, "after cancelling", b.files(t), all.files(t))
}

// TestRunUnwritten: a part that cannot be written stops the run, which says of what, and
// the same run goes on when it can.
func TestRunUnwritten(t *testing.T) {
	b, all := newBench(t), newBench(t)
	all.run(t)
	b.opt.Jobs = 1
	dir := b.parts("walk")
	b.world.stop = func(seed uint64) {
		if seed != 7 {
			return
		}
		if err := errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o644)); err != nil {
			t.Error(err)
		}
	}
	_, err := b.runJob(t.Context(), b.job, b.opt)
	if err == nil || !strings.HasPrefix(err.Error(), "walk: ") || !strings.Contains(err.Error(), dir) || !slices.Equal(b.world.runs, []uint64{4, 7}) {
		t.Errorf("error %v after the seeds %v", err, b.world.runs)
	}
	b.world.stop = nil
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	b.run(t)
	same(t, "after the repair", b.files(t), all.files(t))
}

// TestRunJobsTogether: jobs share a manifest; one that is refused does not keep the
// others from being run.
func TestRunJobsTogether(t *testing.T) {
	b := newBench(t)
	b.run(t)
	named := func(name string) Job {
		j := b.job
		j.Experiment.Name, j.Run = name, renamed{walk{Steps: 4}, name}
		return j
	}
	foreign := b.job
	foreign.Run = live{walk{Steps: 5}, b.world}
	jobs := []Job{named("run"), foreign, named("swim")}
	got, errs := make([]Result, 3), make([]error, 3)
	b.opt.Done = func(i int, r Result, err error) { got[i], errs[i] = r, err }
	if err := b.Run(t.Context(), jobs, b.opt); err != nil {
		t.Fatal(err)
	}
	if errs[0] != nil || errs[2] != nil || len(got[0].Computed) != 4 || len(got[2].Rows) != 16 || errs[1] == nil || !strings.Contains(errs[1].Error(), "other settings") {
		t.Errorf("errors %v, results %+v", errs, got)
	}
	m, err := b.ReadManifest()
	if err != nil || len(m.Experiments) != 3 || len(m.Coming) != 0 {
		t.Errorf("manifest %+v, %v", m, err)
	}
	for _, j := range append(jobs[:1:1], jobs[2], b.job) {
		s, err := b.Status(j)
		if err != nil || s.Parts != 0 || slices.ContainsFunc(s.Seeds, func(s SeedState) bool { return s.State != Complete }) {
			t.Errorf("%s: %+v, %v", j.Experiment.Name, s, err)
		}
	}
}

// renamed is a walk under another name.
type renamed struct {
	walk
	Name string
}

func (r renamed) Run(_ context.Context, in paper.Input, _ func(done, total int)) (paper.Output, error) {
	out := r.output(in.Seed)
	for i := range out.Rows {
		out.Rows[i].Experiment, out.Pictures[i].Experiment = r.Name, r.Name
	}
	return out, nil
}

// TestParts: parts that are damaged, cut, of other settings or of another revision
// are computed again and leave nothing.
func TestParts(t *testing.T) {
	all := newBench(t)
	all.run(t)
	for name, spoil := range map[string]func(b *bench, path string, data []byte) []byte{
		"cut":     func(b *bench, path string, data []byte) []byte { return data[:len(data)-1] },
		"longer":  func(b *bench, path string, data []byte) []byte { return append(data, 0) },
		"flipped": func(b *bench, path string, data []byte) []byte { data[len(data)-3] ^= 1; return data },
		"empty":   func(b *bench, path string, data []byte) []byte { return nil },
		"no JSON": func(b *bench, path string, data []byte) []byte { return []byte("7\n") },
		"sizes":   func(b *bench, path string, data []byte) []byte { return []byte(`{"sizes":[-1,0,0]}`) },
		"seed": func(b *bench, path string, data []byte) []byte {
			return []byte(strings.Replace(string(data), `"seed":7`, `"seed":8`, 1))
		},
		"revision": func(b *bench, path string, data []byte) []byte {
			return []byte(strings.Replace(string(data), `"revision":1`, `"revision":2`, 1))
		},
		"settings": func(b *bench, path string, data []byte) []byte {
			return []byte(strings.Replace(string(data), `{"basis":"`, `{"basis":"0`, 1))
		},
	} {
		b := newBench(t)
		ctx, cancel := context.WithCancel(t.Context())
		b.opt.Jobs = 1
		b.world.stop = func(seed uint64) {
			if seed == 1 {
				cancel()
			}
		}
		b.runJob(ctx, b.job, b.opt)
		b.world.stop = nil
		path := b.part("walk", 7)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, spoil(b, path, data), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, runs := b.run(t); !slices.Equal(runs, []uint64{1, 7, 12}) {
			t.Errorf("%s: ran %v", name, runs)
		}
		same(t, name, b.files(t), all.files(t))
	}
}

// TestStale: an older revision is said, and computed again only if asked for.
func TestStale(t *testing.T) {
	b := newBench(t)
	b.run(t)
	before := b.files(t)
	b.job.Experiment.Revision = 2
	if _, runs := b.run(t); len(runs) != 0 || len(b.notes) != 1 || !strings.Contains(b.notes[0], "seeds [4 7 1 12]; --fresh") {
		t.Errorf("ran %v, notes %q", runs, b.notes)
	}
	same(t, "a stale folder", b.files(t), before)
	if s, err := b.Status(b.job); err != nil || s.Seeds[0].State != Stale || !strings.Contains(s.Seeds[0].Why, "revision 1 of the experiment, now 2") {
		t.Errorf("status %+v, %v", s, err)
	}
	b.opt.Fresh, b.job.Seeds = true, []uint64{7, 12}
	if _, runs := b.run(t); !slices.Equal(runs, []uint64{7, 12}) || len(b.notes) != 0 {
		t.Errorf("fresh: ran %v, notes %q", runs, b.notes)
	}
	b.opt.Fresh, b.job.Seeds = false, []uint64{4, 7, 1, 12}
	s, err := b.Status(b.job)
	if err != nil || s.Seeds[0].State != Stale || s.Seeds[1].State != Complete {
		t.Errorf("status %+v, %v", s, err)
	}
}

// TestForeign: results of other settings are refused, and replaced if asked for.
func TestForeign(t *testing.T) {
	b, all := newBench(t), newBench(t)
	all.settle(walk{Steps: 3, Wide: 3})
	all.job.Seeds = []uint64{1}
	all.run(t)
	b.run(t)
	before := b.files(t)
	b.settle(walk{Steps: 3, Wide: 3})
	b.job.Seeds = []uint64{1}
	_, err := b.runJob(t.Context(), b.job, b.opt)
	want := "holds results (profile paper) with other settings: walk.Steps = 6 instead of walk.Steps = 3; --out DIR computes these elsewhere, --fresh replaces those"
	if err == nil || !strings.Contains(err.Error(), want) || b.Check(b.job, false) == nil || b.Check(b.job, true) != nil {
		t.Errorf("error %v", err)
	}
	same(t, "a refused run", b.files(t), before)
	if s, err := b.Status(b.job); err != nil || s.Seeds[0].State != Foreign || s.Others != 3 {
		t.Errorf("status %+v, %v", s, err)
	}
	b.opt.Fresh = true
	b.run(t)
	same(t, "replaced", b.files(t), all.files(t))
}

// TestInputs: other data make results foreign, and data that cannot be read an error.
func TestInputs(t *testing.T) {
	b := newBench(t)
	data, fails := "digits of mnist", error(nil)
	b.job.Experiment.Inputs = func(string) ([]string, error) { return []string{data}, fails }
	b.run(t)
	data = "digits of rendered"
	if err := b.Check(b.job, false); err == nil || !strings.Contains(err.Error(), "other data: digits of mnist instead of digits of rendered") {
		t.Errorf("other data: %v", err)
	}
	fails = errors.New("no such robot")
	if err := b.Check(b.job, true); !errors.Is(err, fails) {
		t.Errorf("no data: %v", err)
	}
}

// TestDamage: rows that are not those of the manifest are computed again; a table
// that cannot be read or that the manifest does not know is refused.
func TestDamage(t *testing.T) {
	for name, c := range map[string]struct {
		file     string
		spoil    func(string) string
		runs     []uint64
		refusal  string
		cut      bool
		readNote string
	}{
		"value":   {file: "walk.csv", spoil: swap("learned,7,side=left,3,x,", "learned,7,side=left,3,x,1"), runs: []uint64{7}, readNote: "is not the table"},
		"lines":   {file: "walk.csv", spoil: func(s string) string { return s[:strings.LastIndex(s[:len(s)-1], "\n")+1] }, runs: []uint64{12}, cut: true},
		"pixels":  {file: "walk.pictures.csv", spoil: swap("learned,1,side=left,0,pixel,", "learned,1,side=left,0,pixel,1"), runs: []uint64{1}},
		"loss":    {file: "../losses/walk/4.safetensors", spoil: func(s string) string { return s[:len(s)-1] + "x" }, runs: []uint64{4}},
		"middle":  {file: "walk.csv", spoil: func(s string) string { return s[:200] }, refusal: "cut short"},
		"foreign": {file: "walk.csv", spoil: swap("walk,learned,7,side=left,3", "sine,learned,7,side=left,3"), refusal: `a row of the experiment "sine" in the table of walk`},
		"unknown": {file: "walk.csv", spoil: func(s string) string { return s + "walk,learned,99,side=left,0,x,1.0\n" }, refusal: "has seed 99, of which"},
		"no part": {file: "manifest.json", spoil: func(string) string { return "{" }, refusal: "damaged"},
		"old":     {file: "manifest.json", spoil: func(string) string { return `{"experiments":{"walk":{"seeds":[1,2]}}}` }, refusal: "another version of this program (form 0"},
		"null":    {file: "manifest.json", spoil: func(string) string { return `{"format":2,"experiments":{"walk":null}}` }, refusal: "damaged"},
	} {
		b := newBench(t)
		b.run(t)
		before := b.files(t)
		path := filepath.Join(b.Tables, c.file)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(c.spoil(string(data))), 0o644); err != nil {
			t.Fatal(err)
		}
		_, note, err := b.ReadRows("walk")
		if c.cut != (err != nil && strings.Contains(err.Error(), "is cut short: of seed 12 it has 5 rows")) && c.refusal == "" || !strings.Contains(note, c.readNote) {
			t.Errorf("%s: reading: %q, %v", name, note, err)
		}
		if c.refusal != "" {
			if _, err := b.runJob(t.Context(), b.job, b.opt); err == nil || !strings.Contains(err.Error(), c.refusal) {
				t.Errorf("%s: error %v", name, err)
			}
			if c.file != "walk.csv" {
				continue
			}
			b.opt.Fresh = true
			b.run(t)
		} else if _, runs := b.run(t); !slices.Equal(runs, c.runs) || len(b.notes) != 1 {
			t.Errorf("%s: ran %v, notes %q", name, runs, b.notes)
		}
		same(t, name, b.files(t), before)
	}
}

func swap(old, new string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, new, 1) }
}

// TestLargeLosses: they are stored for the first seed only.
func TestLargeLosses(t *testing.T) {
	b := newBench(t)
	b.settle(walk{Steps: 1, Wide: LargeLoss + 1})
	b.run(t)
	for _, seed := range b.job.Seeds {
		phi, err := paper.ReadLoss(b.Loss("walk", seed), "side=right/method=learned")
		if (err == nil) != (seed == b.job.First) || err == nil && phi.Len() != LargeLoss+1 {
			t.Errorf("seed %d: %d numbers, %v", seed, phi.Len(), err)
		}
		if phi, err := paper.ReadLoss(b.Loss("walk", seed), "side=left/method=learned"); err != nil || phi.Len() != 3 {
			t.Errorf("seed %d: %v, %v", seed, phi, err)
		}
	}
}

// TestClean removes the temporary files of killed runs and nothing else.
func TestClean(t *testing.T) {
	b := newBench(t)
	b.run(t)
	before := b.files(t)
	for _, path := range []string{b.Table("walk"), b.Pictures("walk"), b.manifest(), b.Loss("walk", 7)} {
		temp := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".123.tmp")
		if err := os.WriteFile(temp, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	mine := filepath.Join(b.Tables, ".mine.csv.1.tmp")
	if err := os.WriteFile(mine, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := b.Clean([]string{"walk", "none"}); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(mine); err != nil {
		t.Errorf("a file of somebody else: %v", err)
	}
	same(t, "cleaned", b.files(t), before)
}

func TestSeedOf(t *testing.T) {
	for name, want := range map[string]bool{"0": true, strconv.FormatUint(1<<64-1, 10): true, "01": false, "-1": false, "": false, "1.csv": false} {
		if _, ok := seedOf(name); ok != want {
			t.Errorf("%q: %v", name, ok)
		}
	}
}
