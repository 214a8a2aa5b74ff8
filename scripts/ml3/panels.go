package main

import (
	"context"

	"ml3/mllib/fig"
	"ml3/mllib/figures"
	"ml3/mllib/tidy"
)

// drawPanels saves the figures of an experiment.
func drawPanels(ctx context.Context, experiment string, rows, pictures tidy.Table, o fig.Output) error {
	return figures.Save(ctx, experiment, figures.Data{Rows: rows, Pictures: pictures}, o)
}

// drawFramework saves the diagram of the method, Fig. 1.
func drawFramework(dir string) error { return figures.Framework().Save(dir) }
