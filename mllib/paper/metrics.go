package paper

// Direction says which values of a metric are better.
type Direction string

// The directions.
const (
	Lower   Direction = "lower"
	Higher  Direction = "higher"
	Neither Direction = "" // a description, not a score
)

// Metric says what a value is: one entry for each name in the column metric.
type Metric struct {
	Name   string
	Unit   string // "" for a number without unit
	Better Direction
	Step   string // what the column step counts
	Axis   string // the label of an axis of it, without the unit
	Text   string // one line for a dictionary
}

// What steps count.
const (
	gradientStep = "gradient steps"
	policyUpdate = "policy updates"
	sample       = "samples"
	noStep       = "nothing (0)"
)

// outerStep ends the name of a metric that is measured after the number of
// gradient steps in the task's key "after", against the outer steps.
const outerStep = " by outer step"

// Metrics are the entries of all metrics, of rows first and then of pictures.
func Metrics() []Metric {
	rows := []Metric{
		{"mse", "", Lower, gradientStep, "mean squared error", "mean squared error on a task's points"},
		{"cross-entropy", "nat", Lower, gradientStep, "cross-entropy", "mean cross-entropy of held-out pictures"},
		{"accuracy", "", Higher, gradientStep, "accuracy", "share of held-out pictures told apart"},
		{"torque error", "", Lower, gradientStep, "torque error", "mean square of a joint's torque error over the variance of its inertial torque in meta-training, mean over joints"},
		{"inertia error", "", Lower, gradientStep, "inertia error", "squared error of the scaled inertia matrix over its square"},
		{"theta", "rad per unit of x", Neither, gradientStep, "θ", "the frequency θ of the model during a descent"},
		{"median distance", "rad per unit of x", Lower, gradientStep, "median of |θ − ν|", "over all descents"},
		{"found", "", Higher, gradientStep, "share of descents within 0.5 of ν", "share of descents with |θ − ν| < 0.5"},
		{"outside", "", Lower, gradientStep, "share outside", "share of descents that end beyond |θ| = 7 or diverge"},
		{"minima", "", Lower, "updates of φ", "local minima", "local minima of a landscape inside its range"},
		{"minimum distance", "rad per unit of x", Lower, "updates of φ", "distance of the lowest point", "of a landscape's lowest point from ν"},
		{"final distance", "m, m/s", Lower, policyUpdate, "‖last state − goal‖", "norm of the last state, position and velocity, minus the goal, mean over policies"},
		{"success", "", Higher, policyUpdate, "fraction of policies at the goal", "fraction of policies whose car is at the goal at the last time step"},
		{"task loss by outer step", "", Lower, "outer steps", "task loss", "L_T after the inner step of an update"},
		{"distance", "m", Lower, policyUpdate, "final distance", "between the place of a roll-out's last state and that of its goal, in the real world"},
		{"negative distance", "m", Higher, sample, "Σ −distance", "sum over an episode of minus the distance tip–goal, mean over episodes of which no policy learns; the step is the number of samples the policy has taken"},
		{"progress", "m", Higher, sample, "Σ (first distance − distance)", "sum over an episode of the first distance torso–goal minus the present one, mean over episodes of which no policy learns; the step is the number of samples the policy has taken"},
		{"negative distance by outer step", "m", Higher, "outer steps", "Σ −distance", "of the members of meta-training, mean since the row before; on the split validation of fresh policies, mean over their updates"},
		{"progress by outer step", "m", Higher, "outer steps", "Σ (first distance − distance)", "of the members of meta-training, mean since the row before; on the split validation of fresh policies, mean over their updates"},
		{"samples", "", Lower, noStep, "samples", "control steps that a meta-training has taken, or the choice of φ on validation goals"},
		{"chosen", "", Neither, noStep, "outer step", "after which φ was the best on validation goals"},
		{"cost", "", Lower, "iterations of iLQR", "cost", "of an expert's plan"},
		{"expert distance", "m", Lower, "iterations of iLQR", "final distance", "between the tip at the end of an expert's plan and the goal"},
		{"failed", "", Lower, "iterations of iLQR", "failed", "1: the expert's plan ends too far from its goal and is not shown"},
		{"prediction error by outer step", "m or rad", Lower, "outer steps", "prediction error", "distance between predicted and real positions (pointmass: m, reacher: rad) at the end of roll-outs under the same actions, mean over them"},
		{"rate by outer step", "", Neither, "outer steps", "learned rate α", "rate of the inner steps of an update of φ, mean over the population"},
		{"meta-gradient norm by outer step", "", Neither, "outer steps", "‖∇φ L_T‖", "norm of the gradient of an update of φ, after each member's is limited"},
		{"rate", "", Neither, noStep, "rate", "the rate of a method's gradient steps"},
		{"gradient norm ratio", "", Neither, noStep, "gradient norm ratio", "gradient norm of the learned loss over that of the task loss at θ₀"},
		{"amplitude", "", Neither, noStep, "amplitude", "A of y = A sin(x − ω)"},
		{"phase", "rad", Neither, noStep, "phase", "ω of y = A sin(x − ω)"},
		{"diverged", "", Lower, "as in the rows that are missing", "diverged", "1: the method got to the step on the task, or on the part of it that the name adds, and no further; with the key after or quantity, the step is an outer step, of which alone the rows are missing"},
	}
	for _, m := range rows {
		if m.Better != Neither && m.Step == gradientStep && m.Unit != "rad per unit of x" && m.Name != "found" && m.Name != "outside" {
			m.Text += "; the step is that of meta-training, the task's key after says after how many gradient steps"
			m.Name, m.Step = m.Name+outerStep, "outer steps"
			rows = append(rows, m)
		}
	}
	return append(rows,
		Metric{"x", "", Neither, "points, bodies along the arm, or time steps", "x", "x of a data point; of a body, or of what is to reach a goal, m"},
		Metric{"y", "", Neither, "points, bodies along the arm, or time steps", "y", "y of a data point; of a body, or of what is to reach a goal, m"},
		Metric{"z", "m", Neither, "bodies along the arm", "z", "height of a body"},
		Metric{"ink", "", Neither, "pixels, row by row from the top left of 28 × 28", "ink", "ink of a pixel from 0 to 255; pixels below 16 have no row"},
		Metric{"landscape", "", Neither, "points of the grid; the method grid has their θ", "loss", "value of an objective at θ"},
		Metric{"radius", "m", Neither, "time steps", "radius", "of a part of a robot, a sphere or a rod"},
		Metric{"angle", "rad", Neither, "time steps", "joint angle", "of a joint of the reacher"},
		Metric{"position", "m", Neither, "time steps", "position", "of the car"},
		Metric{"scaled inertia", "", Neither, "entries, row by row", "S H S", "inertia matrix in units that make the joints comparable"},
		Metric{"torque", "N m", Neither, "samples of a trajectory", "torque", "of a joint"},
		Metric{"bias", "N m", Neither, "samples of a trajectory", "bias torque", "known part of a joint's torque"},
	)
}

// MetricOf returns the entry of a metric.
func MetricOf(name string) (Metric, bool) {
	for _, m := range Metrics() {
		if m.Name == name {
			return m, true
		}
	}
	return Metric{}, false
}

// Label is the label of an axis: what is measured, and its unit.
func (m Metric) Label() string {
	if m.Unit == "" {
		return m.Axis
	}
	return m.Axis + " (" + m.Unit + ")"
}
