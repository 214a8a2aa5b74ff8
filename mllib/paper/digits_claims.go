package paper

import "ml3/mllib/tidy"

// The claims are judged at equal rates, by the cross-entropy on held-out pictures
// after the last gradient step.
func digitsClaims() []Claim {
	below := contest{effect: "cross-entropy after the last step (nat), task loss − learned loss at equal rate", own: LearnedLoss, rivals: []string{TaskLoss}}
	return []Claim{
		{ID: "digits-train", Figure: "2c", Text: "at equal rate, the learned loss ends below the task loss on the meta-train task",
			Judge: below.among(lastOf(tidy.Metric("cross-entropy"), tidy.Has("split", "meta-train")))},
		{ID: "digits-test", Figure: "2d", Text: "at equal rate, it is better on unseen, out-of-distribution tasks",
			Judge: below.among(lastOf(tidy.Metric("cross-entropy"), tidy.Has("split", "meta-test")))},
	}
}
