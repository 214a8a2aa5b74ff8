package main

import (
	"ml3/mllib/fig"
	"ml3/mllib/tidy"
)

// drawPanels saves the figures of an experiment's table in the folder dir.
func drawPanels(experiment string, t tidy.Table, dir string) error {
	panels, err := fig.Panels(experiment, t)
	if err != nil {
		return err
	}
	for _, p := range panels {
		if err := p.Save(dir); err != nil {
			return err
		}
	}
	return nil
}

// drawFramework saves the diagram of the method, Fig. 1.
func drawFramework(dir string) error {
	return fig.Framework().Save(dir)
}
