package env

import (
	"fmt"
	"math/rand/v2"

	"ml3/mllib/rigid"
)

// SawyerConstants are the constants of a SawyerGoal.
type SawyerConstants struct {
	Frames     int     // time steps of a control step
	Steps      int     // of an episode
	AngleNoise float64 // rad, half width of the start's distribution about 0
	GoalRange  float64 // goals are poses within this part of the joints' ranges
	MinHeight  float64 // m, least height of a goal
}

// DefaultSawyer returns our choice.
func DefaultSawyer() SawyerConstants {
	return SawyerConstants{Frames: 10, Steps: 100, AngleNoise: 0.1, GoalRange: 0.5, MinHeight: 0.1}
}

// SawyerGoal is the arm with seven joints (model sawyer, RK4) whose hand is to be
// brought to a goal. Torques are added to those that hold the arm against gravity,
// as the real arm's controller does; motors clamp the sum to the manufacturer's
// limits.
//
//	state            0–6 joint angles j0 … j6 (rad)   7–13 their rates (rad/s)
//	action           0–6 torques j0 … j6 (N m), limits ±80, 80, 40, 40, 9, 9, 9
//	goal             0 x (m)   1 y (m)   2 z (m)
//	observation      0–6 joint angles (rad)   7–13 rates (rad/s)
//	                 14–16 hand x y z (m)   17–19 goal − hand x y z (m)
//
// The paper uses this arm for inverse dynamics only, so everything but the model
// is our choice: control steps of 20 ms, 100 of them, start at rest within ±0.1 rad
// of the stretched arm, goals where a random pose (uniform within the middle half of
// each joint's range, hand at least 0.1 m high) has the hand, reward −distance.
type SawyerGoal struct {
	c       SawyerConstants
	body    body
	spec    Spec
	hand    int
	gravity []float64 // [7] work space
	pose    []float64 // [7] work space
}

const sawyerJoints = 7

// NewSawyerGoal returns the world of an arm of seven hinges with limits and a site
// "hand". The error says in what the model differs from that.
func NewSawyerGoal(m *rigid.Model, c SawyerConstants) (*SawyerGoal, error) {
	if !(c.Steps > 0 && c.AngleNoise >= 0 && c.GoalRange > 0 && c.GoalRange <= 1) {
		panic(fmt.Sprintf("env: Sawyer with constants %+v", c))
	}
	b, err := newBody(m, sawyerJoints, sawyerJoints, sawyerJoints, c.Frames, 0.05)
	if err != nil {
		return nil, err
	}
	limit, err := b.limits()
	if err != nil {
		return nil, err
	}
	hand, err := m.SiteIndex("hand")
	if err != nil {
		return nil, err
	}
	for i := range m.NumJoints() {
		if j := m.Joint(i); j.Type != rigid.Hinge || !j.Limited {
			return nil, fmt.Errorf("env: model %q: joint %q is not a hinge with limits", m.Name(), j.Name)
		}
	}
	goal := repeat("m", "goal x", "goal y", "goal z")
	state := append(b.joints("rad"), b.joints("rad/s")...)
	observation := append(append([]Quantity{}, state...), repeat("m", "hand x", "hand y", "hand z", "goal − hand x", "goal − hand y", "goal − hand z")...)
	return &SawyerGoal{c: c, body: b, hand: hand, gravity: make([]float64, sawyerJoints), pose: make([]float64, 2*sawyerJoints),
		spec: Spec{Name: "sawyer-goal", Step: b.step(), Steps: c.Steps, State: state, Observation: observation,
			Action: b.joints("N m"), Goal: goal, Limit: limit}}, nil
}

// Constants returns the constants of the world.
func (w *SawyerGoal) Constants() SawyerConstants { return w.c }

// Spec implements World.
func (w *SawyerGoal) Spec() *Spec { return &w.spec }

// Fork implements World.
func (w *SawyerGoal) Fork() World {
	c := *w
	c.body = w.body.fork()
	c.gravity, c.pose = make([]float64, sawyerJoints), make([]float64, 2*sawyerJoints)
	return &c
}

// DrawGoal implements World, by rejection.
func (w *SawyerGoal) DrawGoal(goal []float64, r Region, rng *rand.Rand) {
	mustHave("goal", goal, 3)
	for {
		for i := range sawyerJoints {
			j := w.body.model.Joint(i)
			middle, half := (j.Range[0]+j.Range[1])/2, (j.Range[1]-j.Range[0])/2
			w.pose[i] = middle + uniform(-half, half, rng)*w.c.GoalRange
		}
		h := w.Hand(w.pose)
		if h[2] >= w.c.MinHeight && r.has(h[0]) {
			copy(goal, h[:])
			return
		}
	}
}

// DrawStart implements World.
func (w *SawyerGoal) DrawStart(state []float64, rng *rand.Rand) {
	mustHave("state", state, 2*sawyerJoints)
	for i := range sawyerJoints {
		state[i], state[sawyerJoints+i] = uniform(-w.c.AngleNoise, w.c.AngleNoise, rng), 0
	}
}

// Advance implements World; the torque against gravity is renewed every time step.
func (w *SawyerGoal) Advance(state, action []float64) {
	mustHave("action", action, sawyerJoints)
	w.body.load(state)
	s := w.body.state
	for range w.body.frames {
		s.GravityForce(w.gravity)
		for i, g := range w.gravity {
			s.Ctrl[i] = clamp(action[i], w.spec.Limit[i]) + g
		}
		s.Step(w.body.model.Integrator())
	}
	w.body.store(state)
}

// Hand is the place of the hand in a state, m.
func (w *SawyerGoal) Hand(state []float64) [3]float64 {
	w.body.load(state)
	w.body.state.Kinematics()
	return w.body.state.SitePos(w.hand)
}

// Observe implements World.
func (w *SawyerGoal) Observe(observation, state, goal []float64) {
	mustHave("observation", observation, 2*sawyerJoints+6)
	mustHave("goal", goal, 3)
	h := w.Hand(state)
	copy(observation, state)
	for i := range 3 {
		observation[2*sawyerJoints+i] = h[i]
		observation[2*sawyerJoints+3+i] = goal[i] - h[i]
	}
}

// Distance implements World: from the hand to the goal.
func (w *SawyerGoal) Distance(state, goal []float64) float64 {
	h := w.Hand(state)
	d := [3]float64{h[0] - goal[0], h[1] - goal[1], h[2] - goal[2]}
	return norm(d[:])
}

// Reward implements World: −distance, in m.
func (w *SawyerGoal) Reward(_, distance float64, _ []float64) float64 { return -distance }

// Measure implements World: −distance, in m.
func (w *SawyerGoal) Measure(_, distance float64) float64 { return -distance }

var _ World = (*SawyerGoal)(nil)
