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
	s := settings[paper.ShapedSine]("shaped-sine")
	all := []panel{moving(waveFigure("fig5a-landscape", s.ShownNu), 350*time.Millisecond,
		func(d Data) ([]fig.Plot, error) { return waveFrames(d, s.ShownNu) })}
	for _, seesX := range []bool{true, false} {
		name, title, losses := "", "", []string{paper.LearnedLoss, paper.LearnedShaped}
		if !seesX {
			name, title = "-without-x", ", without x"
			losses = []string{paper.WithoutX(losses[0]), paper.WithoutX(losses[1])}
		}
		c := curves{methods: append([]string{paper.TaskLoss, paper.AtRate(0.1)}, losses...),
			spread: fig.SDOverSeeds, size: [2]float64{16, fig.PanelHeight}, last: every}
		distance := c.of("(b) Distance to the true frequency"+title, "median distance", "nu", "all")
		found := c.of("Descents that find the true frequency"+title, "found", "nu", "all")
		distance.y, found.y = fig.Axis{Log: true, Limits: &[2]float64{0.03, 7}}, fig.Axis{Limits: &[2]float64{-0.03, 1.03}}
		byFrequency := found
		byFrequency.task, byFrequency.key, byFrequency.x = nil, "nu", "true frequency ν"
		all = append(all,
			waveFrequencies("fig5a-landscapes"+name, s.Frequencies, append([]string{paper.TaskLoss}, losses...)),
			distance.panel("fig5b-convergence"+name),
			found.panel("fig5b-found"+name),
			byFrequency.panel("fig5b-frequencies"+name),
			wavePaths("fig5b-paths"+name, s.ShownNu, title, paper.AtRate(0.1), losses...))
	}
	return all
}

// waveTrue is the line of the true frequency.
func waveTrue(nu float64, vertical bool) fig.Rule {
	return fig.Rule{Label: "true frequency", Style: truth(fig.Solid), Vertical: vertical, At: nu}
}

// landscapes are the landscapes of a method at a frequency, those of the authors
// among them; at the end of meta-training, or while it lasts.
func landscapes(d Data, nu float64, method string, whileLearned bool) tidy.Table {
	filters := []tidy.Filter{tidy.Metric("landscape"), tidy.Method(method), tidy.Has("nu", strconv.FormatFloat(nu, 'g', -1, 64)),
		func(r tidy.Row) bool { return whileLearned == (tidy.TaskValue(r.Task, "updates") != "") }}
	return append(d.Pictures.Where(filters...), d.Rows.Where(filters...)...)
}

// landscapeCurve is a landscape scaled to [0, 1]; its steps are indexes of the grid
// of θ.
func landscapeCurve(d Data, s tidy.Series) (fig.Curve, error) {
	theta := map[int]float64{}
	for _, r := range d.Pictures.Where(tidy.Method(paper.ThetaAt), tidy.Metric("theta")) {
		theta[r.Step] = r.Value
	}
	var c fig.Curve
	low, high := slices.Min(s.Values), slices.Max(s.Values)
	for i, v := range s.Values {
		at, ok := theta[s.Steps[i]]
		if !ok || low == high {
			return c, fmt.Errorf("the landscape of %s, seed %d, %s is flat, or has a point %d that the grid of θ has not", s.Method, s.Seed, s.Task, s.Steps[i])
		}
		c.X, c.Y = append(c.X, at), append(c.Y, (v-low)/(high-low))
	}
	c.Style, c.Label = styleOf(s.Method)
	c.Style.Marker = fig.NoMarker
	return c, nil
}

// wavePlot is a plot of landscapes without a legend, which would move from plot to
// plot.
func wavePlot(title string, width, height float64, nu float64, curves ...fig.Curve) fig.Plot {
	line := waveTrue(nu, true)
	line.Label = ""
	layers := []fig.Layer{line}
	for _, c := range curves {
		c.Label = ""
		layers = append(layers, c)
	}
	p := plot(title, "θ", "loss, scaled", layers...)
	p.Width, p.Height, p.X.Limits = width, height, &[2]float64{-7, 7}
	return p
}

// waveFigure is Fig. 5 a: the shaped loss above the MSE, as in the paper, and the
// unshaped loss to the right, each for every seed, with the landscapes of the
// authors' code if their rows are there.
func waveFigure(name string, nu float64) panel {
	own := func(d Data) tidy.Table { return landscapes(d, nu, paper.LearnedShaped, false) }
	return drawn(name, own, func(d Data, _ tidy.Table) (fig.Panel, error) {
		var plots []fig.Plot
		key := []fig.Layer{waveTrue(nu, true)}
		for _, p := range []struct{ method, reference, title string }{
			{paper.LearnedShaped, paper.ReferenceShaped, "(a) Learned loss, shaped"},
			{paper.LearnedLoss, paper.Reference, "Learned loss, unshaped"},
			{paper.TaskLoss, "", "MSE"},
		} {
			curves, err := waveSeeds(d, nu, p.method, p.reference)
			if err != nil {
				return fig.Panel{}, err
			}
			key = append(key, layersOf(curves)...)
			plots = append(plots, wavePlot(p.title, 11, 7, nu, curves...))
		}
		return fig.Sheet(2, plots, key...)
	})
}

// waveSeeds are the landscapes of every seed, all but the first thin, and of the
// authors' code.
func waveSeeds(d Data, nu float64, method, reference string) ([]fig.Curve, error) {
	own := landscapes(d, nu, method, false)
	if len(own) == 0 {
		return nil, missing(d.Pictures, method)
	}
	seeds := len(own.Seeds())
	if method == paper.TaskLoss { // it is the same for every seed
		own = firstSeed(own)
	}
	var curves []fig.Curve
	for i, s := range append(own.Series(), landscapes(d, nu, reference, false).Series()...) {
		c, err := landscapeCurve(d, s)
		if err != nil {
			return nil, err
		}
		if i > 0 && s.Method == method {
			c.Style, c.Label = c.Style.Thin(), ""
			c.Style.Color.A = 90
			c.Spread = fmt.Sprintf("%d seeds, the first drawn thick", seeds)
		}
		curves = append(curves, c)
	}
	return curves, nil
}

// waveFrames are the landscapes of the shaped loss while it is learned.
func waveFrames(d Data, nu float64) ([]fig.Plot, error) {
	updates := func(s tidy.Series) int { n, _ := strconv.Atoi(tidy.TaskValue(s.Task, "updates")); return n }
	series := firstSeed(landscapes(d, nu, paper.LearnedShaped, true)).Series()
	slices.SortStableFunc(series, func(a, b tidy.Series) int { return cmp.Compare(updates(a), updates(b)) })
	var frames []fig.Plot
	for _, s := range series {
		c, err := landscapeCurve(d, s)
		if err != nil {
			return nil, err
		}
		frames = append(frames, wavePlot(fmt.Sprintf("Shaped loss after %d updates of φ", updates(s)), fig.PanelWidth, 8, nu, c))
	}
	if n := len(frames); n > 0 { // rest at the end
		frames = append(frames, slices.Repeat(frames[n-1:], 4)...)
	}
	return frames, nil
}

// waveFrequencies shows the landscapes of the methods at every frequency at which
// all have one, for the first seed that has them stored.
func waveFrequencies(name string, frequencies []float64, methods []string) panel {
	at := func(d Data, nu float64) (all []tidy.Series) {
		for _, m := range methods {
			all = append(all, firstSeed(landscapes(d, nu, m, false)).Series()...)
		}
		return all
	}
	whole := func(d Data, nu float64) bool { return len(at(d, nu)) == len(methods) }
	fills := func(d Data) bool {
		return slices.ContainsFunc(frequencies, func(nu float64) bool { return whole(d, nu) })
	}
	return panel{name, fills, func(d Data) (fig.Panel, error) {
		var plots []fig.Plot
		var key []fig.Layer
		for _, nu := range frequencies {
			if !whole(d, nu) {
				continue
			}
			var curves []fig.Curve
			for _, s := range at(d, nu) {
				c, err := landscapeCurve(d, s)
				if err != nil {
					return fig.Panel{}, err
				}
				c.Style.Width = 1.3
				curves = append(curves, c)
			}
			key = append([]fig.Layer{waveTrue(nu, true)}, layersOf(curves)...)
			title := strings.Replace(fmt.Sprintf("ν = %.1f", nu), "-", "−", 1)
			plots = append(plots, wavePlot(title, 7.5, 6.2, nu, curves...))
		}
		return fig.Sheet(4, plots, key...)
	}}
}

// wavePaths shows θ during descent from many starts at a frequency, for the first
// seed that has them stored, of a baseline and of losses, whose titles have an end.
func wavePaths(name string, nu float64, end, baseline string, losses ...string) panel {
	const last = 30 // gradient steps shown
	methods := append([]string{baseline}, losses...)
	paths := func(d Data) tidy.Table {
		return firstSeed(d.Rows.Where(tidy.Metric("theta"), tidy.Has("start"), tidy.Steps(0, last), tidy.Method(methods...)))
	}
	return drawn(name, paths, func(_ Data, rows tidy.Table) (fig.Panel, error) {
		var plots []fig.Plot
		for _, m := range methods {
			layers := []fig.Layer{waveTrue(nu, false)}
			for _, s := range rows.Where(tidy.Method(m)).Series() {
				c := trace(s, 1)
				c.Label, c.Style = "", c.Style.Thin()
				c.Style.Dash = fig.Solid
				layers = append(layers, c)
			}
			_, label := styleOf(m)
			if m != baseline {
				label += end
			}
			p := plot(strings.ToUpper(label[:1])+label[1:], "gradient steps", "θ", layers...)
			p.Width, p.Height, p.Y.Limits = 8.4, 8, &[2]float64{-7, 7}
			plots = append(plots, p)
		}
		return fig.Sheet(len(plots), plots)
	})
}
