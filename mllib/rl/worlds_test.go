package rl

import (
	"math"
	"math/rand/v2"

	"ml3/mllib/env"
)

// toy has what the worlds of the tests have in common: no goal worth the name, and
// "distance" is the cost, so that the reward is −cost.
type toy struct{ spec env.Spec }

func newToy(name string, steps, state, observation int) toy {
	q := func(n int) []env.Quantity { return make([]env.Quantity, n) }
	return toy{env.Spec{Name: name, Step: 1, Steps: steps, State: q(state), Observation: q(observation), Action: q(1), Goal: q(1), Limit: []float64{1}}}
}

func (w toy) Spec() *env.Spec                                     { return &w.spec }
func (w toy) DrawGoal(goal []float64, _ env.Region, _ *rand.Rand) { goal[0] = 0 }
func (w toy) Reward(_, cost float64, _ []float64) float64         { return -cost }
func (w toy) Measure(_, cost float64) float64                     { return -cost }

// bandit is one step: the state is (x, a) with x from U[−1, 1], and the cost
// (a − 2x − 1)². The best mean action is 2x + 1.
type bandit struct{ toy }

func newBandit() bandit                                { return bandit{newToy("bandit", 1, 2, 1)} }
func (w bandit) Fork() env.World                       { return w }
func (w bandit) DrawStart(s []float64, rng *rand.Rand) { s[0], s[1] = 2*rng.Float64()-1, 0 }
func (w bandit) Advance(s, a []float64)                { s[1] = a[0] }
func (w bandit) Observe(o, s, _ []float64)             { o[0] = s[0] }
func (w bandit) Distance(s, _ []float64) float64       { d := s[1] - 2*s[0] - 1; return d * d }

// regulator is x ← a x + b u with the cost x² + r u² of the state before a step and
// its action. The state is (x, cost of the last step).
type regulator struct {
	toy
	a, b, r float64
}

func newRegulator() regulator                             { return regulator{newToy("regulator", 20, 2, 1), 1, 0.5, 0.5} }
func (w regulator) Fork() env.World                       { return w }
func (w regulator) DrawStart(s []float64, rng *rand.Rand) { s[0], s[1] = 2*rng.Float64()-1, 0 }
func (w regulator) Advance(s, a []float64) {
	s[0], s[1] = w.a*s[0]+w.b*a[0], s[0]*s[0]+w.r*a[0]*a[0]
}
func (w regulator) Observe(o, s, _ []float64)       { o[0] = s[0] }
func (w regulator) Distance(s, _ []float64) float64 { return s[1] }

// gain is the k of the optimal u = −k x for the discounted infinite horizon, by the
// Riccati recursion P = 1 + γ a² P − (γ a b P)²/(r + γ b² P).
func (w regulator) gain(discount float64) float64 {
	p := 1.0
	for range 1000 {
		p = 1 + discount*w.a*w.a*p - math.Pow(discount*w.a*w.b*p, 2)/(w.r+discount*w.b*w.b*p)
	}
	return discount * w.a * w.b * p / (w.r + discount*w.b*w.b*p)
}

// gymPendulum is gym's Pendulum-v1: swing up and stay up, with a torque too weak to do
// it at once. The state is (angle from upright, rate, cost of the last step); an
// action of 1 is 2 N m.
type gymPendulum struct{ toy }

func newGymPendulum() gymPendulum     { return gymPendulum{newToy("gym pendulum", 200, 3, 3)} }
func (w gymPendulum) Fork() env.World { return w }
func (w gymPendulum) DrawStart(s []float64, rng *rand.Rand) {
	s[0], s[1], s[2] = math.Pi*(2*rng.Float64()-1), 2*rng.Float64()-1, 0
}
func (w gymPendulum) Advance(s, a []float64) {
	u := 2 * min(max(a[0], -1), 1)
	angle := math.Remainder(s[0], 2*math.Pi)
	s[2] = angle*angle + 0.1*s[1]*s[1] + 0.001*u*u
	s[1] = min(max(s[1]+(15*math.Sin(s[0])+3*u)*0.05, -8), 8)
	s[0] += s[1] * 0.05
}
func (w gymPendulum) Observe(o, s, _ []float64) {
	o[0], o[1], o[2] = math.Cos(s[0]), math.Sin(s[0]), s[1]
}
func (w gymPendulum) Distance(s, _ []float64) float64 { return s[2] }
