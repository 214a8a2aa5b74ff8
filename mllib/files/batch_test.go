package files

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWriteBatch: all files are there, or, if one cannot be written, none has changed
// and nothing is left over.
func TestWriteBatch(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	var contents [][]byte
	for i := range 100 {
		paths = append(paths, filepath.Join(dir, fmt.Sprint(100+i)))
		contents = append(contents, []byte(strings.Repeat("x", i)))
	}
	put(t, paths[7], "old")
	bad := append(append([]string{}, paths[:50]...), filepath.Join(dir, "no folder", "x"))
	if err := WriteBatch(bad, contents[:51], nil); err == nil || !strings.Contains(err.Error(), "cannot write "+bad[50]) {
		t.Errorf("got error %v", err)
	}
	if got := names(t, dir); got != "107" {
		t.Errorf("after an error there are %s", got)
	}
	var order []string
	if err := WriteBatch(paths, contents, func(path string) {
		if _, err := os.Stat(path); err == nil && path != paths[7] {
			t.Errorf("%s is there before its turn", path)
		}
		order = append(order, path)
	}); err != nil {
		t.Fatal(err)
	}
	if strings.Join(order, " ") != strings.Join(paths, " ") {
		t.Errorf("written in the order %v", order)
	}
	for i, path := range paths {
		if data, err := os.ReadFile(path); err != nil || string(data) != string(contents[i]) {
			t.Errorf("%s: %q, %v", path, data, err)
		}
	}
	if n := len(strings.Fields(names(t, dir))); n != 100 {
		t.Errorf("%d files, want 100: %s", n, names(t, dir))
	}
}

// TestWriteBatchStops: a program that ends in the middle leaves the files before as
// new and those after as they were.
func TestWriteBatchStops(t *testing.T) {
	dir := t.TempDir()
	paths := []string{filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "c")}
	for _, p := range paths {
		put(t, p, "old")
	}
	func() {
		defer func() { recover() }()
		WriteBatch(paths, [][]byte{[]byte("new"), []byte("new"), []byte("new")}, func(path string) {
			if path == paths[1] {
				panic("stop")
			}
		})
	}()
	for i, want := range []string{"new", "old", "old"} {
		if data, err := os.ReadFile(paths[i]); err != nil || string(data) != want {
			t.Errorf("%s: %q, %v", paths[i], data, err)
		}
	}
	if got := names(t, dir); got != "a b c" {
		t.Errorf("there are %s", got)
	}
}
