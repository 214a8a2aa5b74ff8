//go:build unix

package notebook

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRunGroup cancels a command that ignores being asked: it ends with what it has
// started, and the error is the context's.
func TestRunGroup(t *testing.T) {
	beat := filepath.Join(t.TempDir(), "beat")
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, "/bin/bash", "-c", "trap '' INT TERM; (while true; do echo >>\"$0\"; sleep 0.02; done) & wait; exit 3", beat)
	go func() {
		for size(beat) == 0 && t.Context().Err() == nil {
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
	}()
	if err := runGroup(ctx, cmd); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v", err)
	}
	before := size(beat)
	time.Sleep(300 * time.Millisecond)
	if size(beat) != before {
		t.Error("what it has started still runs")
	}
	if err := runGroup(t.Context(), exec.CommandContext(t.Context(), "/bin/sh", "-c", "exit 3")); err == nil || err.Error() != "exit status 3" {
		t.Errorf("got error %v", err)
	}
}

// TestGoErrors expects one line of what go says, or the context's error.
func TestGoErrors(t *testing.T) {
	if _, err := toolPath(t.Context(), t.TempDir(), "gonb"); err == nil || !strings.HasPrefix(err.Error(), "go tool -n gonb: exit status ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("outside of a module: %v", err)
	}
	var said bytes.Buffer
	if err := Compile(t.Context(), t.TempDir(), &said); err == nil || !strings.HasPrefix(err.Error(), "go build ./mllib/...: ") || said.Len() == 0 {
		t.Errorf("nothing to compile: %v, %q", err, &said)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := FindTools(ctx, "."); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := Compile(ctx, ".", &said); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestEnvironment lets a shell say what the kernel finds.
func TestEnvironment(t *testing.T) {
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOWORK", "off")
	h := hooks{t.TempDir()}
	if err := h.write(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/bin/sh", "-c", `command -v go; echo "$GOFLAGS|$GOWORK|$TMPDIR|$BASH_ENV"; echo ":$PATH:"`)
	cmd.Env = Tools{GoNB: "/x/gonb", GoImports: "/a b/goimports"}.environment(h)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Split(string(out), "\n")
	if said[0] != filepath.Join(h.bin(), "go") || said[1] != KernelGoFlags+"||"+h.dir+"|"+h.env() || !strings.Contains(said[2], ":/a b:"+os.Getenv("PATH")+":") {
		t.Errorf("got %q", said)
	}
}

// TestTail keeps the end of much output.
func TestTail(t *testing.T) {
	var log tail
	if got := log.String(); got != "it said nothing" {
		t.Errorf("got %q", got)
	}
	for range 1000 {
		if n, err := log.Write([]byte("a line of some length\n")); n != 22 || err != nil {
			t.Fatal(n, err)
		}
	}
	if _, err := log.Write([]byte("the last\n\n  \n")); err != nil {
		t.Fatal(err)
	}
	if got := log.String(); got != "its last words: the last" || len(log.text) > tailSize {
		t.Errorf("got %q of %d bytes", got, len(log.text))
	}
}

// TestKernelElsewhere runs a kernel although TMPDIR does not do for sockets, and expects
// that Close ends what has left the kernel's process group, and removes the folder.
func TestKernelElsewhere(t *testing.T) {
	root, work := clone(t)
	temp := filepath.Join(t.TempDir(), strings.Repeat("long", 25)+":")
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", temp)
	k := running(t, root, work)
	beat := filepath.Join(root, "beat")
	setsid := "setsid"
	if _, err := exec.LookPath(setsid); err != nil {
		setsid = ""
	}
	f := cells(t, "!"+setsid+" bash -c 'while true; do echo >>../beat; sleep 0.02; done' >/dev/null 2>&1 &\n!while ! [ -e ../beat ]; do sleep 0.02; done; echo on")
	if err := k.Run(t.Context(), f, Options{Timeout: time.Minute, Root: root}); err != nil {
		t.Fatal(err)
	}
	if got := printed(f, f.Code()[0]); got != "on\n" {
		t.Errorf("got %q", got)
	}
	k.Close()
	if exists(k.dir) || filepath.Dir(k.dir) != "/tmp" {
		t.Errorf("the folder %s: %v", k.dir, exists(k.dir))
	}
	before := size(beat)
	time.Sleep(300 * time.Millisecond)
	if size(beat) != before {
		t.Error("what the cell has left running still runs")
	}
}
