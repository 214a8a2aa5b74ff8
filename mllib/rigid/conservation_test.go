package rigid

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// undamped is a robot without joint damping, armature (whose kinetic energy
// hides that of the bodies) or constraints.
func undamped(t *testing.T, m *Model) *State {
	free, err := m.WithJoints(func(j *Joint) { j.Damping, j.Armature = 0, 0 })
	if err != nil {
		t.Fatal(err)
	}
	s := free.NewState()
	s.Disable = DisableConstraints
	return s
}

// TestEnergyOrder: without damping and motors the change of energy over a fixed
// time is the integrator's error: halving the step divides it by 2 (Euler), by
// 16 (RK4), or by 4 (RK4 with free joints, see RK4).
func TestEnergyOrder(t *testing.T) {
	all := robots(t)
	for _, name := range sortedKeys(all) {
		for kind, order := range map[Integrator]float64{Euler: 1, RK4: 4} {
			t.Run(fmt.Sprint(name, kind), func(t *testing.T) {
				drift := func(steps int) float64 {
					s := undamped(t, all[name])
					s.m.timestep = 0.2 / float64(steps)
					randomize(s, rand.New(rand.NewPCG(3, 4)))
					clear(s.Ctrl)
					for i := range s.V { // the light arms need more speed for an error to show
						s.V[i] *= map[bool]float64{true: 40, false: 4}[len(s.V) == 2]
					}
					p0, k0 := s.Energy()
					s.Advance(kind, steps)
					p1, k1 := s.Energy()
					return p1 + k1 - p0 - k0
				}
				coarse, fine := drift(64), drift(128)
				if math.Abs(fine) < 1e-12 {
					t.Fatalf("an energy change of %g J shows nothing but rounding", fine)
				}
				if kind == RK4 && all[name].NQ() > all[name].NV() {
					order = 2
				}
				if got := math.Log2(coarse / fine); !(got > order-0.35) {
					t.Errorf("energy changes by %g J and, with half the step, %g J: order %.2f, want %g", coarse, fine, got, order)
				}
			})
		}
	}
}

// TestMomentum: a free ant whose motors act between its parts only keeps its
// angular momentum about the centre of mass, and its linear momentum changes
// by gravity times weight times time. Armature is left out: it stands for rotors
// whose momentum the bodies do not show.
func TestMomentum(t *testing.T) {
	m, err := robot(t, "ant").WithJoints(func(j *Joint) { j.Armature = 0; j.Damping *= 1e-3 })
	if err != nil {
		t.Fatal(err)
	}
	m.timestep = 1e-4
	s := m.NewState()
	s.Disable = DisableConstraints
	rng := rand.New(rand.NewPCG(5, 6))
	randomize(s, rng)
	for i := range s.Ctrl {
		s.Ctrl[i] = 1e-4 * rng.NormFloat64()
	}
	p0, l0 := s.Momentum()
	const steps = 1000
	s.Advance(RK4, steps)
	p1, l1 := s.Momentum()
	want := p0
	want[2] -= 9.81 * m.TotalMass() * steps * m.timestep
	// The free joint is integrated to second order in the step, 1e-4 s.
	wantNear(t, "linear momentum", p1[:], want[:], 1e-9)
	wantNear(t, "angular momentum", l1[:], l0[:], 1e-9)
}

// turned is the ant's world rotated by r and moved by d: floor, gravity and start.
func turned(t *testing.T, q [4]float64, d [3]float64) *Model {
	rot := quatMat(q)
	g := mulVec(&rot, [3]float64{0, 0, -9.81})
	text := readRobot(t, "ant")
	text = strings.Replace(text, `gravity="0 0 -9.81"`, fmt.Sprintf(`gravity="%.17g %.17g %.17g"`, g[0], g[1], g[2]), 1)
	text = strings.Replace(text, `type="plane"`, fmt.Sprintf(`type="plane" pos="%.17g %.17g %.17g" quat="%.17g %.17g %.17g %.17g"`,
		d[0], d[1], d[2], q[0], q[1], q[2], q[3]), 1)
	return parse(t, text)
}

// TestTurnedWorld: the landing of the ant, contacts included, is the same in a
// world that is rotated and moved as a whole.
func TestTurnedWorld(t *testing.T) {
	q := unitQuat([4]float64{0.8, -0.3, 0.4, 0.2})
	d := [3]float64{3, -2, 5}
	rot := quatMat(q)
	a, b := robot(t, "ant").NewState(), turned(t, q, d).NewState()
	randomize(a, rand.New(rand.NewPCG(8, 9)))
	a.Q[2] = 0.6
	start := a.Q
	copy(b.Q, a.Q)
	*(*[3]float64)(b.Q) = add(d, mulVec(&rot, [3]float64(start)))
	*(*[4]float64)(b.Q[3:]) = quatMul(q, [4]float64(start[3:]))
	copy(b.V, a.V)
	*(*[3]float64)(b.V) = mulVec(&rot, [3]float64(a.V))
	copy(b.Ctrl, a.Ctrl)
	touched := 0
	for range 60 {
		a.Step(RK4)
		b.Step(RK4)
		touched += len(a.Contacts())
	}
	p := add(d, mulVec(&rot, [3]float64(a.Q)))
	wantNear(t, "position", b.Q[:3], p[:], 1e-10)
	wantNear(t, "joints", b.Q[7:], a.Q[7:], 1e-10)
	wantNear(t, "velocities", b.V[3:], a.V[3:], 1e-9)
	if touched == 0 {
		t.Error("the ant never touched the floor")
	}
}
