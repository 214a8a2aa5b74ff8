package paper

import (
	"fmt"

	"ml3/mllib/tidy"
)

func expertClaims() []Claim {
	claim := func(id, text, own, rival string) Claim {
		return Claim{ID: id, Figure: "6c", Text: text, Judge: func(t tidy.Table) (Verdict, error) { return expertAgainst(t, own, rival) }}
	}
	return []Claim{
		claim("expert-helps", "expert information at meta-train time, behaviour cloning on the expert's states, improves the learned loss at meta-test", LearnedShaped, LearnedLoss),
		claim("expert-helps-time", "of expert-helps: against a loss that is learned without expert in the same time", LearnedShaped, LearnedInTime),
		claim("expert-feedback", "ours: the expert's feedback law in the policy's own states, as the task loss of meta-training, improves the learned loss at meta-test", LearnedFeedback, LearnedLoss),
		claim("expert-feedback-cloning", "ours: that feedback law makes a better loss than behaviour cloning on the expert's states", LearnedFeedback, LearnedShaped),
	}
}

// expertAgainst judges two methods by the end of all new goals, which both learned for
// as many updates of φ unless the rival's name says otherwise.
func expertAgainst(t tidy.Table, own, rival string) (Verdict, error) {
	of := planRows(t, "robust", planEnd, "right", "left")
	c := contest{own: own, rivals: []string{rival}, of: of, number: logMean,
		effect: fmt.Sprintf("log10 of the mean final distance over all goals after %d updates, %s − %s%s", planEnd, rival, own, worst(of(own), of(rival)))}
	return c.judge()
}
