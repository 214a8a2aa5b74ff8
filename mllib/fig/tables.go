package fig

import (
	"fmt"
	"slices"

	"ml3/mllib/tidy"
)

// Spread is what a band around a mean shows.
type Spread int

// The spreads. Over seeds, the tasks of a seed are averaged first.
const (
	SDOverSeeds   Spread = iota // mean ± one sample standard deviation
	CI95OverSeeds               // 95 % bootstrap interval of the mean
	SDOverTasks                 // mean ± one sample standard deviation over the tasks of a seed, averaged over the seeds
)

// Band returns the mean of t against the step as a curve, with a band of the given
// kind around it; style and label are left to the caller. t must hold one metric of
// one method. A single seed has a line and no band, and says so.
func Band(t tidy.Table, spread Spread) (Curve, error) {
	if methods, metrics := t.Methods(), t.Metrics(); len(methods) != 1 || len(metrics) != 1 {
		return Curve{}, fmt.Errorf("fig: a band of %d rows with the methods %q and the metrics %q; select one of each", len(t), methods, metrics)
	}
	n := len(t.Seeds())
	if spread == SDOverTasks {
		return overTasks(t, n)
	}
	if len(t.Tasks()) > 1 {
		t = t.MeanOverTasks("all")
	}
	var c Curve
	for _, s := range t.ByStep() {
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
		c.Low, c.High, c.Spread = nil, nil, "one seed"
	case spread == CI95OverSeeds:
		c.Spread = fmt.Sprintf("mean and its 95 %% interval over %d seeds", n)
	default:
		c.Spread = fmt.Sprintf("mean ± sd over %d seeds", n)
	}
	return c, nil
}

// overTasks is Band with SDOverTasks, of n seeds. Every seed must have two tasks or
// more at every step.
func overTasks(t tidy.Table, n int) (Curve, error) {
	c := Curve{Spread: fmt.Sprintf("mean ± sd over %d tasks, averaged over %d seeds", len(t.Tasks()), n)}
	if n == 1 {
		c.Spread = fmt.Sprintf("mean ± sd over %d tasks of one seed", len(t.Tasks()))
	}
	for _, step := range t.Steps() {
		at := t.Where(tidy.Steps(step, step))
		mean, sd := 0.0, 0.0
		for _, seed := range at.Seeds() {
			var values []float64
			for _, r := range at.Where(tidy.Seed(seed)).Sorted() {
				values = append(values, r.Value)
			}
			if len(values) < 2 {
				return c, fmt.Errorf("fig: a band over tasks, of which seed %d has %d at step %d", seed, len(values), step)
			}
			mean += tidy.Mean(values) / float64(len(at.Seeds()))
			sd += tidy.SD(values) / float64(len(at.Seeds()))
		}
		c.X, c.Y = append(c.X, float64(step)), append(c.Y, mean)
		c.Low, c.High = append(c.Low, mean-sd), append(c.High, mean+sd)
	}
	return c, nil
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
