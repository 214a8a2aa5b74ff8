package paper

import "ml3/mllib/tidy"

// The claims are judged on the paper's network sizes, after the last gradient step.
// Test tasks count on the wider range of x, which meta-training never saw. The outer
// step is judged by the whole curve, at equal numbers of optimizees drawn.
func sineClaims() []Claim {
	const net = "paper 40-40"
	below := contest{effect: "MSE after 100 steps, task loss − learned loss", own: LearnedLoss, rivals: []string{TaskLoss}}
	eachStep := contest{effect: "MSE after 10 steps, mean over outer steps, once after all − each step", own: EachStep, rivals: []string{OnceAfterAll}}
	return []Claim{
		{ID: "sine-train", Figure: "2c", Text: "the learned loss ends below the task loss on the meta-train task",
			Judge: below.among(lastOf(tidy.Metric("mse"), tidy.Task(sineTrain(net))))},
		{ID: "sine-test", Figure: "2d", Text: "it is better on unseen, out-of-distribution tasks",
			Judge: below.among(lastOf(tidy.Metric("mse"), tidy.Task(sineTest(net, 5))))},
		{ID: "each-step", Figure: "text 3.1", Text: "updating φ after every inner step works better than once after several unrolled ones",
			Judge: eachStep.among(rowsOf(tidy.Has("study", "each-step"), tidy.Metric("mse by outer step")))},
	}
}
