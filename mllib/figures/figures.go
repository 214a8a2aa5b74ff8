// Package figures draws the paper's figures from tables: Fig. 1, and for every
// experiment of package paper its panels, each by its name. What a panel shows is in
// the table of its experiment (sine.go, digits.go, …); how a method looks, in all of
// them, is in styles.go; means against steps are one type, in curves.go. Constants
// come from the experiments' settings, labels of axes from paper.Metrics.
package figures

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// Data are the tables of an experiment.
type Data struct {
	Rows     tidy.Table // what was measured, with the rows of the authors' own curves if there are any
	Pictures tidy.Table // what is drawn and not measured
}

// panel is a picture that can be drawn by its name.
type panel struct {
	name  string
	fills func(Data) bool // whether the data have what it shows
	draw  func(Data) (fig.Panel, error)
}

// panels are those of an experiment, none if it has no figures.
func panels(experiment string) []panel {
	switch experiment {
	case "sine":
		return sinePanels()
	case "digits":
		return digitsPanels()
	case "shaped-sine":
		return shapedSinePanels()
	case "invdyn-reacher":
		return invdynPanels(experiment, "fig5c-invdyn-reacher", "reacher")
	case "invdyn-sawyer":
		return invdynPanels(experiment, "fig5d-invdyn-sawyer", "Sawyer arm")
	case "mountain-car":
		return carPanels()
	case "mbrl-pointmass":
		return planPanels(experiment, "b", "pointmass")
	case "mbrl-reacher":
		return planPanels(experiment, "c", "reacher")
	case "mfrl-reacher":
		return freePanels(experiment, "a", "c", "reacher")
	case "mfrl-ant":
		return freePanels(experiment, "b", "d", "ant")
	case "expert-reacher":
		return expertPanels()
	}
	return nil
}

// settings are those of an experiment at the paper's size.
func settings[T paper.Run](experiment string) T {
	e, err := paper.Lookup(experiment)
	if err != nil {
		panic(err)
	}
	return e.Paper.(T)
}

// of keeps the rows of an experiment. A table that has no others, which may be large,
// is not copied.
func (d Data) of(experiment string) Data {
	own := func(t tidy.Table) tidy.Table {
		if !slices.ContainsFunc(t, func(r tidy.Row) bool { return r.Experiment != experiment }) {
			return t
		}
		return t.Where(tidy.Experiment(experiment))
	}
	return Data{Rows: own(d.Rows), Pictures: own(d.Pictures)}
}

// Names are the panels of an experiment that the data can fill, in the order of
// the paper's figure; the stems of their files.
func Names(experiment string, d Data) []string {
	d = d.of(experiment)
	var names []string
	for _, p := range panels(experiment) {
		if p.fills(d) {
			names = append(names, p.name)
		}
	}
	return names
}

// Draw draws one panel of an experiment, and no other. A name that the experiment
// does not have, and data that cannot fill it, are errors.
func Draw(experiment, name string, d Data) (fig.Panel, error) {
	all := panels(experiment)
	i := slices.IndexFunc(all, func(p panel) bool { return p.name == name })
	if i < 0 {
		var known []string
		for _, p := range all {
			known = append(known, p.name)
		}
		return fig.Panel{}, fmt.Errorf("figures: the experiment %q has no figure %q; it has %s", experiment, name, strings.Join(known, ", "))
	}
	d = d.of(experiment)
	if !all[i].fills(d) {
		return fig.Panel{}, fmt.Errorf("figures: %s: the tables of %s do not have its rows; recompute the experiment", name, experiment)
	}
	p, err := all[i].draw(d)
	if err != nil {
		return fig.Panel{}, fmt.Errorf("figures: %s: %w", name, err)
	}
	p.Name = name
	return p, nil
}

// Save draws all panels of an experiment that the data can fill. It stops between two panels with ctx's error when ctx is
// cancelled. Data that fill no panel are an error.
func Save(ctx context.Context, experiment string, d Data, o fig.Output) error {
	d = d.of(experiment)
	names := Names(experiment, d)
	if len(names) == 0 {
		return fmt.Errorf("figures: the tables have no rows that fill a figure of %s; recompute the experiment", experiment)
	}
	slices.Reverse(names) // animations are the last and take longest
	return fig.SaveAll(ctx, o, len(names), func(i int) (fig.Panel, error) { return Draw(experiment, names[i], d) })
}

// drawn is a panel of the rows that it picks from the data.
func drawn(name string, pick func(Data) tidy.Table, draw func(d Data, rows tidy.Table) (fig.Panel, error)) panel {
	return panel{name: name, fills: func(d Data) bool { return len(pick(d)) > 0 },
		draw: func(d Data) (fig.Panel, error) { return draw(d, pick(d)) }}
}

// grid is a panel of others side by side, columns in a row. It is drawn if all of
// them can be.
func grid(name string, columns int, parts ...panel) panel {
	return panel{
		name:  name,
		fills: func(d Data) bool { return !slices.ContainsFunc(parts, func(p panel) bool { return !p.fills(d) }) },
		draw: func(d Data) (fig.Panel, error) {
			all := make([]fig.Panel, len(parts))
			for i, p := range parts {
				var err error
				if all[i], err = p.draw(d); err != nil {
					return fig.Panel{}, err
				}
			}
			return fig.Grid(name, columns, all...)
		},
	}
}

// moving is p with an animation, each frame of plots two in a row.
func moving(p panel, delay time.Duration, frames func(Data) ([][]fig.Plot, error)) panel {
	still := p.draw
	p.draw = func(d Data) (fig.Panel, error) {
		plots, err := frames(d)
		if err != nil {
			return fig.Panel{}, err
		}
		all := make([]fig.Panel, len(plots))
		for i, frame := range plots {
			if all[i], err = fig.Sheet(2, frame); err != nil {
				return fig.Panel{}, err
			}
		}
		q, err := still(d)
		return q.Moving(all, delay), err
	}
	return p
}

// plot is a plot of the usual size.
func plot(title, x, y string, layers ...fig.Layer) fig.Plot {
	return fig.Plot{Title: title, Width: usual[0], Height: usual[1], X: fig.Axis{Label: x}, Y: fig.Axis{Label: y}, Layers: layers}
}

// layersOf are curves as layers.
func layersOf(curves []fig.Curve) (layers []fig.Layer) {
	for _, c := range curves {
		layers = append(layers, c)
	}
	return layers
}

// trace is a series against its steps, each of which is worth dx, as its method is drawn.
func trace(s tidy.Series, dx float64) fig.Curve {
	var c fig.Curve
	c.Style, c.Label = styleOf(s.Method)
	for i, step := range s.Steps {
		c.X, c.Y = append(c.X, dx*float64(step)), append(c.Y, s.Values[i])
	}
	return c
}

// along is the curve of f on [low, high] in n steps.
func along(low, high float64, n int, f func(float64) float64) (c fig.Curve) {
	for i := range n + 1 {
		x := low + (high-low)*float64(i)/float64(n)
		c.X, c.Y = append(c.X, x), append(c.Y, f(x))
	}
	return c
}

// firstSeed keeps the rows of the first seed that t has.
func firstSeed(t tidy.Table) tidy.Table {
	if len(t) == 0 {
		return nil
	}
	return t.Where(tidy.Seed(t.Seeds()[0]))
}

// missing is the error of a table without rows of a method.
func missing(t tidy.Table, method string) error {
	return fmt.Errorf("no rows of %q among %d rows of %s", method, len(t), strings.Join(t.Methods(), ", "))
}
