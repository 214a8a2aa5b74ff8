package fig

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"ml3/mllib/tidy"
)

// sine draws the top row of Fig. 2 for the paper's networks: (a) the train task,
// (b) the test tasks, (c) the train error against outer steps, (d) the test error
// against gradient steps, and the four together. If their rows are there, further
// panels show (c) after one step, the wider range of x, the released networks with
// the curves of the authors' code behind them, and the ablation of the outer step.
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

// sineTasks draws the data points of the first seed and the functions that they
// determine. The metrics data/x and data/y are coordinates and the step is the
// index of the point.
func sineTasks(t tidy.Table, task tidy.Filter, p Plot) (Panel, error) {
	rows := t.Where(task, tidy.Metric("data/x", "data/y"))
	if len(rows) == 0 {
		return Panel{}, fmt.Errorf("fig: panel %s: no rows of data/x and data/y", p.Name)
	}
	paths, err := Paths(rows.Where(tidy.Seed(rows.Seeds()[0])), "data/x", "data/y")
	if err != nil {
		return Panel{}, fmt.Errorf("fig: panel %s: %w", p.Name, err)
	}
	low, high := 0.0, 0.0
	for _, path := range paths {
		low, high = min(low, slices.Min(path.X)), max(high, slices.Max(path.X))
	}
	for i, path := range paths {
		s := Sequence(i, len(paths))
		s.Dash, s.Width = Solid, 1.3
		points := s.Scatter()
		s.Marker = NoMarker
		line, err := sineThrough(path, low, high)
		if err != nil {
			return Panel{}, fmt.Errorf("fig: panel %s: %w", p.Name, err)
		}
		p.Layers = append(p.Layers, line.Curve("", s), path.Curve("", points))
	}
	p.Width, p.Height = PanelWidth, PanelHeight
	p.X, p.Y = Axis{Label: "x"}, Axis{Label: "y"}
	return p.Panel()
}

// sineThrough returns y = A sin(x − ω) = a sin x + b cos x on [low, high], with a
// and b the least-squares solution for the points of p. Points that are off it by
// more than rounding are an error.
func sineThrough(p Path, low, high float64) (Path, error) {
	var ss, sc, cc, sy, cy float64
	for i, x := range p.X {
		s, c := math.Sincos(x)
		ss, sc, cc = ss+s*s, sc+s*c, cc+c*c
		sy, cy = sy+s*p.Y[i], cy+c*p.Y[i]
	}
	det := ss*cc - sc*sc
	a, b := (sy*cc-cy*sc)/det, (cy*ss-sy*sc)/det
	for i, x := range p.X {
		if y := a*math.Sin(x) + b*math.Cos(x); !(math.Abs(y-p.Y[i]) < 1e-6) {
			return Path{}, fmt.Errorf("task %s: the point (%g, %g) is not on a sine with the others", p.Task, x, p.Y[i])
		}
	}
	const n = 200
	line := Path{Method: p.Method, Seed: p.Seed, Task: p.Task}
	for i := range n + 1 {
		x := low + (high-low)*float64(i)/n
		line.X, line.Y = append(line.X, x), append(line.Y, a*math.Sin(x)+b*math.Cos(x))
	}
	return line, nil
}

// sineCurve is one panel of errors: which rows it shows and what it is called.
type sineCurve struct {
	name, title, task, metric, x string
	optional                     bool // left out when it has no rows
	methods                      []string
}

// sineCurves lists the panels (c) and (d) first.
func sineCurves() []sineCurve {
	const after1, after10, after100 = "mse after 1 step", "mse after 10 steps", "mse after 100 steps"
	const outer, inner, drawn = "outer steps", "gradient steps", "optimizees drawn in meta-training"
	const paper, released = "paper 40-40", "released 100-10"
	two, ablation := []string{"task loss", "learned"}, []string{"once after all", "each step"}
	return []sineCurve{
		{"fig2-sine-train", "(c) Meta-train task", paper + "/train", after100, outer, false, two},
		{"fig2-sine-test", "(d) Meta-test tasks, x ∈ [−2, 2]", paper + "/test [-2,2]", "mse", inner, false, two},
		{"fig2-sine-test-wide", "Meta-test tasks, x ∈ [−5, 5], 40-40 networks", paper + "/test [-5,5]", "mse", inner, true, two},
		{"fig2-sine-train-1step", "Meta-train task, 40-40 networks", paper + "/train", after1, outer, true, two},
		{"fig2-sine-train-curve", "Meta-train task, 40-40 networks", paper + "/train", "mse", inner, true, two},
		{"fig2-sine-train-released", "Meta-train task, released networks", released + "/train", after100, outer, true, two},
		{"fig2-sine-train-1step-released", "Meta-train task, released networks", released + "/train", after1, outer, true, two},
		{"fig2-sine-test-released", "Meta-test tasks, x ∈ [−5, 5], released networks", released + "/test [-5,5]", "mse", inner, true, two},
		{"fig2-sine-test-narrow-released", "Meta-test tasks, x ∈ [−2, 2], released networks", released + "/test [-2,2]", "mse", inner, true, two},
		{"fig2-sine-each-step", "Updating φ after each of ten inner steps, or once", "each-step", after10, drawn, true, ablation},
	}
}

// panel draws mean and deviation over seeds of both methods, above the reference
// curves that the rows hold.
func (s sineCurve) panel(rows tidy.Table) (Panel, error) {
	layers, err := references(rows)
	if err != nil {
		return Panel{}, fmt.Errorf("fig: panel %s: %w", s.name, err)
	}
	ours, err := Bands(rows, SDOverSeeds, s.methods...)
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
