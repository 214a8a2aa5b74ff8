//go:build mujoco

package rigid

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var randomTime = flag.Duration("random", 5*time.Second, "how long to compare random models with MuJoCo")

// mostModels bounds the random models, so that a fast machine compares the same ones. Of
// those beyond, about one in some thousand comes apart so fast (1500 m/s in two steps)
// that rounding is amplified beyond the tolerance.
const mostModels = 6000

// TestMuJoCoRandom compares random models with the library, in random states
// and over a few steps, for as long as -random says.
func TestMuJoCoRandom(t *testing.T) {
	start, touched, models := time.Now(), 0, uint64(0)
	for ; models < mostModels && time.Since(start) < *randomTime && !t.Failed(); models++ {
		text := randomModel(rand.New(rand.NewPCG(models, 11)))
		c, err := ParseMuJoCo([]byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		touched += compareModel(t, parse(t, text), c, models)
		c.Close()
		if t.Failed() {
			t.Logf("model %d:\n%s", models, text)
		}
	}
	t.Logf("%d models, %d contacts in their states", models, touched)
	if models < 20 || touched < 100 {
		t.Errorf("only %d models with %d contacts", models, touched)
	}
}

func compareModel(t *testing.T, m *Model, c *MuJoCo, seed uint64) (touched int) {
	rng := rand.New(rand.NewPCG(seed, 12))
	s, w := m.NewState(), newWorst(t)
	q, v := make([]float64, m.NQ()), make([]float64, m.NV())
	for i := range 10 {
		drawNear(s, rng)
		c.SetState(s.Q, s.V, s.Ctrl)
		compareEngines(w, s, c, randomVec(m.NV(), rng), fmt.Sprintf(" of state %d", i))
		touched += len(s.Contacts())
		c.SetState(s.Q, s.V, s.Ctrl)
		iterated := false
		for k := 0; k < 3 && !resets(s); k++ {
			s.Advance(m.Integrator(), 1)
			c.Advance(m.Integrator(), 1)
			c.GetState(q, v)
			tolQ, tolV := tolWhole, tolWhole
			if iterated = iterated || iterates(s); iterated {
				tolQ, tolV = 10*portalTolerance, 10*portalTolerance/leastTimestep // some contacts, some steps
			}
			w.near(fmt.Sprintf("q of state %d, step %d", i, k), s.Q, q, tolQ, largest(q))
			w.near(fmt.Sprintf("v of state %d, step %d", i, k), s.V, v, tolV, largest(v))
		}
	}
	return touched
}

// resets says whether the library begins a step from s by resetting its state: beyond
// 1e10 (mjMAXVAL) it takes positions, velocities and accelerations for those of a
// simulation that has come apart. This package goes on.
func resets(s *State) bool {
	const most = 1e10
	fresh, acc := s.m.NewState(), make([]float64, s.m.NV())
	copy(fresh.Q, s.Q)
	copy(fresh.V, s.V)
	copy(fresh.Ctrl, s.Ctrl)
	fresh.Forward(acc)
	return largest(s.Q) > most || largest(s.V) > most || largest(acc) > most
}

// leastTimestep is that of the random models, s.
const leastTimestep = 0.001

// iterates says whether a contact of the last step was found by a search that ends at
// portalTolerance: with a last digit that differs it may take one step more, find a depth
// that differs by as much and, within a time step, a velocity that differs by that depth
// over the time.
func iterates(s *State) bool {
	for _, c := range s.Contacts() {
		a, b := s.m.geoms[c.Geom].Type, s.m.geoms[c.Floor].Type
		if (a == Cylinder || b == Cylinder) && a != Plane && b != Plane {
			return true
		}
	}
	return false
}

// randomModel writes up to three trees over a floor and among posts.
func randomModel(rng *rand.Rand) string {
	g := &generator{rng: rng, round: `type="sphere" size="0.15"`}
	if rng.IntN(2) == 0 { // spheres and cylinders are not supported together
		g.round = `type="cylinder" size="0.12 0.1"`
	}
	g.put(`<mujoco model="random"><compiler angle="%s" autolimits="true" inertiafromgeom="false"/>`, g.pick("degree", "radian"))
	g.put(`<option timestep="%.3f" integrator="%s"/>`, 0.001+0.004*rng.Float64(), g.pick("Euler", "RK4"))
	g.put(`<default><geom %s/><joint %s/><default class="c"><geom %s/><joint %s/></default></default>`, g.contact(), g.dynamics(), g.contact(), g.dynamics())
	g.put(`<worldbody><geom type="plane" size="1 1 1" pos="0 0 %.2f" euler="%.1f 0 0" conaffinity="3"/>`, -rng.Float64(), rng.NormFloat64())
	for range rng.IntN(2) {
		g.put(`<geom type="%s" fromto="%s %s" size="0.1" class="c" conaffinity="2"/>`, g.pick("capsule", "box"), g.vec(1), g.vec(1))
	}
	for range 1 + rng.IntN(3) {
		g.body(0)
	}
	g.put("</worldbody><actuator>")
	for i := range g.joints {
		if rng.IntN(2) == 0 {
			g.put(`<motor joint="j%d" gear="%.2f" ctrlrange="-1 %.2f" %s/>`, i, rng.NormFloat64(), rng.Float64(), g.pick("", `forcerange="-0.5 0.8"`))
		}
	}
	g.put("</actuator></mujoco>")
	return g.text.String()
}

type generator struct {
	rng    *rand.Rand
	text   strings.Builder
	joints int
	round  string // the third kind of solid
}

func (g *generator) put(format string, args ...any) { fmt.Fprintf(&g.text, format+"\n", args...) }
func (g *generator) pick(s ...string) string        { return s[g.rng.IntN(len(s))] }
func (g *generator) vec(size float64) string {
	return fmt.Sprintf("%.3f %.3f %.3f", size*g.rng.NormFloat64(), size*g.rng.NormFloat64(), size*g.rng.NormFloat64())
}

func (g *generator) contact() string {
	return fmt.Sprintf(`condim="%s" friction="%.2f" margin="%.3f" solmix="%.2f" solref="%.3f %.2f" solimp="%.2f %.2f %.3f" priority="%d"`,
		g.pick("1", "3"), 0.05+g.rng.Float64(), 0.05*g.rng.Float64(), 0.1+g.rng.Float64(), 0.01+0.03*g.rng.Float64(), 0.5+g.rng.Float64(),
		0.5+0.4*g.rng.Float64(), 0.9+0.09*g.rng.Float64(), 0.05*g.rng.Float64(), g.rng.IntN(2))
}

func (g *generator) dynamics() string {
	return fmt.Sprintf(`armature="%.3f" damping="%.3f" stiffness="%.2f" margin="%.3f" solreflimit="0.03 %.2f"`,
		0.01+g.rng.Float64(), g.rng.Float64(), g.pick2(), 0.1*g.rng.Float64(), 0.5+g.rng.Float64())
}

func (g *generator) pick2() float64 { return float64(g.rng.IntN(2)) * 10 * g.rng.Float64() }

func (g *generator) body(depth int) {
	orientation := fmt.Sprintf(g.pick(`euler="%s"`, `zaxis="%s"`, `axisangle="%s 0.7"`, `quat="1 %s"`), g.vec(0.5))
	g.put(`<body pos="%s" %s childclass="%s">`, g.vec(0.4), orientation, g.pick("c", "main"))
	g.put(`<inertial pos="%s" mass="%.2f" diaginertia="%.3f 0.05 0.06" euler="%s"/>`, g.vec(0.1), 0.2+g.rng.Float64(), 0.02+0.05*g.rng.Float64(), g.vec(1))
	if depth == 0 && g.rng.IntN(3) == 0 {
		g.put(g.pick("<freejoint/>", `<joint type="free" limited="false"/>`))
	} else {
		for range 1 + g.rng.IntN(2) {
			kind := g.pick("hinge", "slide")
			low := -g.rng.Float64()
			limits := fmt.Sprintf(`range="%.2f %.2f"`, low, low+0.1+g.rng.Float64())
			g.put(`<joint name="j%d" type="%s" axis="%s" pos="%s" ref="%.2f" springref="%.2f" %s/>`, g.joints, kind, g.vec(1), g.vec(0.2), g.rng.NormFloat64(), g.rng.NormFloat64(), g.pick("", limits))
			g.joints++
		}
	}
	for range g.rng.IntN(3) {
		g.put(`<geom %s pos="%s" euler="%s" contype="%d" conaffinity="%d"/>`,
			g.pick(g.round, `type="capsule" size="0.1 0.2"`, `type="capsule" size="0.05 0.1"`, `type="box" size="0.1 0.15 0.2"`), g.vec(0.2), g.vec(1), 1+g.rng.IntN(3), g.rng.IntN(2))
	}
	for range g.rng.IntN(2 + 1/(depth+1)) {
		if depth < 4 {
			g.body(depth + 1)
		}
	}
	g.put("</body>")
}
