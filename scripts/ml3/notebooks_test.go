//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
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
	stale := "ml3: notebooks/01_good.ipynb: the stored outputs of the code cells [1] are not what they print now; store them with ml3 notebooks 01_good.ipynb"
	bad := "ml3: notebooks/02_bad.ipynb: cell [1] (%noautoget): panic: boom"
	if status != statusError || !slices.Equal(errs, []string{stale, bad}) {
		t.Errorf("exit status %d, %q", status, errs)
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
	if !strings.Contains(once, `"42\n"`) {
		t.Errorf("the good notebook was not stored:\n%s", once)
	}
	b.succeed("notebooks", "--check", filepath.Join(b.root, "notebooks/01_good.ipynb"))
	b.succeed("notebooks", filepath.Join(b.root, "notebooks/01_good.ipynb"))
	if b.read("notebooks/01_good.ipynb") != once {
		t.Error("a second execution stores something else")
	}
}

// whileRunning runs a notebook whose cell waits until meanwhile has done its work.
func (b *bench) whileRunning(file string, meanwhile func()) (status int, errs []string) {
	b.t.Helper()
	for _, name := range []string{"started", "done"} {
		os.Remove(filepath.Join(b.root, name))
	}
	go func() {
		for !exists(filepath.Join(b.root, "started")) && b.t.Context().Err() == nil {
			time.Sleep(10 * time.Millisecond)
		}
		meanwhile()
		b.write("done", "")
	}()
	return b.ml3(b.t.Context(), "notebooks", filepath.Join(b.root, file))
}

// waits is a notebook for whileRunning.
var waits = page(`!touch ../started; while ! [ -e ../done ]; do sleep 0.02; done; echo said`)

// TestNotebooksSavedMeanwhile: what its user does to a file while it runs is not undone.
func TestNotebooksSavedMeanwhile(t *testing.T) {
	b := newBench(t)
	withTools(t, b)
	path := filepath.Join(b.root, "notebooks/01.ipynb")
	for what, c := range map[string]struct {
		do   func()
		want string // of the file; "" if it is gone
	}{
		"saved":        {func() { b.write("notebooks/01.ipynb", page("other")) }, page("other")},
		"a byte added": {func() { b.write("notebooks/01.ipynb", waits+"\n") }, waits + "\n"},
		"replaced": {func() {
			b.write("notebooks/new", page("new"))
			os.Rename(filepath.Join(b.root, "notebooks/new"), path)
		}, page("new")},
		"emptied": {func() { b.write("notebooks/01.ipynb", "") }, ""},
		"removed": {func() { os.Remove(path) }, ""},
		"a pipe":  {func() { os.Remove(path); syscall.Mkfifo(path, 0o600) }, ""},
	} {
		os.Remove(path)
		b.write("notebooks/01.ipynb", waits)
		status, errs := b.whileRunning("notebooks/01.ipynb", c.do)
		if status != statusError || len(errs) != 1 || !strings.Contains(errs[0], "notebooks/01.ipynb: it was ") || !strings.Contains(errs[0], "while it ran") {
			t.Errorf("%s: exit status %d, %q", what, status, errs)
		}
		if c.want != "" && b.read("notebooks/01.ipynb") != c.want {
			t.Errorf("%s: the file is now\n%s", what, b.read("notebooks/01.ipynb"))
		}
		if c.want == "" && what != "emptied" {
			if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
				t.Errorf("%s: there is a file again", what)
			}
		}
		if left, _ := filepath.Glob(filepath.Join(b.root, "notebooks/.*")); len(left) > 0 {
			t.Errorf("%s: left behind: %v", what, left)
		}
	}
}

// TestNotebooksKeep: a link stays a link, permissions stay, a file that is touched or has
// its outputs already is not written.
func TestNotebooksKeep(t *testing.T) {
	b := newBench(t)
	withTools(t, b)
	b.write("elsewhere/real.ipynb", waits)
	b.write("notebooks/README", "")
	real, link := filepath.Join(b.root, "elsewhere/real.ipynb"), filepath.Join(b.root, "notebooks/01.ipynb")
	if err := errors.Join(os.Chmod(real, 0o640), os.Symlink("../elsewhere/real.ipynb", link)); err != nil {
		t.Fatal(err)
	}
	touch := func() { os.Chtimes(real, time.Time{}, time.Now().Add(-time.Hour)) }
	if status, errs := b.whileRunning("notebooks/01.ipynb", touch); status != statusOK {
		t.Fatalf("exit status %d, %q", status, errs)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info, err)
	}
	before, err := os.Stat(real)
	if err != nil || before.Mode().Perm() != 0o640 {
		t.Errorf("the file is %v, %v", before, err)
	}
	if text := b.read("elsewhere/real.ipynb"); !strings.Contains(text, `"said\n"`) || !strings.HasPrefix(text, `{"nbformat":4,"nbformat_minor":4,"metadata":{"language_info":`) {
		t.Errorf("stored:\n%s", text)
	}
	if status, errs := b.whileRunning("notebooks/01.ipynb", touch); status != statusOK {
		t.Fatalf("exit status %d, %q", status, errs)
	}
	if after, err := os.Stat(real); err != nil || !os.SameFile(before, after) || time.Since(after.ModTime()) < 50*time.Minute {
		t.Errorf("a file that has its outputs was written: %v", err)
	}
}

// TestNotebooksRefused: what cannot be read is refused before anything runs.
func TestNotebooksRefused(t *testing.T) {
	b := newBench(t)
	b.write("notebooks/01.ipynb", page("!touch ../started"))
	for source, want := range map[string]string{
		`{"a":1}`: `02.ipynb: cell 1: source is {"a":1}, want a string`, `12345`: "source is 12345", `["a",1]`: `source is ["a",1]`,
		"\"\xff\"": "cell 1: the byte 0xff on line 1 of the file is not UTF-8",
	} {
		text := strings.Replace(page(""), `"source":""`, `"source":`+source, 1)
		b.write("notebooks/02.ipynb", text)
		status, errs := b.ml3(t.Context(), "notebooks")
		if status != statusError || len(errs) != 1 || !strings.Contains(errs[0], want) {
			t.Errorf("%s: exit status %d, %q", source, status, errs)
		}
		if b.read("notebooks/02.ipynb") != text || exists(filepath.Join(b.root, "started")) {
			t.Errorf("%s: something was executed or written", source)
		}
	}
}

// TestNotebooksKilled kills the program with SIGKILL while a cell runs: the cell's
// program ends, and so does the kernel, whose folder is removed.
func TestNotebooksKilled(t *testing.T) {
	b := newBench(t)
	withTools(t, b)
	b.write("notebooks/01.ipynb", page(`%noautoget\n%%\nfor {\n\tos.WriteFile(\"../beat\", []byte(time.Now().String()), 0o600)\n\ttime.Sleep(20*time.Millisecond)\n}`))
	temp := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childRoot+"="+b.root, childArgs+"=notebooks", "TMPDIR="+temp)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	beat := filepath.Join(b.root, "beat")
	for end := time.Now().Add(2 * time.Minute); !exists(beat); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the cell does not run")
		}
	}
	if inside, _ := filepath.Glob(filepath.Join(temp, "ml3-kernel-*")); len(inside) != 1 {
		t.Errorf("folders of kernels: %v", inside)
	}
	cmd.Process.Kill()
	cmd.Wait()
	still := func() bool {
		before := b.read("beat")
		time.Sleep(300 * time.Millisecond)
		return b.read("beat") != before
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		left, err := filepath.Glob(filepath.Join(temp, "ml3-kernel-*"))
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 && !still() {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the cell runs: %v; left: %v", still(), left)
		}
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

// TestJupyterInterrupted interrupts, as Ctrl-C in a terminal does, while go builds.
func TestJupyterInterrupted(t *testing.T) {
	b := newBench(t)
	real, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"tool", "build"} {
		b.write("bin/jupyter-lab", "#!/bin/sh\necho jupyter\n")
		b.write("bin/go", "#!/bin/sh\n[ $1 = "+at+" ] || { echo "+real+"; exit; }\necho $$ >'"+b.root+"/started'\nsleep 100\n")
		for _, name := range []string{"bin/jupyter-lab", "bin/go"} {
			if err := os.Chmod(filepath.Join(b.root, name), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		os.Remove(filepath.Join(b.root, "started"))
		t.Setenv("PATH", filepath.Join(b.root, "bin")+":"+os.Getenv("PATH"))
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for !exists(filepath.Join(b.root, "started")) && t.Context().Err() == nil {
				time.Sleep(10 * time.Millisecond)
			}
			cancel()
		}()
		begin := time.Now()
		status, errs := b.ml3(ctx, "jupyter")
		if status != statusInterrupted || len(errs) != 1 || b.out.Len() > 0 || time.Since(begin) > 30*time.Second {
			t.Errorf("go %s: exit status %d, %q, %q after %s", at, status, errs, &b.out, time.Since(begin))
		}
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
