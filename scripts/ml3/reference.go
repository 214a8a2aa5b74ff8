package main

import (
	"path/filepath"
	"slices"

	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// picture draws an experiment's table in the folder dir, with the authors' own
// curves below ours if there are any.
func (a *app) picture(e paper.Experiment, t tidy.Table, dir string) error {
	if e.Reference != nil {
		theirs, err := e.Reference(filepath.Join(a.root, "data"))
		if err != nil {
			return err
		}
		t = append(slices.Clone(t), theirs...)
	}
	return a.draw(e.Name, t, dir)
}
