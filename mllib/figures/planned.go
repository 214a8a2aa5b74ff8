package figures

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// halves are where goals of meta-test are.
func halves() []half {
	return []half{{"right", "goals in the right half, as in training", fig.Blue}, {"left", "goals in the left half, never trained on", fig.Orange}}
}

type half struct {
	name, text string
	color      color.NRGBA
}

// modelError is the metric whose unit is that of the plant's positions.
const modelError = "prediction error"

// planOf is a version in the world of a test, with the methods that have final distances.
func planOf(t paper.PlanTest, version string, methods ...string) plan {
	unit := "rad"
	if t.World == "pointmass-goal" {
		unit = "m"
	}
	return plan{version, t.Drawn, unit, methods}
}

// plan is a version of an experiment with planned policies.
type plan struct {
	version string
	drawn   int      // updates after which paths are stored
	unit    string   // of the positions that a model predicts
	methods []string // with final distances
}

// curves are those of final distances against updates.
func (p plan) curves(last int) curves {
	return curves{methods: p.methods, spread: fig.CI95OverSeeds, size: usual, y: fig.Axis{Log: true}, last: last}
}

// distances are panels of the final distance against updates, one for each half, and
// their legend.
func (p plan) distances(last int, title string) (parts []panel) {
	c := p.curves(last)
	c.bare = true
	for _, h := range halves() {
		c = c.of(title+h.text, "distance", "version", p.version, "goals", h.name)
		parts = append(parts, c.panel(""))
	}
	return append(parts, c.legend())
}

// training is a panel of a metric against outer steps, if there are any but the first.
func (p plan) training(title, metric string, log bool, methods []string, task ...string) panel {
	return p.outer(title, metric, log, methods, task...).started()
}

// outer are the curves of training.
func (p plan) outer(title, metric string, log bool, methods []string, task ...string) curves {
	c := curves{methods: methods, spread: fig.CI95OverSeeds, size: usual, y: fig.Axis{Log: log}, last: every}
	if metric == modelError {
		c.unit = p.unit
	}
	return c.of(title, metric+" by outer step", append([]string{"version", p.version, "split", "meta-train"}, task...)...)
}

// started is a panel of c that is left out as long as there is no step but the first.
func (c curves) started() panel {
	return panel{draw: c.draw, fills: func(d Data) bool { return len(c.rows(d.Rows, c.metric).Where(tidy.Steps(1, every))) > 0 }}
}

// places are the points of the first seed that a method's tasks with keys and values have.
func (p plan) places(d Data, method string, task ...string) tidy.Table {
	t := d.Pictures.Where(tidy.Method(method), tidy.Metric("x", "y"), tidy.Has("version", p.version))
	for i := 0; i < len(task); i += 2 {
		t = t.Where(tidy.Has(task[i], task[i+1]))
	}
	return firstSeed(t)
}

// trails are the paths of rows in a style, with a dot at the end of each.
func trails(rows tidy.Table, label string, s fig.Style) ([]fig.Curve, error) {
	paths, err := fig.Paths(rows, "x", "y")
	var curves []fig.Curve
	for _, path := range paths {
		c := path.Curve(label, s)
		curves = append(curves, c, dots(c, len(c.X)-1, "", s, 2.6))
	}
	return curves, err
}

// plane is a plot of curves in the plane, with room above them for the legend.
func plane(title string, curves []fig.Curve) (fig.Panel, error) {
	low, high := math.Inf(1), math.Inf(-1)
	var layers []fig.Layer
	for _, c := range curves {
		low, high = min(low, slices.Min(c.Y)), max(high, slices.Max(c.Y))
		layers = append(layers, c)
	}
	air := 0.06 * (high - low)
	return fig.Plot{Title: title, Width: usual[0], Height: usual[1] + 3, Equal: true, X: fig.Axis{Label: "x (m)"},
		Y: fig.Axis{Label: "y (m)", Limits: &[2]float64{low - air, high + 6*air}}, Layers: layers}.Panel()
}

// goals are the goals of rows.
func goals(rows tidy.Table) ([]fig.Curve, error) {
	paths, err := fig.Paths(rows, "x", "y")
	var curves []fig.Curve
	for _, path := range paths {
		s := fig.LineStyle(fig.Red, fig.Solid, fig.Square).Scatter()
		s.Size = 3
		curves = append(curves, path.Curve("goal", s))
	}
	return curves, err
}

// paths are where a method's policies go after so many updates, to all goals.
func (p plan) paths(name, title, method string, updates int) panel {
	at := strconv.Itoa(updates)
	pick := func(d Data) tidy.Table {
		return p.places(d, method, "updates", at).Where(tidy.Not(tidy.Has("rollout")))
	}
	return drawn(name, pick, func(d Data, rows tidy.Table) (fig.Panel, error) {
		all, err := goals(p.places(d, "goal"))
		for _, h := range halves() {
			if err != nil {
				return fig.Panel{}, err
			}
			var more []fig.Curve
			more, err = trails(rows.Where(tidy.Has("goals", h.name)), h.text, fig.LineStyle(h.color, fig.Solid, fig.NoMarker))
			all = append(more, all...)
		}
		if err != nil {
			return fig.Panel{}, err
		}
		return plane(title, all)
	})
}

// imagined are the roll-outs of a method's policies that the model imagines, before
// and after the updates, beside the real ones.
func (p plan) imagined(name, method string) panel {
	part := func(title string, updates int) panel {
		at := strconv.Itoa(updates)
		imagined := func(d Data) tidy.Table { return p.places(d, method, "updates", at, "rollout", "imagined") }
		return drawn("", imagined, func(d Data, rows tidy.Table) (fig.Panel, error) {
			real := p.places(d, method, "updates", at, "goal", tidy.TaskValue(rows[0].Task, "goal")).Where(tidy.Not(tidy.Has("rollout")))
			var all []fig.Curve
			for _, of := range []struct {
				method string
				rows   tidy.Table
			}{{realRollout, real}, {imaginedRollout, rows}} {
				style, label := styleOf(of.method)
				more, err := trails(of.rows, label, style)
				if err != nil {
					return fig.Panel{}, err
				}
				all = append(all, more...)
			}
			more, err := goals(p.places(d, "goal", "goal", tidy.TaskValue(rows[0].Task, "goal")))
			if err != nil {
				return fig.Panel{}, err
			}
			return plane(title, append(all, more...))
		})
	}
	return grid(name, 2, part("Before any update", 0), part(fmt.Sprintf("After %d updates", p.drawn), p.drawn))
}
