package main

import (
	"errors"
	"fmt"
	"io/fs"

	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// stored is the table of one experiment as it was read from a file.
type stored struct {
	experiment paper.Experiment
	table      tidy.Table
}

// load reads the tables of the named experiments from a folder, or of all that
// have one. A named experiment without a table is an error, and so is a folder
// without any.
func (a *app) load(from places, names []string) ([]stored, error) {
	chosen, err := a.lookup(names)
	if err != nil {
		return nil, err
	}
	m, err := from.readManifest()
	if err != nil {
		return nil, err
	}
	var all []stored
	for _, e := range chosen {
		s, err := a.read(from, m, e)
		if errors.Is(err, fs.ErrNotExist) {
			if len(names) > 0 {
				return nil, fmt.Errorf("no results of %s in %s: compute them with ml3 run %s", e.Name, a.relative(from.results), e.Name)
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no results in %s: compute them with ml3 run", a.relative(from.results))
	}
	return all, nil
}

// read reads the table of one experiment. A table that is not the one of the
// manifest is noted; one with fewer rows is an error, since files that are cut
// at the end of a line look whole.
func (a *app) read(from places, m manifest, e paper.Experiment) (stored, error) {
	path := from.table(e.Name)
	t, err := tidy.ReadFile(path)
	if err != nil {
		return stored{}, err
	}
	sum, err := digest(path)
	if err != nil {
		return stored{}, err
	}
	r := m.Experiments[e.Name]
	if sum != r.SHA256 {
		if len(t) < r.Rows {
			return stored{}, fmt.Errorf("%s is cut short: it has %d rows, %d by manifest.json; restore it or compute it again with ml3 run %s",
				a.relative(path), len(t), r.Rows, e.Name)
		}
		fmt.Fprintf(a.progress, "ml3: note: %s is not the file that manifest.json describes\n", a.relative(path))
	}
	return stored{e, t}, nil
}
