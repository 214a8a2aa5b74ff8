package main

import (
	"context"

	"ml3/mllib/tidy"
)

// drawPanels saves the figures of an experiment in the folder dir, so many at a time.
func drawPanels(ctx context.Context, experiment string, rows, pictures tidy.Table, dir string, jobs int) error {
	return ctx.Err()
}

// drawFramework saves the diagram of the method, Fig. 1.
func drawFramework(dir string) error {
	return nil
}
