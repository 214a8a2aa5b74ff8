package env

import (
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/rigid"
)

// AntStart says in which pose an ant starts, before noise.
type AntStart int

// The poses.
const (
	// GymPose has straight legs, 0.75 m high. Its knees are 30° outside of their
	// range: in the first control step their stops throw the ant up, as in gym.
	GymPose AntStart = iota
	// Standing has the knees bent by 1 rad, within their range, a few cm above
	// the floor, so that it lands gently.
	Standing
)

// AntView says what an ant's policy sees.
type AntView int

// The views.
const (
	WorldView   AntView = iota // 29 numbers in world axes: gym's, and so the paper's
	HeadingView                // 28 numbers in the frame that turns with the torso about z
)

// AntConstants are the constants of an AntGoal.
type AntConstants struct {
	Frames     int // time steps of a control step
	Steps      int // of an episode
	Start      AntStart
	PoseNoise  float64 // half width of the noise on all 15 positions (m, 1, rad)
	RateNoise  float64 // standard deviation of the 14 velocities (m/s, rad/s)
	GoalRadius float64 // m, of the circle of goals about the origin
	View       AntView
	Reward     RewardForm
	Bonus      float64 // m, of BonusReward: Bonus/(distance + Sharpness)
	Sharpness  float64 // m, of BonusReward
	Effort     float64 // of the other forms
}

// DefaultAnt returns gym's constants, the reward's as we recall them from the
// paper, and our choices for an episode's length and the goals' distance.
func DefaultAnt() AntConstants {
	return AntConstants{Frames: 5, Steps: 200, Start: GymPose, PoseNoise: 0.1, RateNoise: 0.1,
		GoalRadius: 5, View: WorldView, Reward: BonusReward, Bonus: 5, Sharpness: 0.25}
}

// HeadingAnt is DefaultAnt seen in its heading frame and rewarded for progress,
// (d⁻ − d)/h − 0.05|a|²: the same walk is the same numbers in whichever direction.
func HeadingAnt() AntConstants {
	c := DefaultAnt()
	c.View, c.Reward, c.Effort = HeadingView, ProgressReward, 0.05
	return c
}

// AntGoal is gym's Ant-v2 (model ant, RK4, control steps of 0.05 s) that is to walk
// to a goal. With h = hip and k = knee of the legs A to D (front left, front right,
// back left, back right of gym's names: legs 1 to 4):
//
//	state            0–2 torso x y z (m)   3–6 its quaternion w x y z
//	                 7–14 hA kA hB kB hC kC hD kD (rad)
//	                 15–17 torso velocity x y z (m/s, world axes)
//	                 18–20 its angular velocity x y z (rad/s, body axes)
//	                 21–28 rates hA kA hB kB hC kC hD kD (rad/s)
//	action           0–7 hA kA hB kB hC kC hD kD: motor commands clamped to ±1, times 150 N m
//	goal             0 x (m)   1 y (m)
//	observation      0 torso z (m)   1–4 its quaternion w x y z
//	                 5–12 hA kA hB kB hC kC hD kD (rad)
//	                 13–15 torso velocity x y z (m/s, world axes)
//	                 16–18 its angular velocity x y z (rad/s, body axes)
//	                 19–26 rates hA kA hB kB hC kC hD kD (rad/s)
//	                 27 goal − torso x (m)   28 goal − torso y (m), world axes
//
// The heading frame has the world's z axis; its x axis is the part of the torso's x
// axis (towards the legs A and D) that is level, or the world's where that has none.
// Seen in it (HeadingView), nothing changes when the world turns about z:
//
//	observation      0 torso z (m)   1–3 the world's up in the torso's axes
//	                 4–11 hA kA hB kB hC kC hD kD (rad)
//	                 12–14 torso velocity x y z (m/s, heading frame)
//	                 15–17 its angular velocity x y z (rad/s, body axes)
//	                 18–25 rates hA kA hB kB hC kC hD kD (rad/s)
//	                 26 goal − torso x (m)   27 goal − torso y (m), heading frame
//
// Observations 0 to 26 are gym's without external contact forces, as in the paper.
// Taken from gym: physics, start (positions ±0.1, the quaternion then normalized;
// velocities 0.1 times normal numbers). Our choices, for the paper is silent: the
// goal seen as the vector from the torso in world axes; order of the motors that
// of the joints (gym's is D A B C); goals in a uniform direction of the region, 5 m
// from the origin, about which the starts scatter; 200 steps (gym: 1000), no early end
// when the ant falls over (gym ends at heights outside 0.2 to 1 m) because
// the measure is a sum over a whole trajectory; distance and reward belong to the
// state after the step. Measured (in the paper's figure) is first distance −
// distance; the reward is one of the forms of RewardForm, by default the one we
// recall from the paper, −d + 5/(d + 0.25) − |a| with d in m.
type AntGoal struct {
	c     AntConstants
	body  body
	pay   reward
	spec  Spec
	start []float64 // pose before noise [15]
}

// Sizes of an ant.
const (
	antPositions = 15
	antRates     = 14
	antMotors    = 8
)

// NewAntGoal returns the world of a free body with eight hinges. The error says in
// what the model differs from that.
func NewAntGoal(m *rigid.Model, c AntConstants) (*AntGoal, error) {
	pay := reward{c.Reward, c.Bonus, c.Sharpness, c.Effort, m.Timestep() * float64(c.Frames)}
	if !(c.Steps > 0 && c.PoseNoise >= 0 && c.RateNoise >= 0 && c.GoalRadius > 0 && pay.valid() && (c.View == WorldView || c.View == HeadingView)) {
		panic(fmt.Sprintf("env: ant with constants %+v", c))
	}
	b, err := newBody(m, antPositions, antRates, antMotors, c.Frames, 0)
	if err != nil {
		return nil, err
	}
	if j := m.Joint(0); j.Type != rigid.Free {
		return nil, fmt.Errorf("env: model %q: the first joint is %q, not a free one", m.Name(), j.Name)
	}
	limit, err := b.limits()
	if err != nil {
		return nil, err
	}
	start := m.Q0()
	if c.Start == Standing {
		start[2] = 0.65
		for leg, bend := range [4]float64{1, -1, -1, 1} { // into the ranges of the knees
			start[8+2*leg] = bend
		}
	}
	return &AntGoal{c: c, body: b, pay: pay, spec: antSpec(&b, c, limit), start: start}, nil
}

func antSpec(b *body, c AntConstants, limit []float64) Spec {
	goal := repeat("m", "goal x", "goal y")
	pose := append(append(repeat("m", "x", "y", "z"), repeat("1", "qw", "qx", "qy", "qz")...), b.joints("rad")...)
	rates := append(append(repeat("m/s", "vx", "vy", "vz"), repeat("rad/s", "wx", "wy", "wz")...), b.joints("rad/s")...)
	state := append(append([]Quantity{}, pose...), rates...)
	observation := append([]Quantity{}, state[2:]...)
	if c.View == HeadingView {
		observation = append(append([]Quantity{state[2]}, repeat("1", "up x", "up y", "up z")...), state[7:]...)
	}
	return Spec{Name: "ant-goal", Step: b.step(), Steps: c.Steps, State: state,
		Observation: append(observation, repeat("m", "goal − torso x", "goal − torso y")...),
		Action:      b.joints("1"), Goal: goal, Limit: limit}
}

// OpenAntGoal is NewAntGoal of the robot in the folder data/robots.
func OpenAntGoal(data string, c AntConstants) (World, error) {
	return openRobot(data, "ant", func(m *rigid.Model) (World, error) { return NewAntGoal(m, c) })
}

// Constants returns the constants of the world.
func (w *AntGoal) Constants() AntConstants { return w.c }

// Spec implements World.
func (w *AntGoal) Spec() *Spec { return &w.spec }

// Fork implements World.
func (w *AntGoal) Fork() World {
	c := *w
	c.body = w.body.fork()
	return &c
}

// DrawGoal implements World: on a circle about the origin.
func (w *AntGoal) DrawGoal(goal []float64, r Region, rng *rand.Rand) {
	mustHave("goal", goal, 2)
	sin, cos := math.Sincos(r.angle(rng))
	goal[0], goal[1] = w.c.GoalRadius*cos, w.c.GoalRadius*sin
}

// DrawStart implements World.
func (w *AntGoal) DrawStart(state []float64, rng *rand.Rand) {
	mustHave("state", state, antPositions+antRates)
	for i, x := range w.start {
		state[i] = x + uniform(-w.c.PoseNoise, w.c.PoseNoise, rng)
	}
	quat := state[3:7]
	n := norm(quat)
	for i := range quat {
		quat[i] /= n
	}
	for i := antPositions; i < len(state); i++ {
		state[i] = w.c.RateNoise * rng.NormFloat64()
	}
}

// Advance implements World.
func (w *AntGoal) Advance(state, action []float64) { w.body.advance(state, action) }

// Observe implements World.
func (w *AntGoal) Observe(observation, state, goal []float64) {
	mustHave("observation", observation, len(w.spec.Observation))
	mustHave("state", state, antPositions+antRates)
	mustHave("goal", goal, 2)
	if w.c.View == HeadingView {
		observeHeading(observation, state, goal)
		return
	}
	n := copy(observation, state[2:])
	observation[n], observation[n+1] = goal[0]-state[0], goal[1]-state[1]
}

// observeHeading writes the 28 numbers of HeadingView. With R the rotation of the
// torso's quaternion, up in its axes is the last row of R, and the first column is
// the torso's x axis.
func observeHeading(o, state, goal []float64) {
	qw, qx, qy, qz := state[3], state[4], state[5], state[6]
	o[0] = state[2]
	o[1], o[2], o[3] = 2*(qx*qz-qw*qy), 2*(qy*qz+qw*qx), 1-2*(qx*qx+qy*qy)
	cos, sin := 1-2*(qy*qy+qz*qz), 2*(qx*qy+qw*qz)
	if level := math.Hypot(cos, sin); level > 0 {
		cos, sin = cos/level, sin/level
	} else {
		cos, sin = 1, 0
	}
	n := 4 + copy(o[4:], state[7:]) // joints, torso velocity, angular velocity, rates
	vx, vy := state[15], state[16]
	o[12], o[13] = cos*vx+sin*vy, cos*vy-sin*vx
	dx, dy := goal[0]-state[0], goal[1]-state[1]
	o[n], o[n+1] = cos*dx+sin*dy, cos*dy-sin*dx
}

// Distance implements World: from the torso to the goal in the plane.
func (w *AntGoal) Distance(state, goal []float64) float64 {
	return math.Hypot(state[0]-goal[0], state[1]-goal[1])
}

// Reward implements World.
func (w *AntGoal) Reward(before, distance float64, action []float64) float64 {
	return w.pay.of(before, distance, action)
}

// Measure implements World: first distance − distance, in m.
func (w *AntGoal) Measure(first, distance float64) float64 { return first - distance }

var _ World = (*AntGoal)(nil)
