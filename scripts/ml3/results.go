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
		path := from.table(e.Name)
		t, err := tidy.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			if len(names) > 0 {
				return nil, fmt.Errorf("no results of %s in %s: compute them with ml3 run %s", e.Name, a.relative(from.results), e.Name)
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		if sum, err := digest(path); err == nil && m.Experiments[e.Name].SHA256 != sum {
			fmt.Fprintf(a.progress, "ml3: note: %s is not the file that manifest.json describes\n", a.relative(path))
		}
		all = append(all, stored{e, t})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no results in %s: compute them with ml3 run", a.relative(from.results))
	}
	return all, nil
}
