package env

import (
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/rigid"
)

// JointReacherConstants are the constants of a JointReacherGoal.
type JointReacherConstants struct {
	Steps     int     // of an episode
	MaxTorque float64 // N m
	MaxRate   float64 // rad/s, of each joint
	MaxAngle  float64 // rad, of each joint
	MinGoal   float64 // m, least distance of a goal from the shoulder
	MaxGoal   float64 // m, greatest
}

// ReleasedJointReacher returns the constants of the authors' released code and,
// for the distances of random goals, a ring that holds the two goals of that code.
func ReleasedJointReacher() JointReacherConstants {
	return JointReacherConstants{Steps: 65, MaxTorque: 1, MaxRate: 100, MaxAngle: 3, MinGoal: 0.1, MaxGoal: 0.205}
}

// JointReacherGoal is the low-dimensional reacher of the model-based experiments:
// two links in a horizontal plane, moved by torques, with goals in joint angles,
// as the authors' simulator (PyBullet) really behaved. The simulator took of the
// robot's file the masses only, made the inertia from the links' bounding boxes
// about the joints and knew neither armature nor damping nor gears (model
// reacher_ml3); bias forces are compensated. So, with h = 10 ms and M from the model,
//
//	v ← v + h M(q)⁻¹ u,  q ← q + h v
//
// with |v| limited to 100 rad/s, and inelastic stops of both joints at ±3 rad.
//
//	state            0 q1 (rad)   1 q2 (rad)   2 v1 (rad/s)   3 v2 (rad/s)
//	action           0 u1 (N m)   1 u2 (N m), clamped to ±1
//	goal             0 q1 (rad)   1 q2 (rad)
//	observation      0 q1 (rad)   1 q2 (rad)   2 v1 (rad/s)   3 v2 (rad/s)
//	                 4 goal q1 (rad)   5 goal q2 (rad)   6, 7 goal rates (rad/s), always 0
//
// Of the released code: state, action, goal, observation (which that code divides
// by ObservationScale), 65 steps, start at rest with both angles 0.
// Our choices: the shape of the stops (PyBullet's need not be met exactly; no
// reference run reaches one); random goals, whose place has a uniform direction in
// the region and a uniform distance from the shoulder from 0.1 to 0.205 m, and the
// elbow that bends to the left (q₂ ≥ 0) unless that needs |q₁| > 3; distance
// measured between tips, in m; reward −distance.
type JointReacherGoal struct {
	c    JointReacherConstants
	arm  twoLink
	body body
	spec Spec
	move *ad.Value // [6, 4]: takes (state, acceleration) to the next state
}

// NewJointReacherGoal returns the world of a planar arm with two hinges and a site
// "tip". The error says in what the model differs from that.
func NewJointReacherGoal(m *rigid.Model, c JointReacherConstants) (*JointReacherGoal, error) {
	if !(c.Steps > 0 && c.MaxTorque > 0 && c.MaxRate > 0 && c.MaxAngle > 0 && c.MinGoal > 0 && c.MaxGoal >= c.MinGoal) {
		panic(fmt.Sprintf("env: joint reacher with constants %+v", c))
	}
	b, err := newBody(m, 2, 2, 2, 1, 0.01)
	if err != nil {
		return nil, err
	}
	arm, err := newTwoLink(m)
	if err != nil {
		return nil, err
	}
	if low, high := math.Abs(arm.l1-arm.l2), arm.l1+arm.l2; c.MinGoal < low || c.MaxGoal > high {
		return nil, fmt.Errorf("env: goals at %g to %g m from the shoulder, the arm reaches from %g to %g m", c.MinGoal, c.MaxGoal, low, high)
	}
	h := b.step()
	angles, rates := repeat("rad", "q1", "q2"), repeat("rad/s", "v1", "v2")
	goal := repeat("rad", "goal q1", "goal q2")
	state := append(append([]Quantity{}, angles...), rates...)
	return &JointReacherGoal{
		c: c, arm: arm, body: b,
		spec: Spec{Name: "joint-reacher-goal", Step: h, Steps: c.Steps, State: state,
			Observation: append(append(append([]Quantity{}, state...), goal...), repeat("rad/s", "goal v1", "goal v2")...),
			Action:      repeat("N m", "u1", "u2"), Goal: goal, Limit: []float64{c.MaxTorque, c.MaxTorque}},
		move: ad.New(6, 4, []float64{
			1, 0, 0, 0,
			0, 1, 0, 0,
			h, 0, 1, 0,
			0, h, 0, 1,
			h * h, 0, h, 0,
			0, h * h, 0, h,
		}),
	}, nil
}

// ObservationScale is what the released code divides the observation by before it
// enters the policy.
func (w *JointReacherGoal) ObservationScale() [8]float64 { return [8]float64{1, 1, 8, 8, 1, 1, 1, 1} }

// ReleasedGoals are the places of the tip, in m, that the released code trains and
// tests on.
func (w *JointReacherGoal) ReleasedGoals() (train, test [2]float64) {
	return [2]float64{0.0253, 0.1986}, [2]float64{0.0553, 0.1509}
}

// Constants returns the constants of the world.
func (w *JointReacherGoal) Constants() JointReacherConstants { return w.c }

// Spec implements World.
func (w *JointReacherGoal) Spec() *Spec { return &w.spec }

// Fork implements World.
func (w *JointReacherGoal) Fork() World {
	c := *w
	c.body = w.body.fork()
	return &c
}

// GoalAt writes the joint angles that bring the tip to (x, y), in m: with q₂ ≥ 0 if
// |q₁| ≤ MaxAngle then, otherwise with q₂ ≤ 0. A place that no angles within the
// stops reach is an error.
func (w *JointReacherGoal) GoalAt(goal []float64, x, y float64) error {
	mustHave("goal", goal, 2)
	for _, sign := range [2]float64{1, -1} {
		q1, q2, ok := w.arm.angles(x, y, sign)
		if ok && math.Abs(q1) <= w.c.MaxAngle && math.Abs(q2) <= w.c.MaxAngle {
			goal[0], goal[1] = q1, q2
			return nil
		}
	}
	return fmt.Errorf("env: the tip of the arm cannot reach (%g, %g) m", x, y)
}

// DrawGoal implements World.
func (w *JointReacherGoal) DrawGoal(goal []float64, r Region, rng *rand.Rand) {
	for {
		sin, cos := math.Sincos(r.angle(rng))
		d := uniform(w.c.MinGoal, w.c.MaxGoal, rng)
		if w.GoalAt(goal, d*cos, d*sin) == nil {
			return
		}
	}
}

// DrawStart implements World: at rest, both angles 0. It draws nothing.
func (w *JointReacherGoal) DrawStart(state []float64, _ *rand.Rand) {
	mustHave("state", state, 4)
	clear(state)
}

// Advance implements World, with the mass matrix of package rigid.
func (w *JointReacherGoal) Advance(state, action []float64) {
	mustHave("action", action, 2)
	w.body.load(state)
	var m [4]float64
	w.body.state.MassMatrix(m[:])
	u1, u2 := clamp(action[0], w.c.MaxTorque), clamp(action[1], w.c.MaxTorque)
	det := m[0]*m[3] - m[1]*m[2]
	h := w.spec.Step
	v := [2]float64{
		clamp(state[2]+h*(m[3]*u1-m[1]*u2)/det, w.c.MaxRate),
		clamp(state[3]+h*(m[0]*u2-m[2]*u1)/det, w.c.MaxRate),
	}
	q := [2]float64{state[0], state[1]}
	v = stops{w.c.MaxAngle, h}.apply(q, v, m[0], m[1], m[3])
	for i := range 2 {
		state[i], state[2+i] = q[i]+h*v[i], v[i]
	}
}

// Observe implements World.
func (w *JointReacherGoal) Observe(observation, state, goal []float64) {
	mustHave("observation", observation, 8)
	copy(observation[:4], state)
	copy(observation[4:6], goal)
	observation[6], observation[7] = 0, 0
}

// Tip is the place of the tip at the joint angles, m.
func (w *JointReacherGoal) Tip(q1, q2 float64) (x, y float64) { return w.arm.tip(q1, q2) }

// Distance implements World: from the tip to where it would be at the goal.
func (w *JointReacherGoal) Distance(state, goal []float64) float64 {
	x, y := w.arm.tip(state[0], state[1])
	gx, gy := w.arm.tip(goal[0], goal[1])
	return math.Hypot(x-gx, y-gy)
}

// Reward implements World: −distance, in m.
func (w *JointReacherGoal) Reward(_, distance float64, _ []float64) float64 { return -distance }

// Measure implements World: −distance, in m.
func (w *JointReacherGoal) Measure(_, distance float64) float64 { return -distance }

var _ World = (*JointReacherGoal)(nil)
