package rl

import (
	"context"
	"fmt"
	"math"

	"ml3/mllib/ad"
	"ml3/mllib/env"
)

// Cost is what a trajectory is to make small: Σ_{t<T} Stage(x_t, u_t) + Final(x_T).
// Rows do not influence each other.
type Cost interface {
	// Stage maps states x [n, nx] and actions u [n, nu] to costs [n, 1].
	Stage(x, u *ad.Value) *ad.Value
	// Final maps states x [n, nx] to costs [n, 1].
	Final(x *ad.Value) *ad.Value
}

// ILQR plans actions by the iterative linear–quadratic regulator (Li and Todorov
// 2004): it expands the dynamics to first and the cost to second order about a
// trajectory, all derivatives from ad, solves that problem backwards in time for
// a feedback law, and rolls it out with a line search. Regularization and its
// schedule are those of Tassa, Erez and Todorov, "Synthesis and stabilization of
// complex behaviors through online trajectory optimization" (IROS 2012), sections
// II-F and II-G; limits of the actions are met by a projected Newton step in each
// backward step (Tassa, Mansard and Todorov, ICRA 2014).
type ILQR struct {
	Dynamics  env.Dynamics
	Cost      Cost
	Low, High []float64 // limits of the actions [nu]; ±Inf for none

	MaxIterations  int
	Regularization float64   // μ at the start
	MinFactor      float64   // δ₀ > 1, the least factor by which μ changes
	MinRegular     float64   // below it μ becomes 0
	MaxRegular     float64   // above it the search gives up
	Steps          []float64 // of the line search, falling from 1
	MinReduction   float64   // least actual reduction over the expected one
	GradientLimit  float64   // converged when every feed-forward |k| is below it, relative to 1 + |u|
	CostLimit      float64   // converged when an accepted step lowers the cost by less than this times 1 + |cost|
}

// DefaultILQR has the constants of Tassa's articles and of his program iLQG.
func DefaultILQR(d env.Dynamics, c Cost, low, high []float64) ILQR {
	p := ILQR{
		Dynamics: d, Cost: c, Low: low, High: high,
		MaxIterations: 500, Regularization: 1, MinFactor: 2, MinRegular: 1e-6, MaxRegular: 1e10,
		MinReduction: 1e-4, GradientLimit: 1e-9, CostLimit: 1e-13,
	}
	for i := range 11 {
		p.Steps = append(p.Steps, math.Pow(10, -0.3*float64(i)))
	}
	return p
}

// Status says how planning ended.
type Status string

// The ways planning ends.
const (
	Converged           Status = "converged"             // no admissible step is expected to lower the cost
	MaxIterations       Status = "maximum of iterations" // still improving
	RegularizationLimit Status = "regularization limit"  // no step lowers the cost at the largest μ
	Diverged            Status = "diverged"              // the first trajectory has no finite cost
)

// Plan is a trajectory that obeys the dynamics, and a feedback law about it.
type Plan struct {
	States     [][]float64 // T+1 states [nx]
	Actions    [][]float64 // T actions [nu]
	Gains      [][]float64 // T matrices [nu, nx] row-major of the last backward pass: u = Actions[t] + Gains[t]·(x − States[t])
	Cost       float64
	Iterations int // line searches done
	Status     Status
}

// Solve improves the actions [T][nu] from state x0 [nx]. Actions beyond the limits
// are moved to them first. observe, which may be nil, sees the plan before the
// first iteration and after each; plans are not changed later. The cost never
// increases. The error is the context's.
func (p ILQR) Solve(ctx context.Context, x0 []float64, actions [][]float64, observe func(iteration int, plan Plan)) (Plan, error) {
	s := newSolver(p, x0, actions)
	plan := s.start(actions)
	if observe == nil {
		observe = func(int, Plan) {}
	}
	observe(0, plan)
	if math.IsNaN(plan.Cost) || math.IsInf(plan.Cost, 0) {
		plan.Status = Diverged
		return plan, nil
	}
	s.expand(plan)
	for plan.Status == "" {
		if err := ctx.Err(); err != nil {
			return plan, err
		}
		plan = s.iterate(plan)
		observe(plan.Iterations, plan)
	}
	return plan, nil
}

// solver is a run of ILQR.
type solver struct {
	ILQR
	tape       *ad.Tape
	nx, nu, t  int
	x0         []float64
	mu, factor float64 // regularization and its current factor
	e          expansion
}

func newSolver(p ILQR, x0 []float64, actions [][]float64) *solver {
	if len(actions) == 0 || len(actions[0]) == 0 || len(p.Low) != len(actions[0]) || len(p.High) != len(p.Low) {
		panic(fmt.Sprintf("rl: iLQR over %d actions with %d lower and %d upper limits", len(actions), len(p.Low), len(p.High)))
	}
	return &solver{ILQR: p, tape: ad.NewTape(), nx: len(x0), nu: len(actions[0]), t: len(actions), x0: x0,
		mu: p.Regularization, factor: 1}
}

// iterate is one line search, preceded by as many backward passes as it takes to
// find a direction.
func (s *solver) iterate(plan Plan) Plan {
	law, ok := s.backward(plan)
	for !ok {
		if s.raise(); s.mu > s.MaxRegular {
			plan.Status = RegularizationLimit
			return plan
		}
		law, ok = s.backward(plan)
	}
	plan.Gains = law.gains
	still := law.largest < s.GradientLimit || -(law.linear+law.quadratic) < s.CostLimit*(1+math.Abs(plan.Cost))
	if still && s.mu <= 1e-5 { // as in iLQG: a small step says nothing while μ makes it small
		plan.Status = Converged
		return plan
	}
	plan.Iterations++
	next, found := s.search(plan, law)
	switch {
	case found:
		s.lower()
		plan = next
		s.expand(plan)
	case still:
		s.lower()
	default:
		if s.raise(); s.mu > s.MaxRegular {
			plan.Status = RegularizationLimit
			return plan
		}
	}
	if plan.Iterations >= s.MaxIterations {
		plan.Status = MaxIterations
	}
	return plan
}

// raise and lower are the schedule of section II-F: μ grows and falls by a factor
// that itself grows as long as the direction stays the same.
func (s *solver) raise() {
	s.factor = max(s.MinFactor, s.factor*s.MinFactor)
	s.mu = max(s.MinRegular, s.mu*s.factor)
}

func (s *solver) lower() {
	s.factor = min(1/s.MinFactor, s.factor/s.MinFactor)
	if s.mu *= s.factor; s.mu < s.MinRegular {
		s.mu = 0
	}
}

// search tries the steps of the line search in order and returns the first
// trajectory that lowers the cost by enough of what the law expects.
func (s *solver) search(plan Plan, law law) (Plan, bool) {
	for _, a := range s.Steps {
		next := s.follow(plan, law, a)
		expected := -a * (law.linear + a*law.quadratic)
		if expected > 0 && plan.Cost-next.Cost > s.MinReduction*expected {
			next.Gains, next.Iterations = plan.Gains, plan.Iterations
			return next, true
		}
	}
	return plan, false
}
