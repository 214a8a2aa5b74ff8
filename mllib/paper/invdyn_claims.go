package paper

import (
	"fmt"
	"math"

	"ml3/mllib/tidy"
)

// The paper compares three losses: learned shaped, learned, and the mean squared
// error, here at the best of its rates. All effects are differences of log10 of the
// torque error on new trajectories: 0.3 is a factor of two.
func invdynReacherClaims() []Claim {
	return []Claim{
		{ID: "invdyn-reacher", Figure: "5c", Text: "of the paper's three losses the shaped one ends with the least error on new trajectories of the reacher", Judge: shapedBest},
		{ID: "invdyn-reacher-speed", Figure: "5c", Text: "of the paper's three losses the shaped one learns fastest on the reacher", Judge: shapedFastest},
		{ID: "invdyn-reacher-plain", Figure: "5c", Text: "the learned loss without shaping is worst on the reacher", Judge: plainWorst},
	}
}

func invdynSawyerClaims() []Claim {
	return []Claim{
		{ID: "invdyn-sawyer", Figure: "5d", Text: "of the paper's three losses the shaped one ends with the least error on new trajectories of the Sawyer arm", Judge: shapedBest},
		{ID: "invdyn-sawyer-speed", Figure: "5d", Text: "of the paper's three losses the shaped one learns fastest on the Sawyer arm", Judge: shapedFastest},
		{ID: "invdyn-sawyer-mse-slower", Figure: "5d", Text: "the MSE is slower than the learned loss without shaping on the Sawyer arm", Judge: mseSlower},
		{ID: "invdyn-sawyer-mse-ends", Figure: "5d", Text: "the MSE ends where the learned loss without shaping ends on the Sawyer arm", Judge: mseEnds},
	}
}

// logError selects log10 of the torque error of a method on new trajectories.
func logError(t tidy.Table, filters ...tidy.Filter) func(method string) tidy.Table {
	t = t.Where(append(filters, tidy.Task(invdynTest), tidy.Metric("torque error"))...)
	return func(method string) tidy.Table {
		rows := t.Where(tidy.Method(method))
		for i := range rows {
			rows[i].Value = math.Log10(rows[i].Value)
		}
		return rows
	}
}

// ending selects the last step, and whole the stored steps after the first, which
// are denser in the beginning.
func ending(t tidy.Table) func(string) tidy.Table {
	return logError(reached(t.Where(tidy.Metric("torque error"), tidy.Task(invdynTest))))
}

func whole(t tidy.Table) func(string) tidy.Table { return logError(t, tidy.Steps(1, math.MaxInt)) }

// shapedBest judges the last step: the better of the two others minus the shaped loss.
func shapedBest(t tidy.Table) (Verdict, error) {
	return contest{effect: "log10 torque error at the last step, %s − shaped", own: LearnedShaped, rivals: []string{LearnedLoss, BestRate},
		of: ending(t), all: t, strongest: lower}.judge()
}

// shapedFastest judges the whole curve in the same way.
func shapedFastest(t tidy.Table) (Verdict, error) {
	return contest{effect: "log10 torque error, mean over steps, %s − shaped", own: LearnedShaped, rivals: []string{LearnedLoss, BestRate},
		of: whole(t), all: t, strongest: lower}.judge()
}

// plainWorst judges the last step: the loss without shaping minus the worse of the
// two others.
func plainWorst(t tidy.Table) (Verdict, error) {
	return contest{effect: "log10 torque error at the last step, learned − %s", own: LearnedLoss, rivals: []string{LearnedShaped, BestRate},
		of: ending(t), all: t, strongest: higher, effectOf: func(own, rival float64) float64 { return own - rival }}.judge()
}

// mseSlower judges the whole curve: MSE minus the learned loss without shaping.
func mseSlower(t tidy.Table) (Verdict, error) {
	return contest{effect: "log10 torque error, mean over steps, task loss − learned", own: LearnedLoss, rivals: []string{BestRate},
		of: whole(t), all: t}.judge()
}

// sameEnd is the difference of log10 that still counts as the same end: 15 %.
const sameEnd = 0.06

// mseEnds judges whether the mean curves of the two end within 15 % of each other.
func mseEnds(t tidy.Table) (Verdict, error) {
	return contest{effect: fmt.Sprintf("%g − |log10 torque error at the last step, task loss − learned, mean over seeds|", sameEnd),
		own: LearnedLoss, rivals: []string{BestRate}, of: ending(t), all: t,
		statistic: func(perSeed []float64) float64 { return sameEnd - math.Abs(tidy.Mean(perSeed)) }}.judge()
}
