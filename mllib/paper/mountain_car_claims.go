package paper

import (
	"fmt"
	"slices"

	"ml3/mllib/tidy"
)

// carFew is the number of policy updates that count as a few.
const carFew = 10

// The sentence has two halves and is judged by the weaker one: more than half of the
// policies are at the goal after a few updates on the loss learned with the extra goal,
// and no other method ever has half of them there.
func carClaims() []Claim {
	solves := contest{effect: fmt.Sprintf("weaker of: fraction at the goal after %d updates − 1/2, 1/2 − the most any other method ever has", carFew),
		effectOf: func(own, other float64) float64 { return min(own-0.5, 0.5-other) }}
	lead := func(rival string) contest {
		return contest{effect: fmt.Sprintf("fraction of policies at the goal after %d updates − the most that %s ever has", carFew, rival),
			effectOf: func(own, other float64) float64 { return own - other }}
	}
	return []Claim{
		{ID: "car-solves", Figure: "6a, b", Text: "with the extra information the car reaches the goal in a few updates; iLQR and the loss learned without it do not",
			Judge: solves.ofCars(tidy.Not(tidy.Method(LearnedShaped)))},
		{ID: "car-extra-goal", Figure: "6a, b", Text: "of car-solves: the extra goal at meta-train time is what makes the learned loss work",
			Judge: lead(LearnedLoss).ofCars(tidy.Method(LearnedLoss))},
		{ID: "car-ilqr", Figure: "6a, b", Text: "of car-solves: the learned loss brings more policies to the goal than iLQR does from the same start",
			Judge: lead(ILQR).ofCars(tidy.Method(ILQR))},
	}
}

// ofCars judges c by fractions of fresh policies at the goal, which meta-training never
// saw: that of the loss learned with the extra goal after a few updates, and that of the
// best of the rivals at whichever stored step it did best, however late.
func (c contest) ofCars(rivals tidy.Filter) func(tidy.Table) (Verdict, error) {
	const best = "the best of the others"
	c.own, c.rivals, c.number = LearnedShaped, []string{best}, slices.Max[[]float64]
	return func(t tidy.Table) (Verdict, error) {
		t = t.Where(tidy.Task(carTask("robust", "start", "fresh")), tidy.Metric("success"))
		c := c
		c.of = func(m string) tidy.Table {
			if m == best {
				return t.Where(rivals)
			}
			return t.Where(tidy.Method(m), tidy.Steps(carFew, carFew))
		}
		return c.judge()
	}
}
