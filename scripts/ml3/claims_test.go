package main

import (
	"context"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
	"ml3/scripts/ml3/store"
)

// columns begins every file of verdicts.
const columns = "claim,experiment,figure,n,verdict,value,low,high,positive,p,p_holm,effect,text\n"

func TestClaims(t *testing.T) {
	b := newBench(t)
	b.experiments[1].Claims = append(b.experiments[1].Claims, rowsClaim("beta-close", "beta", 200))
	b.experiments[1].Claims[1].Text = `close, "so to say"`
	b.succeed("run", "--profile", "paper")
	b.succeed("claims", "--csv")
	want := columns +
		"alpha-rows,alpha,9z,4,reproduced,190.0,189.0,190.5,0,1.0,1.0,rows above the bound,\n" +
		"beta-rows,beta,9z,4,reproduced,190.0,189.0,190.5,0,1.0,1.0,rows above the bound,\n" +
		"beta-close,beta,9z,4,inconclusive,0.0,-1.0,0.5,0,1.0,1.0,rows above the bound,\"close, \"\"so to say\"\"\"\n"
	if b.out.String() != want || b.read("data/claims.csv") != want {
		t.Errorf("got\n%s\nand in the file\n%s\nwant\n%s", &b.out, b.read("data/claims.csv"), want)
	}
	b.experiments[0].Claims[0] = rowsClaim("alpha-many", "alpha", 1000)
	status, errs := b.ml3(t.Context(), "claims", "alpha")
	if status != statusNotReproduced || len(errs) != 0 {
		t.Errorf("exit status %d, %q; want %d and no message", status, errs, statusNotReproduced)
	}
	if !strings.Contains(b.out.String(), "alpha-many") || !strings.Contains(b.out.String(), "not reproduced") || strings.Contains(b.out.String(), "beta") {
		t.Errorf("claims alpha prints\n%s", &b.out)
	}
	if b.read("data/claims.csv") != want {
		t.Error("the file has changed without --write")
	}
	status, _ = b.ml3(t.Context(), "claims", "beta", "--write")
	if got := b.read("data/claims.csv"); status != statusOK || !strings.Contains(got, "alpha-many,alpha,9z,4,not reproduced") || !strings.Contains(got, "beta-close") || strings.Contains(b.out.String(), "alpha") {
		t.Errorf("claims beta --write: exit status %d, prints\n%s\nand writes\n%s", status, &b.out, got)
	}
	b.experiments[0].Claims[0] = rowsClaim("alpha-none", "gamma", 0)
	status, errs = b.ml3(t.Context(), "claims", "alpha")
	if status != statusError || len(errs) != 1 || !strings.Contains(errs[0], "claim alpha-none by data/results/alpha.csv: no rows of gamma") {
		t.Errorf("exit status %d, %q", status, errs)
	}
}

// TestClaimsWriteWaits: verdicts are not written while a run goes on in the folder.
func TestClaimsWriteWaits(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "--profile", "paper")
	unlock, err := store.Lock(t.Context(), filepath.Join(b.root, "data/results"), nil)
	if err != nil {
		t.Fatal(err)
	}
	b.write("data/claims.csv", "old")
	ctx, cancel := context.WithCancel(t.Context())
	b.app.progress = cancelAt{"waiting until it ends", cancel}
	if status, _ := b.ml3(ctx, "claims", "--write"); status != statusInterrupted || b.read("data/claims.csv") != "old" {
		t.Errorf("exit status %d, the file has\n%s", status, b.read("data/claims.csv"))
	}
	unlock()
	b.succeed("claims", "--write")
	if !strings.HasPrefix(b.read("data/claims.csv"), columns) {
		t.Errorf("the file has\n%s", b.read("data/claims.csv"))
	}
}

// TestClaimsNotFinite: an effect that is no number is an error.
func TestClaimsNotFinite(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "alpha")
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range [][3]float64{{nan, 0, 1}, {inf, 0, 1}, {-inf, -1, 0}, {1, nan, 2}, {1, 0, nan}, {1, inf, inf}, {1, -inf, -inf}, {1, -inf, 2}, {1, 0, inf}} {
		b.experiments[0].Claims[0].Judge = func(tidy.Table) (paper.Verdict, error) { return paper.Decide("rows", c[0], c[1], c[2]), nil }
		for _, args := range [][]string{{"claims", "--profile", "quick"}, {"claims", "--profile", "quick", "--csv"}, {"claims", "--profile", "quick", "--write"}, {"run", "alpha"}} {
			status, errs := b.ml3(t.Context(), args...)
			if status != statusError || len(errs) != 1 || !strings.Contains(errs[0], "claim alpha-rows by data/results/quick/alpha.csv: the effect is ") {
				t.Errorf("%v, ml3 %v: exit status %d, %q", c, args, status, errs)
			}
		}
	}
}

// TestClaimsOneSeed shows a verdict without an interval.
func TestClaimsOneSeed(t *testing.T) {
	b := newBench(t)
	b.experiments[0].Claims[0].Judge = func(t tidy.Table) (paper.Verdict, error) {
		return paper.Decide("rows per seed", float64(len(t))-3, math.Inf(-1), math.Inf(1)), nil
	}
	b.succeed("run", "alpha", "--seeds", "1")
	for _, args := range [][]string{{"claims", "--profile", "quick"}, {"run", "alpha", "--seeds", "1"}} {
		if out := b.out.String(); !strings.Contains(out, "inconclusive") || strings.Contains(out, "no interval") != (args[0] == "run") {
			t.Errorf("before ml3 %v:\n%s", args, out)
		}
		b.succeed(args...)
	}
	want := columns + "alpha-rows,alpha,9z,1,inconclusive,2.0,-Inf,+Inf,0,1.0,1.0,rows per seed,\n"
	if got := b.read("data/results/quick/claims/claims.csv"); got != want {
		t.Errorf("claims.csv:\n%s\nwant\n%s", got, want)
	}
	b.succeed("claims", "--profile", "quick", "--csv")
	if b.out.String() != want {
		t.Errorf("claims --csv prints\n%s\nwant\n%s", &b.out, want)
	}
}

// TestTablesAlone: all CSV files of a folder of tables have the same columns.
func TestTablesAlone(t *testing.T) {
	b := newBench(t)
	b.succeed("run")
	b.succeed("run", "--profile", "paper")
	for _, dir := range []string{"data/results", "data/results/quick"} {
		tables, err := filepath.Glob(filepath.Join(b.root, dir, "*.csv"))
		if err != nil || len(tables) != 4 {
			t.Errorf("%s has %v, %v", dir, tables, err)
		}
		for _, path := range tables {
			if _, err := tidy.ReadFile(path); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestRunBesideBadTable runs an experiment in folders where another's table
// cannot be read or judged.
func TestRunBesideBadTable(t *testing.T) {
	for name, table := range map[string]string{
		"unreadable": "experiment,method\n",
		"cut":        "experiment,method,seed,task,step,metric,value\n",
		"foreign":    "experiment,method,seed,task,step,metric,value\n" + "gamma,m,1,t,0,x,1.0\n",
	} {
		b := newBench(t)
		if name == "cut" {
			b.succeed("run", "beta")
		}
		b.write("data/results/quick/beta.csv", table)
		b.succeed("run", "alpha")
		if !strings.Contains(b.stderr.String(), "ml3: note: claims of beta left out: ") {
			t.Errorf("%s: no note in\n%s", name, &b.stderr)
		}
		if got := b.read("data/results/quick/claims/claims.csv"); !strings.Contains(got, "alpha-rows") || strings.Contains(got, "beta-rows") {
			t.Errorf("%s: claims.csv:\n%s", name, got)
		}
		if !strings.Contains(b.out.String(), "alpha-rows") {
			t.Errorf("%s: run prints\n%s", name, &b.out)
		}
	}
	b := newBench(t)
	b.experiments[0].Claims[0] = rowsClaim("alpha-none", "gamma", 0)
	status, errs := b.ml3(t.Context(), "run")
	if status != statusError || len(errs) != 1 || !strings.Contains(errs[0], "claim alpha-none") || !strings.Contains(b.out.String(), "beta-rows") {
		t.Errorf("a claim of the run that cannot be judged: exit status %d, %q, prints\n%s", status, errs, &b.out)
	}
}

func TestFigures(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "alpha", "--profile", "paper")
	drawn := map[string]tidy.Table{}
	b.draw = func(_ context.Context, experiment string, table, pictures tidy.Table, o fig.Output) error {
		if len(pictures) != 4 || o.Jobs < 1 || !o.Small {
			t.Errorf("%d pictures, drawn as %+v", len(pictures), o)
		}
		if want := filepath.Join(b.root, "figures"); o.Dir != want {
			t.Errorf("drawn in %s, want %s", o.Dir, want)
		}
		drawn[experiment] = table
		return nil
	}
	b.succeed("figures")
	stored, err := tidy.ReadFile(filepath.Join(b.root, "data/results/alpha.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if len(drawn) != 1 || len(drawn["alpha"]) != len(stored) || drawn["alpha"][199] != stored[199] {
		t.Errorf("drawn: %d tables", len(drawn))
	}
	if b.read("figures/framework.png") != "" {
		t.Error("the framework was not drawn")
	}
	status, errs := b.ml3(t.Context(), "figures", "beta")
	if status != statusError || len(errs) != 1 || !strings.Contains(errs[0], "compute them with ml3 run beta") {
		t.Errorf("without a table: exit status %d, %q", status, errs)
	}
	b.write("data/results/alpha.csv", strings.Replace(b.read("data/results/alpha.csv"), "side=line", "side=edge", 1))
	b.succeed("figures", "alpha")
	if !strings.Contains(b.stderr.String(), "is not the table that manifest.json describes") {
		t.Errorf("a changed table is not noted:\n%s", &b.stderr)
	}
}

func TestList(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "beta", "--profile", "paper")
	b.succeed("list")
	lines := strings.Split(strings.TrimSpace(b.out.String()), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[1], "alpha") || !strings.Contains(lines[1], "–") || !strings.Contains(lines[2], "200 rows, 4 seeds") {
		t.Errorf("list prints\n%s", &b.out)
	}
}

// TestStoredResults checks the tables that are stored in this repository against
// their manifest: every table and every learned loss is there as it is described, and
// of the settings of today.
func TestStoredResults(t *testing.T) {
	a := &app{experiments: paper.All(), progress: t.Output()}
	if err := a.findRoot(); err != nil {
		t.Fatal(err)
	}
	in, err := a.places(profilePaper, "")
	if err != nil {
		t.Fatal(err)
	}
	m, err := in.ReadManifest()
	if err != nil {
		t.Fatal(err)
	}
	expected := map[string]bool{}
	for name := range m.Experiments {
		e, err := paper.Lookup(name)
		if err != nil {
			t.Error(err)
			continue
		}
		seeds, err := a.seeds(name, "")
		if err != nil {
			t.Fatal(err)
		}
		s, err := in.Status(store.Job{Experiment: e, Run: e.Paper, Seeds: seeds, First: seeds[0], Data: filepath.Join(a.root, "data")})
		if err != nil || s.Others+s.Parts > 0 {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
		for _, seed := range s.Seeds {
			// Digits of MNIST cannot be told from rendered ones without MNIST.
			if seed.State != store.Complete && !strings.Contains(seed.Why, "digits of mnist") {
				t.Errorf("%s: seed %d is %s: %s", name, seed.Seed, seed.State, seed.Why)
			}
		}
		expected[in.Table(name)], expected[in.Pictures(name)] = true, true
	}
	tables, err := filepath.Glob(filepath.Join(in.Tables, "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range tables {
		if !expected[path] {
			t.Errorf("%s is not in the manifest", path)
		}
	}
	for _, e := range a.experiments {
		if !exists(a.seedFile(e.Name)) {
			t.Errorf("%s has no seeds", e.Name)
		}
	}
}
