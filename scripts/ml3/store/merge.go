package store

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ml3/mllib/files"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// merge joins what is stored with the parts. What is of other settings goes.
func (f Folder) merge(v view, j Job, parts map[uint64]part, failed map[uint64]error) (Result, error) {
	name := j.Experiment.Name
	next := &Record{Profile: j.Profile, Basis: v.basis}
	rows, pictures := map[uint64]tidy.Table{}, map[uint64]tidy.Table{}
	if v.record != nil && v.foreign == "" && v.unreadable == nil {
		next.Profile = cmp.Or(v.record.Profile, next.Profile)
		for _, s := range v.record.Seeds {
			switch {
			case s.Error != "":
				next.put(s)
			case len(v.rows[s.Seed]) > 0: // else the part is there, or it is missing
				next.put(s)
				rows[s.Seed], pictures[s.Seed] = v.rows[s.Seed], v.pictures[s.Seed]
			}
		}
	}
	for seed, p := range parts {
		next.put(p.Seed)
		rows[seed], pictures[seed] = p.rows, p.pictures
	}
	for seed, err := range failed {
		if len(rows[seed]) == 0 { // else what is stored stays
			next.put(Seed{Seed: seed, Revision: j.Experiment.Revision, Error: clip(err.Error(), 1000)})
		}
	}
	var res Result
	for _, s := range next.Seeds {
		res.Rows = append(res.Rows, rows[s.Seed]...)
		res.Pictures = append(res.Pictures, pictures[s.Seed]...)
	}
	if len(parts) > 0 || len(failed) > 0 || v.manifest.Coming[name] != nil {
		if err := f.commit(v.manifest, name, next, res, parts); err != nil {
			return Result{}, err
		}
	}
	return res, f.sweep(name, next, parts)
}

// commit writes a merge in the order that package store describes.
func (f Folder) commit(m Manifest, name string, next *Record, res Result, parts map[uint64]part) error {
	if m.Coming == nil {
		m.Coming = map[string]*Record{}
	}
	m.Coming[name] = next
	if err := f.writeManifest(m); err != nil {
		return err
	}
	var paths []string
	var losses [][]byte
	for _, seed := range slices.Sorted(maps.Keys(parts)) {
		if p := parts[seed]; len(p.losses) > 0 {
			paths, losses = append(paths, f.Loss(name, seed)), append(losses, p.losses)
		}
	}
	if len(paths) > 0 {
		if err := os.MkdirAll(filepath.Dir(paths[0]), 0o777); err != nil {
			return err
		}
	}
	if err := files.WriteBatch(paths, losses, func(path string) { f.change("write " + path) }); err != nil {
		return err
	}
	if err := f.writeTable(f.Pictures(name), res.Pictures); err != nil {
		return err
	}
	if err := f.writeTable(f.Table(name), res.Rows); err != nil {
		return err
	}
	delete(m.Coming, name)
	m.Experiments[name] = next
	return f.writeManifest(m)
}

// writeTable writes a table; an empty one has no file.
func (f Folder) writeTable(path string, t tidy.Table) error {
	if len(t) == 0 {
		return f.remove(path)
	}
	f.change("write " + path)
	return t.WriteFile(path)
}

// sweep removes the parts that are merged and the losses of seeds that have none.
func (f Folder) sweep(name string, r *Record, parts map[uint64]part) error {
	for seed := range parts {
		if err := f.remove(f.part(name, seed)); err != nil {
			return err
		}
	}
	if err := f.removeFailures(name); err != nil {
		return err
	}
	os.Remove(f.parts(name)) // unless it has something
	os.Remove(filepath.Dir(f.parts(name)))
	dir := filepath.Join(f.Losses, name)
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil
	}
	for _, e := range entries {
		seed, ok := seedOf(strings.TrimSuffix(e.Name(), paper.LossExt))
		if s, known := r.find(seed); !ok || known && s.Losses != "" {
			continue
		}
		if err := f.remove(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	os.Remove(dir) // unless it has something
	return err
}
