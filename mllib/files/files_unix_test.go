//go:build unix

package files

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestPermissions expects those of a file that exists, else those of the umask.
func TestPermissions(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o027))
	dir := t.TempDir()
	for _, c := range []struct {
		name         string
		before, want os.FileMode // before: 0 for no file
	}{{"new", 0, 0o640}, {"secret", 0o600, 0o600}, {"open", 0o666, 0o666}, {"run", 0o755, 0o755}} {
		path := filepath.Join(dir, c.name)
		if c.before != 0 {
			put(t, path, "old")
			if err := os.Chmod(path, c.before); err != nil {
				t.Fatal(err)
			}
		}
		put(t, path, "new")
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != c.want {
			t.Errorf("%s: %v, %v; want %v", c.name, info.Mode(), err, c.want)
		}
	}
}

// TestPipe expects that a pipe without a writer does not make a reader wait.
func TestPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	if _, err := Read(path, 10); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a pipe: %v", err)
	}
	if err := WriteAtomic(path, nil); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a pipe is written: %v", err)
	}
	if _, err := Read("/dev/zero", 10); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("/dev/zero: %v", err)
	}
}
