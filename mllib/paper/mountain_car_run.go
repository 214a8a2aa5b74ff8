package paper

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"ml3/mllib/ad"
	"ml3/mllib/env"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/rl"
	"ml3/mllib/tidy"
)

// carTask names the rows of a version.
func carTask(version string, more ...string) string {
	return tidy.TaskOf(append([]string{"version", version}, more...)...)
}

// carLab is one seed of the experiment.
type carLab struct {
	*lab
	MountainCar
}

// Run recomputes one seed.
func (m MountainCar) Run(ctx context.Context, in Input, report func(done, total int)) (Output, error) {
	l := carLab{newLab(ctx, "mountain-car", in, m.work(), report), m}
	for _, v := range m.Versions {
		l.version(v)
	}
	return l.out, l.err
}

// work is the number of steps of one seed, of whatever kind.
func (m MountainCar) work() int {
	n := 0
	for _, v := range m.Versions {
		starts := m.Policies
		if v.OnePolicy {
			starts++
		}
		n += 2*v.Train.OuterSteps*v.Train.Population + (3+len(v.Rates))*starts*m.Steps
	}
	return n
}

// trainPolicy is the θ₀ of meta-training of a version with OnePolicy.
func (m MountainCar) trainPolicy(v CarVersion, seed uint64) nn.Params {
	return v.Policy.Init(nil, random.Stream(seed, v.Name+" policy of meta-training"))
}

// freshPolicy is initial policy k of meta-test, the same for all methods.
func (m MountainCar) freshPolicy(v CarVersion, seed uint64, k int) nn.Params {
	return v.Policy.Init(nil, random.Stream(seed, fmt.Sprintf("fresh policy %d", k)))
}

// Training is the meta-training of a version with or without the extra goal.
func (m MountainCar) Training(v CarVersion, extraGoal bool, seed uint64) Training {
	task := rl.NewCarTask(m.Problem, v.Policy, v.Inputs).ForMetaTraining(extraGoal, v.Squash)
	if v.OnePolicy {
		task = task.From(m.trainPolicy(v, seed))
	}
	return Training{Method: learnedName(extraGoal), Task: carTask(v.Name, "split", "meta-train"), Learner: v.Loss,
		Draw: func(*rand.Rand) meta.Task { return task }, Config: v.Train, Init: v.Name + " loss init", Stream: v.Name + " meta-training"}
}

// version meta-trains with and without the extra goal and tests.
func (l carLab) version(v CarVersion) {
	methods := []Method{descends(TaskLoss, v.Loss.Rate)}
	for _, rate := range v.Rates {
		methods = append(methods, descends(AtRate(rate), rate))
	}
	for _, extraGoal := range []bool{true, false} {
		methods = append(methods, l.learn(l.Training(v, extraGoal, l.Seed), func(tr *meta.Trainer, m Method) {
			if s := tr.Step(); s > 0 && (s%10 == 0 || s == 1) {
				l.row(m.Name, carTask(v.Name, "split", "meta-train"), s-1, "task loss by outer step", tr.TaskLoss())
			}
		}))
	}
	var fresh []nn.Params
	for k := range l.Policies {
		fresh = append(fresh, l.freshPolicy(v, l.Seed, k))
	}
	l.test(v, "fresh", fresh, methods)
	if v.OnePolicy {
		l.test(v, "meta-train policy", []nn.Params{l.trainPolicy(v, l.Seed)}, methods)
	}
}

// test writes how each method, and iLQR, does from each initial policy.
func (l carLab) test(v CarVersion, start string, policies []nn.Params, methods []Method) {
	for _, m := range append(slices.Clone(methods), Method{Name: ILQR}) {
		var all [][]carState
		for _, theta := range policies {
			if m.Name == ILQR {
				all = append(all, l.plan(v, theta))
			} else {
				all = append(all, l.drive(m, v, theta))
			}
		}
		if l.err != nil {
			return
		}
		l.means(m.Name, carTask(v.Name, "start", start), all)
		if other := func(rate float64) bool { return m.Name == AtRate(rate) }; v.Drawn && !slices.ContainsFunc(v.Rates, other) {
			l.drives(m.Name, v, start, all[0])
		}
	}
}

// means writes, for the updates that are stored, means over the policies: the
// final distance, and the fraction at the goal at the last time step, "success".
// states[k] is how policy k does after each update; a method that ended early
// stays where it was.
func (l carLab) means(method, task string, states [][]carState) {
	n := float64(len(states))
	for step := 0; step <= l.Steps; step++ {
		if step > l.Dense && step%l.Sparse != 0 {
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
		l.row(method, task, step, "final distance", distance)
		l.row(method, task, step, "success", success/n)
	}
}

// drives writes the positions of one policy after the updates that are drawn.
func (l carLab) drives(method string, v CarVersion, start string, states []carState) {
	for _, k := range l.Drawn {
		l.picture(method, carTask(v.Name, "start", start, "updates", strconv.Itoa(k)), "position", states[min(k, len(states)-1)].path)
	}
}

// carState is how a policy does.
type carState struct {
	distance float64   // of the last state to the goal, position (m) and velocity (m/s) together
	success  bool      // the car is at the goal at the last time step
	path     []float64 // positions, m
}

// judgeDrive says how the states of a roll-out do.
func judgeDrive(p rl.CarProblem, states [][]float64) carState {
	last := states[len(states)-1]
	s := carState{distance: math.Hypot(last[0]-p.Goal[0], last[1]-p.Goal[1]), success: last[0] >= p.Reached}
	for _, x := range states {
		s.path = append(s.path, x[0])
	}
	return s
}

// drive is meta-test from θ₀. A policy that diverges stays where it was last
// finite, and is not at the goal: it counts as a failure, not as missing.
func (l carLab) drive(m Method, v CarVersion, theta nn.Params) (all []carState) {
	task := rl.NewCarTask(l.Problem, v.Policy, v.Inputs).From(theta)
	measure := func(_ int, theta nn.Params) bool {
		l.tape.Reset()
		var states [][]float64
		for _, x := range task.Rollout(l.tape.Leaves(theta)).States {
			states = append(states, x.Row(0))
		}
		all = append(all, judgeDrive(l.Problem, states))
		return true
	}
	if m.Rule == nil { // its meta-training diverged: nothing ever moves
		measure(0, theta)
	}
	diverged := l.descend(m, task, l.Steps, nil, measure)
	for l.err == nil && diverged != never && len(all) <= l.Steps {
		last := all[len(all)-1]
		last.success = false
		all = append(all, last)
	}
	return all
}

// carCost is the square of the task loss without extra goal, which has the same
// minima and adds up over time: Σ ‖s_t − g‖² for t = 0 … T.
type carCost struct{ goal *ad.Value }

// Stage is ‖x − g‖² for each row.
func (c carCost) Stage(x, _ *ad.Value) *ad.Value { return c.Final(x) }

// Final is ‖x − g‖² for each row.
func (c carCost) Final(x *ad.Value) *ad.Value { return ad.SumCols(ad.Square(ad.Sub(x, c.goal))) }

// Planner is iLQR on the task of meta-test, with the limits of the force.
func (m MountainCar) Planner() rl.ILQR {
	limit := m.Problem.Car.MaxForce
	p := rl.DefaultILQR(env.NewMountainCar(m.Problem.Car), carCost{ad.RowVector(m.Problem.Goal[:]...)}, []float64{-limit}, []float64{limit})
	p.MaxIterations = m.Steps
	return p
}

// plan is iLQR from the forces of the policy θ₀: it returns how they do before the
// first and after each iteration, until iLQR ends.
func (l carLab) plan(v CarVersion, theta nn.Params) (all []carState) {
	var forces [][]float64
	for _, u := range rl.NewCarTask(l.Problem, v.Policy, v.Inputs).Rollout(theta).Actions {
		forces = append(forces, slices.Clone(u.Data))
	}
	_, err := l.Planner().Solve(l.ctx, l.Problem.Start[:], forces, func(_ int, p rl.Plan) {
		all = append(all, judgeDrive(l.Problem, p.States))
	})
	l.fail(err)
	return all
}
