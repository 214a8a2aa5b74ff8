package paper

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ml3/mllib/tidy"
)

const (
	carShaped = "learned"

	// carJudged is the number of policy updates that count as a few.
	carJudged = 10
)

// carTask is where the claims are judged: policies that meta-training never saw.
const carTask = "robust/fresh policies"

func carClaims() []Claim {
	rivals := func(methods ...string) func(tidy.Table) (Verdict, error) {
		effect := fmt.Sprintf("fraction of policies at the goal after %d updates − the most that %s ever has", carJudged, strings.Join(methods, " or "))
		return func(t tidy.Table) (Verdict, error) {
			return carJudge(t, effect, tidy.Method(methods...), func(own, other float64) float64 { return own - other })
		}
	}
	return []Claim{
		{ID: "car-solves", Figure: "6a, b",
			Text:  "with the extra information the car reaches the goal in a few updates; iLQR and the loss learned without it do not",
			Judge: carSolves},
		{ID: "car-extra-goal", Figure: "6a, b", Text: "of car-solves: the extra goal at meta-train time is what makes the learned loss work",
			Judge: rivals("learned without extra goal")},
		{ID: "car-ilqr", Figure: "6a, b", Text: "of car-solves: the learned loss brings more policies to the goal than iLQR does from the same start",
			Judge: rivals("iLQR")},
	}
}

// carSolves judges both halves of the sentence by the weaker one: more than half of
// the policies are at the goal after a few updates on the loss learned with the
// extra goal, and no other method ever has half of them there.
func carSolves(t tidy.Table) (Verdict, error) {
	effect := fmt.Sprintf("weaker of: fraction at the goal after %d updates − 1/2, 1/2 − the most any other method ever has", carJudged)
	return carJudge(t, effect, tidy.Not(tidy.Method(carShaped)), func(own, other float64) float64 { return min(own-0.5, 0.5-other) })
}

// carJudge judges, seed by seed, an effect of two fractions of fresh policies at the
// goal: that of the loss learned with the extra goal after a few updates, and that
// of the best of the rivals at whichever stored step it did best, however late.
func carJudge(t tidy.Table, effect string, rivals tidy.Filter, of func(own, other float64) float64) (Verdict, error) {
	t = t.Where(tidy.Task(carTask), tidy.Metric("success"))
	shaped := t.Where(tidy.Method(carShaped), tidy.Steps(carJudged, carJudged))
	others := t.Where(rivals)
	var effects []float64
	for _, seed := range t.Seeds() {
		own, other := shaped.Where(tidy.Seed(seed)), others.Where(tidy.Seed(seed))
		if len(own) != 1 || len(other) == 0 {
			return Verdict{}, fmt.Errorf("%s: seed %d has %d rows of %q after %d updates and %d of other methods; recompute it",
				carTask, seed, len(own), carShaped, carJudged, len(other))
		}
		best := slices.MaxFunc(other, func(a, b tidy.Row) int { return cmp.Compare(a.Value, b.Value) })
		effects = append(effects, of(own[0].Value, best.Value))
	}
	return judge(effect, effects)
}
