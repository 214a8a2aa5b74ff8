package rigid

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestNoAllocation: whatever a simulation calls in its loop leaves the heap alone.
func TestNoAllocation(t *testing.T) {
	eachRobot(t, func(t *testing.T, s *State, rng *rand.Rand) {
		nv := s.m.NV()
		x, y, mass, jac := randomVec(nv, rng), make([]float64, nv), make([]float64, nv*nv), make([]float64, 3*nv)
		for name, f := range map[string]func(){
			"Step":          func() { s.Step(Euler); s.Step(RK4) },
			"Forward":       func() { s.Forward(y) },
			"ForwardTorque": func() { s.ForwardTorque(x, y) },
			"Inverse":       func() { s.Inverse(x, y) },
			"MassMatrix":    func() { s.MassMatrix(mass) },
			"Bias":          func() { s.Bias(y); s.GravityForce(y); s.Damping(y); s.Actuation(y) },
			"Energy":        func() { s.Energy(); s.Momentum() },
			"queries":       func() { s.SiteJacobian(0, jac, nil); s.SiteVelocity(0); s.SiteMat(0); s.BodyQuat(1); s.Contacts() },
		} {
			if n := testing.AllocsPerRun(5, f); n != 0 {
				t.Errorf("%s allocates %g times", name, n)
			}
		}
	})
}

// TestNoMemory: a step depends on Q, V and Ctrl alone, to the last bit, not on
// what the state was used for before; goroutines that share a model agree.
func TestNoMemory(t *testing.T) {
	for name, m := range robots(t) {
		run := func(seed uint64) []float64 {
			s := m.NewState()
			randomize(s, rand.New(rand.NewPCG(seed, 1)))
			s.Advance(RK4, 20) // another life
			s.Reset()
			randomize(s, rand.New(rand.NewPCG(3, 3)))
			s.Advance(RK4, 50)
			s.Advance(Euler, 50)
			return append(s.Q, s.V...)
		}
		results := make([][]float64, 4)
		var wait sync.WaitGroup
		for i := range results {
			wait.Go(func() { results[i] = run(uint64(i)) })
		}
		wait.Wait()
		for _, r := range results[1:] {
			if !slices.Equal(r, results[0]) {
				t.Errorf("%s: %v and %v", name, r, results[0])
			}
		}
	}
}

// TestCheck: divergence is an error that says where; steps do not hang on it.
func TestCheck(t *testing.T) {
	s := robot(t, "ant").NewState()
	if err := s.Check(); err != nil {
		t.Error(err)
	}
	s.V[3] = math.NaN()
	s.Step(RK4)
	if err := s.Check(); err == nil || !strings.Contains(err.Error(), "diverged") {
		t.Errorf("%v", err)
	}
	s.Reset()
	s.V[2] = 1e12
	if err := s.Check(); err == nil || !strings.Contains(err.Error(), "velocity 2") {
		t.Errorf("%v", err)
	}
}

// TestSiteIndex: sites are found by name, and the error lists those there are.
func TestSiteIndex(t *testing.T) {
	m := robot(t, "ant")
	if k, err := m.SiteIndex("footC"); err != nil || m.Site(k).Name != "footC" {
		t.Errorf("site %d, %v", k, err)
	}
	if _, err := m.SiteIndex("tail"); err == nil || !strings.Contains(err.Error(), "footC") {
		t.Errorf("%v", err)
	}
}

// TestWithJoints: the edited copy follows the closed form of the two-link arm
// (masses m_i, lengths, inertias about the hinges as in data/robots/reacher.xml)
// and the original keeps its armature.
func TestWithJoints(t *testing.T) {
	m := robot(t, "reacher")
	bare, err := m.WithJoints(func(j *Joint) { j.Armature = 0 })
	if err != nil {
		t.Fatal(err)
	}
	const l, tip = 0.1, 0.11
	rod := Geom{Type: Capsule, Size: [3]float64{0.01, 0.05}}
	rod.Mass = 1000 * rod.volume()
	ball := Geom{Type: Sphere, Size: [3]float64{0.01}}
	ball.Mass = 1000 * ball.volume()
	s := bare.NewState()
	for _, q2 := range []float64{-2, 0, 0.7, 3} {
		s.Q[1] = q2
		m22 := rod.inertia()[0] + rod.Mass*l*l/4 + ball.inertia()[0] + ball.Mass*tip*tip
		arm := rod.Mass*l/2 + ball.Mass*tip // first moment of the second link
		m12 := m22 + arm*l*math.Cos(q2)
		m11 := m22 + rod.inertia()[0] + rod.Mass*l*l/4 + (rod.Mass+ball.Mass)*l*l + 2*arm*l*math.Cos(q2)
		got, with := make([]float64, 4), make([]float64, 4)
		s.MassMatrix(got)
		for i, want := range []float64{m11, m12, m12, m22} {
			if math.Abs(got[i]-want) > 1e-18+1e-13*math.Abs(want) {
				t.Errorf("M[%d] = %g at q2 = %g, want %g", i, got[i], q2, want)
			}
		}
		full := m.NewState()
		full.Q[1] = q2
		full.MassMatrix(with)
		if math.Abs(with[0]-got[0]-1) > 1e-15 {
			t.Errorf("the original's M11 is %g", with[0])
		}
	}
	var p *ParseError
	if _, err := m.WithJoints(func(j *Joint) { j.Armature = math.NaN() }); !errors.As(err, &p) {
		t.Errorf("%v", err)
	}
	if _, err := robot(t, "sawyer").WithJoints(func(j *Joint) { j.Range = [2]float64{1, 0} }); !errors.As(err, &p) {
		t.Errorf("%v", err)
	}
}
