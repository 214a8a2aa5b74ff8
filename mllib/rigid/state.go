package rigid

import (
	"fmt"
	"math"
	"slices"
)

// Disable switches parts of the model off.
type Disable uint8

const (
	DisableLimits   Disable = 1 << iota // joint limits
	DisableContacts                     // contacts
	// DisableConstraints leaves the smooth dynamics only.
	DisableConstraints = DisableLimits | DisableContacts
)

// State is a configuration of a model together with all work space, for one
// goroutine. Q, V and Ctrl may be written at any time (elements, not the
// slices); every method below starts from them. No method allocates.
type State struct {
	Q    []float64 // [NQ] positions
	V    []float64 // [NV] velocities
	Ctrl []float64 // [NU] controls; motors clamp them to their range
	// Disable switches constraints off in Forward and Step.
	Disable Disable

	m      *Model
	frames []frame      // by link
	origin [][3]float64 // by tree: the reference point of positions

	mass   []float64 // packed M
	factor []float64 // packed LᵀDL factor of M or of what is being solved
	dinv   []float64 // [NV] 1/D
	force  []float64 // [NV] motors − damping − bias
	smooth []float64 // [NV] acceleration without constraints
	accel  []float64 // [NV] acceleration
	reach  []float64 // [NV] Jᵀf: joint-space force of the constraints

	contacts []Contact
	poses    []pose // of bodies, if solids may touch each other
	portal   portal
	newton   newton
	rk       stages
}

// frame is a link's pose and motion in world axes, about the reference point
// of its tree. Spatial quantities are (angular, linear).
type frame struct {
	r       [9]float64 // axes
	p       [3]float64 // origin
	lever   [3]float64 // p × z axis: linear part of a hinge's motion
	h       [3]float64 // mass times centre of mass
	inertia [6]float64 // about the reference point: xx yy zz xy xz yz

	mc float64 // the same for the link and all that it carries
	hc [3]float64
	ic [6]float64

	v, a, f [6]float64 // velocity, acceleration, force
}

// NewState is a state at rest in the reference configuration with zero controls.
func (m *Model) NewState() *State {
	vec := func() []float64 { return make([]float64, m.nv) }
	s := &State{
		Q: m.Q0(), V: vec(), Ctrl: make([]float64, len(m.motors)), m: m,
		frames: make([]frame, len(m.links)), origin: make([][3]float64, max(m.trees, 1)),
		mass: make([]float64, len(m.chain)), factor: make([]float64, len(m.chain)),
		dinv: vec(), force: vec(), smooth: vec(), accel: vec(), reach: vec(),
	}
	s.frames[0].r = identity()
	s.contacts = make([]Contact, 0, m.mostContacts())
	if m.solids {
		s.poses = make([]pose, len(m.bodies))
	}
	s.newton.init(m)
	s.rk.init(m)
	return s
}

// Model is the model the state belongs to.
func (s *State) Model() *Model { return s.m }

// Reset puts the state at rest in the reference configuration, controls zero.
func (s *State) Reset() {
	copy(s.Q, s.m.q0)
	clear(s.V)
	clear(s.Ctrl)
}

// SetState copies positions, velocities and controls into the state; nil
// leaves a part as it is.
func (s *State) SetState(q, v, ctrl []float64) {
	set := func(what string, dst, src []float64) {
		if src != nil {
			mustHave(what, src, len(dst))
			copy(dst, src)
		}
	}
	set("positions", s.Q, q)
	set("velocities", s.V, v)
	set("controls", s.Ctrl, ctrl)
}

// GetState copies positions and velocities out.
func (s *State) GetState(q, v []float64) {
	mustHave("positions", q, s.m.nq)
	mustHave("velocities", v, s.m.nv)
	copy(q, s.Q)
	copy(v, s.V)
}

// Check is an error if the state has left what a simulation can mean: a
// position or velocity that is not a number or exceeds 1e10.
func (s *State) Check() error {
	bad := func(x float64) bool { return !(math.Abs(x) < 1e10) }
	if i := slices.IndexFunc(s.Q, bad); i >= 0 {
		return fmt.Errorf("rigid: %s diverged: position %d is %g", s.m.name, i, s.Q[i])
	}
	if i := slices.IndexFunc(s.V, bad); i >= 0 {
		return fmt.Errorf("rigid: %s diverged: velocity %d is %g", s.m.name, i, s.V[i])
	}
	return nil
}

func mustHave(what string, x []float64, n int) {
	if len(x) != n {
		panic(fmt.Sprintf("rigid: %d %s, the model has %d", len(x), what, n))
	}
}
