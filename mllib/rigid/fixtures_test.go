package rigid

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// answers are what MuJoCo 2.2.2 says about a model of testdata, with its
// solver run to the last digit: accelerations in random states, and a run of
// 100 steps. TestMuJoCoFixtures, under the tag mujoco, makes and checks them.
type answers struct {
	States []answer
	Run    run
}

// answer is a state and the accelerations there.
type answer struct {
	Q, V, Ctrl []float64
	QAcc       []float64 // with limits and contacts
	Smooth     []float64 `json:",omitempty"` // without, if that differs
	Contacts   int
}

// run is a start, a control for every 10 steps, and where the model is after
// each of these.
type run struct {
	Q, V [][]float64
	Ctrl [][]float64
}

const runStride = 10

// fixtureModels are the names of the models of testdata that have answers.
func fixtureModels(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d files of answers in testdata, error %v", len(paths), err)
	}
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = strings.TrimSuffix(filepath.Base(p), ".json")
	}
	return names
}

func fixtureModel(t testing.TB, name string) *Model {
	t.Helper()
	m, err := Load("testdata/" + name + ".xml")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestFixtures compares every model of testdata with the stored answers, to the
// tolerances of the reference files.
func TestFixtures(t *testing.T) {
	for _, name := range fixtureModels(t) {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile("testdata/" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			var want answers
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			m := fixtureModel(t, name)
			checkAnswers(t, m, want.States)
			checkRun(t, m, &want.Run)
		})
	}
}

func checkAnswers(t *testing.T, m *Model, states []answer) {
	w := newWorst(t)
	s := m.NewState()
	acc := make([]float64, m.NV())
	if len(states) != 100 {
		t.Errorf("%d states, 100 expected", len(states))
	}
	for i := range states {
		x := &states[i]
		s.SetState(x.Q, x.V, x.Ctrl)
		at := fmt.Sprintf(" of state %d", i)
		s.Forward(acc)
		if n := len(s.Contacts()); n != x.Contacts {
			t.Errorf("%d contacts in state %d, MuJoCo has %d", n, i, x.Contacts)
		}
		if x.Smooth == nil {
			x.Smooth = x.QAcc
		}
		w.near("smooth"+at, s.SmoothAccelerations(), x.Smooth, tolAccel, largest(x.Smooth))
		w.near("qacc"+at, acc, x.QAcc, tolAccel, largest(x.QAcc))
	}
}

func checkRun(t *testing.T, m *Model, r *run) {
	w := newWorst(t)
	s := m.NewState()
	s.SetState(r.Q[0], r.V[0], nil)
	for k, ctrl := range r.Ctrl {
		s.SetState(nil, nil, ctrl)
		s.Advance(m.Integrator(), runStride)
		at := fmt.Sprintf(" after %d steps", runStride*(k+1))
		w.near("q"+at, s.Q, r.Q[k+1], tolWhole, 1)
		w.near("v"+at, s.V, r.V[k+1], tolWhole, largest(r.V[k+1]))
	}
	if len(r.Ctrl) != 10 {
		t.Errorf("a run of %d × %d steps, 100 expected", len(r.Ctrl), runStride)
	}
}
