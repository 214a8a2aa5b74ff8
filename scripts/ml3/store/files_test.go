package store

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/tidy"
)

// must stops a test that could not prepare what it tests.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestLinks: tables, manifest and losses that are links to files elsewhere stay
// links, and temporary files beside what they point to go.
func TestLinks(t *testing.T) {
	b, plain := newBench(t), newBench(t)
	plain.run(t)
	b.job.Seeds = []uint64{7}
	b.run(t)
	elsewhere := t.TempDir()
	paths := []string{b.Table("walk"), b.Pictures("walk"), b.manifest(), b.Loss("walk", 7)}
	for _, path := range paths {
		real := filepath.Join(elsewhere, filepath.Base(path))
		must(t, os.Rename(path, real))
		if err := os.Symlink(real, path); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	left := filepath.Join(elsewhere, ".walk.csv.5.tmp")
	must(t, os.WriteFile(left, nil, 0o644))
	must(t, b.Clean([]string{"walk"}))
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("the temporary file behind a link: %v", err)
	}
	b.job.Seeds = []uint64{4, 7, 1, 12}
	b.run(t)
	for _, path := range paths {
		if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Errorf("%s is no link any more: %v", path, err)
		}
	}
	same(t, "with links", b.files(t), plain.files(t))
}

// TestModes: files that only their owner may read stay so.
func TestModes(t *testing.T) {
	b := newBench(t)
	b.job.Seeds = []uint64{7}
	b.run(t)
	paths := []string{b.Table("walk"), b.Pictures("walk"), b.manifest()}
	for _, path := range paths {
		must(t, os.Chmod(path, 0o600))
	}
	b.job.Seeds = []uint64{1}
	b.run(t)
	for _, path := range paths {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

// TestInTheWay: folders in the place of files are errors that name them, and what is
// whole stays whole.
func TestInTheWay(t *testing.T) {
	for name, path := range map[string]func(b *bench) string{
		"parts":    func(b *bench) string { return filepath.Dir(b.parts("walk")) },
		"losses":   func(b *bench) string { return b.Losses },
		"manifest": func(b *bench) string { return b.manifest() },
		"table":    func(b *bench) string { return b.Table("walk") },
	} {
		b, plain := newBench(t), newBench(t)
		plain.run(t)
		in := path(b)
		must(t, os.MkdirAll(filepath.Dir(in), 0o755))
		if name == "parts" || name == "losses" {
			must(t, os.WriteFile(in, []byte("file"), 0o644))
		} else {
			must(t, os.Mkdir(in, 0o755))
		}
		_, err := b.runJob(t.Context(), b.job, b.opt)
		if err == nil || !strings.Contains(err.Error(), in) {
			t.Errorf("%s: error %v", name, err)
		}
		must(t, os.RemoveAll(in))
		whole := b.whole(t)
		if _, runs := b.run(t); len(runs)+len(whole) != 4 {
			t.Errorf("%s: then ran %v, although %v were whole", name, runs, whole)
		}
		same(t, name, b.files(t), plain.files(t))
	}
}

// TestReadPictures: a file of pictures that is missing though the manifest has it.
func TestReadPictures(t *testing.T) {
	b := newBench(t)
	if pictures, note, err := b.ReadPictures("walk"); len(pictures) != 0 || note != "" || err != nil {
		t.Errorf("an empty folder: %v, %q, %v", pictures, note, err)
	}
	b.run(t)
	must(t, os.Remove(b.Pictures("walk")))
	if _, _, err := b.ReadPictures("walk"); err == nil || !strings.Contains(err.Error(), "walk.pictures.csv is cut short: of seed 1 it has 0 rows") {
		t.Errorf("error %v", err)
	}
	if _, runs := b.run(t); len(runs) != 4 {
		t.Errorf("then ran %v", runs)
	}
	must(t, os.Remove(b.manifest()))
	if rows, note, err := b.ReadRows("walk"); len(rows) != 24 || note != "walk.csv is not described by manifest.json" || err != nil {
		t.Errorf("without a manifest: %d rows, %q, %v", len(rows), note, err)
	}
	s, err := b.Status(b.job)
	if err != nil || s.Seeds[0].State != Damaged || !strings.Contains(s.Seeds[0].Why, "manifest.json knows nothing of walk.csv") {
		t.Errorf("status %+v, %v", s, err)
	}
}

func TestDiffers(t *testing.T) {
	here := Basis{Settings: []string{"paper.Sine", "Points = 100"}, Inputs: []string{"a sha256 1"}, Class: "amd64"}
	for want, there := range map[string]Basis{
		"":                                here,
		"other settings: Points = 50 ins": {Settings: []string{"paper.Sine", "Points = 50"}, Inputs: here.Inputs, Class: here.Class},
		"other settings: nothing instead of Points = 100":                   {Settings: here.Settings[:1], Inputs: here.Inputs, Class: here.Class},
		"other settings: New = 1 instead of nothing":                        {Settings: append(slices.Clone(here.Settings), "New = 1"), Inputs: here.Inputs, Class: here.Class},
		"other data: nothing instead of a sha256 1":                         {Settings: here.Settings, Class: here.Class},
		"other processors: arm64 instead of amd64":                          {Settings: here.Settings, Inputs: here.Inputs, Class: "arm64"},
		"other settings: " + strings.Repeat("é", 60) + "… instead of paper": {Settings: []string{strings.Repeat("é", 500)}, Inputs: here.Inputs},
	} {
		if got := here.Differs(there); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("got %q, want %q", got, want)
		}
		if same := here.id("walk") == there.id("walk"); same != (want == "") {
			t.Errorf("%q: same digest %v", want, same)
		}
	}
	if here.id("walk") == here.id("sine") {
		t.Error("two experiments have the same digest")
	}
}

// TestRecord: seeds stay in order however they come.
func TestRecord(t *testing.T) {
	var r Record
	for _, seed := range []uint64{7, 1, 1<<64 - 1, 4, 7} {
		r.put(Seed{Seed: seed, Revision: len(r.Seeds)})
	}
	var order []uint64
	for _, s := range r.Seeds {
		order = append(order, s.Seed)
	}
	if s, ok := r.find(7); !slices.Equal(order, []uint64{1, 4, 7, 1<<64 - 1}) || !ok || s.Revision != 4 {
		t.Errorf("order %v, seed 7 %+v", order, s)
	}
	if _, ok := r.find(5); ok {
		t.Error("seed 5 was found")
	}
	if (Manifest{Experiments: map[string]*Record{"a": {Seeds: []Seed{{Seed: 2}, {Seed: 1}}}}}).check() == nil {
		t.Error("seeds out of order were accepted")
	}
}

// FuzzReadPart: what is accepted is as it was written, and whatever is not leaves an
// error rather than a panic.
func FuzzReadPart(f *testing.F) {
	path := filepath.Join(f.TempDir(), "part")
	out := walk{Steps: 2}.output(7)
	p := part{Seed: Seed{Seed: 7}, rows: out.Rows, pictures: out.Pictures, losses: []byte("losses")}
	if err := p.write(path); err != nil {
		f.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:40])
	f.Add([]byte(`{"sizes":[9223372036854775807,9223372036854775807,2]}` + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "part")
		must(t, os.WriteFile(path, data, 0o644))
		p, err := readPart(path)
		if err != nil {
			return
		}
		must(t, p.write(path))
		again, err := readPart(path)
		if err != nil || !slices.Equal(again.rows, tidy.Table(p.rows).Sorted()) || !bytes.Equal(again.losses, p.losses) {
			t.Fatalf("%q: read again %+v, %v", data, again, err)
		}
	})
}

// FuzzReadManifest: what is accepted survives being written and read again.
func FuzzReadManifest(f *testing.F) {
	r := Record{Profile: "paper", Basis: Basis{Settings: []string{"a"}, Class: "amd64"}, Seeds: []Seed{{Seed: 1, Error: "no"}, {Seed: 2, Rows: Content{3, "x"}, Losses: "y"}}}
	data, err := json.Marshal(Manifest{Format: manifestFormat, Experiments: map[string]*Record{"walk": &r}, Coming: map[string]*Record{"walk": &r}})
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{string(data), "{}", `{"format":2,"experiments":{}}`, `{"format":2,"experiments":{"a":null}}`, `{"format":"2"}`, `{"format":2,"experiments":{"a":{"seeds":[{"seed":-1}]}}}`, ""} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b := Folder{Tables: t.TempDir()}
		must(t, os.WriteFile(b.manifest(), data, 0o644))
		m, err := b.ReadManifest()
		if err != nil {
			if !strings.Contains(err.Error(), b.manifest()) {
				t.Fatalf("%q: error %v", data, err)
			}
			return
		}
		must(t, b.writeManifest(m))
		once, err := os.ReadFile(b.manifest())
		must(t, err)
		again, err := b.ReadManifest()
		must(t, err)
		must(t, b.writeManifest(again))
		if twice, err := os.ReadFile(b.manifest()); err != nil || !bytes.Equal(once, twice) || len(again.Experiments) != len(m.Experiments) && !reflect.DeepEqual(again, m) {
			t.Fatalf("%q: written twice\n%s\n%s", data, once, twice)
		}
	})
}
