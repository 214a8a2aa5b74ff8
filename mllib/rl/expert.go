package rl

import (
	"context"
	"fmt"
	"math/rand/v2"

	"ml3/mllib/ad"
)

// GoalCost is the quadratic cost of bringing positions q to a goal g at rest:
//
//	Stage = Position |q − g|² + Rate |v|² + Action |u|²,  Final = End (|q − g|² + Rate |v|²)
//
// A state is positions, then their velocities.
type GoalCost struct {
	Goal                        []float64 // [nq]
	Position, Rate, Action, End float64   // weights
}

// Stage implements Cost.
func (c GoalCost) Stage(x, u *ad.Value) *ad.Value {
	return ad.AddScaled(c.state(x, c.Position), c.Action, ad.SumCols(ad.Square(u)))
}

// Final implements Cost.
func (c GoalCost) Final(x *ad.Value) *ad.Value { return ad.Scale(c.End, c.state(x, 1)) }

func (c GoalCost) state(x *ad.Value, position float64) *ad.Value {
	nq := len(c.Goal)
	q := ad.Sub(ad.SliceCols(x, 0, nq), x.Tape().Leaf(1, nq, c.Goal))
	return ad.AddScaled(ad.Scale(position, ad.SumCols(ad.Square(q))), c.Rate, ad.SumCols(ad.Square(ad.SliceCols(x, nq, 2*nq))))
}

// Expert is a demonstration: a plan to a goal.
type Expert struct {
	Goal     []float64
	Plan     Plan
	Distance float64 // of the plan's last state from the goal, m
	Tried    int     // costs tried; the plan is the best of theirs
}

// Experts plans a demonstration for each goal by iLQR from a start drawn from rng and no
// action: with the first of the costs, and as long as the plan ends further than tolerance from its goal
// also with the next. An expert that does not get there either is returned as it is;
// its Distance says so. The error is the context's.
func Experts(ctx context.Context, w Plant, goals [][]float64, costs []GoalCost, tolerance float64, rng *rand.Rand) ([]Expert, error) {
	experts := make([]Expert, len(goals))
	for i, goal := range goals {
		e := &experts[i]
		for _, c := range costs {
			if e.Tried > 0 && e.Distance <= tolerance {
				break
			}
			plan, err := demonstrate(ctx, w, goal, c, rng)
			if err != nil {
				return nil, fmt.Errorf("rl: expert %d: %w", i, err)
			}
			d := w.Distance(plan.States[len(plan.States)-1], goal)
			if e.Tried == 0 || d < e.Distance {
				e.Goal, e.Plan, e.Distance = goal, plan, d
			}
			e.Tried++
		}
	}
	return experts, nil
}

func demonstrate(ctx context.Context, w Plant, goal []float64, c GoalCost, rng *rand.Rand) (Plan, error) {
	s := w.Spec()
	c.Goal = goal
	low, actions := make([]float64, len(s.Limit)), make([][]float64, s.Steps)
	for i, l := range s.Limit {
		low[i] = -l
	}
	for t := range actions {
		actions[t] = make([]float64, len(s.Action))
	}
	start := make([]float64, len(s.State))
	w.DrawStart(start, rng)
	return DefaultILQR(w, c, low, s.Limit).Solve(ctx, start, actions, nil)
}

// Feedback writes the plan's law at time t, u = a*_t + K_t (x − x*_t), not limited.
func (p Plan) Feedback(t int, x, u []float64) {
	nx := len(x)
	for i, a := range p.Actions[t] {
		for j, k := range p.Gains[t][i*nx : (i+1)*nx] {
			a += float64(k * (x[j] - p.States[t][j]))
		}
		u[i] = a
	}
}
