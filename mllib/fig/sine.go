package fig

import (
	"fmt"
	"strings"

	"ml3/mllib/tidy"
)

// The two versions of the sine experiment, as its tasks are named.
const (
	sinePaper    = "paper 40-40"
	sineReleased = "released 100-10"
)

// sine draws the top row of Fig. 2 for the paper's networks: (a) the train task,
// (b) the test tasks, (c) the train error against outer steps, (d) the test error
// against gradient steps, and the four together. If their rows are there, further
// panels show (c) after one step, the wider range of x, and the released networks
// with the curves of the authors' code behind them.
func sine(t tidy.Table) ([]Panel, error) {
	a, err := sineTasks(t, tidy.Task("train"), Plot{Name: "fig2-sine-train-task", Title: "(a) Meta-train task"})
	if err != nil {
		return nil, err
	}
	b, err := sineTasks(t, tidy.TaskPrefix("test-"), Plot{Name: "fig2-sine-test-tasks", Title: "(b) Meta-test tasks"})
	if err != nil {
		return nil, err
	}
	panels := []Panel{a, b}
	for _, p := range sineCurves() {
		rows := t.Where(tidy.Task(p.task), tidy.Metric(p.metric))
		if len(rows) == 0 && p.optional {
			continue
		}
		panel, err := p.panel(rows)
		if err != nil {
			return nil, err
		}
		panels = append(panels, panel)
	}
	all, err := Grid("fig2-sine", 2, panels[:4]...)
	if err != nil {
		return nil, err
	}
	return append(panels, all), nil
}

// sineTasks draws the functions of the first seed: x and y are the metrics data/x
// and data/y, the step is the index of the point.
func sineTasks(t tidy.Table, task tidy.Filter, p Plot) (Panel, error) {
	rows := t.Where(task, tidy.Metric("data/x", "data/y"))
	if len(rows) == 0 {
		return Panel{}, fmt.Errorf("fig: panel %s: no rows of data/x and data/y", p.Name)
	}
	paths, err := Paths(rows.Where(tidy.Seed(rows.Seeds()[0])), "data/x", "data/y")
	if err != nil {
		return Panel{}, fmt.Errorf("fig: panel %s: %w", p.Name, err)
	}
	for i, path := range paths {
		s := Palette(i)
		if len(paths) > 1 {
			s.Marker = NoMarker
		}
		s.Dash = Solid
		if i >= 7 {
			s.Dash = Dashed
		}
		p.Layers = append(p.Layers, path.Curve("", s))
	}
	p.Width, p.Height = PanelWidth, PanelHeight
	p.X, p.Y = Axis{Label: "x"}, Axis{Label: "y"}
	return p.Panel()
}

// sineCurve is one panel of errors: which rows it shows and what it is called.
type sineCurve struct {
	name, title, task, metric, x string
	optional                     bool
}

// sineCurves lists the panels (c) and (d) first.
func sineCurves() []sineCurve {
	const after1, after100, outer, inner = "mse after 1 step", "mse after 100 steps", "outer steps", "gradient steps"
	return []sineCurve{
		{"fig2-sine-train", "(c) Meta-train task", sinePaper + "/train", after100, outer, false},
		{"fig2-sine-test", "(d) Meta-test tasks, x ∈ [−2, 2]", sinePaper + "/test [-2,2]", "mse", inner, false},
		{"fig2-sine-train-1step", "Meta-train task, 40-40 networks", sinePaper + "/train", after1, outer, true},
		{"fig2-sine-test-wide", "Meta-test tasks, x ∈ [−5, 5], 40-40 networks", sinePaper + "/test [-5,5]", "mse", inner, true},
		{"fig2-sine-train-curve", "Meta-train task, 40-40 networks", sinePaper + "/train", "mse", inner, true},
		{"fig2-sine-train-released", "Meta-train task, released networks", sineReleased + "/train", after100, outer, true},
		{"fig2-sine-train-1step-released", "Meta-train task, released networks", sineReleased + "/train", after1, outer, true},
		{"fig2-sine-test-released", "Meta-test tasks, x ∈ [−5, 5], released networks", sineReleased + "/test [-5,5]", "mse", inner, true},
		{"fig2-sine-test-narrow-released", "Meta-test tasks, x ∈ [−2, 2], released networks", sineReleased + "/test [-2,2]", "mse", inner, true},
	}
}

// panel draws mean and deviation over seeds of both methods, above the reference
// curves that the rows hold.
func (s sineCurve) panel(rows tidy.Table) (Panel, error) {
	layers, err := references(rows)
	if err != nil {
		return Panel{}, fmt.Errorf("fig: panel %s: %w", s.name, err)
	}
	ours, err := Bands(rows, SDOverSeeds, "task loss", "learned")
	if err != nil {
		return Panel{}, fmt.Errorf("fig: panel %s: task %q: %w", s.name, s.task, err)
	}
	return Plot{
		Name: s.name, Title: s.title, Width: PanelWidth, Height: PanelHeight,
		X: Axis{Label: s.x}, Y: MetricAxis(rows), Layers: append(layers, ours...),
	}.Panel()
}

// references returns the mean curves, without bands, of the methods whose name
// begins with "reference".
func references(t tidy.Table) ([]Layer, error) {
	var layers []Layer
	for _, m := range t.Methods() {
		if !strings.HasPrefix(m, "reference") {
			continue
		}
		curves, err := Bands(t, SDOverSeeds, m)
		if err != nil {
			return nil, err
		}
		c := curves[0].(Curve)
		c.Low, c.High, c.Spread = nil, nil, ""
		layers = append(layers, c)
	}
	return layers, nil
}
