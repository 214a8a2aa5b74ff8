package paper

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
	"ml3/mllib/nn"
	"ml3/mllib/rl"
	"ml3/mllib/tidy"
)

func quickCar() MountainCar { return mountainCarExperiment().Quick.(MountainCar) }

// TestCarPolicyIsLinear compares the roll-out of the product of the weights with
// one that applies the network layer by layer.
func TestCarPolicyIsLinear(t *testing.T) {
	m := mountainCarExperiment().Paper.(MountainCar)
	v := m.Versions[0]
	task := NewCarTask(m.Problem, v.Policy, v.Inputs)
	theta := m.freshPolicy(v, 1, 0)
	want := rl.Rollout(task.car, func(x *ad.Value) *ad.Value { return task.car.Limit(v.Policy.Apply(theta, x)) },
		ad.RowVector(-0.55, 0), m.Problem.Horizon).States
	for i, x := range task.Rollout(theta).States {
		for j, got := range x.Data {
			if math.Abs(got-want[i].Data[j]) > 1e-12 {
				t.Fatalf("state %d.%d is %v, layer by layer %v", i, j, got, want[i].Data[j])
			}
		}
	}
}

// TestCarTaskLoss compares with sums over the states written out.
func TestCarTaskLoss(t *testing.T) {
	m := quickCar()
	v := m.Versions[0]
	p, theta := m.Problem, m.freshPolicy(v, 2, 0)
	task := NewCarTask(p, v.Policy, v.Inputs)
	near, far := 0.0, 0.0 // squared distances: to the extra goal at first, to the goal after
	all := 0.0
	for i, x := range task.Rollout(theta).States {
		square := func(g [2]float64) float64 { return math.Pow(x.Data[0]-g[0], 2) + math.Pow(x.Data[1]-g[1], 2) }
		all += square(p.Goal)
		if i < 15 {
			near += square(p.Extra)
		} else {
			far += square(p.Goal)
		}
	}
	for _, c := range []struct {
		extra bool
		want  float64
	}{{false, math.Sqrt(all)}, {true, math.Sqrt(near) + math.Sqrt(far)}} {
		if got := task.ForMetaTraining(c.extra, false).Loss(theta, nil).Item(); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("extra goal %v: task loss %v, want %v", c.extra, got, c.want)
		}
	}
	adtest.CheckGrads(t, func(x []*ad.Value) *ad.Value { return task.ForMetaTraining(true, true).Loss(x, nil) }, theta, 2)
}

// TestCarInputs checks the inputs of M_φ of the robust version, and that they
// depend on θ through the forces in the visited states only: the derivative of the
// sum of the third column with respect to the gain is Force·Σ s_t.
func TestCarInputs(t *testing.T) {
	m := quickCar()
	v := m.Versions[0]
	v.Policy.Sizes = []int{2, 1}
	task := NewCarTask(m.Problem, v.Policy, v.Inputs).ForMetaTraining(true, true)
	theta := nn.Params{ad.Column(0.3, 2)} // asks for more than the limit
	f, tr := task.Features(theta, nil), task.Rollout(theta)
	last := tr.Last()
	distance := math.Hypot(last.At(0, 0)-0.5, last.At(0, 1)-1.0375)
	var sum [2]float64
	beyond := false
	for i := range m.Problem.Horizon {
		p, s := tr.States[i].At(0, 0), tr.States[i].At(0, 1)
		u := 0.3*p + 2*s
		beyond = beyond || math.Abs(u) > m.Problem.Car.MaxForce
		sum[0], sum[1] = sum[0]+4*p, sum[1]+4*s
		for j, want := range []float64{p, 5 * s, 4 * u, distance} {
			if got := f.At(i, j); math.Abs(got-want) > 1e-12 {
				t.Errorf("step %d, input %d is %v, want %v", i, j, got, want)
			}
		}
	}
	if !beyond {
		t.Error("the policy never asks for more than the limit; the test needs that")
	}
	g := ad.Grad(ad.Sum(f), theta[0])[0]
	for j, want := range sum {
		if math.Abs(g.Data[j]-want) > 1e-12 {
			t.Errorf("derivative %d of the inputs is %v, want %v", j, g.Data[j], want)
		}
	}
}

// TestCarPlan: iLQR minimizes the square of the task loss, never raises it, and
// holds to the limits of the force.
func TestCarPlan(t *testing.T) {
	m := quickCar()
	v := m.Versions[0]
	task, theta := NewCarTask(m.Problem, v.Policy, v.Inputs), m.freshPolicy(v, 3, 0)
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
	p := paperCar()
	for _, c := range []struct {
		last, passed float64
		success      bool
	}{{0.45, -0.9, true}, {0.4499, -0.9, false}, {0.1, 0.46, false}} {
		s := p.judge([][]float64{{-0.55, 0}, {c.passed, 0.3}, {c.last, 1.0375}})
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
				w.row(learnedShaped, carTask("robust", "start", "fresh"), step, "success", learned*float64(min(step, 10))/10+0.001*float64(seed))
				w.row(ilqr, carTask("robust", "start", "fresh"), step, "success", iLQR*float64(20-step)/20)
				w.row(taskLoss, carTask("robust", "start", "fresh"), step, "success", late*float64(max(0, step-10))/10)
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
	if _, err := claim.Judge(table(1, 0, 0).Where(tidy.Not(tidy.Method(learnedShaped)))); err == nil {
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
