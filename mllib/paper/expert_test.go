package paper

import (
	"math"
	"slices"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/random"
	"ml3/mllib/rl"
	"ml3/mllib/tidy"
)

func quickExpert() ExpertReacher {
	e := expertExperiment().Quick.(ExpertReacher)
	if testing.Short() {
		e.Test.Goals, e.Test.At, e.Test.RateSteps = 1, []int{0, 5, 20}, 5
		e.Version.Train.OuterSteps, e.EqualTime, e.Version.Model.First, e.Experts, e.Cloning.Steps = 4, 2, 50, 3, 10
	}
	e.Test.Shown = 0
	return e
}

func TestExpertQuick(t *testing.T) {
	e := quickExpert()
	table := quickTwice(t, expertExperiment(), e, []uint64{0, 1})
	for _, seed := range table.Seeds() {
		of := func(metric string) tidy.Table {
			return table.Where(tidy.Method(ILQR), tidy.Metric(metric), tidy.Seed(seed))
		}
		far := 0
		for _, r := range of("expert distance") {
			if r.Value > 0.01 {
				far++
			}
		}
		if len(of("cost")) != e.Experts || len(of("expert distance")) != e.Experts || len(of("failed")) != far {
			t.Errorf("seed %d: %d costs of %d experts, %d further than 1 cm, %d listed as failed", seed, len(of("cost")), e.Experts, far, len(of("failed")))
		}
	}
	if testing.Short() {
		return
	}
	end := func(method string) float64 {
		return tidy.Mean(column(table.Where(tidy.Method(method), tidy.Metric("distance"), tidy.Has("goals", "right"), tidy.Steps(0, 0))))
	}
	if seen, not := end(Cloned), end(ClonedBlind); !(seen < not) {
		t.Errorf("cloning with the goal ends %v m away, without %v m", seen, not)
	}
}

func column(t tidy.Table) (values []float64) {
	for _, r := range t {
		values = append(values, r.Value)
	}
	return values
}

// TestExpertFails: an expert beyond the tolerance is listed and not shown.
func TestExpertFails(t *testing.T) {
	e := quickExpert()
	e.Costs, e.Tolerance = []rl.GoalCost{{Action: 1, End: 1e-9}}, 1e-4 // does not move
	e.Experts = 4
	p, err := newPlanLab(t.Context(), "expert-reacher", Input{Data: planData}, e.Test, 1, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	l := expertLab{planLab: p, ExpertReacher: e}
	if got := l.demonstrate(); l.err == nil {
		t.Errorf("%d experts, of costs that reach nothing", len(got))
	}
	failed := p.out.Rows.Where(tidy.Metric("failed"))
	if len(failed) != 4 {
		t.Errorf("listed as failed: %v", failed)
	}
	l.Tolerance, l.Costs = 0.01, append(e.Costs, expertExperiment().Quick.(ExpertReacher).Costs...)
	l.err = nil
	if got := l.demonstrate(); l.err != nil || len(got) == 0 || slices.ContainsFunc(got, l.failed) {
		t.Errorf("%d experts with costs that work, error %v", len(got), l.err)
	}
}

// TestExpertTraining: each method's task loss knows of the expert what its name says,
// on the same goals in the same order.
func TestExpertTraining(t *testing.T) {
	e := quickExpert()
	e.Experts = 3
	plant, err := OpenPlant(e.Test.World, planData)
	if err != nil {
		t.Fatal(err)
	}
	experts, err := e.PlanExperts(t.Context(), plant, 0)
	if err != nil {
		t.Fatal(err)
	}
	theta := e.Version.Policy.Init(nil, random.Stream(0, "policy"))
	loss := map[string]float64{}
	for _, method := range []string{LearnedShaped, LearnedFeedback, LearnedLoss, LearnedInTime} {
		training := e.Training(method, plant, plant, experts, 0)
		task := training.Draw(random.Stream(0, "draw"))
		loss[method] = task.Loss(theta, nil).Item()
		if steps := training.Config.OuterSteps; (steps == e.EqualTime) != (method == LearnedInTime) {
			t.Errorf("%s takes %d outer steps", method, steps)
		}
	}
	x := experts[random.Stream(0, "draw").IntN(3)]
	want := 0.0
	for i, a := range x.Plan.Actions {
		u := e.Version.Policy.Act(theta, ad.RowVector(x.Plan.States[i]...), x.Goal).Data
		want += math.Pow(u[0]-a[0], 2) + math.Pow(u[1]-a[1], 2)
	}
	if math.Abs(loss[LearnedShaped]-want) > 1e-9*want {
		t.Errorf("cloning: %v, by a loop over the expert's states %v", loss[LearnedShaped], want)
	}
	if loss[LearnedLoss] != loss[LearnedInTime] || loss[LearnedLoss] == loss[LearnedShaped] || loss[LearnedFeedback] == loss[LearnedShaped] {
		t.Errorf("task losses %v", loss)
	}
}

// TestExpertClaims: made-up tables turn the verdicts around.
func TestExpertClaims(t *testing.T) {
	table := func(shaped, feedback, plain, inTime float64) tidy.Table {
		var all tidy.Table
		for seed := range uint64(5) {
			w := &lab{Input: Input{Seed: seed}, experiment: "expert-reacher"}
			for method, d := range map[string]float64{LearnedShaped: shaped, LearnedFeedback: feedback, LearnedLoss: plain, LearnedInTime: inTime} {
				distances(w, method, "robust", d*(1+0.002*float64(len(method))*float64(seed)), d)
			}
			all = append(all, w.out.Rows...)
		}
		return all
	}
	for _, c := range []struct {
		shaped, feedback, plain, inTime float64
		want                            []Outcome
	}{
		{0.1, 0.2, 0.3, 0.4, []Outcome{Reproduced, Reproduced, Reproduced, NotReproduced}},
		{0.3, 0.1, 0.2, 0.4, []Outcome{NotReproduced, Reproduced, Reproduced, Reproduced}},
		{0.2, 0.4, 0.3, 0.1, []Outcome{Reproduced, NotReproduced, NotReproduced, NotReproduced}},
	} {
		rows := table(c.shaped, c.feedback, c.plain, c.inTime)
		for i, claim := range expertClaims() {
			if v, err := claim.Judge(rows); err != nil || v.Outcome != c.want[i] {
				t.Errorf("%+v: %s is %+v, error %v", c, claim.ID, v, err)
			}
		}
	}
}
