package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"

	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// stored are the tables of one experiment.
type stored struct {
	experiment     paper.Experiment
	rows, pictures tidy.Table
}

// load reads the tables of the named experiments from a folder, or of all that
// have one; pictures only if they are wanted. A named experiment without a table is
// an error, and so is a folder without any.
func (a *app) load(from places, names []string, pictures bool) ([]stored, error) {
	chosen, err := a.lookup(names)
	if err != nil {
		return nil, err
	}
	var all []stored
	for _, e := range chosen {
		s, err := a.read(from, e, pictures)
		if errors.Is(err, fs.ErrNotExist) {
			if len(names) > 0 {
				return nil, fmt.Errorf("no results of %s in %s: compute them with ml3 run %s", e.Name, a.relative(from.Tables), e.Name)
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no results in %s: compute them with ml3 run", a.relative(from.Tables))
	}
	return all, nil
}

// read reads the tables of one experiment. What is odd about them is noted: that
// they are not those of the manifest, and that a seed is missing.
func (a *app) read(from places, e paper.Experiment, pictures bool) (stored, error) {
	s := stored{experiment: e}
	var note string
	var err error
	if s.rows, note, err = from.ReadRows(e.Name); err != nil {
		return s, err
	}
	a.note(e.Name, note)
	m, err := from.ReadManifest()
	if err != nil {
		return s, err
	}
	if r := m.Experiments[e.Name]; r != nil {
		for _, seed := range r.Seeds {
			if seed.Error != "" {
				a.note(e.Name, fmt.Sprintf("seed %d is missing: %s", seed.Seed, seed.Error))
			}
		}
	}
	if pictures {
		s.pictures, note, err = from.ReadPictures(e.Name)
		a.note(e.Name, note)
	}
	return s, err
}

// note tells the reader something about an experiment, if there is something.
func (a *app) note(experiment, text string) {
	if text != "" {
		fmt.Fprintf(cmp.Or(a.notes, a.progress), "ml3: note: %s: %s\n", experiment, text)
	}
}
