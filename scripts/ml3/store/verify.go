package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ml3/mllib/files"
	"ml3/mllib/safetensors"
	"ml3/mllib/tidy"
)

// tableBytes bounds a table, as package tidy does when it reads one.
const tableBytes = 1 << 30

// VerifyManifest reads the manifest of a folder and compares each of its bytes with
// what this program would write. The problems are for people.
func (f Folder) VerifyManifest() (Manifest, []string, error) {
	m, err := f.ReadManifest()
	if err != nil {
		return m, nil, err
	}
	raw, err := files.Read(f.manifest(), manifestBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return m, []string{fmt.Sprintf("%s is missing", f.manifest())}, nil
	}
	if err != nil {
		return m, nil, err
	}
	var problems []string
	if m.Sum != "" && m.Sum != m.sum() {
		problems = append(problems, fmt.Sprintf("%s has been changed: its checksum is another", f.manifest()))
	} else if text, err := m.text(); err != nil || !bytes.Equal(text, raw) {
		problems = append(problems, fmt.Sprintf("%s:%d: not as ml3 run writes it", f.manifest(), differs(text, raw)))
	}
	for name := range m.Coming {
		problems = append(problems, fmt.Sprintf("%s: a run that stores %s was stopped: ml3 run finishes it", f.manifest(), name))
	}
	return m, problems, nil
}

// sum is the checksum of all that a manifest says.
func (m Manifest) sum() string {
	m.Sum = ""
	text, err := json.Marshal(m)
	if err != nil {
		panic(fmt.Sprintf("store: %v", err)) // numbers and text alone
	}
	return digest(text)
}

// differs is the first line in which two texts differ.
func differs(a, b []byte) int {
	line := 1
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return line
		}
		if a[i] == '\n' {
			line++
		}
	}
	return line
}

// Verify compares each byte that a folder holds of an experiment with its record. The
// problems, one for each file and seed, are for people.
func (f Folder) Verify(experiment string, r *Record) []string {
	problems := append(f.verifyTable(experiment, r, kind{f.Table(experiment), func(s Seed) Content { return s.Rows }}),
		f.verifyTable(experiment, r, kind{f.Pictures(experiment), func(s Seed) Content { return s.Pictures }})...)
	dir := filepath.Join(f.Losses, experiment)
	known := map[string]bool{}
	for _, s := range r.Seeds {
		path := f.Loss(experiment, s.Seed)
		if s.Losses == "" {
			continue
		}
		known[filepath.Base(path)] = true
		data, err := files.Read(path, safetensors.MaxBytes)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			problems = append(problems, path+" is missing")
		case err != nil:
			problems = append(problems, err.Error())
		case digest(data) != s.Losses:
			problems = append(problems, path+" is not the file that the manifest describes")
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return append(problems, err.Error())
	}
	for _, e := range entries {
		if !known[e.Name()] {
			problems = append(problems, filepath.Join(dir, e.Name())+" is not in the manifest")
		}
	}
	return problems
}

// verifyTable compares a table with a record, seed by seed, and then its bytes with
// those that the rows are written as.
func (f Folder) verifyTable(experiment string, r *Record, k kind) (problems []string) {
	raw, err := files.Read(k.path, tableBytes)
	if errors.Is(err, fs.ErrNotExist) {
		if slices.ContainsFunc(r.Seeds, func(s Seed) bool { return k.of(s).Rows > 0 }) {
			return []string{k.path + " is missing"}
		}
		return nil
	}
	if err != nil {
		return []string{err.Error()}
	}
	t, err := tidy.Read(bytes.NewReader(raw), k.path)
	if err != nil {
		return []string{err.Error()}
	}
	lines := map[uint64][2]int{} // first and last of a seed
	for i, row := range t {
		at := lines[row.Seed]
		if at[0] == 0 {
			at[0] = i + 2
		}
		at[1] = i + 2
		lines[row.Seed] = at
		if row.Experiment != experiment {
			problems = append(problems, fmt.Sprintf("%s:%d: a row of %.40q", k.path, i+2, row.Experiment))
		}
	}
	seeds := bySeed(t)
	for _, s := range r.Seeds {
		if got, err := content(seeds[s.Seed]); err != nil || got != k.of(s) {
			problems = append(problems, fmt.Sprintf("%s: the rows of seed %d (lines %d to %d) are not those that the manifest describes", k.path, s.Seed, lines[s.Seed][0], lines[s.Seed][1]))
		}
		delete(seeds, s.Seed)
	}
	for _, seed := range slices.Sorted(maps.Keys(seeds)) {
		problems = append(problems, fmt.Sprintf("%s: seed %d (lines %d to %d) is not in the manifest", k.path, seed, lines[seed][0], lines[seed][1]))
	}
	if len(problems) > 0 {
		return problems
	}
	var text bytes.Buffer
	if err := t.Write(&text); err != nil {
		return []string{fmt.Sprintf("%s: %v", k.path, err)}
	}
	if !bytes.Equal(text.Bytes(), raw) {
		problems = append(problems, fmt.Sprintf("%s:%d: not as ml3 run writes it", k.path, differs(text.Bytes(), raw)))
	}
	return problems
}

// Compare says in what the stored results of a seed differ from those that have just
// been computed, "" if in nothing.
func (s Seed) Compare(again Seed) string {
	var differ []string
	for _, c := range []struct {
		what  string
		equal bool
	}{{"rows", s.Rows == again.Rows}, {"pictures", s.Pictures == again.Pictures}, {"learned losses", s.Losses == again.Losses}} {
		if !c.equal {
			differ = append(differ, c.what)
		}
	}
	return strings.Join(differ, " and ")
}

// Strangers are the tables and folders of losses in a folder that are of none of the
// experiments of a manifest.
func (f Folder) Strangers(m Manifest) (paths []string, err error) {
	known := func(name string) bool { return m.Experiments[name] != nil }
	tables, err := os.ReadDir(f.Tables)
	if err != nil {
		return nil, err
	}
	for _, e := range tables {
		name, table := strings.CutSuffix(e.Name(), ".csv")
		if name = strings.TrimSuffix(name, ".pictures"); table && !known(name) {
			paths = append(paths, filepath.Join(f.Tables, e.Name()))
		}
	}
	losses, err := os.ReadDir(f.Losses)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	for _, e := range losses {
		if !known(e.Name()) {
			paths = append(paths, filepath.Join(f.Losses, e.Name()))
		}
	}
	return paths, err
}
