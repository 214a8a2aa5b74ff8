package files

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// put writes text as WriteAtomic does.
func put(t *testing.T, path, text string) {
	t.Helper()
	if err := WriteAtomic(path, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
		t.Fatal(err)
	}
}

// names lists a folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

func TestWriteAtomicFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.csv")
	put(t, path, "old")
	boom := errors.New("boom")
	err := WriteAtomic(path, func(w io.Writer) error { io.WriteString(w, "half"); return boom })
	if !errors.Is(err, boom) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
	func() {
		defer func() { recover() }()
		WriteAtomic(path, func(io.Writer) error { panic("in write") })
	}()
	if data, _ := os.ReadFile(path); string(data) != "old" || names(t, dir) != "a.csv" {
		t.Errorf("content %q, files %s", data, names(t, dir))
	}
	if err := WriteAtomic(dir, func(io.Writer) error { return nil }); err == nil {
		t.Error("a folder was written")
	}
	if err := WriteAtomic(filepath.Join(dir, "none", "b"), func(io.Writer) error { return nil }); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a missing folder: %v", err)
	}
}

// TestWriteAtomicLink writes through links, relative, of links, and to nothing yet.
func TestWriteAtomicLink(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{"real", "links"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file, link, second := filepath.Join(dir, "real", "a"), filepath.Join(dir, "links", "a"), filepath.Join(dir, "links", "b")
	if err := errors.Join(os.Symlink(filepath.Join("..", "real", "a"), link), os.Symlink(link, second)); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	for _, path := range []string{link, second} {
		put(t, path, path)
		info, err := os.Lstat(path)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is no link any more: %v, %v", path, info, err)
		}
		if data, err := os.ReadFile(file); string(data) != path {
			t.Errorf("%s: the file has %q, %v", path, data, err)
		}
	}
	if got := names(t, filepath.Join(dir, "links")) + "|" + names(t, filepath.Join(dir, "real")); got != "a b|a" {
		t.Errorf("files %s", got)
	}
	circle := filepath.Join(dir, "circle")
	if err := os.Symlink(circle, circle); err != nil {
		t.Fatal(err)
	}
	if err := WriteAtomic(circle, func(io.Writer) error { return nil }); err == nil || !strings.Contains(err.Error(), "links") {
		t.Errorf("a circle of links: %v", err)
	}
}

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	put(t, path, "12345")
	if data, err := Read(path, 5); err != nil || string(data) != "12345" {
		t.Errorf("got %q, %v", data, err)
	}
	if _, err := Read(path, 4); err == nil || !strings.Contains(err.Error(), "5 bytes, more than the 4") {
		t.Errorf("a larger file: %v", err)
	}
	if _, err := Read(path+"x", 5); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	for _, irregular := range []string{filepath.Dir(path), os.DevNull} {
		if _, err := Read(irregular, 5); err == nil || !strings.Contains(err.Error(), "not a regular file") {
			t.Errorf("%s: %v", irregular, err)
		}
	}
}

// TestRemoveTemporary removes what WriteAtomic names so, and nothing else.
func TestRemoveTemporary(t *testing.T) {
	dir := t.TempDir()
	var left string
	err := WriteAtomic(filepath.Join(dir, "a.csv"), func(io.Writer) error { left = names(t, dir); return errors.New("stop") })
	if err == nil || left == "" {
		t.Fatalf("the temporary file is %q, error %v", left, err)
	}
	for _, name := range []string{left, ".b.csv.7.tmp", ".a.csv.tmp", ".a.csv.x.tmp", ".a.csv.99999999999.tmp", "a.csv.1.tmp", "a.csv"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".a.csv.1.tmp"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := RemoveTemporary(dir, func(name string) bool { return name == "a.csv" }); err != nil {
		t.Fatal(err)
	}
	if got, want := names(t, dir), ".a.csv.1.tmp .a.csv.99999999999.tmp .a.csv.tmp .a.csv.x.tmp .b.csv.7.tmp a.csv a.csv.1.tmp"; got != want {
		t.Errorf("left: %s; want %s", got, want)
	}
	if err := RemoveTemporary(filepath.Join(dir, "none"), nil); err != nil {
		t.Errorf("a missing folder: %v", err)
	}
	if runtime.GOOS != "windows" {
		if err := RemoveTemporary(filepath.Join(dir, "a.csv"), nil); err == nil {
			t.Error("a file was listed")
		}
	}
}
