package paper

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/nn"
	"ml3/mllib/rl"
	"ml3/mllib/tidy"
)

func quickCar() MountainCar { return mountainCarExperiment().Quick.(MountainCar) }

// TestCarPlan: iLQR minimizes the square of the task loss, never raises it, and
// holds to the limits of the force.
func TestCarPlan(t *testing.T) {
	m := quickCar()
	v := m.Versions[0]
	task, theta := rl.NewCarTask(m.Problem, v.Policy, v.Inputs), m.freshPolicy(v, 3, 0)
	states := task.Rollout(theta)
	var forces [][]float64
	for _, u := range states.Actions {
		forces = append(forces, slices.Clone(u.Data))
	}
	before := math.Inf(1)
	plan, err := m.Planner().Solve(context.Background(), m.Problem.Start[:], forces, func(i int, p rl.Plan) {
		if i == 0 {
			if l := task.Loss(theta, nil).Item(); math.Abs(p.Cost-l*l) > 1e-10*p.Cost {
				t.Errorf("cost %v before the first iteration, square of the task loss %v", p.Cost, l*l)
			}
		}
		if p.Cost > before {
			t.Errorf("iteration %d raised the cost from %v to %v", i, before, p.Cost)
		}
		before = p.Cost
	})
	if err != nil || plan.Status == rl.Diverged || plan.Iterations == 0 {
		t.Errorf("%q after %d iterations, error %v", plan.Status, plan.Iterations, err)
	}
	for i, u := range plan.Actions {
		if math.Abs(u[0]) > m.Problem.Car.MaxForce {
			t.Errorf("force %d is %v", i, u[0])
		}
	}
}

func TestCarJudge(t *testing.T) {
	p := rl.PaperCar()
	for _, c := range []struct {
		last, passed float64
		success      bool
	}{{0.45, -0.9, true}, {0.4499, -0.9, false}, {0.1, 0.46, false}} {
		s := judgeDrive(p, [][]float64{{-0.55, 0}, {c.passed, 0.3}, {c.last, 1.0375}})
		if s.success != c.success || math.Abs(s.distance-(0.5-c.last)) > 1e-15 || len(s.path) != 3 {
			t.Errorf("ending at %v after %v: %+v", c.last, c.passed, s)
		}
	}
}

// TestCarClaim judges made-up tables, in which iLQR does best at the start and
// descent on the task loss at the end.
func TestCarClaim(t *testing.T) {
	claims := mountainCarExperiment().Claims
	claim := claims[0]
	table := func(learned, iLQR, late float64) tidy.Table {
		var t tidy.Table
		for seed := range uint64(5) {
			w := &lab{Input: Input{Seed: seed}, experiment: "mountain-car"}
			for step := range 21 {
				w.row(LearnedShaped, carTask("robust", "start", "fresh"), step, "success", learned*float64(min(step, 10))/10+0.001*float64(seed))
				w.row(ILQR, carTask("robust", "start", "fresh"), step, "success", iLQR*float64(20-step)/20)
				w.row(TaskLoss, carTask("robust", "start", "fresh"), step, "success", late*float64(max(0, step-10))/10)
			}
			t = append(t, w.out.Rows...)
		}
		return t
	}
	for _, c := range []struct {
		learned, iLQR, late float64
		want                Outcome
	}{{0.9, 0.1, 0.2, Reproduced}, {0.3, 0.1, 0, NotReproduced}, {0.9, 0.6, 0, NotReproduced}, {0.498, 0, 0, Inconclusive}, {0.9, 0.1, 1, NotReproduced}} {
		v, err := claim.Judge(table(c.learned, c.iLQR, c.late))
		want := min(c.learned+0.002-0.5, 0.5-max(c.iLQR, c.late))
		if err != nil || v.Outcome != c.want || math.Abs(v.Value-want) > 1e-12 {
			t.Errorf("%+v: %+v, error %v; want %v", c, v, err, want)
		}
		v, err = claims[2].Judge(table(c.learned, c.iLQR, c.late)) // against iLQR alone
		if want := c.learned + 0.002 - c.iLQR; err != nil || math.Abs(v.Value-want) > 1e-12 {
			t.Errorf("%+v against iLQR: %+v, error %v; want %v", c, v, err, want)
		}
	}
	if _, err := claim.Judge(table(1, 0, 0).Where(tidy.Not(tidy.Method(LearnedShaped)))); err == nil {
		t.Error("no error without the learned loss")
	}
}

func TestCarQuick(t *testing.T) {
	run, e := quickCar(), mountainCarExperiment()
	if testing.Short() {
		run.Policies, run.Steps = 2, 10
		run.Versions[0].Train.OuterSteps = 20
	}
	table := quickTwice(t, e, run, []uint64{0, 1})
	for _, c := range e.Claims {
		if v, err := c.Judge(table); err == nil && c.ID != "car-solves" && !testing.Short() && v.Value <= 0 {
			t.Errorf("%s: the quick profile no longer tells the story: %+v", c.ID, v)
		}
	}
}

func TestCarStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := quickCar().Run(ctx, Input{Data: "."}, func(int, int) {}); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("error %v, want that of the context", err)
	}
}

func TestCarReference(t *testing.T) {
	rows, err := carReference(filepath.Join("..", "..", "data"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(rows); n != 2*21+2*300 {
		t.Errorf("%d rows, want two curves of 21 and two of 300", n)
	}
	if err := rows.Check(); err != nil {
		t.Error(err)
	}
}

// TestCarFreshPolicies: policies differ from one another and from that of
// meta-training, and do not depend on the version.
func TestCarFreshPolicies(t *testing.T) {
	m := mountainCarExperiment().Paper.(MountainCar)
	a, b := m.freshPolicy(m.Versions[0], 7, 0), m.freshPolicy(m.Versions[1], 7, 0)
	if !slices.Equal(a[0].Data, b[0].Data) {
		t.Error("the versions are tested on different policies")
	}
	for name, other := range map[string]nn.Params{"policy 1": m.freshPolicy(m.Versions[0], 7, 1),
		"meta-training": m.trainPolicy(m.Versions[0], 7), "another seed": m.freshPolicy(m.Versions[0], 8, 0)} {
		if slices.Equal(a[0].Data, other[0].Data) {
			t.Errorf("fresh policy 0 equals that of %s", name)
		}
	}
}
