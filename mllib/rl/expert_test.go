package rl

import (
	"context"
	"math"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/env"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

// expertCosts are the costs for the reacher's demonstrations, in the order tried.
func expertCosts() []GoalCost {
	return []GoalCost{
		{Position: 1, Rate: 1e-3, Action: .1, End: 100},
		{Position: 1, Rate: 1e-3, Action: .01, End: 100},
		{Position: 1, Rate: 1e-3, Action: .001, End: 1000},
	}
}

func experts(t *testing.T, r env.Region, n int) []Expert {
	w := reacherWorld(t)
	rng := random.Stream(1, "experts")
	e, err := Experts(context.Background(), w, env.Goals(w, n, r, rng), expertCosts(), .01, rng)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestGoalCost compares with sums of squares.
func TestGoalCost(t *testing.T) {
	c := GoalCost{Goal: []float64{1, -2}, Position: 3, Rate: .5, Action: .25, End: 10}
	x, u := ad.New(2, 4, []float64{1, -2, 0, 0, 2, 0, -1, 3}), ad.New(2, 2, []float64{0, 0, 2, -4})
	for i, want := range []float64{0, 3*(1+4) + .5*(1+9) + .25*(4+16)} {
		if got := c.Stage(x, u).At(i, 0); got != want {
			t.Errorf("stage cost %d is %v, want %v", i, got, want)
		}
	}
	for i, want := range []float64{0, 10 * (1 + 4 + .5*(1+9))} {
		if got := c.Final(x).At(i, 0); got != want {
			t.Errorf("final cost %d is %v, want %v", i, got, want)
		}
	}
}

// TestExperts: the real arm under a plan's actions ends where the plan does, within
// 1 cm of the goal; a goal out of a cost's reach is tried with the next.
func TestExperts(t *testing.T) {
	w := reacherWorld(t)
	retried := 0
	for i, e := range append(experts(t, env.RightHalf, 10), experts(t, env.LeftHalf, 12)...) {
		x := make([]float64, 4)
		for _, u := range e.Plan.Actions {
			if math.Abs(u[0]) > 1 || math.Abs(u[1]) > 1 {
				t.Fatalf("expert %d: action %v", i, u)
			}
			w.Advance(x, u)
		}
		if d := w.Distance(x, e.Goal); math.Abs(d-e.Distance) > 1e-9 {
			t.Errorf("expert %d ends %v m from its goal, its plan says %v", i, d, e.Distance)
		}
		if e.Distance > .01 {
			t.Errorf("expert %d ends %v m from its goal after %d costs (%s)", i, e.Distance, e.Tried, e.Plan.Status)
		}
		if e.Tried > 1 {
			retried++
		}
	}
	if retried == 0 {
		t.Error("no goal needed a second cost; the test needs one")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Experts(ctx, w, [][]float64{{1, 1}}, expertCosts(), .01, random.Stream(1, "start")); err == nil {
		t.Error("cancelled: no error")
	}
}

// TestExpertsKeepBest: when no cost is good enough, the best plan stays.
func TestExpertsKeepBest(t *testing.T) {
	w := reacherWorld(t)
	costs := expertCosts()
	goal := [][]float64{{1, 1.5}}
	distance := func(costs ...GoalCost) Expert {
		e, err := Experts(context.Background(), w, goal, costs, 0, random.Stream(1, "start"))
		if err != nil {
			t.Fatal(err)
		}
		return e[0]
	}
	a, b, both, turned := distance(costs[0]), distance(costs[1]), distance(costs[0], costs[1]), distance(costs[1], costs[0])
	if want := min(a.Distance, b.Distance); both.Distance != want || turned.Distance != want || both.Tried != 2 {
		t.Errorf("alone %v and %v m, together %v and %v m after %d costs", a.Distance, b.Distance, both.Distance, turned.Distance, both.Tried)
	}
}

// TestFeedback: on the plan the law is the plan; away from it, it brings the arm back,
// which the plan's actions alone do not.
func TestFeedback(t *testing.T) {
	w := reacherWorld(t)
	e := experts(t, env.RightHalf, 1)[0]
	u := make([]float64, 2)
	for k, a := range e.Plan.Actions {
		if e.Plan.Feedback(k, e.Plan.States[k], u); u[0] != a[0] || u[1] != a[1] {
			t.Fatalf("step %d: on the plan the law says %v, the plan %v", k, u, a)
		}
	}
	end := func(act func(k int, x []float64)) float64 {
		r := newRun(nil, w.Spec())
		copy(r.States.Row(0), []float64{.1, .2, 0, 0})
		r.drive(w, w.Spec().Limit, func(k int, x, to []float64) { act(k, x); copy(to, u) })
		return w.Distance(r.Last(), e.Goal)
	}
	law := end(func(k int, x []float64) { e.Plan.Feedback(k, x, u) })
	open := end(func(k int, _ []float64) { copy(u, e.Plan.Actions[k]) })
	if law > .01 || open < .03 {
		t.Errorf("from 0.1 and 0.2 rad off: %v m with feedback, %v m without", law, open)
	}
}

// TestCloning compares the losses with loops over time and experts, and the gradient
// with respect to a last bias, which moves every output alike.
func TestCloning(t *testing.T) {
	task, _ := plannedReacher(t)
	ex := experts(t, env.RightHalf, 2)
	task.Goal = ex[0].Goal
	theta := task.Init(nil, random.Stream(1, "policy"))
	output := func(x, goal []float64) []float64 {
		in := append(append(append([]float64{}, x...), goal...), 0, 0)
		for i, s := range task.Policy.Scale {
			in[i] /= s
		}
		return task.Policy.Net.Apply(theta, ad.RowVector(in...)).Data
	}
	sum, bias := 0.0, [2]float64{}
	for _, e := range ex {
		for k, a := range e.Plan.Actions {
			for i, u := range output(e.Plan.States[k], e.Goal) {
				sum += (u - a[i]) * (u - a[i]) / 2
				bias[i] += u - a[i]
			}
		}
	}
	compare(t, "cloning", Cloning{task, ex}.Loss(theta, nil), theta, sum, bias)

	sum, bias = 0, [2]float64{}
	r := task.Drive(task.Model, theta, random.Stream(1, "start"))
	label, beyond := make([]float64, 2), 0
	for k := range r.Actions.Rows {
		x := r.States.Row(k)
		ex[0].Plan.Feedback(k, x, label)
		for i, u := range output(x, task.Goal) {
			if math.Abs(label[i]) > 1 {
				label[i] = math.Copysign(1, label[i])
				beyond++
			}
			sum += (u - label[i]) * (u - label[i])
			bias[i] += 2 * (u - label[i])
		}
	}
	if beyond == 0 {
		t.Error("no label is at a limit; the test needs one")
	}
	compare(t, "feedback", FeedbackCloning{task, ex[0]}.Loss(theta, random.Stream(1, "start")), theta, sum, bias)
}

func compare(t *testing.T, name string, loss *ad.Value, theta nn.Params, sum float64, bias [2]float64) {
	t.Helper()
	if math.Abs(loss.Item()-sum) > 1e-12*sum {
		t.Errorf("%s: loss %v, by loops %v", name, loss.Item(), sum)
	}
	for i, g := range ad.Grad(loss, theta...)[len(theta)-1].Data {
		if math.Abs(g-bias[i]) > 1e-11*(1+math.Abs(bias[i])) {
			t.Errorf("%s: gradient of bias %d is %v, by loops %v", name, i, g, bias[i])
		}
	}
}

// TestCloningLearns: descent on the demonstrations alone brings the arm nearer to the
// goal than the fresh policy comes.
func TestCloningLearns(t *testing.T) {
	task, _ := plannedReacher(t)
	ex := experts(t, env.RightHalf, 1)
	task.Goal = ex[0].Goal
	rng := random.Stream(1, "policy")
	theta := task.Init(nil, rng)
	before := task.Distance(theta, rng)
	theta = descend(theta, 1000, .002, func(th nn.Params) *ad.Value { return Cloning{task, ex}.Loss(th, rng) })
	if after := task.Distance(theta, rng); !(after < .02 && after < before/3) {
		t.Errorf("distance %v m before and %v m after 1000 steps", before, after)
	}
}

// descend takes gradient steps on the heap.
func descend(theta nn.Params, steps int, rate float64, loss func(nn.Params) *ad.Value) nn.Params {
	tape := ad.NewTape()
	for range steps {
		tape.Reset()
		th := nn.Params(tape.Leaves(theta))
		theta = nn.Descend(th, ad.Gradient(loss(th), th...), tape.Scalar(rate)).Clone()
	}
	return theta
}
