package paper

import (
	"fmt"
	"slices"
	"strings"

	"ml3/mllib/tidy"
)

// carFew is the number of policy updates that count as a few.
const carFew = 10

func carClaims() []Claim {
	return []Claim{
		{ID: "car-solves", Figure: "6a, b",
			Text:  "with the extra information the car reaches the goal in a few updates; iLQR and the loss learned without it do not",
			Judge: carSolves},
		{ID: "car-extra-goal", Figure: "6a, b", Text: "of car-solves: the extra goal at meta-train time is what makes the learned loss work",
			Judge: func(t tidy.Table) (Verdict, error) { return carAgainst(t, LearnedLoss) }},
		{ID: "car-ilqr", Figure: "6a, b", Text: "of car-solves: the learned loss brings more policies to the goal than iLQR does from the same start",
			Judge: func(t tidy.Table) (Verdict, error) { return carAgainst(t, ILQR) }},
	}
}

// carSolves judges both halves of the sentence by the weaker one: more than half of
// the policies are at the goal after a few updates on the loss learned with the
// extra goal, and no other method ever has half of them there.
func carSolves(t tidy.Table) (Verdict, error) {
	c := carContest(t, slices.DeleteFunc(t.Methods(), func(m string) bool { return m == LearnedShaped })...)
	c.effect = fmt.Sprintf("weaker of: fraction at the goal after %d updates − 1/2, 1/2 − the most any other method ever has", carFew)
	c.effectOf = func(own, other float64) float64 { return min(own-0.5, 0.5-other) }
	return c.judge()
}

func carAgainst(t tidy.Table, rivals ...string) (Verdict, error) {
	c := carContest(t, rivals...)
	c.effect = fmt.Sprintf("fraction of policies at the goal after %d updates − the most that %s ever has", carFew, strings.Join(rivals, " or "))
	c.effectOf = func(own, other float64) float64 { return own - other }
	return c.judge()
}

// carContest compares fractions of fresh policies at the goal, which meta-training
// never saw: that of the loss learned with the extra goal after a few updates, and
// that of the best of the rivals at whichever stored step it did best, however late.
func carContest(t tidy.Table, rivals ...string) contest {
	t = t.Where(tidy.Task(carTask("robust", "start", "fresh")), tidy.Metric("success"))
	const best = "the best of the others"
	return contest{own: LearnedShaped, rivals: []string{best}, number: slices.Max[[]float64],
		of: func(m string) tidy.Table {
			if m == best {
				return t.Where(tidy.Method(rivals...))
			}
			return t.Where(tidy.Method(m), tidy.Steps(carFew, carFew))
		}}
}
