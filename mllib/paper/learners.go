package paper

import (
	"fmt"
	"strings"

	"ml3/mllib/meta"
	"ml3/mllib/rl"
	"ml3/mllib/tidy"
)

// LearnerOf returns the learner of which a run stores parameters under the name of a
// loss, see Training.LossName, and says what its network sees, in the order of the
// columns.
func LearnerOf(run Run, loss string) (learner meta.Learner, sees string, err error) {
	is := func(key, value string) bool { return tidy.TaskValue(loss, key) == value }
	switch r := run.(type) {
	case Sine:
		for _, v := range r.Versions {
			if is("net", v.Name) {
				return v.Loss, "prediction, target", nil
			}
		}
		if is("study", "each-step") {
			return r.Ablation.Version.Loss, "prediction, target", nil
		}
	case Digits:
		return r.Loss, "log-probabilities of the two classes, one-hot target", nil
	case ShapedSine:
		if strings.HasSuffix(loss, " without x") {
			return r.Loss(false), "prediction, target", nil
		}
		return r.Loss(true), "x, prediction, target", nil
	case InverseDynamics:
		return r.Loss(), "for each joint the torque's error, then for each joint the torque, both over the torque's deviation", nil
	case MountainCar:
		for _, v := range r.Versions {
			if is("version", v.Name) {
				return v.Loss, "position and velocity, force, and the goal's position, scaled as the settings say", nil
			}
		}
	case ModelFree:
		for _, v := range r.Versions {
			for _, l := range v.Losses {
				if is("version", v.Name) && is("method", l.Method) {
					if l.Inputs == rl.LogProb {
						return start(l.Learner), "observation in the version's units, action, 0.2 log π", nil
					}
					return start(l.Learner), "observation in the version's units, action, mean and deviation of the policy", nil
				}
			}
		}
	case ModelBased:
		return planLearner(r.Versions, loss)
	case ExpertReacher:
		return planLearner([]PlanVersion{r.Version}, loss)
	}
	return nil, "", fmt.Errorf("%T has no loss %q", run, loss)
}

// start is the learner without its own way to begin.
func start(l meta.Learner) meta.Learner {
	if free, ok := l.(FreeLearner); ok {
		return free.Learner
	}
	return l
}

// planLearner finds the learner of a loss of planned policies; the losses of studies
// that have a method of their own are all of the first architecture.
func planLearner(versions []PlanVersion, loss string) (meta.Learner, string, error) {
	const sees = "states, actions and the goal, as the version's inputs say"
	for _, v := range versions {
		if tidy.TaskValue(loss, "version") != v.Name {
			continue
		}
		for _, l := range v.Losses {
			if tidy.TaskValue(loss, "method") == l.Method {
				return l.Learner, sees, nil
			}
		}
		return v.Losses[0].Learner, sees, nil
	}
	return nil, "", fmt.Errorf("no version has the loss %q", loss)
}

// LossNames are the losses in a file that EncodeLosses wrote.
func LossNames(path string) ([]string, error) {
	file, err := readLosses(path)
	return lossNames(file), err
}
