package fig

import (
	"fmt"
	"strconv"
	"strings"

	"ml3/mllib/tidy"
)

// waveCurve is a panel of methods against steps, or against the frequency.
type waveCurve struct {
	metric, name, title, x, y string
	limits                    [2]float64
	log, byFrequency          bool
}

// waveConvergence shows the median |θ − ν| and the share of descents that have
// found ν, against gradient steps, over all starts and frequencies, and that share
// for each frequency.
func waveConvergence(t tidy.Table, name, suffix string) ([]Panel, error) {
	const distance, found = "(b) Distance to the true frequency", "Descents that find the true frequency"
	const steps, nu, share = "gradient steps", "true frequency ν", "share of descents within 0.5 of ν"
	var panels []Panel
	for _, p := range []waveCurve{
		{"distance median", "fig5b-convergence", distance, steps, "median of |θ − ν|", [2]float64{0.03, 7}, true, false},
		{"found", "fig5b-found", found, steps, share, [2]float64{-0.03, 1.03}, false, false},
		{"found", "fig5b-frequencies", found, nu, share, [2]float64{-0.03, 1.03}, false, true},
	} {
		p.name += name
		panel, err := p.panel(t, suffix)
		if err != nil {
			return nil, fmt.Errorf("fig: panel %s: %w", p.name, err)
		}
		panels = append(panels, panel)
	}
	return panels, nil
}

func (p waveCurve) panel(t tidy.Table, suffix string) (Panel, error) {
	rows := t.Where(tidy.Metric(p.metric), tidy.Task("all"))
	if p.byFrequency {
		rows = waveByFrequency(t)
	}
	methods := []string{"task loss", "task loss at rate 0.1", "learned unshaped" + suffix, "learned shaped" + suffix}
	layers, err := Bands(rows, SDOverSeeds, methods...)
	if err != nil {
		return Panel{}, err
	}
	for i, l := range layers {
		c := l.(Curve)
		c.Style, c.Label = waveStyle(methods[i])
		if methods[i] == "task loss" {
			c.Label = "MSE, α = 1"
		}
		if p.byFrequency {
			c.Style.Every = true
			for k := range c.X {
				c.X[k] /= 100
			}
		}
		layers[i] = c
	}
	return Plot{Name: p.name, Title: p.title + strings.Replace(suffix, " ", ", ", 1), Width: 16, Height: PanelHeight,
		X: Axis{Label: p.x}, Y: Axis{Label: p.y, Log: p.log, Limits: &p.limits}, Layers: layers}.Panel()
}

// waveByFrequency are the shares at the end of each frequency's descents, with ν
// in hundredths as the step.
func waveByFrequency(t tidy.Table) tidy.Table {
	var rows tidy.Table
	for _, r := range t.Where(tidy.Metric("found"), tidy.TaskPrefix("nu=")) {
		if nu, err := strconv.ParseFloat(strings.TrimPrefix(r.Task, "nu="), 64); err == nil {
			r.Step, r.Task = int(100*nu), "all"
			rows = append(rows, r)
		}
	}
	return rows
}

// wavePaths shows θ during descent from many starts at the figure's frequency, for
// the first seed that has them stored; no panel if none has.
func wavePaths(t tidy.Table, name, suffix string) ([]Panel, error) {
	rows := t.Where(tidy.Metric("theta"), tidy.TaskPrefix(waveTask(shapedSineFigure)+" from "))
	if len(rows) == 0 {
		return nil, nil
	}
	rows = rows.Where(tidy.Seed(rows.Seeds()[0]))
	var panels []Panel
	for _, m := range []string{"task loss at rate 0.1", "learned unshaped" + suffix, "learned shaped" + suffix} {
		layers := []Layer{waveTrue(shapedSineFigure, false)}
		style, label := waveStyle(m)
		style = style.Thin()
		style.Dash = Solid
		for _, s := range rows.Where(tidy.Method(m), tidy.Steps(0, 30)).Series() {
			c := Curve{Style: style, Y: s.Values}
			for _, step := range s.Steps {
				c.X = append(c.X, float64(step))
			}
			layers = append(layers, c)
		}
		if len(layers) == 1 {
			return nil, fmt.Errorf("fig: panel %s: %w", name, missing(rows, m))
		}
		if strings.HasSuffix(m, " without x") {
			label += ", without x"
		}
		panel, err := Plot{Name: name, Title: strings.ToUpper(label[:1]) + label[1:], Width: 8.4, Height: 8, Layers: layers,
			X: Axis{Label: "gradient steps"}, Y: Axis{Label: "θ", Limits: &[2]float64{-7, 7}}}.Panel()
		if err != nil {
			return nil, err
		}
		panels = append(panels, panel)
	}
	all, err := Grid(name, 3, panels...)
	return []Panel{all}, err
}
