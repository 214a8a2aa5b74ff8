package paper

import (
	"cmp"
	"fmt"
	"slices"

	"ml3/mllib/tidy"
)

const (
	carShaped = "learned"

	// carJudged is the number of policy updates that count as a few.
	carJudged = 10
)

func carClaims() []Claim {
	return []Claim{
		{ID: "car-solves", Figure: "6a, b",
			Text:  "with the extra information the car reaches the goal in a few updates; iLQR and the loss learned without it do not",
			Judge: carSolves},
		{ID: "car-ilqr", Figure: "6a, b", Text: "iLQR fails, however long it runs", Judge: carILQR},
	}
}

// carILQR judges the second half of the sentence by itself, which the difference
// that carSolves judges can hide: one half minus the fraction of the same initial
// policies that iLQR has at the goal at its last step.
func carILQR(t tidy.Table) (Verdict, error) {
	const effect = "1/2 − fraction of policies that iLQR ends at the goal from"
	t = t.Where(tidy.Task("robust/fresh policies"), tidy.Metric("success"), tidy.Method("iLQR")).Last()
	if len(t) == 0 {
		return Verdict{}, fmt.Errorf("%s: no rows of iLQR; recompute it", effect)
	}
	_, solved := t.PerSeed()
	for i := range solved {
		solved[i] = 0.5 - solved[i]
	}
	return judge(effect, solved)
}

// carSolves judges, seed by seed, the fraction of fresh policies that the loss
// learned with the extra goal has at the goal after ten updates, minus that of the
// best other method at whichever stored step it did best, however late.
func carSolves(t tidy.Table) (Verdict, error) {
	const task = "robust/fresh policies"
	t = t.Where(tidy.Task(task), tidy.Metric("success"))
	shaped := t.Where(tidy.Method(carShaped), tidy.Steps(carJudged, carJudged))
	others := t.Where(tidy.Not(tidy.Method(carShaped)))
	var differences []float64
	for _, seed := range t.Seeds() {
		own, other := shaped.Where(tidy.Seed(seed)), others.Where(tidy.Seed(seed))
		if len(own) != 1 || len(other) == 0 {
			return Verdict{}, fmt.Errorf("%s: seed %d has %d rows of %q after %d updates and %d of other methods; recompute it",
				task, seed, len(own), carShaped, carJudged, len(other))
		}
		best := slices.MaxFunc(other, func(a, b tidy.Row) int { return cmp.Compare(a.Value, b.Value) })
		differences = append(differences, own[0].Value-best.Value)
	}
	return judge(fmt.Sprintf("fraction of policies at the goal after %d updates, minus the most any other method ever has", carJudged), differences)
}
