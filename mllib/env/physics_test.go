package env_test

import (
	"math"
	"testing"

	"ml3/mllib/env"
	"ml3/mllib/random"
)

// TestPointmass: under a constant acceleration p = p₀ + v₀ t + a t²/2, exactly.
func TestPointmass(t *testing.T) {
	w := openAs[*env.PointmassGoal](t, "pointmass-goal")
	e := env.NewEpisode(w)
	if err := e.Set([]float64{0.1, -0.2, 0.3, 0.4}, []float64{1, 2}); err != nil {
		t.Fatal(err)
	}
	for !e.Done() {
		if err := e.Step([]float64{-0.5, 0.25}); err != nil {
			t.Fatal(err)
		}
	}
	const d = 5.0 // s
	for i, want := range []float64{0.1 + 0.3*d - 0.25*d*d, -0.2 + 0.4*d + 0.125*d*d, 0.3 - 0.5*d, 0.4 + 0.25*d} {
		near(t, w.Spec().State[i].Name, e.State()[i], want, 1e-13)
	}
	if got := e.Distance(); got != math.Hypot(e.State()[0]-1, e.State()[1]-2) || e.Reward() != -got || e.Measure() != -got {
		t.Errorf("distance %v, reward %v, measure %v", got, e.Reward(), e.Measure())
	}
	for _, g := range env.Goals(w, 300, env.Anywhere, random.Stream(1, "goals")) {
		if d := math.Hypot(g[0], g[1]); d < 0.5 || d > 1 {
			t.Errorf("goal %v is %v m away", g, d)
		}
	}
}

// TestIdleReacher: doing nothing for 50 steps costs 50 times the mean distance from
// (0.21, 0) to a point of the disc of goals, 11.8, here by a sum over the disc.
func TestIdleReacher(t *testing.T) {
	w := open(t, "reacher-goal")
	mean, cells := 0.0, 0
	const n = 400
	for i := range n {
		for j := range n {
			x, y := 0.2*((2*float64(i)+1)/n-1), 0.2*((2*float64(j)+1)/n-1)
			if x*x+y*y <= 0.04 {
				mean += math.Hypot(x-0.21, y)
				cells++
			}
		}
	}
	mean *= 50 / float64(cells)
	e := env.NewEpisode(w)
	rng := random.Stream(1, "idle")
	var sum, squares float64
	const episodes = 1000
	for _, goal := range env.Goals(w, episodes, env.Anywhere, rng) {
		if err := e.Reset(goal, rng); err != nil {
			t.Fatal(err)
		}
		total := 0.0
		for !e.Done() {
			if err := e.Step([]float64{0, 0}); err != nil {
				t.Fatal(err)
			}
			total += e.Measure()
		}
		sum += total
		squares += total * total
	}
	got := -sum / episodes
	sd := math.Sqrt(squares/episodes-got*got) / math.Sqrt(episodes)
	t.Logf("mean return %.3f, standard error %.3f; by the sum over the disc %.3f", -got, sd, -mean)
	if math.Abs(got-mean) > 3*sd || math.Abs(got-11.8) > 0.5 {
		t.Errorf("doing nothing costs %v ± %v, want %v", got, sd, mean)
	}
}

// TestGoalsOfReacher: uniform in the disc, so the mean square of the radius is R²/2.
func TestGoalsOfReacher(t *testing.T) {
	sum := 0.0
	const n = 20000
	for _, g := range env.Goals(open(t, "reacher-goal"), n, env.Anywhere, random.Stream(1, "goals")) {
		sum += g[0]*g[0] + g[1]*g[1]
	}
	near(t, "mean square / R²", sum/n/0.04, 0.5, 5*math.Sqrt(1./12/n)*2)
}

func TestRewards(t *testing.T) {
	for _, c := range []struct {
		name            string
		action          []float64
		reward, measure float64
	}{
		{"reacher-goal", []float64{0.3, -0.4}, -0.25 + 1/0.251 - 0.5, -0.25},
		{"ant-goal", []float64{0, 3, 0, 0, -4, 0, 0, 0}, -0.25 + 5/0.5 - 5, 1.75},
		{"pointmass-goal", []float64{1, 1}, -0.25, -0.25},
		{"joint-reacher-goal", []float64{1, 1}, -0.25, -0.25},
		{"sawyer-goal", make([]float64, 7), -0.25, -0.25},
	} {
		w := open(t, c.name)
		near(t, c.name+": reward", w.Reward(0.3, 0.25, c.action), c.reward, 1e-12)
		near(t, c.name+": measure", w.Measure(2, 0.25), c.measure, 1e-12)
	}
}

// TestAntObservation: the numbers are those of the state, but for the place, and
// the vector to the goal; walking towards the goal is measured as positive.
func TestAntObservation(t *testing.T) {
	w := open(t, "ant-goal")
	state, obs := make([]float64, 29), make([]float64, 29)
	w.DrawStart(state, random.Stream(1, "start"))
	goal := []float64{-3, 4}
	w.Observe(obs, state, goal)
	for i, x := range state[2:] {
		if obs[i] != x || w.Spec().Observation[i] != w.Spec().State[i+2] {
			t.Errorf("observation %d is %v, state %d is %v", i, obs[i], i+2, x)
		}
	}
	if obs[27] != -3-state[0] || obs[28] != 4-state[1] {
		t.Errorf("the goal is seen at %v", obs[27:])
	}
	first := w.Distance(state, goal)
	near(t, "distance", first, math.Hypot(obs[27], obs[28]), 1e-14)
	state[0] += obs[27] / first / 10
	state[1] += obs[28] / first / 10
	near(t, "measure after 0.1 m", w.Measure(first, w.Distance(state, goal)), 0.1, 1e-12)
}

// TestAntStart: gym's distributions: uniform ±0.1 and normal with deviation 0.1.
func TestAntStart(t *testing.T) {
	w := open(t, "ant-goal")
	rng := random.Stream(1, "start")
	state := make([]float64, 29)
	var pose, rate float64
	const n = 2000
	for range n {
		w.DrawStart(state, rng)
		near(t, "length of the quaternion", rms(state[3:7])*2, 1, 1e-12)
		for _, i := range []int{0, 1, 7, 14} {
			pose += state[i] * state[i] / (4 * n)
			if math.Abs(state[i]) > 0.1 {
				t.Fatalf("position %d starts at %v", i, state[i])
			}
		}
		for _, v := range state[15:] {
			rate += v * v / (14 * n)
		}
	}
	near(t, "mean square of the poses over 0.1²/3", pose*300, 1, 0.06)
	near(t, "mean square of the rates over 0.1²", rate*100, 1, 0.06)
}
