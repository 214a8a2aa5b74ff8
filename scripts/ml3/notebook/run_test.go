//go:build unix

package notebook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// clone makes a small module in a folder whose name has a space, with a
// notebooks folder, and returns both.
func clone(t *testing.T) (root, work string) {
	t.Helper()
	return cloneIn(t, filepath.Join(t.TempDir(), "a clone"))
}

// cloneIn makes the small module in the folder root.
func cloneIn(t *testing.T, root string) (string, string) {
	t.Helper()
	for name, text := range map[string]string{
		"go.mod":               "module ml3\n\ngo 1.26\n",
		"mllib/answer/a.go":    "package answer\n\nconst Answer = 42\n",
		"notebooks/README.txt": "\n",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root, filepath.Join(root, "notebooks")
}

// firstCell is how the notebooks of the project begin.
const firstCell = `!*[ -f go.work ] || go work init . "$(dirname "$(cd "$GONB_DIR" && go env GOMOD)")"
%noautoget`

// cells makes a notebook of code cells.
func cells(t *testing.T, sources ...string) *File {
	t.Helper()
	list := []any{}
	for _, s := range sources {
		list = append(list, map[string]any{"cell_type": "code", "metadata": map[string]any{}, "source": s, "outputs": []any{}})
	}
	data, err := json.Marshal(map[string]any{"nbformat": 4, "nbformat_minor": 4, "metadata": map[string]any{}, "cells": list})
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// running runs the kernel pinned in go.mod.
func running(t *testing.T, root, work string) *Kernel {
	t.Helper()
	if testing.Short() {
		t.Skip("compiles Go cells")
	}
	tools, err := FindTools(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	k, err := Start(t.Context(), tools, root, work)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k
}

func TestRun(t *testing.T) {
	root, work := clone(t)
	k := running(t, root, work)
	f := cells(t, firstCell,
		"import \"ml3/mllib/answer\"\n%%\nfmt.Println(\"answer\", answer.Answer)",
		"!basename \"$PWD\"",
		"%test\nfunc TestAnswer(t *testing.T) { if answer.Answer != 42 { t.Fatal(answer.Answer) } }",
		"")
	progress := 0
	err := k.Run(t.Context(), f, Options{Timeout: time.Minute, Root: root, Progress: func(cell, total int, _ time.Duration) {
		progress = 10*cell + total
	}})
	if err != nil {
		t.Fatal(err)
	}
	if progress != 45 {
		t.Errorf("the last progress was %d, want cell 4 of 5", progress)
	}
	want := []string{"", "answer 42\n", "notebooks\n", "=== RUN   TestAnswer\n--- PASS: TestAnswer\nPASS\n", ""}
	f = parse(t, text(t, f))
	for i, c := range f.Code() {
		if got := printed(f, c); got != want[i] {
			t.Errorf("cell %d: got %q, want %q", i+1, got, want[i])
		}
		if count := f.text(c.node.get("execution_count")); (count == "null") != (i == 4) || i < 4 && count != fmt.Sprint(i+1) {
			t.Errorf("cell %d: execution count %v", i+1, count)
		}
	}
	if meta := f.text(f.root.get("metadata").get("language_info").get("name")); meta != `"go"` {
		t.Errorf("language_info: %v", meta)
	}
}

// printed returns what a cell has stored from its streams and errors.
func printed(f *File, c *Cell) string {
	all := ""
	for _, o := range f.outputs(c) {
		out := o.(map[string]any)
		all += joined(out["text"])
		if out["output_type"] == "error" {
			all += fmt.Sprintf("<%s: %s>", out["ename"], out["evalue"])
		}
	}
	return all
}

// TestRunFailures runs cells that must fail; the kernel survives each.
func TestRunFailures(t *testing.T) {
	root, work := clone(t)
	k := running(t, root, work)
	for code, want := range map[string]string{
		"%%\npanic(\"boom\")": "panic: boom",
		"!ls /nix\n!echo on":  "a shell line failed: ls: ",
		"!exec false":         "a shell line failed: exit status 1",
		"!trap '' EXIT; exit 3\n%%\nfmt.Fprintln(os.Stderr, \"said\")": "a shell line failed: exit status 3",
		"!kill -9 $$":      "a shell line failed: exit status 137",
		"!kill -9 $PPID":   "1 of 1 shell lines did not end by themselves",
		"%%bash\nexit 4":   "a shell line failed: exit status 4",
		"%%sh\nkill -9 $$": "a shell line failed: ",
		"%nix":             "unknown special command %nix",
		"%test\nfunc TestY(t *testing.T) { t.Errorf(\"got %d\", 4) }": "test TestY fails: got 4",
		"\n%%\nundefined()":                          "undefined: undefined",
		"%%\ntime.Sleep(20*time.Second)":             "not finished after 3s",
		"%%\nfor { fmt.Println(\"more and more\") }": "more than 16 MB of output",
		"!yes": "more than 16 MB of output",
	} {
		timeout := time.Minute
		if strings.Contains(want, "not finished") {
			timeout = 3 * time.Second
		}
		err := k.Run(t.Context(), cells(t, firstCell, code), Options{Timeout: timeout, Root: root})
		var failed *CellError
		if !errors.As(err, &failed) || failed.Cell != 2 || !strings.Contains(failed.Why, want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: got error %v, want one line about cell 2 with %q", code, err, want)
		}
		if timeout < time.Minute || errors.As(err, &failed) && strings.Contains(failed.Why, "16 MB") { // the cell still runs
			k.Close()
			k = running(t, root, work)
		}
	}
}

// TestRunHealthy runs cells that look like failing ones, or wait for input.
func TestRunHealthy(t *testing.T) {
	root, work := clone(t)
	k := running(t, root, work)
	t.Setenv("BASH_ENV", "")
	code := map[string]string{
		"%%\nfmt.Fprintln(os.Stderr, \"exit status 1\")":                     "exit status 1\n",
		"%%\nfmt.Fprint(os.Stderr, \"signal: killed\\n\")":                   "signal: killed\n",
		"!echo 'exit status 3' >&2":                                          "exit status 3\n",
		"!true\n%%\nfmt.Fprintln(os.Stderr, \"exit status 1\")":              "exit status 1\n",
		"%%bash\necho 'exit status 1' >&2":                                   "exit status 1\n",
		"%%\nvar s string\nn, err := fmt.Scanln(&s)\nfmt.Println(n, err)":    "0 EOF\n",
		"%%\ndata, err := io.ReadAll(os.Stdin)\nfmt.Println(len(data), err)": "0 <nil>\n",
		"!read x; echo \"$? <$x> $0\"":                                       "1 <> /bin/bash\n",
		"!cat; bash -c 'cat; false' || echo \"$BASH_ENV\" nested":            " nested\n",
		"%%sh\necho a\nbash -c false || echo b":                              "a\nb\n",
		"%%script cat\nthe cell\n!is the input":                              "the cell\n!is the input\n",
		"%%\nout, err := exec.Command(\"bash\", \"-c\", \"echo nested; false\").Output()\nfmt.Printf(\"%s%v\\n\", out, err)": "nested\nexit status 1\n",
		"%args a 'b c' \"d e\"\n%%\nfmt.Println(len(os.Args), filepath.Base(os.Args[0]) != \"\")":                            "",
		"%test\nfunc TestStdin(t *testing.T) { var s string; if _, err := fmt.Scanln(&s); err == nil { t.Fatal(s) } }":       "=== RUN   TestStdin\n--- PASS: TestStdin\nPASS\n",
	}
	var sources []string
	for source := range code {
		sources = append(sources, source)
	}
	f := cells(t, append([]string{firstCell}, sources...)...)
	begin := time.Now()
	if err := k.Run(t.Context(), f, Options{Timeout: time.Minute, Root: root}); err != nil {
		t.Fatal(err)
	}
	for i, c := range f.Code()[1:] {
		if got := printed(f, c); got != code[sources[i]] && code[sources[i]] != "" {
			t.Errorf("%q: got %q, want %q", sources[i], got, code[sources[i]])
		}
	}
	if d := time.Since(begin); d > time.Minute {
		t.Errorf("took %s: a cell has waited", d)
	}
}

// TestTags treats tagged cells as nbclient does.
func TestTags(t *testing.T) {
	root, work := clone(t)
	k := running(t, root, work)
	f := cells(t, firstCell, "%%\npanic(\"boom\")", "%%\nundefined()", "!echo said; false", "%%\npanic(\"never\")", "%%\nfmt.Println(\"on\")")
	for i, tag := range []string{"", tagRaises, tagRaises, tagRaises, tagSkip, tagRaises} {
		f.Code()[i].tags = []string{"other", tag}
	}
	if err := k.Run(t.Context(), f, Options{Timeout: time.Minute, Root: root}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"", "<ERROR: exit status 2>", "undefined: undefined", "said\nexit status 1\n", "", "on\n"} {
		if got := printed(f, f.Code()[i]); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("cell %d: got %q, want %q", i+1, got, want)
		}
	}
	if f.Code()[4].result != nil {
		t.Error("the skipped cell is changed")
	}
	if got := text(t, f); strings.Contains(string(got), "gonb_") || strings.Contains(string(got), k.dir) {
		t.Errorf("stored outputs differ from run to run:\n%s", got)
	}
	f = cells(t, "%%\ntime.Sleep(20*time.Second)")
	f.Code()[0].tags = []string{tagRaises}
	if err := k.Run(t.Context(), f, Options{Timeout: 2 * time.Second, Root: root}); err == nil || !strings.Contains(err.Error(), "not finished") {
		t.Errorf("a tagged cell that takes too long: %v", err)
	}
}

// TestPaths runs a notebook in clones whose paths have what file systems allow.
func TestPaths(t *testing.T) {
	odd := "-c'd\"e`f$g;h|i&j*?[m]n:o=>p#q%r ü\x01\t "
	if runtime.GOOS == "linux" { // elsewhere a name is text
		odd += "\xff"
	}
	for _, name := range []string{"a,b", `c\d`, odd} {
		root, work := cloneIn(t, filepath.Join(t.TempDir(), name))
		k := running(t, root, work)
		f := cells(t, "import \"ml3/mllib/answer\"\n%%\nfmt.Println(answer.Answer)", "!pwd")
		if err := k.Run(t.Context(), f, Options{Timeout: time.Minute, Root: root}); err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if got := printed(f, f.Code()[0]) + printed(f, f.Code()[1]); !strings.HasPrefix(got, "42\n") || !strings.HasSuffix(got, "notebooks\n") {
			t.Errorf("%q: got %q", name, got)
		}
		k.Close()
	}
	_, err := Start(t.Context(), Tools{GoNB: "/bin/false"}, "/a\nb", ".")
	if err == nil || !strings.Contains(err.Error(), `"/a\nb", has a line break`) {
		t.Errorf("a line break: %v", err)
	}
}

// TestCancel interrupts a cell whose program writes to a file all the time: Run
// returns, and Close leaves neither the program nor files.
func TestCancel(t *testing.T) {
	root, work := clone(t)
	k := running(t, root, work)
	ctx, cancel := context.WithCancel(t.Context())
	beat := filepath.Join(root, "beat")
	go func() {
		for {
			if _, err := os.Stat(beat); err == nil {
				cancel()
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	err := k.Run(ctx, cells(t, "!while true; do echo >> ../beat; sleep 0.02; done"), Options{Timeout: time.Minute, Root: root})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want one that is context.Canceled", err)
	}
	begin := time.Now()
	k.Close()
	if d := time.Since(begin); d > 3*stopGrace {
		t.Errorf("Close took %s", d)
	}
	if _, err := os.Stat(k.dir); !os.IsNotExist(err) {
		t.Errorf("%s is still there", k.dir)
	}
	before, err := os.ReadFile(beat)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	if after, err := os.ReadFile(beat); err != nil || len(after) != len(before) {
		t.Errorf("the cell's program still runs: %v", err)
	}
}

func TestStartErrors(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	defer func() {
		if left, err := filepath.Glob(filepath.Join(temp, "*")); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}()
	for _, tools := range []Tools{{GoNB: "/nonexistent/gonb"}, {GoNB: "/bin/false"}} {
		if _, err := Start(t.Context(), tools, ".", "."); err == nil || !strings.HasPrefix(err.Error(), "starting the kernel: ") {
			t.Errorf("%s: got error %v", tools.GoNB, err)
		}
	}
}
