package env

import (
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
)

// PointmassConstants are the constants of a PointmassGoal.
type PointmassConstants struct {
	Step            float64 // s
	Steps           int     // of an episode
	MaxAcceleration float64 // m/s², of each coordinate
	StartNoise      float64 // m, half width of the square of starts about the origin
	MinGoal         float64 // m, least distance of a goal from the origin
	MaxGoal         float64 // m, greatest
}

// DefaultPointmass returns our choice: the paper names state and action only. In
// the 5 s of an episode a mass at rest can be brought to rest 6 m away.
func DefaultPointmass() PointmassConstants {
	return PointmassConstants{Step: 0.1, Steps: 50, MaxAcceleration: 1, StartNoise: 0, MinGoal: 0.5, MaxGoal: 1}
}

// PointmassGoal is a point in the plane that is to come to rest at a goal. Its
// motion is exact for an acceleration that is constant during a step:
//
//	p ← p + h v + h²/2 a,  v ← v + h a
//
//	state            0 x (m)   1 y (m)   2 vx (m/s)   3 vy (m/s)
//	action           0 ax (m/s²)   1 ay (m/s²)
//	goal             0 x (m)   1 y (m)
//	observation      0 x (m)   1 y (m)   2 vx (m/s)   3 vy (m/s)   4 goal x (m)   5 goal y (m)
//
// State and action are the paper's. Our choices, for the paper is silent: time
// step, length, limit of the acceleration (each coordinate ±1 m/s²), start at rest
// in the origin, goals with a uniform direction in the region and a uniform
// distance from 0.5 to 1 m, goal as part of the observation, reward −distance.
type PointmassGoal struct {
	c    PointmassConstants
	spec Spec
	move *ad.Value // [6, 4]: takes (state, action) to the next state
}

// NewPointmassGoal returns the world with the given constants.
func NewPointmassGoal(c PointmassConstants) *PointmassGoal {
	if !(c.Step > 0 && c.Steps > 0 && c.MaxAcceleration > 0 && c.StartNoise >= 0 && c.MinGoal >= 0 && c.MaxGoal >= c.MinGoal) {
		panic(fmt.Sprintf("env: pointmass with constants %+v", c))
	}
	h := c.Step
	state := append(repeat("m", "x", "y"), repeat("m/s", "vx", "vy")...)
	goal := repeat("m", "goal x", "goal y")
	return &PointmassGoal{
		c: c,
		spec: Spec{Name: "pointmass-goal", Step: h, Steps: c.Steps, State: state,
			Observation: append(append([]Quantity{}, state...), goal...),
			Action:      repeat("m/s²", "ax", "ay"), Goal: goal, Limit: []float64{c.MaxAcceleration, c.MaxAcceleration}},
		move: ad.New(6, 4, []float64{
			1, 0, 0, 0,
			0, 1, 0, 0,
			h, 0, 1, 0,
			0, h, 0, 1,
			h * h / 2, 0, h, 0,
			0, h * h / 2, 0, h,
		}),
	}
}

// Constants returns the constants of the world.
func (w *PointmassGoal) Constants() PointmassConstants { return w.c }

// Spec implements World.
func (w *PointmassGoal) Spec() *Spec { return &w.spec }

// Fork implements World; there is no work space, so it is the same world.
func (w *PointmassGoal) Fork() World { return w }

// DrawGoal implements World.
func (w *PointmassGoal) DrawGoal(goal []float64, r Region, rng *rand.Rand) {
	mustHave("goal", goal, 2)
	sin, cos := math.Sincos(r.angle(rng))
	d := uniform(w.c.MinGoal, w.c.MaxGoal, rng)
	goal[0], goal[1] = d*cos, d*sin
}

// DrawStart implements World: at rest near the origin.
func (w *PointmassGoal) DrawStart(state []float64, rng *rand.Rand) {
	mustHave("state", state, 4)
	for i := range 2 {
		state[i], state[2+i] = uniform(-w.c.StartNoise, w.c.StartNoise, rng), 0
	}
}

// Advance implements World.
func (w *PointmassGoal) Advance(state, action []float64) {
	mustHave("state", state, 4)
	mustHave("action", action, 2)
	h := w.c.Step
	for i := range 2 {
		a := clamp(action[i], w.c.MaxAcceleration)
		state[i] += float64(h*state[2+i]) + float64(h*h/2*a)
		state[2+i] += float64(h * a)
	}
}

// Observe implements World.
func (w *PointmassGoal) Observe(observation, state, goal []float64) {
	mustHave("observation", observation, 6)
	copy(observation[:4], state)
	copy(observation[4:], goal)
}

// Distance implements World.
func (w *PointmassGoal) Distance(state, goal []float64) float64 {
	return math.Hypot(state[0]-goal[0], state[1]-goal[1])
}

// Reward implements World: −distance, in m.
func (w *PointmassGoal) Reward(_, distance float64, _ []float64) float64 { return -distance }

// Measure implements World: −distance, in m.
func (w *PointmassGoal) Measure(_, distance float64) float64 { return -distance }

// Limit returns accelerations u [n, 2] within ±MaxAcceleration, as Advance clamps
// them, with the true derivative: 0 beyond the limits.
func (w *PointmassGoal) Limit(u *ad.Value) *ad.Value {
	return ad.Clip(u, -w.c.MaxAcceleration, w.c.MaxAcceleration)
}

// Next implements Dynamics: it maps states x [n, 4] and accelerations u [n, 2],
// within the limits (see Limit), to the next states [n, 4]. It is linear.
func (w *PointmassGoal) Next(x, u *ad.Value) *ad.Value {
	if x.Cols != 4 || u.Cols != 2 || u.Rows != x.Rows {
		panic(fmt.Sprintf("env: pointmass with states [%d, %d] and actions [%d, %d]", x.Rows, x.Cols, u.Rows, u.Cols))
	}
	return ad.MatMul(ad.ConcatCols(x, u), w.move)
}

// Position returns the places [n, 2] of states x [n, 4], in m.
func (w *PointmassGoal) Position(x *ad.Value) *ad.Value { return ad.SliceCols(x, 0, 2) }

var (
	_ World    = (*PointmassGoal)(nil)
	_ Dynamics = (*PointmassGoal)(nil)
)
