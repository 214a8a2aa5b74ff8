package env

import (
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/rigid"
)

// Quantity is one number of a state, an observation, an action or a goal.
type Quantity struct{ Name, Unit string }

// Spec describes a world: its sizes and what every number means.
type Spec struct {
	Name        string     // such as "ant-goal"
	Step        float64    // duration of a control step, s
	Steps       int        // control steps of an episode; none ends earlier
	State       []Quantity // positions, then velocities
	Observation []Quantity // what a policy sees
	Action      []Quantity
	Goal        []Quantity
	Limit       []float64 // [len(Action)]: an action acts as if clamped to ±Limit
}

// Region says where goals are drawn from. The origin is the robot's base, or where
// it starts.
type Region int

// The regions.
const (
	Anywhere  Region = iota // all of the task distribution
	RightHalf               // its part with x > 0
	LeftHalf                // its part with x < 0
)

// has says whether a point with coordinate x belongs to r.
func (r Region) has(x float64) bool {
	switch r {
	case RightHalf:
		return x > 0
	case LeftHalf:
		return x < 0
	}
	return true
}

// angle draws a direction that points into r, uniformly, rad.
func (r Region) angle(rng *rand.Rand) float64 {
	u := rng.Float64()
	switch r {
	case RightHalf:
		return math.Pi * (u - 0.5)
	case LeftHalf:
		return math.Pi * (u + 0.5)
	}
	return math.Pi * (2*u - 1)
}

// World is a simulated robot with a goal. Every method is a function of its
// arguments alone: what a world keeps is constants and work space. So two
// goroutines need two worlds (see Fork), and an episode is slices of the caller, or
// an Episode. No method allocates but Fork. Slices of a wrong length panic.
type World interface {
	// Spec describes the world. It must not be changed.
	Spec() *Spec
	// DrawGoal draws a goal of the region from the task distribution.
	DrawGoal(goal []float64, r Region, rng *rand.Rand)
	// DrawStart draws the state in which an episode starts.
	DrawStart(state []float64, rng *rand.Rand)
	// Advance moves the state by one control step with the action held.
	Advance(state, action []float64)
	// Observe writes what a policy sees.
	Observe(observation, state, goal []float64)
	// Distance is how far the state is from the goal, m.
	Distance(state, goal []float64) float64
	// Reward is that of an action that led from the distance before to a distance
	// from the goal. It is what a policy is trained on.
	Reward(before, distance float64, action []float64) float64
	// Measure is what the paper's figures sum over the steps of an episode that
	// began at the distance first.
	Measure(first, distance float64) float64
	// Fork is the same world with work space of its own.
	Fork() World
}

// Goals draws n goals of a region.
func Goals(w World, n int, r Region, rng *rand.Rand) [][]float64 {
	goals := make([][]float64, n)
	for i := range goals {
		goals[i] = make([]float64, len(w.Spec().Goal))
		w.DrawGoal(goals[i], r, rng)
	}
	return goals
}

// Open makes the world of a name with the paper's (or our, where the paper is
// silent) constants from the robots in the folder data/robots. The error lists
// the names there are.
func Open(name, data string) (World, error) {
	switch name {
	case "pointmass-goal":
		return NewPointmassGoal(DefaultPointmass()), nil
	case "joint-reacher-goal":
		return openRobot(data, "reacher_ml3", func(m *rigid.Model) (World, error) { return NewJointReacherGoal(m, ReleasedJointReacher()) })
	case "reacher-goal":
		return openRobot(data, "reacher", func(m *rigid.Model) (World, error) { return NewReacherGoal(m, DefaultReacher()) })
	case "ant-goal":
		return openRobot(data, "ant", func(m *rigid.Model) (World, error) { return NewAntGoal(m, DefaultAnt()) })
	case "sawyer-goal":
		return openRobot(data, "sawyer", func(m *rigid.Model) (World, error) { return NewSawyerGoal(m, DefaultSawyer()) })
	}
	return nil, fmt.Errorf("env: there is no world %q, only ant-goal, joint-reacher-goal, pointmass-goal, reacher-goal, sawyer-goal", name)
}

// repeat is a list of quantities of one unit.
func repeat(unit string, names ...string) []Quantity {
	q := make([]Quantity, len(names))
	for i, n := range names {
		q[i] = Quantity{n, unit}
	}
	return q
}

// mustHave panics unless x has n elements.
func mustHave(what string, x []float64, n int) {
	if len(x) != n {
		panic(fmt.Sprintf("env: %s of %d numbers, want %d", what, len(x), n))
	}
}

// clamp is x limited to ±limit.
func clamp(x, limit float64) float64 { return min(max(x, -limit), limit) }

// norm is the Euclidean length of x.
func norm(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v * v)
	}
	return math.Sqrt(sum)
}

// uniform draws from [low, high).
func uniform(low, high float64, rng *rand.Rand) float64 { return low + (high-low)*rng.Float64() }
