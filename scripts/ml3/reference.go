package main

import (
	"context"
	"path/filepath"
	"slices"

	"ml3/mllib/fig"
	"ml3/mllib/tidy"
)

// picture draws an experiment's tables, so many figures at a time, with the authors' own
// curves below ours if there are any. Figures that belong to the clone are small files.
func (a *app) picture(ctx context.Context, s stored, to places, jobs int) error {
	rows, err := a.withReference(s)
	if err != nil {
		return err
	}
	return a.draw(ctx, s.experiment.Name, rows, s.pictures, fig.Output{Dir: to.figures, Jobs: jobs, Small: to.stored})
}

// withReference are the rows of an experiment and those of the authors' own curves.
func (a *app) withReference(s stored) (tidy.Table, error) {
	if s.experiment.Reference == nil {
		return s.rows, nil
	}
	theirs, err := s.experiment.Reference(filepath.Join(a.root, "data"))
	return append(slices.Clone(s.rows), theirs...), err
}
