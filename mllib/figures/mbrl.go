package figures

import (
	"fmt"

	"ml3/mllib/meta"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// planPanels is Fig. 3 of a robot: (a) where policies go after their updates and what
// the model imagines, (b or c) the final distance against updates, up to those after
// which (a) is, and beyond a policy's lifetime in meta-training. All this is of the
// last version, the robust one; then the versions one below the other: distances, the
// rate while it is learned, and the error of the model.
func planPanels(experiment, letter, robot string) []panel {
	e := settings[paper.ModelBased](experiment)
	path, curve := "fig3a-"+robot, "fig3"+letter+"-"+robot
	var all, paths, distances, rates, models []panel
	for i, v := range e.Versions {
		var losses []string
		for _, l := range v.Losses {
			losses = append(losses, l.Method)
		}
		p := planOf(e.Test, v.Name, append(losses[:len(losses):len(losses)], paper.ThroughModel, paper.ThroughTruth)...)
		title, last := "Version "+v.Name, i == len(e.Versions)-1
		if v.Drawn {
			paths = append(paths, p.paths("", fmt.Sprintf("(a) %s after %d updates", title, p.drawn), losses[0], p.drawn))
		}
		distances = append(distances, p.distances(p.drawn, v.Name+": ")...)
		if _, ok := v.Losses[0].Learner.(meta.LossAndRate); ok {
			rates = append(rates, p.training(title, "rate", false, losses))
		}
		models = append(models, p.training(title+", babbling never seen", modelError, true, losses, "rollouts", "babbling"))
		if v.OneStart {
			own := p.curves(p.drawn)
			all = append(all, grid(curve+"-"+v.Name+"-goals", 2,
				own.of(title+": its goal of meta-training", "distance", "version", v.Name, "goals", "released", "goal", "0").panel(""),
				own.of(title+": its goal of meta-test", "distance", "version", v.Name, "goals", "released", "goal", "1").panel("")))
		}
		if last {
			all = append(all, grid(curve+"-model", 2, models[i], p.training(title+", the newest policy", modelError, true, losses, "rollouts", "newest policy")))
			lifetime := fmt.Sprintf("%s, lifetime %d: ", v.Name, v.Train.Lifetime)
			all = append(all, p.imagined(path+"-imagined", losses[0]), p.arm(path+"-arm", losses[0]),
				grid(curve, 3, p.distances(p.drawn, fmt.Sprintf("(%s) %s: ", letter, v.Name))...), beyond(p.drawn, grid(curve+"-long", 3, p.distances(every, lifetime)...)))
		}
	}
	return append(all, grid(path, 2, paths...), grid(curve+"-versions", 3, distances...),
		grid(curve+"-rate", 2, rates...), grid(curve+"-model-versions", 2, models...))
}

// beyond is p if there are distances after more than the given updates.
func beyond(updates int, p panel) panel {
	fills := p.fills
	p.fills = func(d Data) bool {
		return fills(d) && len(d.Rows.Where(tidy.Metric("distance"), tidy.Steps(updates+1, every))) > 0
	}
	return p
}
