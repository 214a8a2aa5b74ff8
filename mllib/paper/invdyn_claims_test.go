package paper

import (
	"strings"
	"testing"

	"ml3/mllib/tidy"
)

// invdynJudges are the judges of the claims of both arms by their names.
func invdynJudges() map[string]func(tidy.Table) (Verdict, error) {
	judges := map[string]func(tidy.Table) (Verdict, error){}
	for _, c := range append(invdynReacherClaims(), invdynSawyerClaims()...) {
		judges[c.ID] = c.Judge
	}
	return judges
}

// A table in which nothing but the errors differ turns the verdicts around.
func TestInverseDynamicsClaimsFollowTheTable(t *testing.T) {
	judges := invdynJudges()
	best := judges["invdyn-sawyer"]
	table := func(shaped, learned, mse float64) tidy.Table {
		var all tidy.Table
		for seed := range uint64(5) {
			w := &lab{Input: Input{Seed: seed}, experiment: "invdyn-sawyer"}
			wobble := 1 + 0.01*float64(seed)
			for _, step := range []int{0, 1, 200} {
				w.row(LearnedShaped, invdynTest, step, "torque error", wobble*shaped)
				w.row("learned", invdynTest, step, "torque error", learned)
				w.row(BestRate, invdynTest, step, "torque error", mse)
				w.row(PowerMSE, invdynTest, step, "torque error", 1e-9) // the paper has none
			}
			all = append(all, w.out.Rows...)
		}
		return all
	}
	for _, c := range []struct {
		shaped, learned, mse      float64
		best, worst, slower, ends Outcome
	}{
		{0.1, 0.2, 0.3, Reproduced, NotReproduced, Reproduced, NotReproduced},
		{0.1, 0.3, 0.2, Reproduced, Reproduced, NotReproduced, NotReproduced},
		{0.4, 0.2, 0.201, NotReproduced, NotReproduced, Reproduced, Reproduced},
		{0.3, 0.2, 0.1, NotReproduced, NotReproduced, NotReproduced, NotReproduced},
	} {
		rows := table(c.shaped, c.learned, c.mse)
		for _, j := range []struct {
			name  string
			judge func(tidy.Table) (Verdict, error)
			want  Outcome
		}{{"best", best, c.best}, {"fastest", judges["invdyn-sawyer-speed"], c.best}, {"plain worst", judges["invdyn-reacher-plain"], c.worst},
			{"MSE slower", judges["invdyn-sawyer-mse-slower"], c.slower}, {"MSE ends", judges["invdyn-sawyer-mse-ends"], c.ends}} {
			v, err := j.judge(rows)
			if err != nil {
				t.Fatal(err)
			}
			if v.Outcome != j.want {
				t.Errorf("%+v: %s is %+v, want %s", c, j.name, v, j.want)
			}
		}
	}
	for _, judge := range judges {
		if v, err := judge(nil); err == nil {
			t.Errorf("verdict %+v from no rows", v)
		}
	}
}

// A seed with which a loss diverges has no effect, and the claim about it cannot be
// reproduced; a rival that always diverges leaves nothing to say.
func TestClaimsKnowDivergence(t *testing.T) {
	table := func(lost string, seeds uint64) tidy.Table {
		w := &lab{experiment: "invdyn-sawyer"}
		for w.Seed = range 5 {
			for method, x := range map[string]float64{LearnedShaped: 0.1, LearnedLoss: 0.2, BestRate: 0.3} {
				for _, step := range []int{0, 1, 200} {
					if method == lost && w.Seed < seeds && step > 1 {
						w.row(method, invdynTest+"/test=1", 7, tidy.DivergedMetric, 1)
						break
					}
					w.row(method, invdynTest, step, "torque error", x*(1+0.01*float64(w.Seed)))
				}
			}
		}
		return w.out.Rows
	}
	for _, c := range []struct {
		lost  string
		seeds uint64
		want  Outcome
		text  string
	}{
		{"", 0, Reproduced, "learned − shaped"},
		{LearnedShaped, 1, Inconclusive, "without 1 seeds with which learned shaped"},
		{LearnedLoss, 1, Reproduced, "and 1 with which learned diverged"},
		{LearnedShaped, 5, Inconclusive, "learned shaped diverged with every seed"},
	} {
		v, err := invdynJudges()["invdyn-sawyer"](table(c.lost, c.seeds))
		if err != nil || v.Outcome != c.want || !strings.Contains(v.Effect, c.text) {
			t.Errorf("%s diverges with %d seeds: %+v, %v; want %s with %q", c.lost, c.seeds, v, err, c.want, c.text)
		}
	}
}
