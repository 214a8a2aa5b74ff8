package env

import (
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/rigid"
)

// Velocity says which velocity a ReacherGoal shows.
type Velocity int

// The velocities.
const (
	TipVelocity   Velocity = iota // of the tip, m/s: the paper's
	JointVelocity                 // of the joints, rad/s: gym's
)

// ReacherConstants are the constants of a ReacherGoal.
type ReacherConstants struct {
	Frames     int      // time steps of a control step
	Steps      int      // of an episode
	Velocity   Velocity // in the observation
	GoalRadius float64  // m, of the disc of goals about the shoulder
	AngleNoise float64  // rad, half width of the start's distribution about 0
	RateNoise  float64  // rad/s, half width of the start's distribution about 0
	Reward     RewardForm
	Bonus      float64 // m, of BonusReward: Bonus/(distance + Sharpness)
	Sharpness  float64 // m, of BonusReward
	Effort     float64 // of the other forms
}

// DefaultReacher returns gym's constants and the reward's as we recall them from
// the paper.
func DefaultReacher() ReacherConstants {
	return ReacherConstants{Frames: 2, Steps: 50, Velocity: TipVelocity, GoalRadius: 0.2,
		AngleNoise: 0.1, RateNoise: 0.005, Reward: BonusReward, Bonus: 1, Sharpness: 0.001}
}

// ObservableReacher is DefaultReacher with a state that can be told from an
// observation and a reward without a peak: joint velocities, and −d − 0.03|a|². The
// tip's velocity does not tell the two joints' apart when the arm is stretched, as it
// is at the start; 1/(d + 0.001) is about nothing but the last millimetres.
func ObservableReacher() ReacherConstants {
	c := DefaultReacher()
	c.Velocity, c.Reward, c.Effort = JointVelocity, DistanceReward, 0.03
	return c
}

// ReacherGoal is the reacher of the model-free experiments: gym's Reacher-v2 (model
// reacher, RK4, control steps of 0.02 s), whose tip is to be brought to a goal.
//
//	state            0 q1 (rad)   1 q2 (rad)   2 v1 (rad/s)   3 v2 (rad/s)
//	action           0 shoulder   1 elbow: motor commands clamped to ±1, times 200 N m
//	goal             0 x (m)   1 y (m)
//	observation      0 cos q1   1 cos q2   2 sin q1   3 sin q2
//	                 4 goal x (m)   5 goal y (m)
//	                 6 tip velocity x (m/s)   7 tip velocity y (m/s)
//	                 8 tip − goal x (m)   9 tip − goal y (m)   10 tip − goal z (m), always 0
//
// With JointVelocity, numbers 6 and 7 are v1 and v2 (rad/s) instead, as in gym.
//
// The paper names the eleven numbers' contents, not their layout: it is gym's, with
// the joints' rates replaced by the tip's velocity (our choice; the z that is
// always 0 is what makes them eleven). Taken from gym: 50 steps, no early end,
// start at ±0.1 rad and ±0.005 rad/s, goals uniform in the disc of 0.2 m (all
// within reach). Our choices: distance and reward belong to the state after the
// step (gym's: before it); the goal does not change in an episode. Measured (in
// the paper's figure) is −distance; the reward is one of the forms of RewardForm,
// by default the one we recall from the paper, −d + 1/(d + 0.001) − |a| with d in m.
type ReacherGoal struct {
	c    ReacherConstants
	arm  twoLink
	body body
	pay  reward
	spec Spec
}

// NewReacherGoal returns the world of a planar arm with two hinges and a site
// "tip". The error says in what the model differs from that.
func NewReacherGoal(m *rigid.Model, c ReacherConstants) (*ReacherGoal, error) {
	pay := reward{c.Reward, c.Bonus, c.Sharpness, c.Effort, m.Timestep() * float64(c.Frames)}
	if !(c.Steps > 0 && c.GoalRadius > 0 && c.AngleNoise >= 0 && c.RateNoise >= 0 && pay.valid()) {
		panic(fmt.Sprintf("env: reacher with constants %+v", c))
	}
	b, err := newBody(m, 2, 2, 2, c.Frames, 0.01)
	if err != nil {
		return nil, err
	}
	arm, err := newTwoLink(m)
	if err != nil {
		return nil, err
	}
	limit, err := b.limits()
	if err != nil {
		return nil, err
	}
	velocity := repeat("m/s", "tip vx", "tip vy")
	if c.Velocity == JointVelocity {
		velocity = repeat("rad/s", "v1", "v2")
	}
	goal := repeat("m", "goal x", "goal y")
	observation := append(repeat("1", "cos q1", "cos q2", "sin q1", "sin q2"), goal...)
	observation = append(append(observation, velocity...), repeat("m", "tip − goal x", "tip − goal y", "tip − goal z")...)
	return &ReacherGoal{c: c, arm: arm, body: b, pay: pay, spec: Spec{
		Name: "reacher-goal", Step: b.step(), Steps: c.Steps,
		State:       append(repeat("rad", "q1", "q2"), repeat("rad/s", "v1", "v2")...),
		Observation: observation, Action: repeat("1", "shoulder", "elbow"), Goal: goal, Limit: limit,
	}}, nil
}

// OpenReacherGoal is NewReacherGoal of the robot in the folder data/robots.
func OpenReacherGoal(data string, c ReacherConstants) (World, error) {
	return openRobot(data, "reacher", func(m *rigid.Model) (World, error) { return NewReacherGoal(m, c) })
}

// Constants returns the constants of the world.
func (w *ReacherGoal) Constants() ReacherConstants { return w.c }

// Spec implements World.
func (w *ReacherGoal) Spec() *Spec { return &w.spec }

// Fork implements World.
func (w *ReacherGoal) Fork() World {
	c := *w
	c.body = w.body.fork()
	return &c
}

// DrawGoal implements World: uniform in the part of the disc that lies in the
// region, by rejection from the square.
func (w *ReacherGoal) DrawGoal(goal []float64, r Region, rng *rand.Rand) {
	mustHave("goal", goal, 2)
	for {
		goal[0], goal[1] = uniform(-w.c.GoalRadius, w.c.GoalRadius, rng), uniform(-w.c.GoalRadius, w.c.GoalRadius, rng)
		if norm(goal) <= w.c.GoalRadius && r.has(goal[0]) {
			return
		}
	}
}

// DrawStart implements World: both angles and rates uniform about 0.
func (w *ReacherGoal) DrawStart(state []float64, rng *rand.Rand) {
	mustHave("state", state, 4)
	for i := range 2 {
		state[i] = uniform(-w.c.AngleNoise, w.c.AngleNoise, rng)
	}
	for i := range 2 {
		state[2+i] = uniform(-w.c.RateNoise, w.c.RateNoise, rng)
	}
}

// Advance implements World.
func (w *ReacherGoal) Advance(state, action []float64) { w.body.advance(state, action) }

// Observe implements World.
func (w *ReacherGoal) Observe(observation, state, goal []float64) {
	mustHave("observation", observation, 11)
	mustHave("state", state, 4)
	mustHave("goal", goal, 2)
	for i := range 2 {
		observation[2+i], observation[i] = math.Sincos(state[i])
	}
	copy(observation[4:6], goal)
	observation[6], observation[7] = state[2], state[3]
	if w.c.Velocity == TipVelocity {
		observation[6], observation[7] = w.arm.tipVelocity(state[0], state[1], state[2], state[3])
	}
	x, y := w.arm.tip(state[0], state[1])
	observation[8], observation[9], observation[10] = x-goal[0], y-goal[1], 0
}

// Tip is the place of the tip at the joint angles, m.
func (w *ReacherGoal) Tip(q1, q2 float64) (x, y float64) { return w.arm.tip(q1, q2) }

// Distance implements World: from the tip to the goal.
func (w *ReacherGoal) Distance(state, goal []float64) float64 {
	x, y := w.arm.tip(state[0], state[1])
	return math.Hypot(x-goal[0], y-goal[1])
}

// Reward implements World.
func (w *ReacherGoal) Reward(before, distance float64, action []float64) float64 {
	return w.pay.of(before, distance, action)
}

// Measure implements World: −distance, in m.
func (w *ReacherGoal) Measure(_, distance float64) float64 { return -distance }

var _ World = (*ReacherGoal)(nil)
