//go:build mujoco

package rigid

import (
	"bytes"
	"encoding/json"
	"flag"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

var update = flag.Bool("update", false, "write MuJoCo's answers to testdata")

// TestMuJoCoFixtures: the stored answers are the library's, and the engine
// agrees with it in everything else too: mass matrix, bias, inverse dynamics.
func TestMuJoCoFixtures(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.xml")
	if err != nil || len(paths) == 0 {
		t.Fatal(len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".xml"), func(t *testing.T) {
			m, err := Load(path)
			if err != nil {
				t.Fatal(err)
			}
			c, err := LoadMuJoCo(path)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			got := ask(t, m, c)
			compareAnswers(t, strings.TrimSuffix(path, ".xml")+".json", &got)
		})
	}
}

// ask draws states and a run and lets the library answer; on the way the
// engine is compared with it.
func ask(t *testing.T, m *Model, c *MuJoCo) (out answers) {
	h := fnv.New64a()
	h.Write([]byte(t.Name()))
	rng := rand.New(rand.NewPCG(h.Sum64(), 1))
	s := m.NewState()
	w := newWorst(t)
	for range 100 {
		drawNear(s, rng)
		c.SetState(s.Q, s.V, s.Ctrl)
		compareEngines(w, s, c, randomVec(m.NV(), rng), " of "+m.Name())
		x := answer{Q: slices.Clone(s.Q), V: slices.Clone(s.V), Ctrl: slices.Clone(s.Ctrl),
			Smooth: make([]float64, m.NV()), QAcc: make([]float64, m.NV())}
		c.Disable(DisableConstraints)
		c.Forward(x.Smooth)
		c.Disable(0)
		c.Precise()
		c.Forward(x.QAcc)
		x.Contacts = c.pushing()
		if slices.Equal(x.Smooth, x.QAcc) {
			x.Smooth = nil
		}
		out.States = append(out.States, x)
	}
	drawNear(s, rng)
	out.Run.Q = [][]float64{slices.Clone(s.Q)}
	out.Run.V = [][]float64{slices.Clone(s.V)}
	c.SetState(s.Q, s.V, nil)
	for range 100 / runStride {
		drawNear(s, rng)
		out.Run.Ctrl = append(out.Run.Ctrl, slices.Clone(s.Ctrl))
		c.SetState(nil, nil, s.Ctrl)
		c.Advance(m.Integrator(), runStride)
		q, v := make([]float64, m.NQ()), make([]float64, m.NV())
		c.GetState(q, v)
		out.Run.Q, out.Run.V = append(out.Run.Q, q), append(out.Run.V, v)
	}
	checkRun(t, m, &out.Run)
	return out
}

// pushing counts the contacts that are closer than margin minus gap.
func (s *MuJoCo) pushing() (n int) {
	if s.data.ncon == 0 {
		return 0
	}
	for _, c := range unsafe.Slice(s.data.contact, int(s.data.ncon)) {
		if c.exclude == 0 {
			n++
		}
	}
	return n
}

// compareAnswers compares with the stored file bit for bit, or writes it.
func compareAnswers(t *testing.T, path string, got *answers) {
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	text = append(bytes.ReplaceAll(text, []byte(`},{"Q"`), []byte("},\n{\"Q\"")), '\n')
	if *update {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	stored, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(stored, text) {
		t.Errorf("%s is not what the library says; go test -tags mujoco -run MuJoCoFixtures -update", path)
	}
}

// drawNear draws a state around the reference configuration, with numbers of
// three decimals: hinges by a radian, slides by 0.3 m, velocities of order one.
func drawNear(s *State, rng *rand.Rand) {
	round := func(x float64) float64 { return math.Round(1000*x) / 1000 }
	m := s.Model()
	copy(s.Q, m.q0)
	for i := range m.NumJoints() {
		j := m.Joint(i)
		size := []float64{Hinge: 0.8, Slide: 0.3, Free: 0.3}[j.Type]
		for k := range j.Type.positions() {
			s.Q[j.QIndex+k] = round(s.Q[j.QIndex+k] + size*rng.NormFloat64())
		}
		if j.Type == Free {
			*(*[4]float64)(s.Q[j.QIndex+3:]) = unitQuat([4]float64(s.Q[j.QIndex+3:]))
		}
	}
	for i := range s.V {
		s.V[i] = round(rng.NormFloat64())
	}
	for i := range s.Ctrl {
		s.Ctrl[i] = round(1.5 * rng.NormFloat64())
	}
}
