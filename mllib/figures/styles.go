package figures

import (
	"image/color"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
)

// method is how a method is drawn and named, the same in every figure.
type method struct {
	name   string
	color  color.NRGBA
	dash   fig.Dash
	marker fig.Marker
	label  string
}

// methods has all methods that figures show. Blue is the loss learned with the plain
// task loss and orange descent on the task loss. Methods that look the same are
// never in one panel: losses that do not see x look like those that do.
func methods() []method {
	return []method{
		{paper.LearnedLoss, fig.Blue, fig.Solid, fig.Circle, "learned loss"},
		{paper.LearnedShaped, fig.Green, fig.DashDot, fig.Triangle, "learned loss, shaped"},
		{paper.TaskLoss, fig.Orange, fig.Dashed, fig.Square, "task loss"},
		{paper.BestRate, fig.Vermilion, fig.LongDash, fig.Cross, "task loss, best rate"},
		{paper.AtRate(0.1), fig.Vermilion, fig.LongDash, fig.Cross, "task loss, rate 0.1"},
		{paper.ScaledTaskLoss, fig.Purple, fig.Dotted, fig.Box, "scaled task loss"},
		{paper.PowerMSE, fig.Purple, fig.Dotted, fig.Box, "power-weighted MSE, best rate"},
		{paper.ILQR, fig.Purple, fig.Dotted, fig.Box, "iLQR"},
		{paper.LearnedFixed, fig.Sky, fig.DashDot, fig.Ring, "learned loss, fixed rate"},
		{paper.ThroughModel, fig.Vermilion, fig.LongDash, fig.Cross, "task loss through the model"},
		{paper.ThroughTruth, fig.Orange, fig.Dashed, fig.Square, "task loss through the true dynamics"},
		{paper.LearnedFeedback, fig.Purple, fig.Dotted, fig.Box, "learned loss, expert’s feedback"},
		{paper.LearnedInTime, fig.Sky, fig.LongDash, fig.Plus, "learned loss, equal time"},
		{paper.Cloned, fig.Black, fig.Dashed, fig.NoMarker, "behaviour cloning"},
		{paper.ClonedBlind, fig.Gray, fig.Dotted, fig.NoMarker, "behaviour cloning, goal not seen"},
		{paper.LearnedTarget, fig.Sky, fig.LongDash, fig.Ring, "learned loss, distance from a target"},
		{paper.PPO, fig.Orange, fig.Dashed, fig.Square, "PPO"},
		{paper.PPOAllGoals, fig.Black, fig.DashDot, fig.NoMarker, "PPO for all goals, at its end"},
		{paper.RandomPolicy, fig.Gray, fig.Dotted, fig.NoMarker, "random policy"},
		{paper.LearnedLogProb, fig.Vermilion, fig.LongDash, fig.Cross, "learned loss that sees log π"},
		{validated, fig.Green, fig.DashDot, fig.Triangle, "fresh policies, validation goals"},
		{members, fig.Blue, fig.Solid, fig.NoMarker, "members of meta-training"},
		{layers(1), fig.Orange, fig.Dashed, fig.Square, "1 hidden layer"},
		{layers(2), fig.Blue, fig.Solid, fig.Circle, "2 hidden layers, as in meta-training"},
		{layers(3), fig.Green, fig.DashDot, fig.Triangle, "3 hidden layers"},
		{layers(4), fig.Vermilion, fig.LongDash, fig.Cross, "4 hidden layers"},
		{descents(5), fig.Orange, fig.Dashed, fig.Square, "5 SGD steps an update"},
		{descents(10), fig.Green, fig.DashDot, fig.Triangle, "10 SGD steps an update"},
		{descents(20), fig.Blue, fig.Solid, fig.Circle, "20 SGD steps an update"},
		{descents(40), fig.Vermilion, fig.LongDash, fig.Cross, "40 SGD steps an update"},
		{realRollout, fig.Black, fig.Solid, fig.NoMarker, "real roll-out"},
		{imaginedRollout, fig.Purple, fig.Dashed, fig.NoMarker, "imagined roll-out"},
		{paper.OnceAfterAll, fig.Green, fig.DashDot, fig.Triangle, "once after all"},
		{paper.EachStep, fig.Vermilion, fig.LongDash, fig.Cross, "each step"},
		{paper.Truth, fig.Black, fig.Solid, fig.NoMarker, "truth"},
		{paper.Constant, fig.Gray, fig.Dotted, fig.NoMarker, "constant H, mean of meta-training"},
		{paper.Reference, fig.Gray, fig.Dashed, fig.NoMarker, "authors’ code: learned loss"},
		{paper.ReferenceShaped, fig.Gray, fig.DashDot, fig.NoMarker, "authors’ code: shaped"},
		{paper.ReferenceTaskLoss, fig.Gray, fig.Dotted, fig.NoMarker, "authors’ code: task loss"},
	}
}

// The roll-outs of a policy through the true dynamics and through the learned model.
const (
	realRollout     = "real"
	imaginedRollout = "imagined"
)

// styleOf is how a method is drawn, and its name in legends. A method that has no
// style is black and called by its name.
func styleOf(name string) (fig.Style, string) {
	for _, m := range methods() {
		if name == m.name || name == paper.WithoutX(m.name) {
			return fig.LineStyle(m.color, m.dash, m.marker), m.label
		}
	}
	return fig.LineStyle(fig.Black, fig.Dotted, fig.Plus), name
}

// truth is the style of what is to be found or reached.
func truth(d fig.Dash) fig.Style { return fig.LineStyle(fig.Red, d, fig.NoMarker) }
