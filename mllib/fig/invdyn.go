package fig

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ml3/mllib/tidy"
)

// invdynNames are the stems of the panels of a robot, with what titles call it.
func invdynNames(experiment string) (stem, robot string) {
	if experiment == "invdyn-sawyer" {
		return "fig5d-invdyn-sawyer", "Sawyer arm"
	}
	return "fig5c-invdyn-reacher", "reacher"
}

// invdynStyle is how a method is drawn, with its name in legends: shaped and
// unshaped losses as in Fig. 5 b.
func invdynStyle(method string) (Style, string) {
	switch method {
	case "learned shaped":
		return LineStyle(Blue, Solid, Circle), "learned, shaped"
	case "learned":
		return LineStyle(Green, DashDot, Triangle), "learned, unshaped"
	case "task loss":
		return LineStyle(Orange, Dashed, Square), "MSE, best rate"
	case "task loss, same rate":
		return LineStyle(Vermilion, LongDash, Cross), "MSE, rate of the learned losses"
	case "power mse":
		return LineStyle(Purple, Dotted, Box), "power-weighted MSE, best rate"
	case "truth":
		return LineStyle(Black, Solid, NoMarker), "truth"
	}
	return LineStyle(Gray, Dotted, NoMarker), "constant H, mean of meta-training"
}

// invdynPictured are the methods of matrices and torques.
var invdynPictured = [...]string{"truth", "learned shaped", "learned", "task loss"}

// invdyn draws Fig. 5 c or d: the torque error on new trajectories against gradient
// steps, and beside it the error of the inertia matrix, how both fall in
// meta-training, the arm on a new trajectory, its inertia matrix and its torques
// as the fitted networks predict them. The last three are of one seed and left out
// if the table does not have it.
func invdyn(t tidy.Table) ([]Panel, error) {
	if n := len(t.Experiments()); n != 1 {
		return nil, fmt.Errorf("fig: inverse dynamics of %d experiments in one table", n)
	}
	stem, robot := invdynNames(t[0].Experiment)
	var panels []Panel
	for _, c := range []struct{ name, title, metric, label string }{
		{stem, "Prediction error on new trajectories, " + robot, "torque error", "torque error"},
		{stem + "-inertia", "Error of the inertia matrix, " + robot, "inertia error", "inertia error"},
	} {
		p, err := invdynCurves(t, c.name, c.title, c.metric, c.label)
		if err != nil {
			return nil, err
		}
		panels = append(panels, p)
	}
	training, err := invdynTraining(t, stem, robot)
	if err != nil {
		return nil, err
	}
	panels = append(panels, training)
	if len(t.Where(tidy.Method("truth"))) == 0 {
		return panels, nil
	}
	for _, draw := range []func(tidy.Table, string) (Panel, error){invdynArm, invdynMatrices, invdynTorques} {
		p, err := draw(t, stem)
		if err != nil {
			return nil, err
		}
		panels = append(panels, p)
	}
	return panels, nil
}

// invdynCurves draws mean and 95 % band of all methods, and the constant matrix as
// a line.
func invdynCurves(t tidy.Table, name, title, metric, label string) (Panel, error) {
	layers, err := invdynLayers(t, metric)
	if err != nil {
		return Panel{}, fmt.Errorf("fig: panel %s: %w", name, err)
	}
	return Plot{
		Name: name, Title: title, Width: PanelWidth + 2, Height: PanelHeight + 2,
		X: Axis{Label: "gradient steps"}, Y: Axis{Label: label, Log: true}, Layers: layers,
	}.Panel()
}

// invdynLayers are the curves of a metric. A mean over seeds of which some diverged
// says nothing: they are left out, and the legend says so.
func invdynLayers(t tidy.Table, metric string) ([]Layer, error) {
	rows := t.Where(tidy.Task("new"), tidy.Metric(metric))
	var layers []Layer
	for _, m := range []string{"learned shaped", "learned", "task loss", "task loss, same rate", "power mse"} {
		lost := t.Where(tidy.Metric("diverged"), tidy.Method(m)).Seeds()
		kept := rows.Where(tidy.Not(tidy.Seed(lost...)))
		if len(lost) > 0 && len(kept.Where(tidy.Method(m))) == 0 {
			continue
		}
		curve, err := Bands(kept, CI95OverSeeds, m)
		if err != nil {
			return nil, err
		}
		invdynLabel(curve, []string{m})
		if c := curve[0].(Curve); len(lost) > 0 {
			c.Label += fmt.Sprintf(" (%d of %d seeds diverge)", len(lost), len(rows.Seeds()))
			if len(layers) > 0 {
				c.Spread = layers[0].(Curve).Spread
			}
			curve[0] = c
		}
		layers = append(layers, curve...)
	}
	if constant := rows.Where(tidy.Method("constant")); len(constant) > 0 {
		_, perSeed := constant.PerSeed()
		style, text := invdynStyle("constant")
		layers = append(layers, Rule{Label: text, Style: style, At: tidy.Mean(perSeed)})
	}
	return layers, nil
}

// invdynLabel gives the curves the styles and names of their methods.
func invdynLabel(layers []Layer, methods []string) {
	for i, m := range methods {
		c := layers[i].(Curve)
		c.Style, c.Label = invdynStyle(m)
		layers[i] = c
	}
}

// invdynTraining draws how the errors of a network after all its steps fall while
// the losses are learned.
func invdynTraining(t tidy.Table, stem, robot string) (Panel, error) {
	name := stem + "-meta-training"
	rows := t.Where(tidy.Task("meta-training"), tidy.Method("learned", "learned shaped"))
	var panels []Panel
	for _, m := range rows.Metrics() {
		methods := []string{"learned shaped", "learned"}
		layers, err := Bands(rows.Where(tidy.Metric(m)), CI95OverSeeds, methods...)
		if err != nil {
			return Panel{}, fmt.Errorf("fig: panel %s: %w", name, err)
		}
		invdynLabel(layers, methods)
		p, err := Plot{
			Name: name, Title: "After all steps on meta-training, " + robot, Width: PanelWidth, Height: PanelHeight,
			X: Axis{Label: "updates of φ"}, Y: Axis{Label: strings.Fields(m)[0] + " error", Log: true}, Layers: layers,
		}.Panel()
		if err != nil {
			return Panel{}, err
		}
		panels = append(panels, p)
	}
	return Grid(name, 2, panels...)
}

// invdynTimes are the tasks of the poses, in order of time, and their times in s.
func invdynTimes(t tidy.Table) (tasks []string, seconds []float64, err error) {
	tasks = t.Where(tidy.Method("arm")).Tasks()
	at := map[string]float64{}
	for _, task := range tasks {
		if at[task], err = strconv.ParseFloat(strings.TrimSuffix(task, " s"), 64); err != nil {
			return nil, nil, fmt.Errorf("fig: pose at %q: %w", task, err)
		}
	}
	slices.SortFunc(tasks, func(a, b string) int { return cmp.Compare(at[a], at[b]) })
	for _, task := range tasks {
		seconds = append(seconds, at[task])
	}
	if len(tasks) < 2 {
		return nil, nil, errors.New("fig: fewer than two poses of the arm")
	}
	return tasks, seconds, nil
}

// invdynArm draws the arm as lines from joint to joint at some times of a new
// trajectory: from above and, if it leaves the plane, from the side.
func invdynArm(t tidy.Table, stem string) (Panel, error) {
	views := []struct{ title, x, y string }{{"The arm from above", "x", "y"}, {"The arm from the side", "x", "z"}}
	z := t.Where(tidy.Method("arm"), tidy.Metric("position/z"))
	lowest, highest := 0.0, 0.0
	for _, r := range z {
		lowest, highest = min(lowest, r.Value), max(highest, r.Value)
	}
	if highest-lowest < 0.05 { // m
		views = views[:1]
	}
	tasks, _, err := invdynTimes(t)
	if err != nil {
		return Panel{}, err
	}
	var panels []Panel
	for _, v := range views {
		var layers []Layer
		for i, task := range tasks {
			paths, err := Paths(t.Where(tidy.Method("arm"), tidy.Task(task)), "position/"+v.x, "position/"+v.y)
			if err != nil {
				return Panel{}, err
			}
			s := Sequence(i, len(tasks))
			s.Dash, s.Marker, s.Every, s.Width = Solid, Circle, true, 2.2
			layers = append(layers, paths[0].Curve(task, s))
		}
		p, err := Plot{
			Name: stem + "-arm", Title: v.title, Width: PanelWidth, Height: PanelHeight + 1, Equal: true,
			X: Axis{Label: v.x + " (m)"}, Y: Axis{Label: v.y + " (m)"}, Layers: layers,
		}.Panel()
		if err != nil {
			return Panel{}, err
		}
		panels = append(panels, p)
	}
	return Grid(stem+"-arm", 2, panels...)
}

// invdynTorques draws, for each joint, the inertial torque H(q) q̈ on a new
// trajectory: the true one and what the fitted networks predict. The known bias
// force is not drawn.
func invdynTorques(t tidy.Table, stem string) (Panel, error) {
	tasks, seconds, err := invdynTimes(t)
	if err != nil {
		return Panel{}, err
	}
	var panels []Panel
	for _, joint := range t.Where(tidy.Metric("torque")).Tasks() {
		rows := t.Where(tidy.Task(joint))
		// The poses are those of evenly spaced samples, the first one first.
		samples := len(rows.Where(tidy.Metric("torque"), tidy.Method("truth")))
		dt := seconds[1] * float64(len(tasks)) / float64(samples)
		layers, err := invdynTorque(rows, dt, len(panels) == 0)
		if err != nil {
			return Panel{}, fmt.Errorf("fig: panel %s-torque: %s: %w", stem, joint, err)
		}
		p, err := Plot{
			Name: stem + "-torque", Title: "Inertial torque of " + joint, Width: PanelWidth, Height: 6.5,
			X: Axis{Label: "time (s)"}, Y: Axis{Label: "N m"}, Layers: layers,
		}.Panel()
		if err != nil {
			return Panel{}, err
		}
		panels = append(panels, p)
	}
	return Grid(stem+"-torque", 2, panels...)
}

// invdynTorque are the curves of one joint, whose samples are dt apart.
func invdynTorque(rows tidy.Table, dt float64, legend bool) ([]Layer, error) {
	bias := rows.Where(tidy.Metric("bias")).Series()
	if len(bias) != 1 {
		return nil, fmt.Errorf("%d series of the bias force", len(bias))
	}
	var layers []Layer
	for _, m := range invdynPictured {
		s := rows.Where(tidy.Metric("torque"), tidy.Method(m)).Series()
		if len(s) == 0 && m != "truth" { // it diverged
			continue
		}
		if len(s) != 1 || len(s[0].Values) != len(bias[0].Values) {
			return nil, fmt.Errorf("%d series of the torque by %s", len(s), m)
		}
		var c Curve
		if c.Style, c.Label = invdynStyle(m); !legend {
			c.Label = ""
		}
		c.Style.Marker = NoMarker
		for i, v := range s[0].Values {
			c.X, c.Y = append(c.X, dt*float64(i)), append(c.Y, v-bias[0].Values[i])
		}
		layers = append(layers, c)
	}
	return layers, nil
}
