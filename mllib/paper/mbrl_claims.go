package paper

import (
	"fmt"
	"math"

	"ml3/mllib/tidy"
)

// planEnd and planFew are the policy updates after which methods are judged: where
// the paper's curves have settled, and in their fall.
const (
	planEnd = 20
	planFew = 5
)

// atGoal is the final distance below which a pointmass is at its goal, m: goals are
// 0.5 to 1 m away.
const atGoal = 0.2

func pointmassClaims() []Claim {
	return append(planClaims("pointmass", "3b"),
		Claim{ID: "pointmass-generalizes", Figure: "3a", Text: "trained on goals in the right half-plane, the learned loss brings the pointmass to goals in the left one",
			Judge: generalizes("paper")},
		Claim{ID: "pointmass-generalizes-robust", Figure: "3a", Text: "pointmass-generalizes with settings that are robust", Judge: generalizes("robust")},
		Claim{ID: "learned-rate", Figure: "3b", Text: "ours: on the pointmass, learning the rate as well makes the learned loss better than at the fixed rate at which it starts",
			Judge: learnedRate})
}

func reacherClaims() []Claim {
	return append(planClaims("reacher", "3c"),
		Claim{ID: "learned-rate-reacher", Figure: "3c", Text: "ours: on the reacher, learning the rate as well makes the learned loss better than at the fixed rate at which it starts",
			Judge: learnedRate})
}

// planClaims are the two halves of one sentence, for the paper's version and the robust
// one, of all ten goals.
func planClaims(robot, figure string) []Claim {
	text := "without a model at test time, the final distance of the " + robot
	end, few := text+" ends lower with the learned loss than with the task loss through the model", text+" falls faster with the learned loss than with the task loss through the model"
	return []Claim{
		{ID: robot + "-distance", Figure: figure, Text: end, Judge: planAgainst("paper", planEnd)},
		{ID: robot + "-distance-speed", Figure: figure, Text: few, Judge: planAgainst("paper", planFew)},
		{ID: robot + "-distance-robust", Figure: figure, Text: robot + "-distance with settings that are robust", Judge: planAgainst("robust", planEnd)},
		{ID: robot + "-distance-speed-robust", Figure: figure, Text: robot + "-distance-speed with settings that are robust", Judge: planAgainst("robust", planFew)},
	}
}

// planRows selects final distances of fresh policies after so many updates. A seed
// whose meta-training has diverged is not left out: without a learned loss nothing
// moves, so that its distances are those before any update, which are the same for
// all methods.
func planRows(t tidy.Table, version string, updates int, goals ...string) func(method string) tidy.Table {
	all := t.Where(tidy.Metric("distance"), tidy.Has("version", version), tidy.Has("goals", goals...))
	return func(method string) tidy.Table {
		rows := all.Where(tidy.Method(method), tidy.Steps(updates, updates))
		if lost := t.Diverged(method, planTraining(version)); len(lost) > 0 {
			rows = append(rows, all.Where(tidy.Method(ThroughModel), tidy.Steps(0, 0), tidy.Seed(lost...))...)
		}
		return rows
	}
}

// logMean is log10 of the mean.
func logMean(values []float64) float64 { return math.Log10(tidy.Mean(values)) }

// planAgainst judges the learned loss against descent through the model.
func planAgainst(version string, updates int) func(tidy.Table) (Verdict, error) {
	return func(t tidy.Table) (Verdict, error) {
		of := planRows(t, version, updates, "right", "left")
		c := contest{own: LearnedLoss, rivals: []string{ThroughModel}, of: of, number: logMean,
			effect: fmt.Sprintf("%s: log10 of the mean final distance over all goals after %d updates, task loss − learned%s", version, updates,
				worst(of(LearnedLoss), of(ThroughModel)))}
		return c.judge()
	}
}

// worst says what a mean hides: the greatest final distance, and how often the method
// is worse than its rival on the same goal.
func worst(own, rival tidy.Table) string {
	other := map[string]float64{}
	key := func(r tidy.Row) string { return fmt.Sprint(r.Seed, r.Task) }
	for _, r := range rival {
		other[key(r)] = r.Value
	}
	greatest, worse := 0.0, 0
	for _, r := range own {
		greatest = max(greatest, r.Value)
		if x, ok := other[key(r)]; ok && r.Value > x {
			worse++
		}
	}
	return fmt.Sprintf(" (worst goal %.2g m; worse than that on %d of %d)", greatest, worse, len(own))
}

// generalizes judges the share of goals in the left half-plane that are reached,
// minus a half.
func generalizes(version string) func(tidy.Table) (Verdict, error) {
	return func(t tidy.Table) (Verdict, error) {
		c := contest{own: LearnedLoss, of: planRows(t, version, planEnd, "left"), number: func(values []float64) float64 {
			share := 0.0
			for _, d := range values {
				if d <= atGoal {
					share += 1 / float64(len(values))
				}
			}
			return share - 0.5
		}}
		effects, err := c.perSeed(LearnedLoss)
		if err != nil {
			return Verdict{}, err
		}
		return judge(fmt.Sprintf("%s: share of goals in the left half-plane within %g m after %d updates − 1/2", version, atGoal, planEnd), inOrder(effects))
	}
}

// learnedRate judges the robust version against itself at a fixed rate.
func learnedRate(t tidy.Table) (Verdict, error) {
	c := contest{own: LearnedLoss, rivals: []string{LearnedFixed}, of: planRows(t, "robust", planEnd, "right", "left"), number: logMean,
		effect: fmt.Sprintf("robust: log10 of the mean final distance over all goals after %d updates, fixed rate − learned rate", planEnd)}
	return c.judge()
}
