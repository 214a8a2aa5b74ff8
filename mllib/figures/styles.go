package figures

import (
	"image/color"
	"strings"

	"ml3/mllib/fig"
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
// never in one panel.
func methods() []method {
	return []method{
		{"learned", fig.Blue, fig.Solid, fig.Circle, "learned loss"},
		{"learned shaped", fig.Green, fig.DashDot, fig.Triangle, "learned loss, shaped"},
		{"task loss", fig.Orange, fig.Dashed, fig.Square, "task loss"},
		{"task loss, best rate", fig.Vermilion, fig.LongDash, fig.Cross, "task loss, best rate"},
		{"task loss, rate 0.1", fig.Vermilion, fig.LongDash, fig.Cross, "task loss, rate 0.1"},
		{"scaled task loss", fig.Purple, fig.Dotted, fig.Box, "scaled task loss"},
		{"power-weighted mse, best rate", fig.Purple, fig.Dotted, fig.Box, "power-weighted MSE, best rate"},
		{"iLQR", fig.Purple, fig.Dotted, fig.Box, "iLQR"},
		{"learned, fixed rate", fig.Sky, fig.DashDot, fig.Ring, "learned loss, fixed rate"},
		{throughModel, fig.Vermilion, fig.LongDash, fig.Cross, "task loss through the model"},
		{throughTruth, fig.Orange, fig.Dashed, fig.Square, "task loss through the true dynamics"},
		{feedback, fig.Purple, fig.Dotted, fig.Box, "learned loss, expert’s feedback"},
		{"learned, equal time", fig.Sky, fig.LongDash, fig.Plus, "learned loss, equal time"},
		{"behaviour cloning", fig.Black, fig.Dashed, fig.NoMarker, "behaviour cloning"},
		{"behaviour cloning, goal not seen", fig.Gray, fig.Dotted, fig.NoMarker, "behaviour cloning, goal not seen"},
		{"real", fig.Black, fig.Solid, fig.NoMarker, "real roll-out"},
		{"imagined", fig.Purple, fig.Dashed, fig.NoMarker, "imagined roll-out"},
		{"once after all", fig.Green, fig.DashDot, fig.Triangle, "once after all"},
		{"each step", fig.Vermilion, fig.LongDash, fig.Cross, "each step"},
		{"truth", fig.Black, fig.Solid, fig.NoMarker, "truth"},
		{constant, fig.Gray, fig.Dotted, fig.NoMarker, "constant H, mean of meta-training"},
		{"reference", fig.Gray, fig.Dashed, fig.NoMarker, "authors’ code: learned loss"},
		{"reference shaped", fig.Gray, fig.DashDot, fig.NoMarker, "authors’ code: shaped"},
		{"reference task loss", fig.Gray, fig.Dotted, fig.NoMarker, "authors’ code: task loss"},
	}
}

// constant is the method of predicting the same whatever the input.
const constant = "constant"

// Methods of planned policies, see package paper.
const (
	throughModel = "task loss through the model, best rate"
	throughTruth = "task loss through the truth, best rate"
	feedback     = "learned shaped, feedback"
)

// withoutX ends the names of losses that do not see x. They look like those that do;
// no panel has both.
const withoutX = " without x"

// styleOf is how a method is drawn, and its name in legends. A method that has no
// style is black and called by its name.
func styleOf(name string) (fig.Style, string) {
	for _, m := range methods() {
		if m.name == strings.TrimSuffix(name, withoutX) {
			return fig.LineStyle(m.color, m.dash, m.marker), m.label
		}
	}
	return fig.LineStyle(fig.Black, fig.Dotted, fig.Plus), name
}

// truth is the style of what is to be found or reached.
func truth(d fig.Dash) fig.Style { return fig.LineStyle(fig.Red, d, fig.NoMarker) }
