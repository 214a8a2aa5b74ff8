package main

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"ml3/mllib/tidy"
)

// TestReadmeSnippets runs the README's snippets for other tools, those that are
// installed, and compares what they print with what this module computes.
func TestReadmeSnippets(t *testing.T) {
	root := filepath.Join("..", "..")
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := endOfSines(t, root)
	for name, tool := range map[string]struct {
		first    string   // line of the snippet
		has, run []string // commands: is it there; run what is read from stdin
	}{
		"pandas": {"# pandas", []string{"/usr/bin/python3", "-c", "import pandas"}, []string{"/usr/bin/python3", "-"}},
		"polars": {"# polars", []string{"/usr/bin/python3", "-c", "import polars"}, []string{"/usr/bin/python3", "-"}},
		"R":      {"# R", []string{"Rscript", "--version"}, []string{"Rscript", "-"}},
		"DuckDB": {"-- DuckDB", []string{"duckdb", "--version"}, []string{"duckdb", "-csv"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := regexp.MustCompile("(?s)```[a-z]+\n" + regexp.QuoteMeta(tool.first) + "\n(.*?)```").FindSubmatch(readme)
			if m == nil {
				t.Fatal("README.md has no snippet")
			}
			if exec.Command(tool.has[0], tool.has[1:]...).Run() != nil {
				t.Skip("not installed")
			}
			cmd := exec.Command(tool.run[0], tool.run[1:]...)
			cmd.Dir, cmd.Stdin = root, strings.NewReader(string(m[1]))
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, number := range want {
				if !printed(string(out), number) {
					t.Errorf("%.5f is not among what it prints:\n%s", number, out)
				}
			}
		})
	}
	for i, words := range []string{"%.3f ± ", "%.3f for the learned loss", "%.3f ± ", "%.3f for the task loss"} {
		if s := strings.Replace(words, "%.3f", strconv.FormatFloat(want[i], 'f', 3, 64), 1); !strings.Contains(string(readme), s) {
			t.Errorf("README.md does not say %q", s)
		}
	}
}

// endOfSines are the mean error on unseen sines after 100 steps and half of its 95 %
// interval over seeds, by the learned loss and by the task loss.
func endOfSines(t *testing.T, root string) (numbers []float64) {
	rows, err := tidy.ReadFile(filepath.Join(root, "data", "results", "sine.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows = rows.Where(tidy.Metric("mse"), tidy.Steps(100, 100), tidy.Has("net", "paper 40-40"), tidy.Has("split", "meta-test"), tidy.Has("x", "[-5,5]"))
	for _, method := range []string{"learned", "task loss"} {
		_, v := rows.Where(tidy.Method(method)).PerSeed()
		numbers = append(numbers, tidy.Mean(v), 2.262*tidy.SD(v)/math.Sqrt(float64(len(v))))
	}
	return numbers
}

// printed says whether a text has a number, to five digits.
func printed(text string, number float64) bool {
	for _, s := range regexp.MustCompile(`\d+\.\d+`).FindAllString(text, -1) {
		if x, err := strconv.ParseFloat(s, 64); err == nil && x > number*(1-1e-5) && x < number*(1+1e-5) {
			return true
		}
	}
	return false
}

// TestReadmeModule runs the README's lines on using the library from another module,
// without the network.
func TestReadmeModule(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles another module")
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell")
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)```sh\n(mkdir mine.*?)```").FindSubmatch(readme)
	if m == nil {
		t.Fatal("README.md has no such lines")
	}
	cmd := exec.Command("sh", "-e")
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOPROXY=off")
	cmd.Stdin = strings.NewReader(strings.ReplaceAll(string(m[1]), "/path/to/the/clone", "'"+root+"'"))
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), "\n4\n") {
		t.Errorf("%v\n%s", err, out)
	}
}
