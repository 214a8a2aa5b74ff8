package env_test

import (
	"math"
	"slices"
	"testing"

	"ml3/mllib/env"
	"ml3/mllib/random"
)

func headingAnt(t testing.TB) env.World {
	t.Helper()
	w, err := env.OpenAntGoal(data, env.HeadingAnt())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// turned is an ant's state and goal in a world that was turned by an angle about z:
// places and velocities in world axes turn, the quaternion is multiplied from the
// left, everything in body axes stays.
func turned(state, goal []float64, angle float64) (s, g []float64) {
	s, g = slices.Clone(state), slices.Clone(goal)
	sin, cos := math.Sincos(angle)
	turn := func(x []float64) { x[0], x[1] = cos*x[0]-sin*x[1], sin*x[0]+cos*x[1] }
	turn(s[0:2])
	turn(s[15:17])
	turn(g)
	hs, hc := math.Sincos(angle / 2)
	w, x, y, z := s[3], s[4], s[5], s[6]
	s[3], s[4], s[5], s[6] = hc*w-hs*z, hc*x-hs*y, hc*y+hs*x, hc*z+hs*w
	return s, g
}

// TestHeadingView: a turn of the world about z changes nothing that is seen in the
// heading frame, in any pose, and the view in world axes does change.
func TestHeadingView(t *testing.T) {
	w, world := headingAnt(t), open(t, "ant-goal")
	rng := random.Stream(5, "poses")
	a, b := make([]float64, 28), make([]float64, 28)
	wa, wb := make([]float64, 29), make([]float64, 29)
	state := make([]float64, 29)
	for range 200 {
		for i := range state {
			state[i] = rng.NormFloat64()
		}
		q := state[3:7]
		n := math.Sqrt(q[0]*q[0] + q[1]*q[1] + q[2]*q[2] + q[3]*q[3])
		for i := range q {
			q[i] /= n
		}
		goal := []float64{rng.NormFloat64(), rng.NormFloat64()}
		s, g := turned(state, goal, 7*rng.Float64())
		w.Observe(a, state, goal)
		w.Observe(b, s, g)
		for i := range a {
			near(t, w.Spec().Observation[i].Name, b[i], a[i], 1e-9)
		}
		near(t, "length of up", math.Hypot(math.Hypot(a[1], a[2]), a[3]), 1, 1e-12)
		near(t, "distance", math.Hypot(a[26], a[27]), w.Distance(state, goal), 1e-12)
		near(t, "speed", math.Hypot(math.Hypot(a[12], a[13]), a[14]), math.Hypot(math.Hypot(state[15], state[16]), state[17]), 1e-12)
		world.Observe(wa, state, goal)
		world.Observe(wb, s, g)
		if slices.Equal(wa, wb) {
			t.Error("the view in world axes does not see a turn of the world")
		}
	}
}

// TestHeadingViewByHand: an upright ant that looks along y sees a goal in front of it
// along its x axis; one that lies on its left side (turned by −90° about x) has the
// world's up along −y; one whose x axis is vertical has the world's axes.
func TestHeadingViewByHand(t *testing.T) {
	w := headingAnt(t)
	h := math.Sqrt(0.5)
	for _, c := range []struct {
		quat           [4]float64
		up, velocity   [3]float64
		ahead, leftish float64
	}{
		{[4]float64{1, 0, 0, 0}, [3]float64{0, 0, 1}, [3]float64{1, 2, 3}, 0, 5},
		{[4]float64{h, 0, 0, h}, [3]float64{0, 0, 1}, [3]float64{2, -1, 3}, 5, 0},
		{[4]float64{h, -h, 0, 0}, [3]float64{0, -1, 0}, [3]float64{1, 2, 3}, 0, 5},
		{[4]float64{0.5, 0.5, 0.5, -0.5}, [3]float64{-1, 0, 0}, [3]float64{1, 2, 3}, 0, 5},
	} {
		state := make([]float64, 29)
		state[0], state[1], state[2] = 3, -1, 0.6
		copy(state[3:], c.quat[:])
		copy(state[15:], []float64{1, 2, 3})
		for i := range 8 {
			state[7+i], state[21+i] = float64(i), float64(10+i)
		}
		state[18], state[19], state[20] = 4, 5, 6
		o := make([]float64, 28)
		w.Observe(o, state, []float64{3, 4})
		want := slices.Concat([]float64{0.6}, c.up[:], []float64{0, 1, 2, 3, 4, 5, 6, 7}, c.velocity[:],
			[]float64{4, 5, 6, 10, 11, 12, 13, 14, 15, 16, 17, c.ahead, c.leftish})
		for i := range want {
			near(t, w.Spec().Observation[i].Name, o[i], want[i], 1e-12)
		}
	}
}

// TestOptions: quantities are as many as there are numbers, each named once, with a
// unit.
func TestOptions(t *testing.T) {
	reacher, err := env.OpenReacherGoal(data, env.ObservableReacher())
	if err != nil {
		t.Fatal(err)
	}
	for w, n := range map[env.World]int{headingAnt(t): 28, reacher: 11} {
		seen := map[string]bool{}
		for _, q := range w.Spec().Observation {
			if q.Unit == "" || q.Name == "" || seen[q.Name+q.Unit] {
				t.Errorf("%s: quantity %v has no name or unit, or is there twice", w.Spec().Name, q)
			}
			seen[q.Name+q.Unit] = true
		}
		if len(seen) != n {
			t.Errorf("%s: %d quantities, want %d", w.Spec().Name, len(seen), n)
		}
		w.Observe(make([]float64, n), make([]float64, len(w.Spec().State)), make([]float64, 2)) // panics for another length
	}
	o := make([]float64, 11)
	reacher.Observe(o, []float64{0.1, 0.2, 3, -4}, []float64{0.1, 0.1})
	if o[6] != 3 || o[7] != -4 {
		t.Errorf("joint velocities are seen as %v %v", o[6], o[7])
	}
	if q := reacher.Spec().Observation[7]; q != (env.Quantity{Name: "v2", Unit: "rad/s"}) {
		t.Errorf("number 7 is called %v", q)
	}
}

// TestProgress: rewards of progress sum to the distance gained over the step's
// duration, and the effort is that of the action before clamping.
func TestProgress(t *testing.T) {
	e := env.NewEpisode(headingAnt(t))
	rng := random.Stream(5, "progress")
	if err := e.Reset([]float64{5, 0}, rng); err != nil {
		t.Fatal(err)
	}
	first, sum, effort := e.Distance(), 0.0, 0.0
	action := make([]float64, 8)
	for range 40 {
		for i := range action {
			action[i] = 2 * rng.NormFloat64()
			effort += 0.05 * action[i] * action[i]
		}
		if err := e.Step(action); err != nil {
			t.Fatal(err)
		}
		sum += e.Reward()
	}
	near(t, "sum of rewards", sum, (first-e.Distance())/0.05-effort, 1e-9)
}

func TestRewardForms(t *testing.T) {
	reacher, err := env.OpenReacherGoal(data, env.ObservableReacher())
	if err != nil {
		t.Fatal(err)
	}
	near(t, "reacher", reacher.Reward(7, 0.25, []float64{3, -4}), -0.25-0.03*25, 1e-15)
	near(t, "ant", headingAnt(t).Reward(3, 2.9, []float64{0, 1, 0, 0, 2, 0, 0, 0}), 0.1/0.05-0.05*5, 1e-12)
	bad := env.DefaultReacher()
	bad.Sharpness = 0
	defer func() {
		if recover() == nil {
			t.Error("a bonus without sharpness is accepted")
		}
	}()
	if _, err := env.OpenReacherGoal(data, bad); err != nil {
		t.Error(err)
	}
}
