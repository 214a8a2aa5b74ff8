package tidy

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// WriteFileAtomic writes a file so that path always names a whole file: the old
// one, or the new one. What write produces goes to a temporary file in the same
// folder, which is synced and then renamed. If anything fails (or write panics)
// the temporary file is removed and the old file is untouched.
func WriteFileAtomic(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	done := false
	defer func() {
		if !done {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	b := bufio.NewWriter(f)
	if err := write(b); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	for _, step := range []func() error{
		b.Flush,
		func() error { return f.Chmod(0o644) },
		f.Sync,
		f.Close,
		func() error { return os.Rename(f.Name(), path) },
	} {
		if err := step(); err != nil {
			return fmt.Errorf("cannot write %s: %w", path, err)
		}
	}
	done = true
	syncFolder(filepath.Dir(path))
	return nil
}

// syncFolder makes a rename durable where the system can sync folders. The file
// itself is already whole, so a system that cannot is no failure.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		d.Close()
	}
}
