//go:build unix

package notebook

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// clone makes a small module in a folder whose name has a space, with a
// notebooks folder, and returns both.
func clone(t *testing.T) (root, work string) {
	t.Helper()
	root = filepath.Join(t.TempDir(), "a clone")
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

// start runs the kernel pinned in go.mod.
func start(t *testing.T, root, work string) *Kernel {
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
	k := start(t, root, work)
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
	for i, c := range f.Code() {
		got := ""
		for _, o := range c.fields["outputs"].([]any) {
			got += o.(map[string]any)["text"].(string)
		}
		if got != want[i] {
			t.Errorf("cell %d: got %q, want %q", i+1, got, want[i])
		}
		if count := c.fields["execution_count"]; (count == nil) != (i == 4) || i < 4 && count != i+1 {
			t.Errorf("cell %d: execution count %v", i+1, count)
		}
	}
	meta := f.root["metadata"].(map[string]any)["language_info"].(map[string]any)
	if meta["name"] != "go" {
		t.Errorf("language_info: %v", meta)
	}
}

// TestRunFailures runs cells that must fail; the kernel survives each.
func TestRunFailures(t *testing.T) {
	root, work := clone(t)
	k := start(t, root, work)
	for code, want := range map[string]string{
		"%%\npanic(\"boom\")": "panic: boom",
		"!ls /nix\n!echo on":  "a shell line failed: ls: ",
		"%test\nfunc TestY(t *testing.T) { t.Errorf(\"got %d\", 4) }": "test TestY fails: got 4",
		"\n%%\nundefined()":              "undefined: undefined",
		"%%\ntime.Sleep(20*time.Second)": "not finished after 3s",
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
		if timeout < time.Minute { // the cell still runs
			k.Close()
			k = start(t, root, work)
		}
	}
}

// TestCancel interrupts a cell whose program writes to a file all the time: Run
// returns, and Close leaves neither the program nor files.
func TestCancel(t *testing.T) {
	root, work := clone(t)
	k := start(t, root, work)
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
	if d := time.Since(begin); d > 2*stopGrace {
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
	for _, tools := range []Tools{{GoNB: "/nonexistent/gonb"}, {GoNB: "/bin/false"}} {
		if _, err := Start(t.Context(), tools, ".", "."); err == nil || !strings.HasPrefix(err.Error(), "starting the kernel: ") {
			t.Errorf("%s: got error %v", tools.GoNB, err)
		}
	}
}
