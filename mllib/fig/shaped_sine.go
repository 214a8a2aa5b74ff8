package fig

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"ml3/mllib/tidy"
)

// shapedSineFigure is the frequency of the paper's landscape.
const shapedSineFigure = 0.5

// shapedSine draws Fig. 5 a, b: the landscape of the shaped loss over the one of
// the MSE, with an animation of how it is learned; the landscapes at further
// frequencies; and how descent on the losses approaches the true frequency. Each
// is drawn for the losses that see x and for those that do not.
func shapedSine(t tidy.Table) ([]Panel, error) {
	a, err := waveFigure(t)
	if err != nil {
		return nil, err
	}
	panels := []Panel{a}
	for _, suffix := range []string{"", " without x"} {
		name := strings.ReplaceAll(suffix, " ", "-")
		more, err := waveFrequencies(t, "fig5a-landscapes"+name, suffix)
		if err != nil {
			return nil, err
		}
		b, err := waveConvergence(t, name, suffix)
		if err != nil {
			return nil, err
		}
		paths, err := wavePaths(t, "fig5b-paths"+name, suffix)
		if err != nil {
			return nil, err
		}
		panels = append(append(append(panels, more...), b...), paths...)
	}
	return panels, nil
}

// waveStyle is how a method is drawn, with its name in legends. Losses that do not
// see x look like those that do; no panel has both.
func waveStyle(method string) (Style, string) {
	switch strings.TrimSuffix(method, " without x") {
	case "learned shaped":
		return LineStyle(Blue, Solid, Circle), "learned, shaped"
	case "learned unshaped":
		return LineStyle(Green, DashDot, Triangle), "learned, unshaped"
	case "task loss":
		return LineStyle(Orange, Dashed, Square), "MSE"
	case "reference shaped", "reference unshaped":
		return LineStyle(Gray, Dashed, NoMarker), "authors’ code"
	}
	rate := strings.TrimPrefix(method, "task loss at rate ")
	return LineStyle(Vermilion, LongDash, Cross), "MSE, α = " + rate
}

// waveTrue is the line of the true frequency.
func waveTrue(nu float64, vertical bool) Rule {
	return Rule{Label: "true frequency", Style: LineStyle(Red, Solid, NoMarker), Vertical: vertical, At: nu}
}

// waveLandscape is a landscape scaled to [0, 1]. Its steps are θ in hundredths.
func waveLandscape(s tidy.Series) (Curve, error) {
	low, high := slices.Min(s.Values), slices.Max(s.Values)
	if low == high {
		return Curve{}, fmt.Errorf("the landscape of %s, seed %d, %s is flat", s.Method, s.Seed, s.Task)
	}
	var c Curve
	for i, v := range s.Values {
		c.X = append(c.X, float64(s.Steps[i])/100)
		c.Y = append(c.Y, (v-low)/(high-low))
	}
	c.Style, c.Label = waveStyle(s.Method)
	c.Style.Marker = NoMarker
	return c, nil
}

// wavePlot is a plot of landscapes.
func wavePlot(name, title string, width, height float64, layers ...Layer) Plot {
	return Plot{Name: name, Title: title, Width: width, Height: height, Layers: layers,
		X: Axis{Label: "θ", Limits: &[2]float64{-7, 7}}, Y: Axis{Label: "loss, scaled"}}
}

func waveTask(nu float64) string { return "nu=" + strconv.FormatFloat(nu, 'g', -1, 64) }

// waveFigure is Fig. 5 a: the shaped loss above the MSE, as in the paper, and the
// unshaped loss to the right, each for every seed, with the landscapes of the
// authors' code if their rows are there.
func waveFigure(t tidy.Table) (Panel, error) {
	const name, width, height = "fig5a-landscape", 11, 7
	rows := t.Where(tidy.Metric("landscape"), tidy.Task(waveTask(shapedSineFigure)))
	var panels []Panel
	var entries []Layer
	for _, p := range []struct{ method, reference, title string }{
		{"learned shaped", "reference shaped", "(a) Learned loss, shaped"},
		{"learned unshaped", "reference unshaped", "Learned loss, unshaped"},
		{"task loss", "", "MSE"},
	} {
		layers, err := waveSeeds(rows, p.method, p.reference)
		if err != nil {
			return Panel{}, fmt.Errorf("fig: panel %s: %w", name, err)
		}
		entries = append(entries, layers...)
		panel, err := wavePlot(name, p.title, width, height, unlabelled(layers)...).Panel()
		if err != nil {
			return Panel{}, err
		}
		panels = append(panels, panel)
	}
	all, err := Grid(name, 2, append(panels, waveKey(entries, width, height))...)
	if err != nil {
		return Panel{}, err
	}
	frames, err := waveFrames(t)
	return all.Moving(frames, 350*time.Millisecond), err
}

// waveSeeds are the landscapes of every seed, all but the first thin, and of the
// authors' code.
func waveSeeds(rows tidy.Table, method, reference string) ([]Layer, error) {
	all := append(rows.Where(tidy.Method(method)).Series(), rows.Where(tidy.Method(reference)).Series()...)
	if len(all) == 0 || all[0].Method != method {
		return nil, missing(rows, method)
	}
	if method == "task loss" { // it is the same for every seed
		all = all[:1]
	}
	layers := []Layer{waveTrue(shapedSineFigure, true)}
	for i, s := range all {
		c, err := waveLandscape(s)
		if err != nil {
			return nil, err
		}
		if i > 0 && s.Method == method {
			c.Style, c.Label = c.Style.Thin(), ""
			c.Style.Color.A = 90
			c.Spread = fmt.Sprintf("%d seeds, the first drawn thick", len(rows.Where(tidy.Method(method)).Seeds()))
		}
		layers = append(layers, c)
	}
	return layers, nil
}

// waveFrames are the landscapes of the shaped loss while it is learned.
func waveFrames(t tidy.Table) ([]Panel, error) {
	series := t.Where(tidy.Metric("landscape"), tidy.TaskPrefix(waveTask(shapedSineFigure)+" after ")).Series()
	updates := func(s tidy.Series) (n int) {
		fmt.Sscanf(s.Task, waveTask(shapedSineFigure)+" after %d updates", &n)
		return n
	}
	slices.SortStableFunc(series, func(a, b tidy.Series) int {
		return cmp.Or(cmp.Compare(a.Seed, b.Seed), cmp.Compare(updates(a), updates(b)))
	})
	var frames []Panel
	for _, s := range series {
		if s.Seed != series[0].Seed {
			break
		}
		c, err := waveLandscape(s)
		if err != nil {
			return nil, err
		}
		title := fmt.Sprintf("Shaped loss after %d updates of φ", updates(s))
		layers := unlabelled([]Layer{waveTrue(shapedSineFigure, true), c}) // a legend would move from frame to frame
		f, err := wavePlot("frame", title, PanelWidth, 8, layers...).Panel()
		if err != nil {
			return nil, err
		}
		frames = append(frames, f)
	}
	if n := len(frames); n > 0 { // rest at the end
		frames = append(frames, frames[n-1], frames[n-1], frames[n-1], frames[n-1])
	}
	return frames, nil
}

// waveFrequencies shows the three landscapes at every frequency, for the first
// seed that has them stored; no panel if none has.
func waveFrequencies(t tidy.Table, name, suffix string) ([]Panel, error) {
	rows := t.Where(tidy.Metric("landscape"), tidy.Method("learned shaped"+suffix, "learned unshaped"+suffix, "task loss"))
	const width, height = 7.5, 6.2
	var panels []Panel
	var key Panel
	for _, nu := range waveNus(rows) {
		at := rows.Where(tidy.Task(waveTask(nu)))
		layers := []Layer{waveTrue(nu, true)}
		for _, m := range []string{"task loss", "learned unshaped" + suffix, "learned shaped" + suffix} {
			all := at.Where(tidy.Method(m)).Series()
			if len(all) == 0 {
				return nil, fmt.Errorf("fig: panel %s: %w", name, missing(at, m))
			}
			c, err := waveLandscape(all[0])
			if err != nil {
				return nil, fmt.Errorf("fig: panel %s: %w", name, err)
			}
			c.Style.Width = 1.3
			layers = append(layers, c)
		}
		key = waveKey(layers, width, height)
		panel, err := wavePlot(name, fmt.Sprintf("ν = %s", tickLabel(nu, 0.1)), width, height, unlabelled(layers)...).Panel()
		if err != nil {
			return nil, err
		}
		panels = append(panels, panel)
	}
	if len(panels) == 0 {
		return nil, nil
	}
	all, err := Grid(name, min(4, len(panels)+1), append(panels, key)...)
	return []Panel{all}, err
}

// waveKey is a legend of layers by itself, in the middle of a panel.
func waveKey(layers []Layer, width, height float64) Panel {
	l := newLegend(layers)
	return Panel{Width: width, Height: height, draw: func(c draw.Canvas) {
		half := l.size().Scale(0.5)
		l.draw(c, vg.Rectangle{Min: c.Center().Sub(half), Max: c.Center().Add(half)})
	}}
}

// unlabelled are the same layers without entries in a legend.
func unlabelled(layers []Layer) []Layer {
	var all []Layer
	for _, l := range layers {
		switch l := l.(type) {
		case Curve:
			l.Label = ""
			all = append(all, l)
		case Rule:
			l.Label = ""
			all = append(all, l)
		}
	}
	return all
}

// waveNus are the frequencies that have the landscapes of all three losses, in
// increasing order.
func waveNus(t tidy.Table) []float64 {
	var all []float64
	for _, task := range t.Tasks() {
		nu, err := strconv.ParseFloat(strings.TrimPrefix(task, "nu="), 64)
		if err == nil && len(t.Where(tidy.Task(task)).Methods()) == 3 {
			all = append(all, nu)
		}
	}
	slices.Sort(all)
	return all
}
