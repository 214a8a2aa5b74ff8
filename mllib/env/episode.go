package env

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Episode is a run of a world: its state and goal, and what the last step brought.
// One goroutine uses it at a time; Step does not allocate.
type Episode struct {
	world       World
	spec        *Spec
	state, goal []float64
	observation []float64
	first       float64 // distance at the start, m
	distance    float64 // now, m
	reward      float64 // of the last step
	steps       int
}

// NewEpisode returns an episode of w, which it uses until it is dropped. Call
// Reset or Set before anything else.
func NewEpisode(w World) *Episode {
	s := w.Spec()
	return &Episode{world: w, spec: s, state: make([]float64, len(s.State)), goal: make([]float64, len(s.Goal)),
		observation: make([]float64, len(s.Observation))}
}

// Reset draws a start from rng, which should be the named stream of this use, and
// begins an episode with the goal. A goal of a wrong length or with NaN or Inf is
// an error.
func (e *Episode) Reset(goal []float64, rng *rand.Rand) error {
	if err := e.check("goal", e.spec.Goal, goal); err != nil {
		return err
	}
	copy(e.goal, goal)
	e.world.DrawStart(e.state, rng)
	e.begin()
	return nil
}

// Set begins an episode in a given state. A state or goal of a wrong length or
// with NaN or Inf is an error.
func (e *Episode) Set(state, goal []float64) error {
	if err := e.check("state", e.spec.State, state); err != nil {
		return err
	}
	if err := e.check("goal", e.spec.Goal, goal); err != nil {
		return err
	}
	copy(e.state, state)
	copy(e.goal, goal)
	e.begin()
	return nil
}

func (e *Episode) begin() {
	e.first = e.world.Distance(e.state, e.goal)
	e.distance, e.reward, e.steps = e.first, 0, 0
}

// Step applies the action for one control step. An action of a wrong length or
// with NaN or Inf is an error that names index and value, and nothing moves. An
// action beyond the limits acts as if clamped to them. A state that is not finite,
// or beyond 1e10, is an error as well.
func (e *Episode) Step(action []float64) error {
	if err := e.check("action", e.spec.Action, action); err != nil {
		return err
	}
	e.world.Advance(e.state, action)
	e.steps++
	for i, x := range e.state {
		if !(math.Abs(x) < 1e10) {
			return fmt.Errorf("env: %s: diverged in step %d: state %d (%s) is %g", e.spec.Name, e.steps, i, e.spec.State[i].Name, x)
		}
	}
	before := e.distance
	e.distance = e.world.Distance(e.state, e.goal)
	e.reward = e.world.Reward(before, e.distance, action)
	return nil
}

// check is the error of numbers from outside.
func (e *Episode) check(what string, names []Quantity, x []float64) error {
	if len(x) != len(names) {
		return fmt.Errorf("env: %s: %s of length %d, want %d numbers", e.spec.Name, what, len(x), len(names))
	}
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("env: %s: %s %d (%s) is %v, want a finite number", e.spec.Name, what, i, names[i].Name, v)
		}
	}
	return nil
}

// World is the world of the episode.
func (e *Episode) World() World { return e.world }

// State is the present state. The slice is the episode's: copy it to keep it.
func (e *Episode) State() []float64 { return e.state }

// Goal is the goal. The slice is the episode's.
func (e *Episode) Goal() []float64 { return e.goal }

// Observation is what a policy sees now. The slice is overwritten by the next call.
func (e *Episode) Observation() []float64 {
	e.world.Observe(e.observation, e.state, e.goal)
	return e.observation
}

// Steps is the number of control steps since the start.
func (e *Episode) Steps() int { return e.steps }

// Done says whether the episode has had all its steps.
func (e *Episode) Done() bool { return e.steps >= e.spec.Steps }

// Distance is the present distance to the goal, m.
func (e *Episode) Distance() float64 { return e.distance }

// Reward is that of the last step, 0 before the first.
func (e *Episode) Reward() float64 { return e.reward }

// Measure is what the last step adds to the quantity of the paper's figures.
func (e *Episode) Measure() float64 { return e.world.Measure(e.first, e.distance) }
