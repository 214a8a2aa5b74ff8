package paper

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/random"
	"ml3/mllib/rl"
	"ml3/mllib/tidy"
)

var planData = filepath.Join("..", "..", "data")

// planSetting is the world of an experiment and the model of a version, under seed 0.
func planSetting(t testing.TB, e ModelBased, v PlanVersion) (rl.Plant, *LearnedModel) {
	t.Helper()
	plant, err := OpenPlant(e.Test.World, planData)
	if err != nil {
		t.Fatal(err)
	}
	v.Model.First = 50
	model, err := NewLearnedModel(plant, v.Model, 0)
	if err != nil {
		t.Fatal(err)
	}
	return plant, model
}

// small cuts the quick profile down in tests that run often.
func small(e ModelBased) ModelBased {
	if testing.Short() {
		e.Test.Goals, e.Test.At, e.Test.RateSteps, e.Test.Drawn = 1, []int{0, 5, 20}, 5, 2
		for i := range e.Versions {
			e.Versions[i].Train.OuterSteps, e.Versions[i].Model.First = 4, 50
		}
	}
	e.Test.Shown = 0
	return e
}

func TestModelBasedQuick(t *testing.T) {
	for _, e := range []Experiment{pointmassExperiment(), reacherExperiment()} {
		table := quickTwice(t, e, small(e.Quick.(ModelBased)), []uint64{0, 1})
		if testing.Short() {
			continue
		}
		of := planRows(table, "robust", 10, "right")(LearnedLoss)
		before := planRows(table, "robust", 0, "right")(LearnedLoss)
		if d, d0 := tidy.Mean(column(of)), tidy.Mean(column(before)); !(d < d0/1.5) {
			t.Errorf("%s: the quick profile no longer tells the story: %v m before, %v m after 10 updates", e.Name, d0, d)
		}
	}
}

// TestPlanPaths: the stored real path ends where the stored distance says, and the
// angles of the arm are those of its tip.
func TestPlanPaths(t *testing.T) {
	e := small(reacherExperiment().Quick.(ModelBased))
	e.Versions = e.Versions[2:]
	e.Versions[0].Train.OuterSteps, e.Test.Goals, e.Test.Drawn = 4, 1, 5
	e.Test.At, e.Test.Rates, e.Test.RateStarts, e.Test.RateSteps = []int{0, 5}, []float64{1e-4, 1e-3}, 1, 1
	out, err := e.Run(t.Context(), Input{Seed: 0, Data: planData}, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	at := func(method, task, metric string, last int) float64 {
		rows := out.Pictures.Where(tidy.Method(method), tidy.Task(task), tidy.Metric(metric))
		if len(rows) != last+1 {
			t.Fatalf("%d rows of %s of %s on %s, want %d", len(rows), metric, method, task, last+1)
		}
		return rows[last].Value
	}
	for _, half := range []string{"right", "left"} {
		task := planTest("robust", half, 0)
		for _, updates := range []string{"0", "5"} {
			end := part(task, "updates", updates)
			x, y := at(LearnedLoss, end, "x", 65), at(LearnedLoss, end, "y", 65)
			d := math.Hypot(x-at("goal", task, "x", 0), y-at("goal", task, "y", 0))
			rows := out.Rows.Where(tidy.Method(LearnedLoss), tidy.Task(task), tidy.Metric("distance"), func(r tidy.Row) bool { return updates == string(rune('0'+r.Step)) })
			if len(rows) != 1 || math.Abs(rows[0].Value-d) > 1e-12 {
				t.Errorf("%s: the path ends %v m from the goal, rows %v", end, d, rows)
			}
			q1, q2 := at(LearnedLoss, part(end, "joint", "1"), "angle", 65), at(LearnedLoss, part(end, "joint", "2"), "angle", 65)
			if want := 0.1*math.Cos(q1) + 0.11*math.Cos(q1+q2); math.Abs(x-want) > 1e-12 {
				t.Errorf("%s: tip at x = %v m, by the angles %v", end, x, want)
			}
			at(LearnedLoss, part(end, "rollout", "imagined"), "x", 65)
		}
	}
}

// TestLearnedModel: the world as data makes predictions better; a fit is due every 100
// outer steps but at the ends; a fit that explodes says which quantity did.
func TestLearnedModel(t *testing.T) {
	e := pointmassExperiment().Quick.(ModelBased)
	v := e.Versions[1]
	plant, model := planSetting(t, e, v)
	before := model.Error(model.heldOut...)
	task := v.Planned(plant, model)
	task.Goal = []float64{1, 0}
	theta := task.Init(nil, random.Stream(0, "policy"))
	visit := model.Visit(meta.Member{Task: startedPlan{task, theta}, Theta: theta})
	if want := task.Drive(plant, theta, random.Stream(0, "start")); !slices.Equal(visit.States.Data, want.States.Data) {
		t.Error("a visit is not what the policy does in the world")
	}
	n, far := model.Len(), model.Error(visit)
	if err := model.Refit(100, visit); err != nil || model.Len() != n+visit.Actions.Rows {
		t.Fatalf("%d transitions after %d, error %v", model.Len(), n, err)
	}
	if got := model.Error(visit); !(got < far) || !(model.Error(model.heldOut...) < before) {
		t.Errorf("errors %v and %v after a fit, %v and %v before", got, model.Error(model.heldOut...), far, before)
	}
	var due []int
	for step := range v.Train.OuterSteps + 1 {
		if model.Due(step, v.Train) {
			due = append(due, step)
		}
	}
	if !slices.Equal(due, []int{100, 200}) {
		t.Errorf("fits after outer steps %v of %d", due, v.Train.OuterSteps)
	}
	visit.States.Data[7] = math.NaN()
	var d *meta.Diverged
	if err := model.Refit(200, visit); !errors.As(err, &d) || d.Step != 200 {
		t.Errorf("a fit to NaN: %v", err)
	}
}

// TestModelExplodes: a meta-training whose model explodes ends with a row that names
// step and quantity; the seed goes on, and the method has no distances.
func TestModelExplodes(t *testing.T) {
	e := small(pointmassExperiment().Quick.(ModelBased))
	e.Versions = e.Versions[1:]
	v := &e.Versions[0]
	v.Losses, v.Train.OuterSteps, v.Model.First = v.Losses[:1], 4, 50
	e.Test.Goals, e.Test.Rates, e.Test.RateStarts, e.Test.At = 1, []float64{1e-3, 1e-2}, 1, []int{0, 1}
	v.Score = func(p rl.Plant, tr rl.Trajectory, goal []float64) *ad.Value {
		return ad.Scale(math.Inf(1), rl.FinalDistance(p, tr, goal))
	}
	l, err := newPlanLab(t.Context(), e.Name, Input{Data: planData}, e.Test, e.work(), func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	model, err := NewLearnedModel(l.plant, v.Model, 0)
	if err != nil {
		t.Fatal(err)
	}
	m := l.train(v.Training(v.Losses[0], l.plant, model, 0), model)
	if l.err != nil || m.Rule != nil {
		t.Fatalf("error %v, a rule: %v", l.err, m.Rule != nil)
	}
	rows := l.out.Rows.Where(tidy.Metric(tidy.DivergedMetric))
	if len(rows) != 1 || rows[0].Step != 0 || tidy.TaskValue(rows[0].Task, "quantity") != "task loss" || len(l.out.Rows.Diverged(LearnedLoss, planTraining("robust"))) != 1 {
		t.Errorf("diverged: %v", rows)
	}
	if l.test(*v, m, l.plant); l.err != nil || len(l.out.Rows.Where(tidy.Metric("distance"))) != 0 {
		t.Errorf("tested all the same, error %v", l.err)
	}
}

// TestReleasedStart: the released version has one task and one θ₀, for every draw.
func TestReleasedStart(t *testing.T) {
	e := reacherExperiment().Paper.(ModelBased)
	v := e.Versions[1]
	plant, err := OpenPlant(e.Test.World, planData)
	if err != nil {
		t.Fatal(err)
	}
	draw := v.Training(v.Losses[0], plant, plant, 3).Draw
	rng := rand.New(rand.NewPCG(1, 2))
	a, b := draw(rng).(startedPlan), draw(rng).(startedPlan)
	if x, y := a.Init(nil, rng), b.Init(nil, rng); !slices.Equal(x[0].Data, y[0].Data) || &x[0].Data[0] == &y[0].Data[0] {
		t.Error("two members start from different policies, or in the same memory")
	}
	at := plant.Position(ad.New(1, 4, append(slices.Clone(a.Goal), 0, 0))).Data
	if math.Hypot(at[0]-0.0253, at[1]-0.1986) > 1e-9 || !slices.Equal(a.Goal, b.Goal) {
		t.Errorf("goals at %v and %v, place %v", a.Goal, b.Goal, at)
	}
	robust := e.Versions[2]
	draw = robust.Training(robust.Losses[0], plant, plant, 3).Draw
	for range 20 {
		p := draw(rng).(rl.Planned)
		if x := plant.Position(ad.New(1, 4, append(slices.Clone(p.Goal), 0, 0))).Data[0]; x <= 0 {
			t.Fatalf("a goal of meta-training at x = %v m", x)
		}
	}
}

// distances are rows of a method on goals of both halves, after every update judged.
func distances(w *lab, method, version string, right, left float64) {
	for half, d := range map[string]float64{"right": right, "left": left} {
		for k := range 2 {
			w.row(method, planTest(version, half, k), 0, "distance", 2)
			for _, step := range []int{planFew, planEnd} {
				w.row(method, planTest(version, half, k), step, "distance", d*(1+0.01*float64(w.Seed)))
			}
		}
	}
}

// TestPlanClaims: made-up tables turn the verdicts around, and a version does not
// speak for another.
func TestPlanClaims(t *testing.T) {
	table := func(version string, own, left, rival, fixed float64, lost int) tidy.Table {
		var all tidy.Table
		for seed := range uint64(6) {
			w := &lab{Input: Input{Seed: seed}, experiment: "mbrl-pointmass"}
			if int(seed) >= lost {
				distances(w, LearnedLoss, version, own, left)
			} else {
				w.row(LearnedLoss, part(planTraining(version), "quantity", "task loss"), 7, tidy.DivergedMetric, 1)
			}
			distances(w, ThroughModel, version, rival, rival)
			distances(w, LearnedFixed, version, fixed, fixed)
			all = append(all, w.out.Rows...)
		}
		return all
	}
	verdict := func(id string, rows tidy.Table) Outcome {
		for _, c := range append(pointmassClaims(), reacherClaims()...) {
			if c.ID == id {
				v, err := c.Judge(rows)
				if err != nil {
					t.Errorf("%s: %v", id, err)
				}
				return v.Outcome
			}
		}
		t.Fatalf("no claim %s", id)
		return ""
	}
	for _, version := range []string{"paper", "robust"} {
		suffix := strings.TrimPrefix("-"+version, "-paper")
		good, far, lost := table(version, 0.05, 0.06, 0.4, 0.05, 0), table(version, 0.05, 0.9, 0.1, 0.02, 0), table(version, 0.05, 0.06, 0.4, 0.2, 2)
		for _, c := range []struct {
			id              string
			good, far, lost Outcome
		}{
			{"pointmass-distance", Reproduced, NotReproduced, Inconclusive},
			{"reacher-distance-speed", Reproduced, NotReproduced, Inconclusive},
			{"pointmass-generalizes", Reproduced, NotReproduced, Inconclusive},
		} {
			for rows, want := range map[*tidy.Table]Outcome{&good: c.good, &far: c.far, &lost: c.lost} {
				if got := verdict(c.id+suffix, *rows); got != want {
					t.Errorf("%s%s: %s, want %s", c.id, suffix, got, want)
				}
			}
		}
	}
	if got := verdict("learned-rate", table("robust", 0.05, 0.05, 0.4, 0.2, 0)); got != Reproduced {
		t.Errorf("learned rate four times better: %s", got)
	}
	if got := verdict("learned-rate-reacher", table("robust", 0.05, 0.05, 0.4, 0.02, 0)); got != NotReproduced {
		t.Errorf("fixed rate better: %s", got)
	}
	if v, err := pointmassClaims()[0].Judge(table("robust", 0.05, 0.06, 0.4, 0.05, 0)); err == nil {
		t.Errorf("the robust version speaks for the paper's: %+v", v)
	}
	if v, err := pointmassClaims()[0].Judge(table("paper", 0.05, 0.06, 0.4, 0.05, 6)); err != nil || v.Outcome != NotReproduced {
		t.Errorf("with every seed lost: %+v, error %v", v, err)
	}
}

// TestWorst counts by goal and seed.
func TestWorst(t *testing.T) {
	w := &lab{experiment: "x"}
	distances(w, LearnedLoss, "paper", 0.1, 0.3)
	distances(w, ThroughModel, "paper", 0.2, 0.2)
	rows := w.out.Rows.Where(tidy.Steps(planEnd, planEnd))
	if got := worst(rows.Where(tidy.Method(LearnedLoss)), rows.Where(tidy.Method(ThroughModel))); got != " (worst goal 0.3 m; worse than that on 2 of 4)" {
		t.Error(got)
	}
}

func TestModelBasedStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, e := range []Experiment{pointmassExperiment(), expertExperiment()} {
		if _, err := e.Quick.Run(ctx, Input{Data: planData}, func(int, int) {}); err == nil || !strings.Contains(err.Error(), "canceled") {
			t.Errorf("%s: error %v, want that of the context", e.Name, err)
		}
	}
	if _, err := OpenPlant("ant-goal", planData); err == nil {
		t.Error("policies are planned in a world without derivatives")
	}
}
