package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"ml3/mllib/files"
	"ml3/mllib/tidy"
)

// kind is one of the two tables of an experiment.
type kind struct {
	path string
	of   func(Seed) Content
}

// ReadRows returns what an experiment measured. A table with fewer rows than the
// manifest says is an error, since a file that is cut at the end of a line looks
// whole; what else the table differs in is a note. If there is no table the error
// satisfies errors.Is(err, fs.ErrNotExist).
func (f Folder) ReadRows(experiment string) (t tidy.Table, note string, err error) {
	return f.read(experiment, kind{f.Table(experiment), func(s Seed) Content { return s.Rows }})
}

// ReadPictures returns what an experiment draws, as ReadRows does; no table is an
// empty one, unless the manifest has one.
func (f Folder) ReadPictures(experiment string) (t tidy.Table, note string, err error) {
	k := kind{f.Pictures(experiment), func(s Seed) Content { return s.Pictures }}
	t, note, err = f.read(experiment, k)
	if errors.Is(err, fs.ErrNotExist) {
		m, merr := f.ReadManifest()
		if _, serr := judge(nil, m.Experiments[experiment], m.Coming[experiment], k); merr != nil || serr != nil {
			return nil, "", errors.Join(merr, serr)
		}
		return nil, "", nil
	}
	return t, note, err
}

// read reads a table and compares it with the manifest. A merge may go on meanwhile:
// if the manifest changes, both are read again.
func (f Folder) read(experiment string, k kind) (t tidy.Table, note string, err error) {
	const tries = 5
	for range tries {
		before, _ := files.Read(f.manifest(), manifestBytes) // an error is ReadManifest's, too
		m, err := f.ReadManifest()
		if err != nil {
			return nil, "", err
		}
		if t, err = ReadTable(k.path, experiment); err == nil {
			note, err = judge(t, m.Experiments[experiment], m.Coming[experiment], k)
		}
		after, _ := files.Read(f.manifest(), manifestBytes)
		if bytes.Equal(before, after) {
			return t, note, err
		}
	}
	return nil, "", fmt.Errorf("%s changes all the time: wait for the ml3 run that writes there", filepath.Dir(k.path))
}

// judge compares a table with the two records that it may be of.
func judge(t tidy.Table, now, coming *Record, k kind) (note string, err error) {
	name := filepath.Base(k.path)
	if now == nil && coming == nil {
		return fmt.Sprintf("%s is not described by manifest.json", name), nil
	}
	records := []*Record{now} // which is no rows if it is nil
	if coming != nil {
		records = append(records, coming)
	}
	seeds := bySeed(t)
	all := maps.Clone(seeds)
	for _, r := range records {
		if r != nil {
			for _, s := range r.Seeds {
				all[s.Seed] = nil
			}
		}
	}
	for _, seed := range slices.Sorted(maps.Keys(all)) {
		fits, short := compare(seed, seeds[seed], records, k)
		switch {
		case fits:
		case short:
			return "", fmt.Errorf("%s is cut short: of seed %d it has %d rows, fewer than manifest.json says; restore it or compute it again with ml3 run", k.path, seed, len(seeds[seed]))
		default:
			note = fmt.Sprintf("%s is not the table that manifest.json describes", name)
		}
	}
	return note, nil
}

// compare says whether the rows of a seed are those of one of the records, and if not
// whether they are fewer than in each.
func compare(seed uint64, rows tidy.Table, records []*Record, k kind) (fits, short bool) {
	got, err := content(rows)
	short = true
	for _, r := range records {
		s, _ := r.find(seed)
		want := k.of(s)
		if err == nil && got == want {
			return true, false
		}
		short = short && len(rows) < want.Rows
	}
	return false, short
}
