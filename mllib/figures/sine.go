package figures

import (
	"math"
	"slices"

	"ml3/mllib/fig"
	"ml3/mllib/tidy"
)

// sinePanels is the top row of Fig. 2 for the paper's networks: (a) the train task,
// (b) the test tasks, (c) the train error against outer steps, (d) the test error
// against gradient steps, and the four together; then (c) after one step, the wider
// range of x, the released networks with the curves of the authors' code behind
// them, and the ablation of the outer step.
func sinePanels() []panel {
	const inner, outer = "mse", "mse by outer step"
	const forty, hundred = "paper 40-40", "released 100-10"
	train := func(net, after string) []string { return []string{"net", net, "split", "meta-train", "after", after} }
	test := func(net, x string) []string { return []string{"net", net, "split", "meta-test", "x", x} }
	all := []panel{
		sineTasks("fig2-sine-train-task", "(a) Meta-train task", "meta-train"),
		sineTasks("fig2-sine-test-tasks", "(b) Meta-test tasks", "meta-test"),
	}
	for _, p := range []struct {
		name, title, metric string
		task                []string
	}{
		{"fig2-sine-train", "(c) Meta-train task", outer, train(forty, "100")},
		{"fig2-sine-test", "(d) Meta-test tasks, x ∈ [−2, 2]", inner, test(forty, "[-2,2]")},
		{"fig2-sine-test-wide", "Meta-test tasks, x ∈ [−5, 5], 40-40 networks", inner, test(forty, "[-5,5]")},
		{"fig2-sine-train-1step", "Meta-train task, 40-40 networks", outer, train(forty, "1")},
		{"fig2-sine-train-curve", "Meta-train task, 40-40 networks", inner, []string{"net", forty, "split", "meta-train"}},
		{"fig2-sine-train-released", "Meta-train task, released networks", outer, train(hundred, "100")},
		{"fig2-sine-train-1step-released", "Meta-train task, released networks", outer, train(hundred, "1")},
		{"fig2-sine-test-released", "Meta-test tasks, x ∈ [−5, 5], released networks", inner, test(hundred, "[-5,5]")},
		{"fig2-sine-test-narrow-released", "Meta-test tasks, x ∈ [−2, 2], released networks", inner, test(hundred, "[-2,2]")},
	} {
		all = append(all, curves{title: p.title, metric: p.metric, task: p.task, methods: []string{"task loss", "learned"},
			spread: fig.SDOverSeeds, size: usual, last: every}.panel(p.name))
	}
	return append(all,
		curves{title: "Updating φ after each of ten inner steps, or once", metric: outer, task: []string{"study", "each-step"},
			methods: []string{"once after all", "each step"}, spread: fig.SDOverSeeds, size: usual, last: every,
			x: "optimizees drawn in meta-training"}.panel("fig2-sine-each-step"),
		grid("fig2-sine", 2, all[:4]...))
}

// sineTasks is the panel of the data points of the first seed with the sines they
// lie on.
func sineTasks(name, title, split string) panel {
	points := func(d Data) tidy.Table {
		return firstSeed(d.Pictures.Where(tidy.Method("data"), tidy.Has("split", split), tidy.Metric("x", "y")))
	}
	draw := func(d Data) (fig.Panel, error) {
		paths, err := fig.Paths(points(d), "x", "y")
		if err != nil {
			return fig.Panel{}, err
		}
		low, high := 0.0, 0.0
		for _, path := range paths {
			low, high = min(low, slices.Min(path.X)), max(high, slices.Max(path.X))
		}
		var layers []fig.Layer
		for i, path := range paths {
			s := fig.Sequence(i, len(paths))
			s.Dash, s.Width = fig.Solid, 1.3
			dots := s.Scatter()
			s.Marker = fig.NoMarker
			line, err := sineOf(d.Rows, path, low, high)
			if err != nil {
				return fig.Panel{}, err
			}
			layers = append(layers, line.Curve("", s), path.Curve("", dots))
		}
		return fig.Plot{Title: title, Width: usual[0], Height: usual[1], X: fig.Axis{Label: "x"}, Y: fig.Axis{Label: "y"}, Layers: layers}.Panel()
	}
	return panel{name: name, fills: func(d Data) bool { return len(points(d)) > 0 }, draw: draw}
}

// sineOf is y = A sin(x − ω) of the task of p on [low, high].
func sineOf(t tidy.Table, p fig.Path, low, high float64) (fig.Path, error) {
	of := t.Where(tidy.Method("data"), tidy.Seed(p.Seed), tidy.Task(p.Task))
	amplitude, phase := of.Where(tidy.Metric("amplitude")), of.Where(tidy.Metric("phase"))
	if len(amplitude) != 1 || len(phase) != 1 {
		return p, missing(of, "data, amplitude and phase")
	}
	const n = 200
	line := fig.Path{}
	for i := range n + 1 {
		x := low + (high-low)*float64(i)/n
		line.X, line.Y = append(line.X, x), append(line.Y, amplitude[0].Value*math.Sin(x-phase[0].Value))
	}
	return line, nil
}
