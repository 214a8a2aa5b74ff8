//go:build unix

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// page makes a notebook of one code cell.
func page(code string) string {
	return `{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[{"cell_type":"code","metadata":{},"outputs":[],"source":"` + code + `"}]}`
}

// withTools gives the bench's clone the go.mod of this module, for its tools.
func withTools(t *testing.T, b *bench) {
	t.Helper()
	if testing.Short() {
		t.Skip("compiles Go cells")
	}
	real := &app{}
	if err := real.findRoot(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(real.root, name))
		if err != nil {
			t.Fatal(err)
		}
		b.write(name, string(data))
	}
}

func TestNotebooks(t *testing.T) {
	b := newBench(t)
	withTools(t, b)
	b.write("notebooks/01_good.ipynb", page(`%noautoget\n%%\nfmt.Println(6*7)`))
	b.write("notebooks/02_bad.ipynb", page(`%noautoget\n%%\npanic(\"boom\")`))
	before := b.files()

	status, errs := b.ml3(t.Context(), "notebooks", "--check")
	want := "ml3: notebooks/02_bad.ipynb: cell [1] (%noautoget): panic: boom"
	if status != statusError || len(errs) != 1 || errs[0] != want {
		t.Errorf("exit status %d, %q; want %q", status, errs, want)
	}
	if !strings.Contains(b.stderr.String(), "01_good.ipynb  cell 1 of 1") {
		t.Errorf("no progress in\n%s", &b.stderr)
	}
	if b.read("notebooks/01_good.ipynb") != before["notebooks/01_good.ipynb"] {
		t.Error("--check has stored outputs")
	}
	b.ml3(t.Context(), "notebooks")
	if b.read("notebooks/02_bad.ipynb") != before["notebooks/02_bad.ipynb"] {
		t.Error("the failing notebook was written")
	}
	once := b.read("notebooks/01_good.ipynb")
	if !strings.Contains(once, `"42\n"`) || !strings.HasSuffix(once, "}\n") {
		t.Errorf("the good notebook was not stored:\n%s", once)
	}
	b.succeed("notebooks", filepath.Join(b.root, "notebooks/01_good.ipynb"))
	if b.read("notebooks/01_good.ipynb") != once {
		t.Error("a second execution stores something else")
	}
}

func TestNotebooksInterrupted(t *testing.T) {
	b := newBench(t)
	withTools(t, b)
	b.write("notebooks/01.ipynb", page(`!touch ../started; sleep 100`))
	before := b.read("notebooks/01.ipynb")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for !exists(filepath.Join(b.root, "started")) && t.Context().Err() == nil {
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
	}()
	if status, errs := b.ml3(ctx, "notebooks"); status != statusInterrupted || len(errs) != 1 {
		t.Errorf("exit status %d, %q", status, errs)
	}
	if b.read("notebooks/01.ipynb") != before {
		t.Error("the notebook has changed")
	}
}

// TestNotebooksInterruptedBetween cancels when the first notebook is done.
func TestNotebooksInterruptedBetween(t *testing.T) {
	b := newBench(t)
	withTools(t, b)
	b.write("notebooks/01.ipynb", page(`!true`))
	b.write("notebooks/02.ipynb", page(`!touch ../started`))
	ctx, cancel := context.WithCancel(t.Context())
	b.progress = cancelAt{"01.ipynb  done", cancel}
	if status, errs := b.ml3(ctx, "notebooks"); status != statusInterrupted || len(errs) != 1 {
		t.Errorf("exit status %d, %q", status, errs)
	}
	if exists(filepath.Join(b.root, "started")) {
		t.Error("the second notebook was executed")
	}
}

// TestJupyter starts a program in Jupyter's place.
func TestJupyter(t *testing.T) {
	b := newBench(t)
	withTools(t, b)
	b.write("mllib/x/x.go", "package x\n")
	b.write("notebooks/01.ipynb", page(""))
	b.write("bin/jupyter-notebook", "#!/bin/sh\necho \"$PWD|$JUPYTER_PATH|$*\"\n")
	if err := os.Chmod(filepath.Join(b.root, "bin/jupyter-notebook"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("JUPYTER_PATH", "/mine")
	t.Setenv("PATH", filepath.Join(b.root, "bin")+":"+os.Getenv("PATH"))
	if found, err := findJupyter(t.Context()); err != nil || !strings.HasPrefix(found[0], b.root) {
		t.Skipf("another Jupyter comes first: %v, %v", found, err)
	}
	b.succeed("jupyter", "--", "--no-browser", "--port", "9")
	want := filepath.Join(b.root, "notebooks") + "|" + filepath.Join(b.root, "scripts/jupyter") + ":/mine|--no-browser --port 9\n"
	if b.out.String() != want {
		t.Errorf("got %q, want %q", &b.out, want)
	}
}

func TestNoJupyter(t *testing.T) {
	b := newBench(t)
	t.Setenv("PATH", b.root)
	status, errs := b.ml3(t.Context(), "jupyter")
	if status != statusError || len(errs) != 1 || !strings.Contains(errs[0], "pipx install jupyterlab") {
		t.Errorf("exit status %d, %q", status, errs)
	}
}
