package figures

import (
	"fmt"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// expertPanels is Fig. 6 c: the final distance against updates for all methods, and
// for those learned with an expert without the others; the experts' trajectories and
// beside them where policies go after their updates by each loss; the arm before and
// after, animated; rates and the models' errors in meta-training.
func expertPanels() []panel {
	e := settings[paper.ExpertReacher]("expert-reacher")
	losses := []string{paper.LearnedShaped, paper.LearnedFeedback, paper.LearnedLoss, paper.LearnedInTime}
	p := planOf(e.Test, e.Version.Name, append(losses[:len(losses):len(losses)], paper.ThroughModel, paper.ThroughTruth, paper.Cloned, paper.ClonedBlind)...)
	few := p
	few.methods = losses
	model := p.outer("Model on babbling never seen", modelError, true, losses, "rollouts", "babbling")
	model.bare = true // the legend stands beside it
	paths := []panel{p.demonstrations("Experts, to goals of meta-training")}
	for _, m := range losses[:3] {
		_, label := styleOf(m)
		paths = append(paths, p.paths("", fmt.Sprintf("After %d updates: %s", p.drawn, label), m, p.drawn))
	}
	return []panel{
		grid("fig6c-expert", 3, p.distances(p.drawn, "(c) ")...),
		grid("fig6c-expert-losses", 3, few.distances(p.drawn, "")...),
		beyond(p.drawn, grid("fig6c-expert-long", 3, few.distances(every, "")...)),
		grid("fig6c-expert-trajectories", 2, paths...),
		p.arm("fig6c-expert-arm", paper.LearnedFeedback),
		grid("fig6c-expert-training", 2, p.training("Rate in meta-training", "rate", false, losses),
			model.started()),
	}
}

// demonstrations are the paths of the tip that experts lead.
func (p plan) demonstrations(title string) panel {
	rows := func(d Data) tidy.Table { return p.places(d, paper.ILQR, "split", "meta-train") }
	return drawn("", rows, func(_ Data, t tidy.Table) (fig.Panel, error) {
		style, _ := styleOf(paper.Truth)
		paths, err := trails(t, "expert", style)
		if err != nil {
			return fig.Panel{}, err
		}
		return plane(title, paths)
	})
}
