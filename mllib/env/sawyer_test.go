package env_test

import (
	"math"
	"testing"

	"ml3/mllib/env"
	"ml3/mllib/random"
	"ml3/mllib/rigid"
)

// TestSawyerHolds: without a torque the resting arm stays, because gravity is
// compensated, and a moving arm keeps its kinetic energy up to the change of the
// compensation in a time step (first order in its 2 ms: 1 % in 0.2 s at 1 rad/s).
func TestSawyerHolds(t *testing.T) {
	w := openAs[*env.SawyerGoal](t, "sawyer-goal")
	m, err := env.LoadRobot(data, "sawyer")
	if err != nil {
		t.Fatal(err)
	}
	kinetic := func(x []float64) float64 {
		s := m.NewState()
		s.SetState(x[:7], x[7:], nil)
		_, k := s.Energy()
		return k
	}
	e := env.NewEpisode(w)
	idle := make([]float64, 7)
	start := []float64{0.1, -0.5, 0.3, 0.9, -0.2, 0.4, 0.7, 0, 0, 0, 0, 0, 0, 0}
	step := func(n int) {
		t.Helper()
		for range n {
			if err := e.Step(idle); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := e.Set(start, []float64{0.5, 0, 0.5}); err != nil {
		t.Fatal(err)
	}
	step(25)
	for i, x := range e.State() {
		near(t, w.Spec().State[i].Name, x, start[i], 1e-9)
	}
	moving := append([]float64{}, start...)
	moving[7], moving[8], moving[10] = 0.5, 1, -0.5
	if err := e.Set(moving, e.Goal()); err != nil {
		t.Fatal(err)
	}
	k0 := kinetic(e.State())
	step(10)
	near(t, "ratio of kinetic energies", kinetic(e.State())/k0, 1, 0.01)
	hand := handOf(m, e.State())
	o := e.Observation()
	for i := range 3 {
		near(t, "hand", o[14+i], hand[i], 0)
		near(t, "hand + what is left", o[14+i]+o[17+i], e.Goal()[i], 1e-15)
	}
}

func handOf(m *rigid.Model, x []float64) [3]float64 {
	s := m.NewState()
	s.SetState(x[:7], nil, nil)
	s.Kinematics()
	return s.SitePos(0)
}

// TestSawyerGoals: a pull along the Jacobian brings the hand nearer to its goal.
func TestSawyerGoals(t *testing.T) {
	w := openAs[*env.SawyerGoal](t, "sawyer-goal")
	m, err := env.LoadRobot(data, "sawyer")
	if err != nil {
		t.Fatal(err)
	}
	s, jacobian, torque := m.NewState(), make([]float64, 21), make([]float64, 7)
	e := env.NewEpisode(w)
	rng := random.Stream(1, "sawyer")
	for _, goal := range env.Goals(w, 8, env.Anywhere, rng) {
		if goal[2] < 0.1 || math.Hypot(goal[0], goal[1]) > 1.3 {
			t.Errorf("goal %v", goal)
		}
		if err := e.Reset(goal, rng); err != nil {
			t.Fatal(err)
		}
		first := e.Distance()
		for range 12 {
			s.SetState(e.State()[:7], e.State()[7:], nil)
			s.Kinematics()
			s.SiteJacobian(0, jacobian, nil)
			o := e.Observation()
			for i := range torque {
				torque[i] = -1 * o[7+i]
				for k := range 3 {
					torque[i] += 20 * jacobian[7*k+i] * o[17+k]
				}
			}
			if err := e.Step(torque); err != nil {
				t.Fatal(err)
			}
		}
		if e.Distance() > first-0.005 {
			t.Errorf("goal %v: the distance went from %v to %v", goal, first, e.Distance())
		}
	}
}
