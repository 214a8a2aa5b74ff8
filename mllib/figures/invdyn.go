package figures

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// invdynPictured are the methods of matrices and torques.
func invdynPictured() []string {
	return []string{"truth", "learned shaped", "learned", "task loss, best rate"}
}

// invdynPanels is Fig. 5 c or d: the torque error on new trajectories against
// gradient steps, and beside it the error of the inertia matrix, how both fall in
// meta-training, and of one seed the arm on a new trajectory, its inertia matrix and
// its torques as the fitted networks predict them.
func invdynPanels(experiment, stem, robot string) []panel {
	all := []string{"learned shaped", "learned", "task loss, best rate", "task loss", "power-weighted mse, best rate", constant}
	c := curves{task: []string{"split", "meta-test"}, methods: all, spread: fig.CI95OverSeeds,
		size: [2]float64{fig.PanelWidth + 2, fig.PanelHeight + 2}, y: fig.Axis{Log: true}, last: every}
	torque, inertia := c, c
	torque.title, torque.metric = "Prediction error on new trajectories, "+robot, "torque error"
	inertia.title, inertia.metric = "Error of the inertia matrix, "+robot, "inertia error"
	training := func(metric string) panel {
		c := curves{title: "After all steps on meta-training, " + robot, metric: metric + " by outer step", task: []string{"split", "meta-train"},
			methods: all[:2], spread: fig.CI95OverSeeds, size: usual, y: fig.Axis{Log: true}, last: every}
		return c.panel("")
	}
	arm := settings[paper.InverseDynamics](experiment).Arm
	pictures := func(name string, draw func(t tidy.Table) ([]fig.Panel, error)) panel {
		return panel{name: stem + name, fills: func(d Data) bool { return len(d.Pictures.Where(tidy.Method("truth"))) > 0 },
			draw: func(d Data) (fig.Panel, error) {
				parts, err := draw(d.Pictures)
				if err != nil {
					return fig.Panel{}, err
				}
				return fig.Grid(stem+name, 2, parts...)
			}}
	}
	return []panel{
		torque.panel(stem),
		inertia.panel(stem + "-inertia"),
		grid(stem+"-meta-training", 2, training("inertia error"), training("torque error")),
		pictures("-arm", invdynArm),
		pictures("-matrix", invdynMatrices),
		pictures("-torque", func(t tidy.Table) ([]fig.Panel, error) { return invdynTorques(t, arm.Duration/float64(arm.Points)) }),
	}
}

// flat is the range of heights, in m, below which an arm is drawn from above alone.
const flat = 0.05

// invdynArm draws the arm as lines from joint to joint at some times of a new
// trajectory: from above and, if it leaves the plane, from the side.
func invdynArm(t tidy.Table) ([]fig.Panel, error) {
	t = t.Where(tidy.Method("arm"))
	seconds := func(task string) float64 { s, _ := strconv.ParseFloat(tidy.TaskValue(task, "seconds"), 64); return s }
	tasks := t.Tasks()
	slices.SortFunc(tasks, func(a, b string) int { return cmp.Compare(seconds(a), seconds(b)) })
	lowest, highest := 0.0, 0.0
	for _, r := range t.Where(tidy.Metric("z")) {
		lowest, highest = min(lowest, r.Value), max(highest, r.Value)
	}
	var panels []fig.Panel
	for _, v := range []struct{ title, x, y string }{{"The arm from above", "x", "y"}, {"The arm from the side", "x", "z"}} {
		if v.y == "z" && highest-lowest < flat {
			continue
		}
		var layers []fig.Layer
		for i, task := range tasks {
			paths, err := fig.Paths(t.Where(tidy.Task(task)), v.x, v.y)
			if err != nil {
				return nil, err
			}
			s := fig.Sequence(i, len(tasks))
			s.Dash, s.Marker, s.Every, s.Width = fig.Solid, fig.Circle, true, 2.2
			layers = append(layers, paths[0].Curve(tidy.TaskValue(task, "seconds")+" s", s))
		}
		p, err := fig.Plot{Title: v.title, Width: usual[0], Height: usual[1] + 1, Equal: true,
			X: fig.Axis{Label: v.x + " (m)"}, Y: fig.Axis{Label: v.y + " (m)"}, Layers: layers}.Panel()
		if err != nil {
			return nil, err
		}
		panels = append(panels, p)
	}
	return panels, nil
}

// pictured calls draw with the series of a metric of every method that has one; only
// the truth must.
func pictured(t tidy.Table, metric string, draw func(method string, values []float64) error) error {
	for _, m := range invdynPictured() {
		s := t.Where(tidy.Method(m), tidy.Metric(metric)).Series()
		if len(s) == 0 && m != "truth" { // it diverged
			continue
		}
		if len(s) != 1 {
			return fmt.Errorf("%d series of %s by %s", len(s), metric, m)
		}
		if err := draw(m, s[0].Values); err != nil {
			return err
		}
	}
	return nil
}

// invdynMatrices draws the scaled inertia matrix at the beginning of a new
// trajectory, the true one and what the fitted networks predict, in one scale of
// colours and with the numbers in the cells.
func invdynMatrices(t tidy.Table) ([]fig.Panel, error) {
	const metric = "scaled inertia"
	low, high := math.Inf(1), math.Inf(-1)
	for _, r := range t.Where(tidy.Metric(metric), tidy.Method(invdynPictured()...)) {
		low, high = min(low, r.Value), max(high, r.Value)
	}
	var panels []fig.Panel
	err := pictured(t, metric, func(m string, values []float64) error {
		d := int(math.Round(math.Sqrt(float64(len(values)))))
		_, label := styleOf(m)
		joints := fig.Axis{Label: "joint", Limits: &[2]float64{0.5, float64(d) + 0.5}}
		p, err := fig.Plot{Title: "S H S: " + label, Width: usual[0] - 2, Height: usual[1], Equal: true, X: joints, Y: joints,
			Layers: []fig.Layer{fig.Matrix{N: d, Values: values, Low: low, High: high}}}.Panel()
		panels = append(panels, p)
		return err
	})
	return panels, err
}

// invdynTorques draws, for each joint, the inertial torque H(q) q̈ on a new
// trajectory, sampled every dt seconds: the true one and what the fitted networks
// predict. The known bias force is not drawn.
func invdynTorques(t tidy.Table, dt float64) ([]fig.Panel, error) {
	var panels []fig.Panel
	for _, task := range t.Where(tidy.Metric("torque")).Tasks() {
		rows := t.Where(tidy.Task(task))
		bias := rows.Where(tidy.Metric("bias")).Series()
		var layers []fig.Layer
		err := pictured(rows, "torque", func(m string, values []float64) error {
			if len(bias) != 1 || len(bias[0].Values) != len(values) {
				return fmt.Errorf("%s: %d series of the bias force", task, len(bias))
			}
			var c fig.Curve
			if c.Style, c.Label = styleOf(m); len(panels) > 0 {
				c.Label = "" // one legend is enough
			}
			c.Style.Marker = fig.NoMarker
			for i, v := range values {
				c.X, c.Y = append(c.X, dt*float64(i)), append(c.Y, v-bias[0].Values[i])
			}
			layers = append(layers, c)
			return nil
		})
		if err != nil {
			return nil, err
		}
		p, err := fig.Plot{Title: "Inertial torque of joint " + tidy.TaskValue(task, "joint"), Width: usual[0], Height: 6.5,
			X: fig.Axis{Label: "time (s)"}, Y: fig.Axis{Label: "N m"}, Layers: layers}.Panel()
		if err != nil {
			return nil, err
		}
		panels = append(panels, p)
	}
	return panels, nil
}
