package paper

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

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
}

// test writes how each method, and iLQR, does from each initial policy: means over
// the policies, and the drives of the first one.
func (m MountainCar) test(ctx context.Context, w *writer, v CarVersion, start string, policies []nn.Params,
	methods []carMethod, advance func(int)) error {
	task := v.Name + "/" + start
	write := func(method string, run func(theta nn.Params) ([]carState, error)) error {
		var all [][]carState
		for k, theta := range policies {
			states, err := run(theta)
			if err != nil {
				return fmt.Errorf("%s, %s %d: %w", method, start, k, err)
			}
			all = append(all, states)
		}
		m.means(w, method, task, all)
		for _, k := range m.Drawn {
			for t, p := range all[0][min(k, len(all[0])-1)].path {
				w.add(method, fmt.Sprintf("%s/drive %d", task, k), t, "position", p)
			}
		}
		return nil
	}
	for _, method := range methods {
		err := write(method.name, func(theta nn.Params) ([]carState, error) {
			advance(m.Steps)
			return m.descend(ctx, method.objective, v, theta, method.rate)
		})
		if err != nil {
			return err
		}
	}
	return write("iLQR", func(theta nn.Params) ([]carState, error) { return m.plan(ctx, v, theta) })
}

// means writes, for the steps that are stored, means over the policies: the final
// distance, the fraction at the goal at the last time step ("success"), and the
// fraction at the goal at any time step ("reached").
func (m MountainCar) means(w *writer, method, task string, all [][]carState) {
	for step := 0; step <= m.Steps; step++ {
		if step > m.Dense && step%m.Sparse != 0 {
			continue
		}
		var distance, success, ever float64
		for _, states := range all {
			s, n := states[min(step, len(states)-1)], float64(len(all))
			distance += s.distance / n
			if s.success {
				success++
			}
			if s.ever {
				ever++
			}
		}
		w.add(method, task, step, "final distance", distance)
		w.add(method, task, step, "success", success/float64(len(all)))
		w.add(method, task, step, "reached", ever/float64(len(all)))
	}
}

// carState is how a policy does: the final distance to the goal, and whether the
// car is at the goal at the last time step, and at any.
type carState struct {
	distance      float64
	success, ever bool
	path          []float64 // positions
}

func (p CarProblem) judge(states [][]float64) carState {
	last := states[len(states)-1]
	s := carState{distance: math.Hypot(last[0]-p.Goal[0], last[1]-p.Goal[1]), success: last[0] >= p.Reached}
	for _, x := range states {
		s.ever = s.ever || x[0] >= p.Reached
		s.path = append(s.path, x[0])
	}
	return s
}

// descend is meta-test: it returns how the policy does before the first and after
// each update by descent on the objective from θ₀. A policy that diverges stays
// where it was last finite, and is not at the goal.
func (m MountainCar) descend(ctx context.Context, obj meta.Objective, v CarVersion, theta nn.Params, rate float64) ([]carState, error) {
	task := newCarTask(m.Problem, v.Policy, v.Inputs).from(theta)
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
		last.success, last.ever = false, false
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
	task := newCarTask(m.Problem, v.Policy, v.Inputs)
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

// releasedSeed is the seed of the run of the authors' code that is stored.
const releasedSeed = 0

// reference writes the final distances at meta-test of the authors' code, which
// starts from the policy of meta-training.
func (m MountainCar) reference(w *writer, data string) error {
	for _, f := range []struct{ file, method string }{
		{"mountain_car_shaped_test.csv", "reference"},
		{"mountain_car_plain_test.csv", "reference without extra goal"},
	} {
		distances, err := readColumn(filepath.Join(data, "reference", "pytorch", "curves", f.file), "dist_last_state_to_goal")
		if err != nil {
			return err
		}
		w.curve(f.method, "released/policy of meta-training", "final distance", distances)
	}
	return nil
}

// readColumn reads the numbers below a heading of a CSV file.
func readColumn(path, heading string) ([]float64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reference curve: %w", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reference curve %s: %w", path, err)
	}
	column := -1
	if len(rows) > 0 {
		column = slices.Index(rows[0], heading)
	}
	if column < 0 {
		return nil, fmt.Errorf("%s:1: no column %q; restore the file", path, heading)
	}
	var out []float64
	for i, r := range rows[1:] {
		x, err := strconv.ParseFloat(r[column], 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("%s:%d: %q is no finite number; restore the file", path, i+2, r[column])
		}
		out = append(out, x)
	}
	return out, nil
}
