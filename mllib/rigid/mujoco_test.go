//go:build mujoco

package rigid

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// both loads a model into the two engines.
func both(t testing.TB, name string) (*State, *MuJoCo) {
	t.Helper()
	text := []byte(zoo)
	if name != "zoo" {
		var err error
		if text, err = os.ReadFile(filepath.Join(repository, "data/robots", name+".xml")); err != nil {
			t.Fatal(err)
		}
	}
	c, err := ParseMuJoCo(text)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return parse(t, string(text)).NewState(), c
}

// TestMuJoCoStates compares the two engines in random states: first without,
// then with limits and contacts.
func TestMuJoCoStates(t *testing.T) {
	for _, name := range sortedKeys(robots(t)) {
		t.Run(name, func(t *testing.T) {
			s, c := both(t, name)
			rng := rand.New(rand.NewPCG(1, 3))
			w := newWorst(t)
			touched := 0
			for i := range 200 {
				randomize(s, rng)
				acc := randomVec(s.m.NV(), rng)
				c.SetState(s.Q, s.V, s.Ctrl)
				compareEngines(w, s, c, acc, fmt.Sprintf(" of state %d", i))
				touched += len(s.Contacts())
			}
			if touched < 100 && len(s.m.pairs) > 0 {
				t.Errorf("only %d contacts have been compared", touched)
			}
		})
	}
}

// compareEngines sets tolerances as the reference files do; accelerations are
// relative to the largest of the state.
func compareEngines(w *worst, s *State, c *MuJoCo, acc []float64, at string) {
	nv := s.m.NV()
	a, b := make([]float64, nv*nv), make([]float64, nv*nv)
	s.MassMatrix(a)
	c.MassMatrix(b)
	w.near("M"+at, a, b, tolRigid, 1)
	a, b = a[:nv], b[:nv]
	s.Bias(a)
	c.Bias(b)
	w.near("bias"+at, a, b, tolRigid, largest(b))
	s.Inverse(acc, a)
	c.Inverse(acc, b)
	w.near("inverse"+at, a, b, tolRigid, largest(b))
	s.Disable = DisableConstraints
	c.Disable(DisableConstraints)
	s.Forward(a)
	c.Forward(b)
	w.near("smooth"+at, a, b, tolAccel, largest(b))
	s.Disable = 0
	c.Disable(0)
	c.Precise()
	s.Forward(a)
	c.Forward(b)
	w.near("forward"+at, a, b, tolAccel, largest(b))
}

// TestMuJoCoLumps: the library finds the principal axes of a body made of
// several geoms to 2e-7 only; that far the mass matrices must agree.
func TestMuJoCoLumps(t *testing.T) {
	c, err := ParseMuJoCo([]byte(lumps()))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s := parse(t, lumps()).NewState()
	w := newWorst(t)
	rng := rand.New(rand.NewPCG(1, 3))
	a, b := make([]float64, s.m.NV()*s.m.NV()), make([]float64, s.m.NV()*s.m.NV())
	for range 20 {
		randomize(s, rng)
		c.SetState(s.Q, s.V, s.Ctrl)
		s.MassMatrix(a)
		c.MassMatrix(b)
		w.near("M", a, b, 1e-6, 1)
	}
}

// TestMuJoCoSteps runs both engines side by side with random controls, MuJoCo
// with its usual solver, and starts both from the same state every few steps
// so that chaos does not hide an error.
func TestMuJoCoSteps(t *testing.T) {
	for _, name := range sortedKeys(robots(t)) {
		for _, kind := range []Integrator{Euler, RK4} {
			t.Run(fmt.Sprint(name, kind), func(t *testing.T) {
				s, c := both(t, name)
				rng := rand.New(rand.NewPCG(2, 5))
				w := newWorst(t)
				q, v := make([]float64, s.m.NQ()), make([]float64, s.m.NV())
				for i := range 60 {
					for k := range s.Ctrl {
						s.Ctrl[k] = 2*rng.Float64() - 1
					}
					c.SetState(s.Q, s.V, s.Ctrl)
					s.Advance(kind, 5)
					c.Advance(kind, 5)
					c.GetState(q, v)
					at := fmt.Sprintf(" after %d steps", 5*i+5)
					w.near("q"+at, s.Q, q, tolWhole, 1)
					w.near("v"+at, s.V, v, tolWhole, 1)
				}
			})
		}
	}
}

// TestMuJoCoLanding drops the ant with its knees bent within their range and
// follows it for 10 s, impact included, without ever setting the states equal.
func TestMuJoCoLanding(t *testing.T) {
	for _, kind := range []Integrator{Euler, RK4} {
		s, c := both(t, "ant")
		copy(s.Q[7:], []float64{0, 1, 0, -1, 0, -1, 0, 1})
		c.SetState(s.Q, s.V, s.Ctrl)
		w := newWorst(t)
		q, v := make([]float64, s.m.NQ()), make([]float64, s.m.NV())
		for k := range 200 {
			s.Advance(kind, 5)
			c.Advance(kind, 5)
			c.GetState(q, v)
			at := fmt.Sprintf(" after control step %d of %v", k+1, kind)
			w.near("q"+at, s.Q, q, tolWhole, 1)
			w.near("v"+at, s.V, v, tolWhole, 1)
		}
	}
}

// TestMuJoCoErrors: the library's own complaint arrives as an error.
func TestMuJoCoErrors(t *testing.T) {
	_, err := ParseMuJoCo([]byte("<mujoco><worldbody><body><geom/></body></worldbody></mujoco>"))
	if err == nil || !strings.Contains(err.Error(), "size") {
		t.Errorf("a sphere without size: %v", err)
	}
}

// disagree counts turned pucks of which only one engine says that they touch:
// the C library's sine is not always the nearest number.
func disagree(t *testing.T) {
	text := puck([3]string{"1 0 0", "0 1 0", "0 0 1"}, "0.12", "-0.68", "0.85", "0.05")
	c, err := ParseMuJoCo([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s := parse(t, text).NewState()
	acc, count := make([]float64, 3), [2][2]int{}
	for i := range 2000 {
		s.Q[2] = 0.00606 * float64(i)
		c.SetState(s.Q, nil, nil)
		s.Forward(acc)
		c.Forward(acc)
		count[len(s.Contacts())][int(c.data.ncon)]++
	}
	if count[0][1]+count[1][0] > 10 || count[0][0] < 200 || count[1][1] < 200 {
		t.Errorf("contacts here and in MuJoCo: %v", count)
	}
}

func benchmarkMuJoCo(b *testing.B, name string, kind Integrator) {
	s, c := both(b, name)
	rng := rand.New(rand.NewPCG(1, 1))
	ctrl, v := make([]float64, s.m.NU()), make([]float64, s.m.NV())
	n := 0
	for b.Loop() {
		if n%200 == 0 {
			for k := range v {
				v[k] = 0.1 * rng.NormFloat64()
			}
			c.SetState(s.m.q0, v, nil)
		}
		n++
		for k := range ctrl {
			ctrl[k] = 2*rng.Float64() - 1
		}
		c.SetState(nil, nil, ctrl)
		c.Advance(kind, 5)
	}
	b.ReportMetric(5*float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}

// One operation of the stepping benchmarks below is five steps.

func BenchmarkMuJoCoAntRK4(b *testing.B)     { benchmarkMuJoCo(b, "ant", RK4) }
func BenchmarkMuJoCoAntEuler(b *testing.B)   { benchmarkMuJoCo(b, "ant", Euler) }
func BenchmarkMuJoCoReacherRK4(b *testing.B) { benchmarkMuJoCo(b, "reacher", RK4) }

func benchmarkMuJoCoSawyer(b *testing.B, f func(c *MuJoCo, acc, out []float64)) {
	_, c := both(b, "sawyer")
	rng := rand.New(rand.NewPCG(1, 1))
	q, v, acc := randomVec(7, rng), randomVec(7, rng), randomVec(7, rng)
	out := make([]float64, 49)
	c.SetState(q, v, nil)
	for b.Loop() {
		f(c, acc, out)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

func BenchmarkMuJoCoSawyerInverse(b *testing.B) {
	benchmarkMuJoCoSawyer(b, func(c *MuJoCo, acc, out []float64) { c.Inverse(acc, out[:7]) })
}

func BenchmarkMuJoCoSawyerCRBA(b *testing.B) {
	benchmarkMuJoCoSawyer(b, func(c *MuJoCo, _, out []float64) { c.MassMatrix(out) })
}

// TestMuJoCoTouch: heights whose sums round up, down or not at all, with axes of
// all kinds: both engines see a contact or both see none, and go the same way.
func TestMuJoCoTouch(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	axes := [][3]string{{"1 0 0", "0 1 0", "0 0 1"}, {"0 -1 0", "1 0 0", "0 0 1"}, {"1 2 0", "-2 1 0", "0 0 1"}, {"1 0 0", "0 1 0", "0 1 2"}}
	seen := [2]int{}
	for i := range 200 {
		radius, low := 5+rng.IntN(95), rng.IntN(200)-100
		up := rng.IntN(200) - 100
		number := func(x int) string { return fmt.Sprintf("%g", float64(x)/100) }
		text := puck(axes[i%len(axes)], number(low), number(up), number(low+radius-up), number(radius))
		c, err := ParseMuJoCo([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		s := parse(t, text).NewState()
		start := []float64{float64(rng.IntN(100)) / 100, rng.Float64(), 0}
		s.SetState(start, []float64{1, 0.5, 0}, nil)
		c.SetState(s.Q, s.V, nil)
		c.Precise()
		s.Advance(Euler, 20)
		c.Advance(Euler, 20)
		q, v := make([]float64, 3), make([]float64, 3)
		c.GetState(q, v)
		c.Close()
		wantNear(t, text, s.Q, q, 1e-9)
		wantNear(t, text, s.V, v, 1e-9)
		seen[min(len(s.Contacts()), 1)]++
	}
	disagree(t)
	if seen[0] < 20 || seen[1] < 20 {
		t.Errorf("%d without and %d with contact: that tests nothing", seen[0], seen[1])
	}
}
