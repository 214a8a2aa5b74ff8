package paper

import "ml3/mllib/tidy"

// The claims are judged on the paper's network sizes. Test tasks count on the
// wider range of x, which meta-training never saw.
const sineJudged = "paper 40-40"

func sineClaims() []Claim {
	return []Claim{
		{ID: "sine-train", Figure: "2c", Text: "the learned loss ends below the task loss on the meta-train task",
			Judge: func(t tidy.Table) (Verdict, error) {
				return learnedBelow(t, sineTrain(sineJudged))
			}},
		{ID: "sine-test", Figure: "2d", Text: "it is better on unseen, out-of-distribution tasks",
			Judge: func(t tidy.Table) (Verdict, error) { return learnedBelow(t, sineTest(sineJudged, 5)) }},
		{ID: "each-step", Figure: "text 3.1", Text: "updating φ after every inner step works better than once after several unrolled ones",
			Judge: eachStep},
	}
}

// learnedBelow judges MSE of task loss − learned loss after the last gradient step.
func learnedBelow(all tidy.Table, task string) (Verdict, error) {
	t := reached(all.Where(tidy.Metric("mse"), tidy.Task(task)))
	return contest{effect: "MSE after 100 steps, task loss − learned loss", own: LearnedLoss, rivals: []string{TaskLoss}, all: all,
		of: func(m string) tidy.Table { return t.Where(tidy.Method(m)) }}.judge()
}

// eachStep judges the whole curve: the mean over outer steps, at equal numbers of
// optimizees drawn.
func eachStep(t tidy.Table) (Verdict, error) {
	t = t.Where(tidy.Has("study", "each-step"), tidy.Metric("mse by outer step"))
	return contest{effect: "MSE after 10 steps, mean over outer steps, once after all − each step",
		own: EachStep, rivals: []string{OnceAfterAll},
		of: func(m string) tidy.Table { return t.Where(tidy.Method(m)) }}.judge()
}
