package fig

import (
	"fmt"

	"ml3/mllib/tidy"
)

// Panels returns the pictures of an experiment, drawn from its table alone.
func Panels(experiment string, t tidy.Table) ([]Panel, error) {
	var build func(tidy.Table) ([]Panel, error)
	switch experiment {
	case "sine":
		build = sine
	case "digits":
		build = digits
	case "shaped-sine":
		build = shapedSine
	case "invdyn-reacher", "invdyn-sawyer":
		build = invdyn
	case "mountain-car":
		build = mountainCar
	default:
		return nil, fmt.Errorf("fig: there are no figures for the experiment %q", experiment)
	}
	rows := t.Where(tidy.Experiment(experiment))
	if len(rows) == 0 {
		return nil, fmt.Errorf("fig: none of the %d rows belongs to the experiment %s; recompute it", len(t), experiment)
	}
	return build(rows)
}
