package paper

import (
	"strings"

	"ml3/mllib/tidy"
)

// The claims are judged at equal rates, by the cross-entropy on held-out pictures
// after the last gradient step.
func digitsClaims() []Claim {
	return []Claim{
		{ID: "digits-train", Figure: "2c", Text: "at equal rate, the learned loss ends below the task loss on the meta-train task",
			Judge: func(t tidy.Table) (Verdict, error) { return digitsBelow(t, " train ") }},
		{ID: "digits-test", Figure: "2d", Text: "at equal rate, it is better on unseen, out-of-distribution tasks",
			Judge: func(t tidy.Table) (Verdict, error) { return digitsBelow(t, " test ") }},
	}
}

// digitsBelow judges the tasks in whose name the role occurs.
func digitsBelow(t tidy.Table, role string) (Verdict, error) {
	t = t.Where(tidy.Metric("cross-entropy"), func(r tidy.Row) bool { return strings.Contains(r.Task, role) })
	return difference("cross-entropy after the last step (nat), task loss − learned loss at equal rate",
		t.Where(tidy.Method("task loss")), t.Where(tidy.Method("learned")))
}
