package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	b.write("data/results/alpha.csv", strings.Join(strings.SplitAfter(b.read("data/results/alpha.csv"), "\n")[:3], ""))
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
