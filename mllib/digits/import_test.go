package digits

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestImport(t *testing.T) {
	d, published := small()
	f := d.Files
	from := folder(t, map[string][]byte{ // one as published, one recompressed, one raw, one under its other name
		f[0].gz():                published[f[0].gz()],
		f[1].gz():                zipped(idxLabels(30), 1),
		f[2].Name:                idxImages(20),
		"t10k-labels.idx1-ubyte": idxLabels(20),
	})
	dir := filepath.Join(t.TempDir(), "data", "mnist")
	if err := d.Import(from, dir); err != nil {
		t.Fatal(err)
	}
	wantLoadable(t, d, dir)
	if err := d.Import(dir, dir); err != nil {
		t.Errorf("onto itself: %v", err)
	}
	wantLoadable(t, d, dir)
}

func TestImportRefuses(t *testing.T) {
	d, published := small()
	f := d.Files[3]
	for name, c := range map[string]struct {
		change func(path string)
		want   string
	}{
		"missing":   {func(path string) { os.Remove(path) }, "holds neither"},
		"truncated": {func(path string) { os.Truncate(path, 20) }, "truncated"},
		"too large": {func(path string) { os.Truncate(path, 1<<20) }, "more than the"},
		"a folder":  {func(path string) { os.Remove(path); os.Mkdir(path, 0o755) }, "not a regular file"},
		"other":     {func(path string) { os.WriteFile(path, zipped(idxLabels(19), 9), 0o644) }, "holds 19 items"},
	} {
		t.Run(name, func(t *testing.T) {
			from, dir := folder(t, published), t.TempDir()
			c.change(filepath.Join(from, f.gz()))
			err := d.Import(from, dir)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), f.Name) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if list := names(t, dir); len(list) != 0 {
				t.Errorf("written in spite of it: %v", list)
			}
		})
	}
	if err := d.Import(filepath.Join(t.TempDir(), "none"), t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such folder: %v", err)
	}
}

func TestOpen(t *testing.T) {
	d, published := small()
	data := t.TempDir()
	if err := d.Import(folder(t, published), filepath.Join(data, "mnist")); err != nil {
		t.Fatal(err)
	}
	s, err := d.open(data, 1, 6, 3)
	if err != nil || s.Name != "mnist" || s.Train.Len() != 30 || s.Test.Len() != 20 {
		t.Errorf("intact: %q, %d, %d, %v", s.Name, s.Train.Len(), s.Test.Len(), err)
	}
	os.Truncate(filepath.Join(data, "mnist", d.Files[0].gz()), 100)
	if s, err := d.open(data, 1, 6, 3); err == nil {
		t.Errorf("damaged: no error but %q", s.Name)
	}
	s, err = d.open(t.TempDir(), 1, 6, 3)
	if err != nil || s.Name != "rendered" || s.Train.Len() != 10*6 || s.Test.Len() != 10*3 {
		t.Errorf("absent: %q, %d, %d, %v", s.Name, s.Train.Len(), s.Test.Len(), err)
	}
}
