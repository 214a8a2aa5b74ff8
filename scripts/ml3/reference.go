package main

import (
	"context"
	"path/filepath"
	"slices"
)

// picture draws an experiment's tables in the folder dir, with the authors' own
// curves below ours if there are any.
func (a *app) picture(ctx context.Context, s stored, dir string, jobs int) error {
	rows := s.rows
	if s.experiment.Reference != nil {
		theirs, err := s.experiment.Reference(filepath.Join(a.root, "data"))
		if err != nil {
			return err
		}
		rows = append(slices.Clone(rows), theirs...)
	}
	return a.draw(ctx, s.experiment.Name, rows, s.pictures, dir, jobs)
}
