package fig

import (
	"fmt"
	"strings"

	"ml3/mllib/tidy"
)

// digits draws the bottom row of Fig. 2: (a) the train task and (b) the test tasks
// of the first seed, (c) the cross-entropy on the train task after a test with
// each φ against outer steps, (d) on the test tasks against gradient steps, and
// the four together. Further panels show accuracies, and (d) with the other
// baselines.
func digits(t tidy.Table) ([]Panel, error) {
	a, err := digitsPictures(t, " train ", "fig2-digits-train-task", "(a) Meta-train")
	if err != nil {
		return nil, err
	}
	b, err := digitsPictures(t, " test ", "fig2-digits-test-tasks", "(b) Meta-test")
	if err != nil {
		return nil, err
	}
	panels := []Panel{a, b}
	for _, c := range digitsCurves() {
		p, err := c.panel(t)
		if err != nil {
			return nil, err
		}
		panels = append(panels, p)
	}
	all, err := Grid("fig2-digits", 2, panels[:4]...)
	if err != nil {
		return nil, err
	}
	return append(panels, all), nil
}

// role keeps the rows of the tasks for meta-training, " train ", or for
// meta-test, " test ".
func role(name string) tidy.Filter {
	return func(r tidy.Row) bool { return strings.Contains(r.Task, name) }
}

// digitsPictures shows the held-out pictures that the first seed recorded of its
// tasks. The step is the pixel in row-major order and the value its ink, 0 to 255;
// a pixel without a row is blank.
func digitsPictures(t tidy.Table, tasks, name, title string) (Panel, error) {
	const side = 28
	rows := t.Where(tidy.Method("data"), role(tasks))
	if len(rows) == 0 {
		return Panel{}, fmt.Errorf("fig: panel %s: no rows of pictures", name)
	}
	rows = rows.Where(tidy.Seed(rows.Seeds()[0]))
	var lines [2][]Picture // one line of pictures for each class
	for _, s := range rows.Series() {
		var class int
		if _, err := fmt.Sscanf(s.Metric, "picture of class %d", &class); err != nil || class < 0 || class > 1 {
			return Panel{}, fmt.Errorf("fig: panel %s: the metric %q is no picture", name, s.Metric)
		}
		p := Picture{Rows: side, Columns: side, Pixels: make([]float64, side*side)}
		for i, pixel := range s.Steps {
			if pixel < 0 || pixel >= side*side {
				return Panel{}, fmt.Errorf("fig: panel %s: task %s: pixel %d", name, s.Task, pixel)
			}
			p.Pixels[pixel] = s.Values[i] / 255
		}
		pair := strings.Split(s.Task[strings.LastIndexByte(s.Task, ' ')+1:], "/")
		p.Caption = strings.Fields(s.Task)[0] + " " + pair[min(class, len(pair)-1)] // "mnist 3"
		lines[class] = append(lines[class], p)
	}
	if len(lines[0]) != len(lines[1]) {
		return Panel{}, fmt.Errorf("fig: panel %s: %d and %d pictures of the two classes", name, len(lines[0]), len(lines[1]))
	}
	return Pictures(name, title, len(lines[0]), append(lines[0], lines[1]...))
}

// digitsCurve is one panel of curves.
type digitsCurve struct {
	name, title, tasks string
	metric             string // its first word or words
	x                  string
	methods            []string
}

// digitsCurves lists the panels (c) and (d) first.
func digitsCurves() []digitsCurve {
	const outer, inner = "outer steps", "gradient steps"
	two := []string{"task loss", "learned"}
	all := append(two[:2:2], "task loss, best rate", "scaled task loss")
	return []digitsCurve{
		{"fig2-digits-train", "(c) Meta-train task, held-out pictures", " train ", "cross-entropy after", outer, two},
		{"fig2-digits-test", "(d) Meta-test tasks, held-out pictures", " test ", "cross-entropy", inner, two},
		{"fig2-digits-train-accuracy", "Meta-train task, held-out pictures", " train ", "accuracy after", outer, two},
		{"fig2-digits-test-accuracy", "Meta-test tasks, held-out pictures", " test ", "accuracy", inner, two},
		{"fig2-digits-baselines", "Meta-test tasks, further baselines", " test ", "cross-entropy", inner, all},
		{"fig2-digits-baselines-accuracy", "Meta-test tasks, further baselines", " test ", "accuracy", inner, all},
	}
}

// panel draws mean and deviation over seeds.
func (c digitsCurve) panel(t tidy.Table) (Panel, error) {
	after := strings.HasSuffix(c.metric, " after")
	rows := t.Where(role(c.tasks), func(r tidy.Row) bool {
		return r.Metric == c.metric || after && strings.HasPrefix(r.Metric, c.metric+" ")
	})
	layers, err := Bands(rows, SDOverSeeds, c.methods...)
	if err != nil {
		return Panel{}, fmt.Errorf("fig: panel %s: %w", c.name, err)
	}
	y := MetricAxis(rows)
	if c.metric == "cross-entropy after" {
		y.Label = rows[0].Metric + " (nat)"
	}
	return Plot{Name: c.name, Title: c.title, Width: PanelWidth, Height: PanelHeight,
		X: Axis{Label: c.x}, Y: y, Layers: layers}.Panel()
}
