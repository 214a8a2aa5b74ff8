package main

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// TestReadme compares the README's generated tables with what the code makes of
// the stored results: the verdicts, the dictionary of metrics, the times. With
// -regen it writes them.
func TestReadme(t *testing.T) {
	root := filepath.Join("..", "..")
	path := filepath.Join(root, "README.md")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a := &app{experiments: paper.All(), out: &strings.Builder{}, progress: &strings.Builder{}, root: root}
	text := string(before)
	for name, table := range map[string]func(*app) (string, error){"claims": claimsTable, "metrics": metricsTable, "times": timesTable} {
		want, err := table(a)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		part := regexp.MustCompile(`(?s)(<!-- ` + name + ` -->\n).*?(<!-- /` + name + ` -->)`)
		if !part.MatchString(text) {
			t.Errorf("README.md has no part <!-- %s --> … <!-- /%s -->", name, name)
		}
		text = part.ReplaceAllStringFunc(text, func(s string) string {
			m := part.FindStringSubmatch(s)
			return m[1] + want + m[2]
		})
	}
	if text == string(before) {
		return
	}
	if !*regen {
		t.Error("the tables in README.md are stale: go test ./scripts/ml3 -run TestReadme -regen")
		return
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestReadmeMethods: every method of the stored tables is explained.
func TestReadmeMethods(t *testing.T) {
	root := filepath.Join("..", "..")
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	tables, err := filepath.Glob(filepath.Join(root, "data", "results", "*.csv"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}
	for _, path := range tables {
		table, err := tidy.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range table.Methods() {
			if !strings.Contains(string(readme), "`"+m+"`") {
				t.Errorf("README.md does not say what the method %q of %s is", m, filepath.Base(path))
			}
		}
	}
}

// TestFigureIndex compares figures/README.md with what the stored figures say of
// themselves. With -regen it writes it.
func TestFigureIndex(t *testing.T) {
	dir := filepath.Join("..", "..", "figures")
	files, err := filepath.Glob(filepath.Join(dir, "*.svg"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d figures, %v", len(files), err)
	}
	var b strings.Builder
	b.WriteString("# Figures\n\nEach as PNG and SVG, some also as an animated GIF; the files contain the same descriptions. `ml3 figures` draws them from the stored tables.\n\n| figure | shows |\n|---|---|\n")
	for _, file := range files {
		var svg struct {
			Title string `xml:"title"`
		}
		data, err := os.ReadFile(file)
		if err == nil {
			err = xml.Unmarshal(data, &svg)
		}
		if err != nil || svg.Title == "" {
			t.Errorf("%s has no title (%v)", filepath.Base(file), err)
			continue
		}
		name := strings.TrimSuffix(filepath.Base(file), ".svg")
		moving := ""
		if exists(filepath.Join(dir, name+".gif")) {
			moving = fmt.Sprintf(", [moving](%s.gif)", name)
		}
		fmt.Fprintf(&b, "| [%s](%s.png)%s | %s |\n", name, name, moving, strings.ReplaceAll(svg.Title, " | ", "<br>"))
	}
	path := filepath.Join(dir, "README.md")
	before, err := os.ReadFile(path)
	if string(before) == b.String() {
		return
	}
	if !*regen {
		t.Errorf("figures/README.md is stale (%v): go test ./scripts/ml3 -run FigureIndex -regen", err)
		return
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// claimsTable has the verdicts on all stored results.
func claimsTable(a *app) (string, error) {
	stored, err := a.places(profilePaper, "")
	if err != nil {
		return "", err
	}
	verdicts, err := a.judge(stored, nil)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("| claim | figure | effect (positive supports the claim) | n | value [95 % interval] | above 0 | p, after Holm | verdict |\n|---|---|---|---|---|---|---|---|\n")
	corrected := holm(verdicts)
	for i, j := range verdicts {
		v := j.verdict
		outcome := string(v.Outcome)
		if v.Outcome != paper.Inconclusive {
			outcome = "**" + outcome + "**"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %d | %.3g [%.3g, %.3g] | %d of %d | %.2g, %.2g | %s |\n", j.claim.ID, j.claim.Figure, strings.ReplaceAll(v.Effect, "|", "\\|"), j.seeds, v.Value, v.Low, v.High, v.Positive, v.N, v.P, corrected[i], outcome)
	}
	return b.String(), nil
}

// metricsTable is the dictionary of metrics.
func metricsTable(*app) (string, error) {
	var b strings.Builder
	b.WriteString("| metric | unit | better | `step` counts | meaning |\n|---|---|---|---|---|\n")
	for _, m := range paper.Metrics() {
		if base, outer := strings.CutSuffix(m.Name, " by outer step"); outer {
			if _, both := paper.MetricOf(base); both {
				continue // said once for all in the text
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", m.Name, dash(m.Unit), dash(string(m.Better)), m.Step, strings.ReplaceAll(m.Text, "|", "\\|"))
	}
	return b.String(), nil
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// timesTable says how long a seed of each experiment took when it was stored.
func timesTable(a *app) (string, error) {
	stored, err := a.places(profilePaper, "")
	if err != nil {
		return "", err
	}
	m, err := stored.ReadManifest()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("| experiment | figure | seeds | time of a seed |\n|---|---|---|---|\n")
	for _, e := range a.experiments {
		r := m.Experiments[e.Name]
		if r == nil {
			continue
		}
		sum, n := 0.0, 0
		for _, s := range r.Seeds {
			if s.Error == "" {
				sum += s.Seconds
				n++
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %.0f s |\n", e.Name, e.Figure, n, sum/float64(max(1, n)))
	}
	return b.String(), nil
}
