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

// invdynPanels is Fig. 5 c or d: the torque error on new trajectories against
// gradient steps, and beside it the error of the inertia matrix, how both fall in
// meta-training, and of one seed the arm on a new trajectory, its inertia matrix and
// its torques as the fitted networks predict them.
func invdynPanels(experiment, stem, robot string) []panel {
	const torque, inertia = "torque error", "inertia error"
	c := curves{methods: []string{paper.LearnedShaped, paper.LearnedLoss}, spread: fig.CI95OverSeeds, size: usual, y: fig.Axis{Log: true}, last: every}
	all := c
	all.methods = append(c.methods, paper.BestRate, paper.TaskLoss, paper.PowerMSE, paper.Constant)
	all.size = [2]float64{usual[0] + 2, usual[1] + 2}
	training := func(metric string) panel {
		return c.of("After all steps on meta-training, "+robot, metric+" by outer step", "split", "meta-train").panel("")
	}
	arm := settings[paper.InverseDynamics](experiment).Arm
	// of is a panel of a sheet of the plots of what is drawn of one seed, two in a row.
	of := func(name string, plots func(pictures tidy.Table) ([]fig.Plot, error)) panel {
		known := func(d Data) bool { return len(d.Pictures.Where(tidy.Method(paper.Truth))) > 0 }
		return panel{stem + name, known, func(d Data) (fig.Panel, error) {
			all, err := plots(d.Pictures)
			if err != nil {
				return fig.Panel{}, err
			}
			return fig.Sheet(2, all)
		}}
	}
	return []panel{
		all.of("Prediction error on new trajectories, "+robot, torque, "split", "meta-test").panel(stem),
		all.of("Error of the inertia matrix, "+robot, inertia, "split", "meta-test").panel(stem + "-inertia"),
		grid(stem+"-meta-training", 2, training(inertia), training(torque)),
		of("-arm", invdynArm),
		of("-matrix", invdynMatrices),
		of("-torque", func(t tidy.Table) ([]fig.Plot, error) { return invdynTorques(t, arm.Duration/float64(arm.Points)) }),
	}
}

// flat is the range of heights, in m, below which an arm is drawn from above alone.
const flat = 0.05

// invdynArm draws the arm as lines from joint to joint at some times of a new
// trajectory: from above and, if it leaves the plane, from the side.
func invdynArm(t tidy.Table) (plots []fig.Plot, err error) {
	t = t.Where(tidy.Method(paper.ArmPose))
	seconds := func(task string) float64 { s, _ := strconv.ParseFloat(tidy.TaskValue(task, "seconds"), 64); return s }
	tasks := t.Tasks()
	slices.SortFunc(tasks, func(a, b string) int { return cmp.Compare(seconds(a), seconds(b)) })
	lowest, highest := 0.0, 0.0
	for _, r := range t.Where(tidy.Metric("z")) {
		lowest, highest = min(lowest, r.Value), max(highest, r.Value)
	}
	for _, v := range []struct{ title, x, y string }{{"The arm from above", "x", "y"}, {"The arm from the side", "x", "z"}} {
		if v.y == "z" && highest-lowest < flat {
			continue
		}
		p := plot(v.title, v.x+" (m)", v.y+" (m)")
		p.Equal, p.Height = true, p.Height+1
		for i, task := range tasks {
			paths, err := fig.Paths(t.Where(tidy.Task(task)), v.x, v.y)
			if err != nil {
				return nil, err
			}
			s := fig.Sequence(i, len(tasks))
			s.Dash, s.Marker, s.Every, s.Width = fig.Solid, fig.Circle, true, 2.2
			p.Layers = append(p.Layers, paths[0].Curve(tidy.TaskValue(task, "seconds")+" s", s))
		}
		plots = append(plots, p)
	}
	return plots, nil
}

// pictured are the series of a metric of the truth and of the fitted networks that
// have one; only the truth must.
func pictured(t tidy.Table, metric string) ([]tidy.Series, error) {
	var all []tidy.Series
	for _, m := range []string{paper.Truth, paper.LearnedShaped, paper.LearnedLoss, paper.BestRate} {
		s := t.Where(tidy.Method(m), tidy.Metric(metric)).Series()
		if len(s) == 0 && m != paper.Truth { // it diverged
			continue
		}
		if len(s) != 1 || len(all) > 0 && len(s[0].Values) != len(all[0].Values) {
			return nil, fmt.Errorf("%d series of %s by %s, or one of another length than the truth's", len(s), metric, m)
		}
		all = append(all, s[0])
	}
	return all, nil
}

// invdynMatrices draws the scaled inertia matrix at the beginning of a new
// trajectory, the true one and what the fitted networks predict, in one scale of
// colours and with the numbers in the cells.
func invdynMatrices(t tidy.Table) (plots []fig.Plot, err error) {
	all, err := pictured(t, "scaled inertia")
	low, high := math.Inf(1), math.Inf(-1)
	for _, s := range all {
		low, high = min(low, slices.Min(s.Values)), max(high, slices.Max(s.Values))
	}
	for _, s := range all {
		d := int(math.Round(math.Sqrt(float64(len(s.Values)))))
		_, label := styleOf(s.Method)
		p := plot("S H S: "+label, "joint", "joint", fig.Matrix{N: d, Values: s.Values, Low: low, High: high})
		p.Equal, p.Width = true, p.Width-2
		p.X.Limits = &[2]float64{0.5, float64(d) + 0.5}
		p.Y.Limits = p.X.Limits
		plots = append(plots, p)
	}
	return plots, err
}

// invdynTorques draws, for each joint, the inertial torque H(q) q̈ on a new
// trajectory, sampled every dt seconds: the true one and what the fitted networks
// predict. The known bias force is not drawn.
func invdynTorques(t tidy.Table, dt float64) (plots []fig.Plot, err error) {
	for _, task := range t.Where(tidy.Metric("torque")).Tasks() {
		rows := t.Where(tidy.Task(task))
		all, err := pictured(rows, "torque")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", task, err)
		}
		bias := rows.Where(tidy.Metric("bias")).Series()
		if len(bias) != 1 || len(bias[0].Values) != len(all[0].Values) {
			return nil, fmt.Errorf("%s: %d series of the bias force", task, len(bias))
		}
		p := plot("Inertial torque of joint "+tidy.TaskValue(task, "joint"), "time (s)", "N m")
		p.Height = 6.5
		for _, s := range all {
			c := trace(s, dt)
			if c.Style.Marker = fig.NoMarker; len(plots) > 0 {
				c.Label = "" // one legend is enough
			}
			for i, b := range bias[0].Values {
				c.Y[i] -= b
			}
			p.Layers = append(p.Layers, c)
		}
		plots = append(plots, p)
	}
	return plots, nil
}
