package figures

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// curves is a panel of means over seeds against the step, one curve a method, above
// the authors' own where there are any.
type curves struct {
	title   string
	metric  string
	task    []string // keys and values in turn that the rows' tasks have
	methods []string
	spread  fig.Spread
	size    [2]float64 // cm
	y       fig.Axis   // its label is that of the metric

	unit string // of the metric; "" for what it says itself
	logX bool   // a logarithmic x axis
	last int    // the last step shown; every for all
	x    string // what the steps count; "" for what the metric says
	bare bool   // without a legend, see legend
	// change makes other rows of the data's before anything else; nil for none.
	change func(tidy.Table) tidy.Table
	key    string // a key of the tasks: its number, and not the step, is the x axis; "" for none
}

// every is the last step of a panel that shows all.
const every = int(^uint(0) >> 1)

// usual is the size of a panel.
var usual = [2]float64{fig.PanelWidth, fig.PanelHeight}

// of is c for a metric on the tasks that have keys with values, given in turn.
func (c curves) of(title, metric string, task ...string) curves {
	c.title, c.metric, c.task = title, metric, task
	return c
}

// panel gives the curves their name.
func (c curves) panel(name string) panel {
	return panel{name: name, fills: c.fills, draw: c.draw}
}

// rows keeps the rows of a metric that the panel is about.
func (c curves) rows(t tidy.Table, metric string) tidy.Table {
	filters := []tidy.Filter{tidy.Metric(metric), tidy.Steps(0, c.last)}
	for i := 0; i < len(c.task); i += 2 {
		filters = append(filters, tidy.Has(c.task[i], c.task[i+1]))
	}
	t = t.Where(filters...)
	if c.key == "" {
		return t
	}
	return t.Where(func(r tidy.Row) bool { _, err := c.number(r); return err == nil })
}

// number is the place of a row on the x axis of a key.
func (c curves) number(r tidy.Row) (float64, error) {
	return strconv.ParseFloat(tidy.TaskValue(r.Task, c.key), 64)
}

func (c curves) fills(d Data) bool {
	return len(c.rows(c.changed(d.Rows), c.metric).Where(tidy.Method(c.methods...))) > 0
}

// changed are the rows that c is about.
func (c curves) changed(t tidy.Table) tidy.Table {
	if c.change == nil {
		return t
	}
	return c.change(t)
}

func (c curves) draw(d Data) (fig.Panel, error) {
	d.Rows = c.changed(d.Rows)
	rows := c.rows(d.Rows, c.metric)
	m, ok := paper.MetricOf(c.metric)
	if !ok {
		return fig.Panel{}, fmt.Errorf("the metric %q has no entry", c.metric)
	}
	if n := tidy.TaskValue(rows[0].Task, "after"); n == "1" {
		m.Axis += " after 1 step"
	} else if n != "" {
		m.Axis += " after " + n + " steps"
	}
	layers, err := c.layers(rows, c.lost(d.Rows, rows))
	if err != nil {
		return fig.Panel{}, err
	}
	x := c.x
	if x == "" {
		x = m.Step
	}
	if c.bare {
		layers = unlabelled(layers)
	}
	if c.unit != "" {
		m.Unit = c.unit
	}
	c.y.Label, c.y.Possible = m.Label(), possible(m.Name)
	return fig.Plot{Title: c.title, Width: c.size[0], Height: c.size[1], X: fig.Axis{Label: x, Log: c.logX}, Y: c.y, Layers: layers}.Panel()
}

// possible are the ends of what a metric can be, nil where there is none.
func possible(metric string) *[2]float64 {
	switch strings.TrimSuffix(metric, " by outer step") {
	case "accuracy", "success", "found", "outside":
		return &[2]float64{0, 1}
	case "mse", "cross-entropy", "torque error", "inertia error", "median distance", "final distance", "distance", "prediction error", "rate":
		return &[2]float64{0, math.Inf(1)}
	}
	return nil
}

// legend is a panel of c's legend alone, to stand beside bare ones.
func (c curves) legend() panel {
	return panel{fills: c.fills, draw: func(d Data) (fig.Panel, error) {
		d.Rows = c.changed(d.Rows)
		rows := c.rows(d.Rows, c.metric)
		layers, err := c.layers(rows, c.lost(d.Rows, rows))
		return fig.Key(c.size[0]*0.7, c.size[1], layers...), err
	}}
}

// unlabelled are curves and levels without their labels.
func unlabelled(layers []fig.Layer) (all []fig.Layer) {
	for _, l := range layers {
		switch l := l.(type) {
		case fig.Curve:
			l.Label = ""
			all = append(all, l)
		case fig.Rule:
			l.Label = ""
			all = append(all, l)
		}
	}
	return all
}

// lost are the rows that say that a method diverged, on the rows' tasks or on parts
// of them. What diverges at meta-test is not what diverges in the test after some
// outer step: those tasks differ in the key "after".
func (c curves) lost(all, rows tidy.Table) tidy.Table {
	var after []string
	for _, task := range rows.Tasks() {
		after = append(after, tidy.TaskValue(task, "after"))
	}
	return c.rows(all, tidy.DivergedMetric).Where(func(r tidy.Row) bool { return slices.Contains(after, tidy.TaskValue(r.Task, "after")) })
}

// descent is what one divergence ends: what a seed does at test, or, for a loss that is
// tested after every so many outer steps, its test after one of them.
type descent struct {
	seed  uint64
	outer int // the outer step; 0 at meta-test
}

func descentOf(r tidy.Row) descent {
	if tidy.TaskValue(r.Task, "after") == "" {
		return descent{seed: r.Seed}
	}
	return descent{r.Seed, r.Step}
}

// without is own, rows of a method, without the descents that are lost.
func without(own, lost tidy.Table) tidy.Table {
	gone := map[descent]bool{}
	for _, r := range lost {
		gone[descentOf(r)] = true
	}
	return own.Where(func(r tidy.Row) bool { return !gone[descentOf(r)] })
}

// note says in a legend what is left out of the curve of a method's rows.
func note(own, lost tidy.Table) string {
	seeds := fmt.Sprintf(" (%d of %d", len(lost.Seeds()), len(slices.Concat(own, lost).Seeds()))
	if tidy.TaskValue(lost[0].Task, "after") == "" {
		return seeds + " seeds diverge)"
	}
	if first, last := slices.Min(lost.Steps()), slices.Max(lost.Steps()); first < last {
		return seeds + fmt.Sprintf(" diverge at steps %d–%d)", first, last)
	}
	return seeds + fmt.Sprintf(" diverge at step %d)", lost[0].Step)
}

// layers are the curves. The mean over seeds of which some diverged says nothing:
// those are left out, against outer steps where they diverge and otherwise
// altogether, and the legend says so.
func (c curves) layers(rows, diverged tidy.Table) ([]fig.Layer, error) {
	var layers []fig.Layer
	var fewer []int // curves of fewer seeds
	spread := ""
	for _, m := range rows.Methods() {
		if paper.IsReference(m) {
			curve, err := c.curve(rows.Where(tidy.Method(m)))
			if err != nil {
				return nil, err
			}
			curve.Low, curve.High, curve.Spread = nil, nil, ""
			layers = append(layers, curve)
		}
	}
	for _, m := range c.methods {
		lost := diverged.Where(tidy.Method(m))
		own := without(rows.Where(tidy.Method(m)), lost)
		switch style, label := styleOf(m); {
		case len(own) == 0 && len(lost) > 0:
			continue
		case len(own) == 0:
			return nil, missing(rows, m)
		case c.key == "" && !slices.ContainsFunc(own, func(r tidy.Row) bool { return r.Step > 0 }): // a level
			_, perSeed := own.PerSeed()
			layers = append(layers, fig.Rule{Label: label, Style: style, At: tidy.Mean(perSeed)})
			continue
		}
		curve, err := c.curve(own)
		if err != nil {
			return nil, err
		}
		if len(lost) > 0 {
			curve.Label += note(own, lost)
			fewer = append(fewer, len(layers))
		} else {
			spread = curve.Spread
		}
		layers = append(layers, curve)
	}
	for _, i := range fewer { // the legend says how many seeds; what bands are is said once, of the others
		if curve := layers[i].(fig.Curve); spread != "" {
			curve.Spread = spread
			layers[i] = curve
		}
	}
	return layers, nil
}

// curve is the curve of one method.
func (c curves) curve(own tidy.Table) (fig.Curve, error) {
	var places []float64
	if c.key != "" {
		for _, r := range own {
			x, _ := c.number(r)
			places = append(places, x)
		}
		slices.Sort(places)
		places = slices.Compact(places)
		for i := range own {
			x, _ := c.number(own[i])
			own[i].Step, _ = slices.BinarySearch(places, x)
			own[i].Task = c.key
		}
	}
	curve, err := fig.Band(own, c.spread)
	if err != nil {
		return curve, err
	}
	curve.Style, curve.Label = styleOf(own[0].Method)
	if c.key != "" {
		curve.X, curve.Style.Every = places, true
	}
	return curve, nil
}
