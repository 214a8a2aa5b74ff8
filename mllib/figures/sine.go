package figures

import (
	"math"
	"slices"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
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
	c := curves{methods: []string{paper.TaskLoss, paper.LearnedLoss}, spread: fig.SDOverSeeds, size: usual, last: every}
	train := func(name, title, net, after string) panel {
		return c.of(title, outer, "net", net, "split", "meta-train", "after", after).panel(name)
	}
	test := func(name, title, net, x string) panel {
		return c.of(title, inner, "net", net, "split", "meta-test", "x", x).panel(name)
	}
	ablation := c.of("Updating φ after each of ten inner steps, or once", outer, "study", "each-step")
	ablation.methods, ablation.x = []string{paper.OnceAfterAll, paper.EachStep}, "optimizees drawn in meta-training"
	all := []panel{
		sineTasks("fig2-sine-train-task", "(a) Meta-train task", "meta-train"),
		sineTasks("fig2-sine-test-tasks", "(b) Meta-test tasks", "meta-test"),
		train("fig2-sine-train", "(c) Meta-train task", forty, "100"),
		test("fig2-sine-test", "(d) Meta-test tasks, x ∈ [−2, 2]", forty, "[-2,2]"),
		test("fig2-sine-test-wide", "Meta-test tasks, x ∈ [−5, 5], 40-40 networks", forty, "[-5,5]"),
		train("fig2-sine-train-1step", "Meta-train task, 40-40 networks", forty, "1"),
		c.of("Meta-train task, 40-40 networks", inner, "net", forty, "split", "meta-train").panel("fig2-sine-train-curve"),
		train("fig2-sine-train-released", "Meta-train task, released networks", hundred, "100"),
		train("fig2-sine-train-1step-released", "Meta-train task, released networks", hundred, "1"),
		test("fig2-sine-test-released", "Meta-test tasks, x ∈ [−5, 5], released networks", hundred, "[-5,5]"),
		test("fig2-sine-test-narrow-released", "Meta-test tasks, x ∈ [−2, 2], released networks", hundred, "[-2,2]"),
		ablation.panel("fig2-sine-each-step"),
	}
	return append(all, grid("fig2-sine", 2, all[:4]...))
}

// sineTasks is the panel of the data points of the first seed with the sines they
// lie on.
func sineTasks(name, title, split string) panel {
	points := func(d Data) tidy.Table {
		return firstSeed(d.Pictures.Where(tidy.Method(paper.TaskData), tidy.Has("split", split), tidy.Metric("x", "y")))
	}
	return drawn(name, points, func(d Data, rows tidy.Table) (fig.Panel, error) {
		paths, err := fig.Paths(rows, "x", "y")
		if err != nil {
			return fig.Panel{}, err
		}
		low, high := 0.0, 0.0
		for _, p := range paths {
			low, high = min(low, slices.Min(p.X)), max(high, slices.Max(p.X))
		}
		var layers []fig.Layer
		for i, p := range paths {
			s := fig.Sequence(i, len(paths))
			s.Dash, s.Width = fig.Solid, 1.3
			dots := s.Scatter()
			s.Marker = fig.NoMarker
			of := d.Rows.Where(tidy.Method(paper.TaskData), tidy.Seed(p.Seed), tidy.Task(p.Task))
			amplitude, phase := of.Where(tidy.Metric("amplitude")), of.Where(tidy.Metric("phase"))
			if len(amplitude) != 1 || len(phase) != 1 {
				return fig.Panel{}, missing(of, "data, amplitude and phase")
			}
			curve := along(low, high, 200, sineOf(amplitude[0].Value, phase[0].Value))
			curve.Style = s
			layers = append(layers, curve, p.Curve("", dots))
		}
		return plot(title, "x", "y", layers...).Panel()
	})
}

// sineOf is y = A sin(x − ω).
func sineOf(amplitude, phase float64) func(x float64) float64 {
	return func(x float64) float64 { return amplitude * math.Sin(x-phase) }
}
