package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"ml3/mllib/paper"
)

// TestGuides: every experiment has a notebook and a figure, and they are there.
func TestGuides(t *testing.T) {
	root := filepath.Join("..", "..")
	for _, e := range paper.All() {
		g := paper.GuideOf(e.Name)
		for _, file := range []string{filepath.Join("notebooks", g.Notebook), filepath.Join("figures", g.Figure+".png")} {
			if _, err := os.Stat(filepath.Join(root, file)); err != nil || g.Notebook == "" {
				t.Errorf("%s: %v", e.Name, err)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(root, "notebooks", firstNotebook)); err != nil {
		t.Error(err)
	}
}

// TestSummary shows verdicts beside other stored ones: every line fits a terminal, and
// the numbers are those of the lines.
func TestSummary(t *testing.T) {
	a := &app{experiments: paper.All(), out: &strings.Builder{}, progress: &strings.Builder{}, root: filepath.Join("..", "..")}
	stored, err := a.places(profilePaper, "")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := a.judge(stored, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range shown {
		if i%5 == 0 { // as if it had come out the other way
			shown[i].verdict.Outcome = map[paper.Outcome]paper.Outcome{paper.Reproduced: paper.NotReproduced}[shown[i].verdict.Outcome]
			if shown[i].verdict.Outcome == "" {
				shown[i].verdict.Outcome = paper.Reproduced
			}
		}
	}
	var names []string
	for _, e := range a.experiments {
		names = append(names, e.Name)
	}
	quick, err := a.places(profileQuick, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []places{quick, stored} {
		var out strings.Builder
		a.out = &out
		if err := a.summarize(in, names, shown); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
				t.Errorf("%d columns: %s", n, line)
			}
		}
		differ := strings.Contains(out.String(), fmt.Sprintf("here\n%d of %d differ", (len(shown)+4)/5, len(shown)))
		if differ != !in.stored || len(shown) < 33 {
			t.Errorf("%d claims, every fifth turned:\n%s", len(shown), &out)
		}
	}
}

// TestJSON: what is for programs can be read by them, and has what is for people.
func TestJSON(t *testing.T) {
	b := newBench(t)
	b.experiments[0].Claims[0].Judge = rowsClaim("a", "alpha", 10).Judge
	b.succeed("run", "alpha", "--profile", "paper", "--seeds", "2")
	var list []listed
	b.succeed("list", "--json")
	if err := json.Unmarshal(b.out.Bytes(), &list); err != nil || len(list) != 2 || list[0].Stored.Seeds != 2 || list[0].Seeds != 4 || list[1].Stored != nil {
		t.Errorf("list: %v\n%s", err, &b.out)
	}
	var status []statusOf
	b.succeed("status", "--json")
	if err := json.Unmarshal(b.out.Bytes(), &status); err != nil || len(status) != 2 || status[0].Complete != 2 || status[0].Seeds[2].State != "missing" || status[1].Complete != 0 {
		t.Errorf("status: %v\n%s", err, &b.out)
	}
	var claims []claimed
	b.succeed("claims", "--json")
	if err := json.Unmarshal(b.out.Bytes(), &claims); err != nil || len(claims) != 1 || claims[0].N != 2 || claims[0].Value != 90 || *claims[0].Low != 89 {
		t.Errorf("claims: %v\n%s", err, &b.out)
	}
	if status, errs := b.ml3(t.Context(), "claims", "--json", "--csv"); status != statusError || len(errs) != 1 {
		t.Errorf("two formats: %d, %q", status, errs)
	}
}

// TestQuiet: nothing is said but the results.
func TestQuiet(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "alpha", "-q")
	if b.stderr.Len() != 0 || !strings.Contains(b.out.String(), "alpha-rows") {
		t.Errorf("prints\n%s\nand says\n%s", &b.out, &b.stderr)
	}
}

// TestOutsideOfAClone: what needs none works there.
func TestOutsideOfAClone(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("JUPYTER_DATA_DIR", t.TempDir())
	for _, c := range []struct{ args, out, err string }{
		{"", "Start here", ""},
		{"--version", "ml3 " + version, ""},
		{"completion bash", "bash completion", ""},
		{"__complete run --profile ", "quick\npaper\n", ""},
		{"kernel uninstall", "", "nothing to remove"},
		{"status", "", "not inside a clone"},
	} {
		var out, errs strings.Builder
		a := &app{experiments: paper.All(), out: &out, progress: &errs}
		status := a.execute(t.Context(), strings.Split(c.args, " ")[:strings.Count(c.args, " ")+min(1, len(c.args))], &errs)
		if (status == statusOK) != (c.err == "") || !strings.Contains(out.String(), c.out) || !strings.Contains(errs.String(), c.err) {
			t.Errorf("ml3 %s: status %d, prints %.300q, says %.300q", c.args, status, out.String(), errs.String())
		}
	}
}

// TestCompletion: an experiment that is named is not offered again.
func TestCompletion(t *testing.T) {
	b := newBench(t)
	b.succeed("__complete", "run", "alpha", "")
	if out := b.out.String(); strings.Contains(out, "alpha") || !strings.Contains(out, "beta\t") {
		t.Errorf("offers\n%s", out)
	}
}

// TestVersion: the version is that of the changelog and of the citation.
func TestVersion(t *testing.T) {
	for file, want := range map[string]string{"CHANGELOG.md": "\n## " + version + " ", "CITATION.cff": "\nversion: " + version + "\n"} {
		data, err := os.ReadFile(filepath.Join("..", "..", file))
		if err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s has no %q (%v)", file, want, err)
		}
	}
}

// TestScreen: lines that stay are above the one that changes, which leaves no trace.
func TestScreen(t *testing.T) {
	var w strings.Builder
	s := &screen{w: &w, terminal: true}
	s.show("work, 1 s")
	s.Write([]byte("done\n"))
	s.show("more, 1 s")
	s.hide()
	if want := "work, 1 s\r\x1b[Kdone\nmore, 1 s\r\x1b[K"; w.String() != want {
		t.Errorf("writes %q, want %q", w.String(), want)
	}
}

// TestPulse: outside a terminal the first silence is as long as patience allows.
func TestPulse(t *testing.T) {
	if testing.Short() {
		t.Skip("waits")
	}
	said := make(chan time.Duration, 9)
	stop := pulse(false, func(spent time.Duration) { said <- spent })
	first := <-said
	stop()
	close(said)
	if first < patience || first > 2*patience || len(said) > 0 {
		t.Errorf("first %s, then %d", first, len(said))
	}
}
