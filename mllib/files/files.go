// Package files reads and writes files so that nothing that goes wrong outside
// leaves a half: a file is whole or as it was, and what is no regular file, or is
// larger than anything of ours, is not read.
package files

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

// Open opens a regular file of at most limit bytes. A pipe, a device or a folder
// is an error, and so is a larger file. If the file does not exist the error
// satisfies errors.Is(err, fs.ErrNotExist).
func Open(path string, limit int64) (*os.File, error) {
	info, err := os.Stat(path) // before opening: to open a pipe waits for its writer
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%s: %d bytes, more than the %d of anything that belongs here", path, info.Size(), limit)
	}
	return os.Open(path)
}

// Read returns the content of a regular file of at most limit bytes.
func Read(path string, limit int64) ([]byte, error) {
	f, err := Open(path, limit)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit { // it grew meanwhile
		return nil, fmt.Errorf("%s: more than the %d bytes of anything that belongs here", path, limit)
	}
	return data, nil
}

// WriteAtomic writes a file so that path always names a whole file: the old one,
// or the new one. What write produces goes to a temporary file in the same folder,
// which is synced and then renamed. A path that is a symbolic link stays one: the
// file it points to is written. A file that exists keeps its permissions, a new one
// has those of the umask. If anything fails (or write panics) the temporary file is
// removed and the old file is untouched; RemoveTemporary removes those of programs
// that were killed.
func WriteAtomic(path string, write func(io.Writer) error) error {
	if err := writeAtomic(path, write); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return nil
}

func writeAtomic(path string, write func(io.Writer) error) error {
	path, err := follow(path)
	if err != nil {
		return err
	}
	f, err := temporary(path)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	b := bufio.NewWriter(f)
	for _, step := range []func() error{
		func() error { return write(b) },
		b.Flush,
		f.Sync,
		f.Close,
		func() error { return os.Rename(f.Name(), path) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	done = true
	syncFolder(filepath.Dir(path))
	return nil
}

// maxLinks bounds a chain of symbolic links.
const maxLinks = 40

// follow returns the path at the end of a chain of symbolic links; there need be no
// file there.
func follow(path string) (string, error) {
	for range maxLinks {
		target, err := os.Readlink(path)
		if err != nil { // no link, or nothing
			return path, nil
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return "", fmt.Errorf("more than %d symbolic links", maxLinks)
}

// temporary opens a new file beside path, with the permissions that path has or is
// going to have.
func temporary(path string) (*os.File, error) {
	mode, exists := fs.FileMode(0o666), false
	if info, err := os.Stat(path); err == nil {
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("not a regular file")
		}
		mode, exists = info.Mode().Perm(), true
	}
	for {
		name := fmt.Sprintf(".%s.%d.tmp", filepath.Base(path), rand.Uint32())
		f, err := os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
		if os.IsExist(err) {
			continue
		}
		if err != nil || !exists {
			return f, err
		}
		if err := f.Chmod(mode); err != nil { // what the umask took away
			f.Close()
			os.Remove(f.Name())
			return nil, err
		}
		return f, nil
	}
}

// temporaryName matches the names of temporary files.
var temporaryName = regexp.MustCompile(`^\.(.+)\.(\d+)\.tmp$`)

// RemoveTemporary removes the temporary files in a folder that WriteAtomic made for
// files whose name belongs, and that nobody is going to rename any more: those of
// programs that were killed. The caller makes sure that no other program writes
// there. A folder that does not exist has none.
func RemoveTemporary(dir string, belongs func(name string) bool) error {
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		m := temporaryName.FindStringSubmatch(e.Name())
		if m == nil || !e.Type().IsRegular() || !belongs(m[1]) {
			continue
		}
		if _, err := strconv.ParseUint(m[2], 10, 32); err != nil {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
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
