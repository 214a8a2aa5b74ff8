package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

func TestClaims(t *testing.T) {
	b := newBench(t)
	b.experiments[1].Claims = append(b.experiments[1].Claims, rowsClaim("beta-close", "beta", 200))
	b.succeed("run", "--profile", "paper")
	b.succeed("claims", "--csv")
	want := "claim,experiment,verdict,value,low,high\n" +
		"alpha-rows,alpha,reproduced,190.0,189.0,190.5\n" +
		"beta-rows,beta,reproduced,190.0,189.0,190.5\n" +
		"beta-close,beta,inconclusive,0.0,-1.0,0.5\n"
	if b.out.String() != want || b.read("data/results/claims.csv") != want {
		t.Errorf("got\n%s\nand in the file\n%s\nwant\n%s", &b.out, b.read("data/results/claims.csv"), want)
	}
	b.experiments[0].Claims[0] = rowsClaim("alpha-many", "alpha", 1000)
	status, errs := b.ml3(t.Context(), "claims", "alpha")
	if status != statusNotReproduced || len(errs) != 0 {
		t.Errorf("exit status %d, %q; want %d and no message", status, errs, statusNotReproduced)
	}
	if !strings.Contains(b.out.String(), "alpha-many") || !strings.Contains(b.out.String(), "not reproduced") || strings.Contains(b.out.String(), "beta") {
		t.Errorf("claims alpha prints\n%s", &b.out)
	}
	b.experiments[0].Claims[0] = rowsClaim("alpha-none", "gamma", 0)
	status, errs = b.ml3(t.Context(), "claims", "alpha")
	if status != statusError || len(errs) != 1 || !strings.Contains(errs[0], "claim alpha-none by data/results/alpha.csv: no rows of gamma") {
		t.Errorf("exit status %d, %q", status, errs)
	}
}

// TestClaimsOneSeed shows a verdict without an interval.
func TestClaimsOneSeed(t *testing.T) {
	b := newBench(t)
	b.experiments[0].Claims[0].Judge = func(t tidy.Table) (paper.Verdict, error) {
		return paper.Decide("rows per seed", float64(len(t))-3, math.Inf(-1), math.Inf(1)), nil
	}
	b.succeed("run", "alpha", "--seeds", "1")
	if out := b.out.String(); !strings.Contains(out, "inconclusive") || !strings.Contains(out, "one seed: no interval") {
		t.Errorf("run prints\n%s", out)
	}
	want := "claim,experiment,verdict,value,low,high\nalpha-rows,alpha,inconclusive,2.0,-Inf,+Inf\n"
	if got := b.read("data/results/quick/claims.csv"); got != want {
		t.Errorf("claims.csv:\n%s\nwant\n%s", got, want)
	}
	b.succeed("claims", "--profile", "quick", "--csv")
	if b.out.String() != want {
		t.Errorf("claims --csv prints\n%s\nwant\n%s", &b.out, want)
	}
}

// TestRunBesideBadTable runs an experiment in folders where another's table
// cannot be read or judged.
func TestRunBesideBadTable(t *testing.T) {
	for name, table := range map[string]string{
		"unreadable": "experiment,method\n",
		"cut":        "experiment,method,seed,task,step,metric,value\n",
		"unjudged":   "experiment,method,seed,task,step,metric,value\n" + "gamma,m,1,t,0,x,1.0\n",
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
		if got := b.read("data/results/quick/claims.csv"); !strings.Contains(got, "alpha-rows") || strings.Contains(got, "beta-rows") {
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
	b.draw = func(experiment string, table tidy.Table, dir string) error {
		if want := filepath.Join(b.root, "figures"); dir != want {
			t.Errorf("drawn in %s, want %s", dir, want)
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
	b.write("data/results/alpha.csv", strings.Replace(b.read("data/results/alpha.csv"), "line", "edge", 1))
	b.succeed("figures", "alpha")
	if !strings.Contains(b.stderr.String(), "is not the file that manifest.json describes") {
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

// TestStoredResults checks the tables that are stored in this repository
// against their manifest.
func TestStoredResults(t *testing.T) {
	a := &app{}
	if err := a.findRoot(); err != nil {
		t.Fatal(err)
	}
	stored, err := a.places(profilePaper, "")
	if err != nil {
		t.Fatal(err)
	}
	m, err := stored.readManifest()
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range m.Experiments {
		table, err := tidy.ReadFile(stored.table(name))
		if err != nil {
			t.Error(err)
			continue
		}
		if sum, err := digest(stored.table(name)); err != nil || sum != r.SHA256 || len(table) != r.Rows || r.Profile != profilePaper {
			t.Errorf("%s: %d rows, SHA-256 %s, %v; the manifest says %+v", name, len(table), sum, err, r)
		}
	}
	tables, err := filepath.Glob(filepath.Join(stored.results, "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range tables {
		name := strings.TrimSuffix(filepath.Base(path), ".csv")
		if _, ok := m.Experiments[name]; !ok && name != "claims" {
			t.Errorf("%s is not in the manifest", path)
		}
	}
	if _, err := os.Stat(filepath.Join(a.root, "data", "seeds")); err != nil {
		t.Error(err)
	}
}
