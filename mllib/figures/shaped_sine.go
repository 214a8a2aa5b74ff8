package figures

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// shapedSinePanels is Fig. 5 a, b: the landscape of the shaped loss over the one of
// the MSE, with an animation of how it is learned; the landscapes at further
// frequencies; how descent on the losses approaches the true frequency; and its
// paths. Each is there for the losses that see x and for those that do not.
func shapedSinePanels() []panel {
	nu := settings[paper.ShapedSine]("shaped-sine").ShownNu
	all := []panel{waveFigure("fig5a-landscape", nu)}
	for _, suffix := range []string{"", withoutX} {
		name := strings.ReplaceAll(suffix, " ", "-")
		losses := []string{"learned" + suffix, "learned shaped" + suffix}
		c := curves{task: []string{"nu", "all"}, methods: append([]string{"task loss", "task loss, rate 0.1"}, losses...),
			spread: fig.SDOverSeeds, size: [2]float64{16, fig.PanelHeight}, last: every}
		distance, found := c, c
		title := strings.Replace(suffix, " ", ", ", 1)
		distance.title, distance.metric, distance.y = "(b) Distance to the true frequency"+title, "median distance", fig.Axis{Log: true, Limits: &[2]float64{0.03, 7}}
		found.title, found.metric, found.y = "Descents that find the true frequency"+title, "found", fig.Axis{Limits: &[2]float64{-0.03, 1.03}}
		byFrequency := found
		byFrequency.task, byFrequency.key, byFrequency.x = nil, "nu", "true frequency ν"
		all = append(all,
			waveFrequencies("fig5a-landscapes"+name, append([]string{"task loss"}, losses...)),
			distance.panel("fig5b-convergence"+name),
			found.panel("fig5b-found"+name),
			byFrequency.panel("fig5b-frequencies"+name),
			wavePaths("fig5b-paths"+name, nu, append([]string{"task loss, rate 0.1"}, losses...)))
	}
	return all
}

// waveTask is the task of a frequency.
func waveTask(nu float64) string { return tidy.TaskOf("nu", strconv.FormatFloat(nu, 'g', -1, 64)) }

// waveTrue is the line of the true frequency.
func waveTrue(nu float64, vertical bool) fig.Rule {
	return fig.Rule{Label: "true frequency", Style: truth(fig.Solid), Vertical: vertical, At: nu}
}

// landscapes are those of the methods, with the authors' own.
func landscapes(d Data, methods ...string) tidy.Table {
	own := tidy.Method(methods...)
	return append(d.Pictures.Where(tidy.Metric("landscape"), own), d.Rows.Where(tidy.Metric("landscape"), own)...)
}

// landscape is a landscape scaled to [0, 1]; its steps are indexes of the grid of θ.
func landscape(d Data, s tidy.Series) (fig.Curve, error) {
	grid := firstSeed(d.Pictures.Where(tidy.Method("grid"), tidy.Metric("theta"))).Series()
	low, high := slices.Min(s.Values), slices.Max(s.Values)
	if len(grid) != 1 || low == high {
		return fig.Curve{}, fmt.Errorf("the landscape of %s, seed %d, %s is flat, or has %d grids of θ", s.Method, s.Seed, s.Task, len(grid))
	}
	var c fig.Curve
	for i, v := range s.Values {
		at, ok := slices.BinarySearch(grid[0].Steps, s.Steps[i])
		if !ok {
			return c, fmt.Errorf("the landscape of %s, seed %d, %s has a point %d that the grid of θ has not", s.Method, s.Seed, s.Task, s.Steps[i])
		}
		c.X, c.Y = append(c.X, grid[0].Values[at]), append(c.Y, (v-low)/(high-low))
	}
	c.Style, c.Label = styleOf(s.Method)
	c.Style.Marker = fig.NoMarker
	return c, nil
}

// wavePlot is a plot of landscapes without a legend, which would move from panel to
// panel.
func wavePlot(title string, width, height float64, layers []fig.Layer) (fig.Panel, error) {
	var bare []fig.Layer
	for _, l := range layers {
		switch l := l.(type) {
		case fig.Curve:
			l.Label = ""
			bare = append(bare, l)
		case fig.Rule:
			l.Label = ""
			bare = append(bare, l)
		}
	}
	return fig.Plot{Title: title, Width: width, Height: height, Layers: bare,
		X: fig.Axis{Label: "θ", Limits: &[2]float64{-7, 7}}, Y: fig.Axis{Label: "loss, scaled"}}.Panel()
}

// waveFigure is Fig. 5 a: the shaped loss above the MSE, as in the paper, and the
// unshaped loss to the right, each for every seed, with the landscapes of the
// authors' code if their rows are there.
func waveFigure(name string, nu float64) panel {
	const width, height = 11, 7
	draw := func(d Data) (fig.Panel, error) {
		var parts []fig.Panel
		var entries []fig.Layer
		for _, p := range []struct{ method, reference, title string }{
			{"learned shaped", "reference shaped", "(a) Learned loss, shaped"},
			{"learned", "reference", "Learned loss, unshaped"},
			{"task loss", "reference task loss", "MSE"},
		} {
			layers, err := waveSeeds(d, nu, p.method, p.reference)
			if err != nil {
				return fig.Panel{}, err
			}
			one, err := wavePlot(p.title, width, height, layers)
			if err != nil {
				return fig.Panel{}, err
			}
			entries, parts = append(entries, layers...), append(parts, one)
		}
		all, err := fig.Grid(name, 2, append(parts, fig.Key(width, height, entries...))...)
		if err != nil {
			return fig.Panel{}, err
		}
		frames, err := waveFrames(d, nu)
		return all.Moving(frames, 350*time.Millisecond), err
	}
	return panel{name: name, draw: draw,
		fills: func(d Data) bool { return len(landscapes(d, "learned shaped").Where(tidy.Task(waveTask(nu)))) > 0 }}
}

// waveSeeds are the landscapes of every seed, all but the first thin, and of the
// authors' code.
func waveSeeds(d Data, nu float64, method, reference string) ([]fig.Layer, error) {
	own := landscapes(d, method).Where(tidy.Task(waveTask(nu)))
	if len(own) == 0 {
		return nil, missing(d.Pictures, method)
	}
	seeds := len(own.Seeds())
	if method == "task loss" { // it is the same for every seed
		own = firstSeed(own)
	}
	layers := []fig.Layer{waveTrue(nu, true)}
	for i, s := range append(own.Series(), landscapes(d, reference).Where(tidy.Task(waveTask(nu))).Series()...) {
		c, err := landscape(d, s)
		if err != nil {
			return nil, err
		}
		if i > 0 && s.Method == method {
			c.Style, c.Label = c.Style.Thin(), ""
			c.Style.Color.A = 90
			c.Spread = fmt.Sprintf("%d seeds, the first drawn thick", seeds)
		}
		layers = append(layers, c)
	}
	return layers, nil
}

// waveFrames are the landscapes of the shaped loss while it is learned.
func waveFrames(d Data, nu float64) ([]fig.Panel, error) {
	updates := func(s tidy.Series) int { n, _ := strconv.Atoi(tidy.TaskValue(s.Task, "updates")); return n }
	series := firstSeed(landscapes(d, "learned shaped").Where(tidy.Has("updates"))).Series()
	slices.SortStableFunc(series, func(a, b tidy.Series) int { return cmp.Compare(updates(a), updates(b)) })
	var frames []fig.Panel
	for _, s := range series {
		c, err := landscape(d, s)
		if err != nil {
			return nil, err
		}
		title := fmt.Sprintf("Shaped loss after %d updates of φ", updates(s))
		f, err := wavePlot(title, fig.PanelWidth, 8, []fig.Layer{waveTrue(nu, true), c})
		if err != nil {
			return nil, err
		}
		frames = append(frames, f)
	}
	if n := len(frames); n > 0 { // rest at the end
		frames = append(frames, slices.Repeat(frames[n-1:], 4)...)
	}
	return frames, nil
}

// waveFrequencies shows the landscapes of the methods at every frequency at which
// all have one, for the first seed that has them stored.
func waveFrequencies(name string, methods []string) panel {
	const width, height = 7.5, 6.2
	frequencies := func(d Data) []float64 {
		rows := landscapes(d, methods...)
		var all []float64
		for _, nu := range settings[paper.ShapedSine]("shaped-sine").Frequencies {
			if len(rows.Where(tidy.Task(waveTask(nu))).Methods()) == len(methods) {
				all = append(all, nu)
			}
		}
		return all
	}
	draw := func(d Data) (fig.Panel, error) {
		var parts []fig.Panel
		var key fig.Panel
		for _, nu := range frequencies(d) {
			layers := []fig.Layer{waveTrue(nu, true)}
			for _, m := range methods {
				c, err := landscape(d, landscapes(d, m).Where(tidy.Task(waveTask(nu))).Series()[0])
				if err != nil {
					return fig.Panel{}, err
				}
				c.Style.Width = 1.3
				layers = append(layers, c)
			}
			key = fig.Key(width, height, layers...)
			one, err := wavePlot(strings.Replace(fmt.Sprintf("ν = %.1f", nu), "-", "−", 1), width, height, layers)
			if err != nil {
				return fig.Panel{}, err
			}
			parts = append(parts, one)
		}
		return fig.Grid(name, min(4, len(parts)+1), append(parts, key)...)
	}
	return panel{name: name, fills: func(d Data) bool { return len(frequencies(d)) > 0 }, draw: draw}
}

// wavePaths shows θ during descent from many starts at a frequency, for the first
// seed that has them stored.
func wavePaths(name string, nu float64, methods []string) panel {
	const last = 30 // gradient steps shown
	paths := func(d Data) tidy.Table {
		return firstSeed(d.Rows.Where(tidy.Metric("theta"), tidy.Has("start"), tidy.Steps(0, last), tidy.Method(methods...)))
	}
	draw := func(d Data) (fig.Panel, error) {
		var parts []fig.Panel
		for _, m := range methods {
			layers := []fig.Layer{waveTrue(nu, false)}
			style, label := styleOf(m)
			style = style.Thin()
			style.Dash = fig.Solid
			for _, s := range paths(d).Where(tidy.Method(m)).Series() {
				c := fig.Curve{Style: style, Y: s.Values}
				for _, step := range s.Steps {
					c.X = append(c.X, float64(step))
				}
				layers = append(layers, c)
			}
			if strings.HasSuffix(m, withoutX) {
				label += "," + withoutX
			}
			one, err := fig.Plot{Title: strings.ToUpper(label[:1]) + label[1:], Width: 8.4, Height: 8, Layers: layers,
				X: fig.Axis{Label: "gradient steps"}, Y: fig.Axis{Label: "θ", Limits: &[2]float64{-7, 7}}}.Panel()
			if err != nil {
				return fig.Panel{}, err
			}
			parts = append(parts, one)
		}
		return fig.Grid(name, len(methods), parts...)
	}
	return panel{name: name, fills: func(d Data) bool { return len(paths(d)) > 0 }, draw: draw}
}
