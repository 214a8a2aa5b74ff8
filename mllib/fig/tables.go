package fig

import (
	"fmt"
	"slices"
	"strings"

	"ml3/mllib/tidy"
)

// Spread is what a band around a mean shows.
type Spread int

// The spreads. Over seeds: the tasks of a seed are averaged first. Over tasks: the
// seeds of a task are averaged first.
const (
	SDOverSeeds   Spread = iota // mean ± one sample standard deviation
	CI95OverSeeds               // 95 % bootstrap interval of the mean
	SDOverTasks                 // mean ± one sample standard deviation
)

// Bands returns, for each method, the mean as a line against the step and a band
// of the given kind around it. t must hold one metric; a method without rows is
// an error that names the methods there are. No methods mean all, in sorted
// order. A single seed (or task) has a line and no band, and says so.
func Bands(t tidy.Table, spread Spread, methods ...string) ([]Layer, error) {
	if err := oneMetric(t); err != nil {
		return nil, err
	}
	if len(methods) == 0 {
		methods = t.Methods()
	}
	var layers []Layer
	for i, style := range Styles(methods...) {
		rows := t.Where(tidy.Method(methods[i]))
		if len(rows) == 0 {
			return nil, missing(t, methods[i])
		}
		c, err := band(rows, spread)
		if err != nil {
			return nil, err
		}
		c.Style, c.Label = style, MethodLabel(methods[i])
		layers = append(layers, c)
	}
	return layers, nil
}

func oneMetric(t tidy.Table) error {
	if m := t.Metrics(); len(m) != 1 {
		return fmt.Errorf("fig: %d rows with the metrics %q; select exactly one metric", len(t), m)
	}
	return nil
}

func missing(t tidy.Table, method string) error {
	return fmt.Errorf("fig: no rows of method %q among %d of %s; there are %s",
		method, len(t), strings.Join(t.Metrics(), ", "), strings.Join(t.Methods(), ", "))
}

// band returns mean and band of one method.
func band(rows tidy.Table, spread Spread) (Curve, error) {
	unit, n := "seed", len(rows.Seeds())
	if spread == SDOverTasks {
		unit, n = "task", len(rows.Tasks())
		rows = meanOverSeeds(rows)
	} else if len(rows.Tasks()) > 1 {
		rows = rows.MeanOverTasks("all")
	}
	var c Curve
	for _, s := range rows.ByStep() {
		m := tidy.Mean(s.Values)
		c.X, c.Y = append(c.X, float64(s.Step)), append(c.Y, m)
		switch {
		case len(s.Values) == 1:
			c.Low, c.High = append(c.Low, m), append(c.High, m)
		case spread == CI95OverSeeds:
			i, err := tidy.Bootstrap(s.Values, tidy.Mean)
			if err != nil {
				return c, err
			}
			c.Low, c.High = append(c.Low, i.Low), append(c.High, i.High)
		default:
			sd := tidy.SD(s.Values)
			c.Low, c.High = append(c.Low, m-sd), append(c.High, m+sd)
		}
	}
	switch {
	case n == 1:
		c.Low, c.High, c.Spread = nil, nil, "one "+unit
	case spread == CI95OverSeeds:
		c.Spread = fmt.Sprintf("mean and its 95 %% interval over %d seeds", n)
	default:
		c.Spread = fmt.Sprintf("mean ± sd over %d %ss", n, unit)
	}
	return c, nil
}

// meanOverSeeds replaces the seeds of each task and step by their mean.
func meanOverSeeds(t tidy.Table) tidy.Table {
	var means tidy.Table
	for _, task := range t.Tasks() {
		for _, s := range t.Where(tidy.Task(task)).ByStep() {
			means = append(means, tidy.Row{Task: task, Step: s.Step, Value: tidy.Mean(s.Values)})
		}
	}
	return means
}

// Grouping says what the lines of Lines are coloured and named by.
type Grouping int

// The groupings.
const (
	ByMethod Grouping = iota
	ByTask
	BySeed
)

// Lines returns one thin line against the step for every series of t (a method,
// a task and a seed), coloured by method, task or seed, with one legend entry a
// group. t must hold one metric.
func Lines(t tidy.Table, by Grouping) ([]Layer, error) {
	if err := oneMetric(t); err != nil {
		return nil, err
	}
	names := groupNames(t, by)
	styles := groupStyles(names, by)
	var layers []Layer
	for _, s := range t.Series() {
		name := by.name(s.Method, s.Task, s.Seed)
		c := Curve{Label: name, Style: styles[slices.Index(names, name)].Thin(), Y: s.Values}
		if by == ByMethod {
			c.Label = MethodLabel(name)
		}
		for _, step := range s.Steps {
			c.X = append(c.X, float64(step))
		}
		layers = append(layers, c)
	}
	return layers, nil
}

func (g Grouping) name(method, task string, seed uint64) string {
	switch g {
	case ByTask:
		return task
	case BySeed:
		return fmt.Sprintf("seed %d", seed)
	}
	return method
}

func groupNames(t tidy.Table, by Grouping) []string {
	switch by {
	case ByTask:
		return t.Tasks()
	case BySeed:
		var names []string
		for _, s := range t.Seeds() {
			names = append(names, by.name("", "", s))
		}
		return names
	}
	return t.Methods()
}

func groupStyles(names []string, by Grouping) []Style {
	if by == ByMethod {
		return Styles(names...)
	}
	var styles []Style
	for i := range names {
		styles = append(styles, Sequence(i, len(names)))
	}
	return styles
}

// Path is a curve in the plane whose two coordinates are two metrics of one
// method, seed and task, in the order of the steps: a trajectory, data points, or
// a landscape.
type Path struct {
	Method string
	Seed   uint64
	Task   string
	X, Y   []float64
}

// Paths joins the metrics xMetric and yMetric of t by method, seed, task and step.
// A point that has only one of them, or no point at all, is an error.
func Paths(t tidy.Table, xMetric, yMetric string) ([]Path, error) {
	xs, ys := t.Where(tidy.Metric(xMetric)).Series(), t.Where(tidy.Metric(yMetric)).Series()
	if len(xs) == 0 || len(xs) != len(ys) {
		return nil, fmt.Errorf("fig: %d series of %s and %d of %s", len(xs), xMetric, len(ys), yMetric)
	}
	var paths []Path
	for i, x := range xs {
		y := ys[i]
		if x.Method != y.Method || x.Seed != y.Seed || x.Task != y.Task || !slices.Equal(x.Steps, y.Steps) {
			return nil, fmt.Errorf("fig: %s of %s, seed %d, %s has no matching %s", xMetric, x.Method, x.Seed, x.Task, yMetric)
		}
		paths = append(paths, Path{x.Method, x.Seed, x.Task, x.Values, y.Values})
	}
	return paths, nil
}

// Curve returns p drawn in a style under a label.
func (p Path) Curve(label string, s Style) Curve {
	return Curve{Label: label, Style: s, X: p.X, Y: p.Y}
}

// MetricAxis is the axis of the one metric of t.
func MetricAxis(t tidy.Table) Axis {
	return Axis{Label: MetricLabel(strings.Join(t.Metrics(), ", "))}
}
