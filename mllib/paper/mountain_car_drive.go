package paper

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/rl"
)

// carMethod is a way to improve a policy: descent on an objective.
type carMethod struct {
	name      string
	objective meta.Objective
	rate      float64
	drawn     bool // its drives are stored
}

// test writes how each method, and iLQR, does from each initial policy.
func (m MountainCar) test(ctx context.Context, w *writer, v CarVersion, start string, policies []nn.Params,
	methods []carMethod, advance func(int)) error {
	task := v.Name + "/" + start
	write := func(method string, drawn bool, run func(theta nn.Params) ([]carState, error)) error {
		var all [][]carState
		for k, theta := range policies {
			states, err := run(theta)
			if err != nil {
				return fmt.Errorf("%s, %s %d: %w", method, start, k, err)
			}
			all = append(all, states)
		}
		m.means(w, method, task, all)
		if drawn {
			m.drives(w, method, task, all[0])
		}
		return nil
	}
	for _, method := range methods {
		err := write(method.name, method.drawn, func(theta nn.Params) ([]carState, error) {
			advance(m.Steps)
			return m.descend(ctx, method.objective, v, theta, method.rate)
		})
		if err != nil {
			return err
		}
	}
	return write("iLQR", v.Drawn, func(theta nn.Params) ([]carState, error) { return m.plan(ctx, v, theta) })
}

// means writes, for the updates that are stored, means over the policies: the
// final distance, and the fraction at the goal at the last time step, "success".
// states[k] is how policy k does after each update; a method that ended early
// stays where it was.
func (m MountainCar) means(w *writer, method, task string, states [][]carState) {
	n := float64(len(states))
	for step := 0; step <= m.Steps; step++ {
		if step > m.Dense && step%m.Sparse != 0 {
			continue
		}
		distance, success := 0.0, 0.0
		for _, s := range states {
			at := s[min(step, len(s)-1)]
			distance += at.distance / n
			if at.success {
				success++
			}
		}
		w.add(method, task, step, "final distance", distance)
		w.add(method, task, step, "success", success/n)
	}
}

// drives writes the positions of one policy after the updates that are drawn.
func (m MountainCar) drives(w *writer, method, task string, states []carState) {
	for _, k := range m.Drawn {
		for t, p := range states[min(k, len(states)-1)].path {
			w.add(method, fmt.Sprintf("%s/drive %d", task, k), t, "position", p)
		}
	}
}

// carState is how a policy does.
type carState struct {
	distance float64   // of the last state to the goal, position (m) and velocity (m/s) together
	success  bool      // the car is at the goal at the last time step
	path     []float64 // positions, m
}

func (p CarProblem) judge(states [][]float64) carState {
	last := states[len(states)-1]
	s := carState{distance: math.Hypot(last[0]-p.Goal[0], last[1]-p.Goal[1]), success: last[0] >= p.Reached}
	for _, x := range states {
		s.path = append(s.path, x[0])
	}
	return s
}

// descend is meta-test: it returns how the policy does before the first and after
// each update by descent on the objective from θ₀. A policy that diverges stays
// where it was last finite, and is not at the goal.
func (m MountainCar) descend(ctx context.Context, obj meta.Objective, v CarVersion, theta nn.Params, rate float64) ([]carState, error) {
	task := NewCarTask(m.Problem, v.Policy, v.Inputs).From(theta)
	tape := ad.NewTape()
	var all []carState
	_, err := meta.Test(ctx, obj, task, m.Steps, rate, nil, func(_ int, theta nn.Params) {
		tape.Reset()
		var states [][]float64
		for _, x := range task.Rollout(tape.Leaves(theta)).States {
			states = append(states, x.Row(0))
		}
		all = append(all, m.Problem.judge(states))
	})
	var diverged *meta.Diverged
	if !errors.As(err, &diverged) {
		return all, err
	}
	for len(all) <= m.Steps {
		last := all[len(all)-1]
		last.success = false
		all = append(all, last)
	}
	return all, nil
}

// carCost is the square of the task loss without extra goal, which has the same
// minima and adds up over time: Σ ‖s_t − g‖² for t = 0 … T.
type carCost struct{ goal *ad.Value }

// Stage is ‖x − g‖² for each row.
func (c carCost) Stage(x, _ *ad.Value) *ad.Value { return c.Final(x) }

// Final is ‖x − g‖² for each row.
func (c carCost) Final(x *ad.Value) *ad.Value { return ad.SumCols(ad.Square(ad.Sub(x, c.goal))) }

// planner is iLQR on the task of meta-test, with the limits of the force.
func (m MountainCar) planner(task *CarTask) rl.ILQR {
	limit := m.Problem.Car.MaxForce
	p := rl.DefaultILQR(task.car, carCost{task.goal}, []float64{-limit}, []float64{limit})
	p.MaxIterations = m.Steps
	return p
}

// plan is iLQR from the forces of the policy θ₀: it returns how they do before the
// first and after each iteration, until iLQR ends.
func (m MountainCar) plan(ctx context.Context, v CarVersion, theta nn.Params) ([]carState, error) {
	task := NewCarTask(m.Problem, v.Policy, v.Inputs)
	var forces [][]float64
	for _, u := range task.Rollout(theta).Actions {
		forces = append(forces, slices.Clone(u.Data))
	}
	var all []carState
	_, err := m.planner(task).Solve(ctx, m.Problem.Start[:], forces, func(_ int, p rl.Plan) {
		all = append(all, m.Problem.judge(p.States))
	})
	return all, err
}
