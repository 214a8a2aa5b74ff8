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

// logError is log10 of the torque error on new trajectories.
func logError(t tidy.Table, method string) tidy.Table {
	rows := t.Where(tidy.Method(method), tidy.Task("new"), tidy.Metric("torque error"))
	for i := range rows {
		rows[i].Value = math.Log10(rows[i].Value)
	}
	return rows
}

func ending(t tidy.Table, method string) tidy.Table { return logError(t, method).Last() }

// whole is the mean of the log error over the stored steps after the first, which
// are denser in the beginning.
func whole(t tidy.Table, method string) tidy.Table {
	return logError(t, method).Where(tidy.Steps(1, math.MaxInt))
}

// logDifference judges the mean over a's rows minus the mean over b's.
func logDifference(effect string, a, b tidy.Table) (Verdict, error) {
	d, err := tidy.PairedDifferences(a, b)
	if err != nil {
		return Verdict{}, fmt.Errorf("%s: %w", effect, err)
	}
	return judge(effect, d)
}

// rival is the method with the least or, if worst, the greatest mean.
func rival(t tidy.Table, of func(tidy.Table, string) tidy.Table, worst bool, methods ...string) (string, error) {
	name, best := "", 0.0
	for _, m := range methods {
		rows := of(t, m)
		if len(rows) == 0 {
			return "", fmt.Errorf("no torque errors of %s on new trajectories", m)
		}
		_, perSeed := rows.PerSeed()
		if x := tidy.Mean(perSeed); name == "" || (x < best) != worst {
			name, best = m, x
		}
	}
	return name, nil
}

// shapedBest judges the last step: the better of the two others minus the shaped loss.
func shapedBest(t tidy.Table) (Verdict, error) {
	other, err := rival(t, ending, false, "learned", "task loss")
	if err != nil {
		return Verdict{}, err
	}
	return logDifference("log10 torque error at the last step, "+other+" − shaped", ending(t, other), ending(t, "learned shaped"))
}

// shapedFastest judges the whole curve in the same way.
func shapedFastest(t tidy.Table) (Verdict, error) {
	other, err := rival(t, whole, false, "learned", "task loss")
	if err != nil {
		return Verdict{}, err
	}
	return logDifference("log10 torque error, mean over steps, "+other+" − shaped", whole(t, other), whole(t, "learned shaped"))
}

// plainWorst judges the last step: the loss without shaping minus the worse of the
// two others.
func plainWorst(t tidy.Table) (Verdict, error) {
	other, err := rival(t, ending, true, "learned shaped", "task loss")
	if err != nil {
		return Verdict{}, err
	}
	return logDifference("log10 torque error at the last step, learned − "+other, ending(t, "learned"), ending(t, other))
}

// mseSlower judges the whole curve: MSE minus the learned loss without shaping.
func mseSlower(t tidy.Table) (Verdict, error) {
	return logDifference("log10 torque error, mean over steps, task loss − learned", whole(t, "task loss"), whole(t, "learned"))
}

// sameEnd is the difference of log10 that still counts as the same end: 15 %.
const sameEnd = 0.06

// mseEnds judges whether the mean curves of the two end within 15 % of each other.
func mseEnds(t tidy.Table) (Verdict, error) {
	effect := fmt.Sprintf("%g − |log10 torque error at the last step, task loss − learned, mean over seeds|", sameEnd)
	d, err := tidy.PairedDifferences(ending(t, "task loss"), ending(t, "learned"))
	if err != nil {
		return Verdict{}, fmt.Errorf("%s: %w", effect, err)
	}
	return judgeBy(effect, d, func(perSeed []float64) float64 { return sameEnd - math.Abs(tidy.Mean(perSeed)) })
}
