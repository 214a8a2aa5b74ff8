package paper

import (
	"fmt"
	"math"

	"ml3/mllib/tidy"
)

// The paper compares three losses: learned shaped, learned, and the mean squared
// error, here at the best of its rates. All effects are differences of log10 of the
// torque error on new trajectories: 0.3 is a factor of two. Speed is the mean over the
// stored steps, which are denser in the beginning.
func invdynReacherClaims() []Claim {
	return append(shapedWins("invdyn-reacher", "5c", "the reacher"),
		Claim{ID: "invdyn-reacher-plain", Figure: "5c", Text: "the learned loss without shaping is worst on the reacher",
			Judge: contest{effect: "log10 torque error at the last step, learned − %s", own: LearnedLoss, rivals: []string{LearnedShaped, BestRate},
				strongest: higher, effectOf: func(own, rival float64) float64 { return own - rival }}.among(logErrorAtEnd)})
}

func invdynSawyerClaims() []Claim {
	const sameEnd = 0.06 // the difference of log10 that still counts as the same end: 15 %
	return append(shapedWins("invdyn-sawyer", "5d", "the Sawyer arm"),
		Claim{ID: "invdyn-sawyer-mse-slower", Figure: "5d", Text: "the MSE is slower than the learned loss without shaping on the Sawyer arm",
			Judge: contest{effect: "log10 torque error, mean over steps, task loss − learned", own: LearnedLoss, rivals: []string{BestRate}}.among(logErrors)},
		Claim{ID: "invdyn-sawyer-mse-ends", Figure: "5d", Text: "the MSE ends where the learned loss without shaping ends on the Sawyer arm",
			Judge: contest{effect: fmt.Sprintf("%g − |log10 torque error at the last step, task loss − learned, mean over seeds|", sameEnd),
				own: LearnedLoss, rivals: []string{BestRate}, same: sameEnd}.among(logErrorAtEnd)})
}

// shapedWins are the claims that both arms share: the shaped loss against the better of
// the two others.
func shapedWins(id, figure, arm string) []Claim {
	c := contest{own: LearnedShaped, rivals: []string{LearnedLoss, BestRate}, strongest: lower}
	end, speed := c, c
	end.effect, speed.effect = "log10 torque error at the last step, %s − shaped", "log10 torque error, mean over steps, %s − shaped"
	return []Claim{
		{ID: id, Figure: figure, Text: "of the paper's three losses the shaped one ends with the least error on new trajectories of " + arm, Judge: end.among(logErrorAtEnd)},
		{ID: id + "-speed", Figure: figure, Text: "of the paper's three losses the shaped one learns fastest on " + arm, Judge: speed.among(logErrors)},
	}
}

// logErrors are log10 of the torque errors on new trajectories after every stored step
// but the start, logErrorAtEnd after the last.
func logErrors(t tidy.Table) tidy.Table {
	t = t.Where(tidy.Task(invdynTest), tidy.Metric("torque error"), tidy.Steps(1, math.MaxInt))
	for i := range t {
		t[i].Value = math.Log10(t[i].Value)
	}
	return t
}

func logErrorAtEnd(t tidy.Table) tidy.Table { return lastOf()(logErrors(t)) }
