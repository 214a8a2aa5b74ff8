package paper

import (
	"cmp"
	"fmt"
	"slices"

	"ml3/mllib/tidy"
)

const (
	carMethodShaped = "learned"
	carMethodPlain  = "learned without extra goal"

	// carJudged is the number of policy updates after which the claims count
	// successes of the loss learned with the extra goal.
	carJudged = 10
)

func carClaims() []Claim {
	return []Claim{
		{ID: "car-solves", Figure: "6a, b",
			Text:  "with the extra information the car reaches the goal in a few updates; iLQR and the loss learned without do not",
			Judge: func(t tidy.Table) (Verdict, error) { return carSolves(t, "robust/fresh policies") }},
	}
}

// carSolves judges, seed by seed, the fraction of initial policies that the loss
// learned with the extra goal has at the goal after ten updates, minus that of the
// best other method at whichever stored step it did best.
func carSolves(t tidy.Table, task string) (Verdict, error) {
	t = t.Where(tidy.Task(task), tidy.Metric("success"), tidy.Not(tidy.Method("reference", "reference without extra goal")))
	shaped := t.Where(tidy.Method(carMethodShaped), tidy.Steps(carJudged, carJudged))
	others := t.Where(tidy.Not(tidy.Method(carMethodShaped)))
	effect := fmt.Sprintf("fraction of policies at the goal after %d updates, minus the most any other method ever has", carJudged)
	var differences []float64
	for _, seed := range t.Seeds() {
		own, other := shaped.Where(tidy.Seed(seed)), others.Where(tidy.Seed(seed))
		if len(own) != 1 || len(other) == 0 {
			return Verdict{}, fmt.Errorf("%s: seed %d has %d rows of %q and %d of other methods", task, seed, len(own), carMethodShaped, len(other))
		}
		best := slices.MaxFunc(other, func(a, b tidy.Row) int { return cmp.Compare(a.Value, b.Value) })
		differences = append(differences, own[0].Value-best.Value)
	}
	return judge(effect, differences)
}
