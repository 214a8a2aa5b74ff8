package main

import (
	"context"
	"path/filepath"
	"slices"

	"ml3/mllib/fig"
)

// picture draws an experiment's tables, so many figures at a time, with the authors' own
// curves below ours if there are any. Figures that belong to the clone are small files.
func (a *app) picture(ctx context.Context, s stored, to places, jobs int) error {
	rows := s.rows
	if s.experiment.Reference != nil {
		theirs, err := s.experiment.Reference(filepath.Join(a.root, "data"))
		if err != nil {
			return err
		}
		rows = append(slices.Clone(rows), theirs...)
	}
	return a.draw(ctx, s.experiment.Name, rows, s.pictures, fig.Output{Dir: to.figures, Jobs: jobs, Small: to.stored})
}
