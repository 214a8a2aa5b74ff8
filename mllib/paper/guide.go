package paper

// Guide says where a reader goes on from an experiment.
type Guide struct {
	Notebook string // the file in notebooks/ that explains it
	Figure   string // the first figure of its results in figures/, without extension
}

// GuideOf returns the guide of the named experiment, with empty fields if there is none.
func GuideOf(experiment string) Guide { return guides[experiment] }

var guides = map[string]Guide{
	"sine":           {"01_sine_regression.ipynb", "fig2-sine"},
	"digits":         {"02_digits.ipynb", "fig2-digits"},
	"shaped-sine":    {"03_shaped_sine.ipynb", "fig5b-convergence"},
	"mountain-car":   {"04_mountain_car.ipynb", "fig6-car"},
	"invdyn-reacher": {"05_inverse_dynamics.ipynb", "fig5c-invdyn-reacher"},
	"invdyn-sawyer":  {"05_inverse_dynamics.ipynb", "fig5d-invdyn-sawyer"},
	"mbrl-pointmass": {"06_model_based_rl.ipynb", "fig3b-pointmass"},
	"mbrl-reacher":   {"06_model_based_rl.ipynb", "fig3c-reacher"},
	"mfrl-reacher":   {"08_model_free_rl.ipynb", "fig4a-reacher"},
	"mfrl-ant":       {"08_model_free_rl.ipynb", "fig4b-ant"},
	"expert-reacher": {"07_expert_demonstrations.ipynb", "fig6c-expert"},
}
