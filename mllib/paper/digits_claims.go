package paper

import "ml3/mllib/tidy"

// The claims are judged at equal rates, by the cross-entropy on held-out pictures
// after the last gradient step.
func digitsClaims() []Claim {
	return []Claim{
		{ID: "digits-train", Figure: "2c", Text: "at equal rate, the learned loss ends below the task loss on the meta-train task",
			Judge: func(t tidy.Table) (Verdict, error) { return digitsBelow(t, "meta-train") }},
		{ID: "digits-test", Figure: "2d", Text: "at equal rate, it is better on unseen, out-of-distribution tasks",
			Judge: func(t tidy.Table) (Verdict, error) { return digitsBelow(t, "meta-test") }},
	}
}

// digitsBelow judges the tasks of meta-training or of meta-test.
func digitsBelow(all tidy.Table, split string) (Verdict, error) {
	t := reached(all.Where(tidy.Metric("cross-entropy"), tidy.Has("split", split)))
	return contest{effect: "cross-entropy after the last step (nat), task loss − learned loss at equal rate", own: LearnedLoss, rivals: []string{TaskLoss}, all: all,
		of: func(m string) tidy.Table { return t.Where(tidy.Method(m)) }}.judge()
}
