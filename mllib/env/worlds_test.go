package env_test

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"ml3/mllib/env"
	"ml3/mllib/random"
)

var data = filepath.Join("..", "..", "data")

var names = []string{"ant-goal", "joint-reacher-goal", "pointmass-goal", "reacher-goal", "sawyer-goal"}

func open(t testing.TB, name string) env.World {
	t.Helper()
	w, err := env.Open(name, data)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// openAs is open with the concrete type.
func openAs[W env.World](t testing.TB, name string) W { t.Helper(); return open(t, name).(W) }

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s is %v, want %v within %g", what, got, want, tolerance)
	}
}

// babble runs an episode with random actions of the given amplitude (in units of
// the limits) and returns all states, observations, rewards and measures.
func babble(t *testing.T, w env.World, seed uint64, amplitude float64) []float64 {
	t.Helper()
	rng := random.Stream(seed, "babble")
	e := env.NewEpisode(w)
	goal := env.Goals(w, 1, env.Anywhere, rng)[0]
	if err := e.Reset(goal, rng); err != nil {
		t.Fatal(err)
	}
	action := make([]float64, len(w.Spec().Action))
	var all []float64
	for range 15 {
		for i := range action {
			action[i] = amplitude * w.Spec().Limit[i] * (2*rng.Float64() - 1)
		}
		if err := e.Step(action); err != nil {
			t.Fatal(err)
		}
		all = slices.Concat(all, e.State(), e.Observation(), []float64{e.Reward(), e.Measure(), e.Distance()})
	}
	return all
}

// TestDeterminism: the same stream gives the same bits, whatever the world was used
// for before and whichever goroutine runs it; another seed gives others.
func TestDeterminism(t *testing.T) {
	for _, name := range names {
		w := open(t, name)
		want := babble(t, open(t, name), 3, 1)
		if other := babble(t, w, 4, 1); slices.Equal(other, want) {
			t.Errorf("%s: seeds 3 and 4 give the same episode", name)
		}
		if !slices.Equal(babble(t, w, 3, 1), want) {
			t.Errorf("%s: an episode depends on the one before", name)
		}
		var wg sync.WaitGroup
		for range 3 {
			f := w.Fork()
			wg.Go(func() {
				if !slices.Equal(babble(t, f, 3, 1), want) {
					t.Errorf("%s: an episode of a fork differs", name)
				}
			})
		}
		wg.Wait()
	}
}

// TestSpec: sizes are those the paper and gym give, limits are the motors', and
// every number has a name and a unit.
func TestSpec(t *testing.T) {
	sizes := map[string][4]int{"ant-goal": {29, 29, 8, 2}, "joint-reacher-goal": {4, 8, 2, 2}, "pointmass-goal": {4, 6, 2, 2},
		"reacher-goal": {4, 11, 2, 2}, "sawyer-goal": {14, 20, 7, 3}}
	steps := map[string]float64{"ant-goal": 0.05, "joint-reacher-goal": 0.01, "pointmass-goal": 0.1, "reacher-goal": 0.02, "sawyer-goal": 0.02}
	for _, name := range names {
		s := open(t, name).Spec()
		got := [4]int{len(s.State), len(s.Observation), len(s.Action), len(s.Goal)}
		if s.Name != name || got != sizes[name] || len(s.Limit) != len(s.Action) {
			t.Errorf("%s has sizes %v and %d limits, want %v", s.Name, got, len(s.Limit), sizes[name])
		}
		near(t, name+": control step", s.Step, steps[name], 1e-15)
		for _, list := range [][]env.Quantity{s.State, s.Observation, s.Action, s.Goal} {
			seen := map[env.Quantity]bool{}
			for i, q := range list {
				if q.Name == "" || q.Unit == "" || seen[q] {
					t.Errorf("%s: quantity %d of %v is unnamed or named twice", name, i, list)
				}
				seen[q] = true
			}
		}
	}
	if got := open(t, "sawyer-goal").Spec().Limit; !slices.Equal(got, []float64{80, 80, 40, 40, 9, 9, 9}) {
		t.Errorf("Sawyer's torques are limited to %v", got)
	}
}

// TestClamping: an action beyond the limits moves the world as the limits do, and
// the reward sees the action before clamping.
func TestClamping(t *testing.T) {
	for _, name := range names {
		w := open(t, name)
		a, b := env.NewEpisode(w), env.NewEpisode(w)
		goal := env.Goals(w, 1, env.Anywhere, random.Stream(1, "goal"))[0]
		limit := slices.Clone(w.Spec().Limit)
		limit[0] *= -1
		beyond := slices.Clone(limit)
		beyond[0] *= 2
		for e, action := range map[*env.Episode][]float64{a: limit, b: beyond} {
			if err := e.Reset(goal, random.Stream(1, "start")); err != nil {
				t.Fatal(err)
			}
			if err := e.Step(action); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(a.State(), b.State()) {
			t.Errorf("%s: an action beyond its limit goes to %v, the limit to %v", name, b.State(), a.State())
		}
		costly := name == "reacher-goal" || name == "ant-goal"
		if costly != (b.Reward() < a.Reward()) {
			t.Errorf("%s: rewards %v at the limit and %v beyond it", name, a.Reward(), b.Reward())
		}
	}
}

func TestBadActions(t *testing.T) {
	for _, name := range names {
		w := open(t, name)
		s := w.Spec()
		e := env.NewEpisode(w)
		goal := env.Goals(w, 1, env.Anywhere, random.Stream(1, "goal"))[0]
		if err := e.Reset(goal, random.Stream(1, "start")); err != nil {
			t.Fatal(err)
		}
		before := slices.Clone(e.State())
		last := len(s.Action) - 1
		for _, c := range []struct {
			value float64
			want  string
		}{{math.NaN(), "NaN"}, {math.Inf(1), "+Inf"}, {math.Inf(-1), "-Inf"}} {
			action := make([]float64, last+1)
			action[last] = c.value
			err := e.Step(action)
			for _, part := range []string{name, "action " + string(rune('0'+last)), s.Action[last].Name, c.want} {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("%s: action %v gives the error %v, want one with %q", name, c.value, err, part)
				}
			}
		}
		if err := e.Step(make([]float64, last+2)); err == nil || !strings.Contains(err.Error(), "length") {
			t.Errorf("%s: a long action gives the error %v", name, err)
		}
		if err := e.Step(nil); err == nil {
			t.Errorf("%s: no action is no error", name)
		}
		if !slices.Equal(before, e.State()) || e.Steps() != 0 {
			t.Errorf("%s: a refused action moved the world", name)
		}
		goal[1] = math.NaN()
		if err := e.Reset(goal, random.Stream(1, "start")); err == nil || !strings.Contains(err.Error(), "goal 1") {
			t.Errorf("%s: goal %v gives the error %v", name, goal, err)
		}
		goal[1] = 0
		before[2] = math.Inf(1)
		if err := e.Set(before, goal); err == nil || !strings.Contains(err.Error(), "state 2") {
			t.Errorf("%s: state %v gives the error %v", name, before, err)
		}
	}
}

// TestDivergence: a state that the physics cannot continue is an error of Step.
func TestDivergence(t *testing.T) {
	e := env.NewEpisode(open(t, "ant-goal"))
	state := slices.Repeat([]float64{0.5}, 29)
	state[20] = 1e200
	if err := e.Set(state, []float64{1, 1}); err != nil {
		t.Fatal(err)
	}
	if err := e.Step(make([]float64, 8)); err == nil || !strings.Contains(err.Error(), "diverged in step 1: state") {
		t.Errorf("the error is %v", err)
	}
}

func TestNoAllocation(t *testing.T) {
	for _, name := range names {
		w := open(t, name)
		e := env.NewEpisode(w)
		rng := random.Stream(1, "start")
		goal := env.Goals(w, 1, env.Anywhere, rng)[0]
		action := make([]float64, len(w.Spec().Action))
		n := testing.AllocsPerRun(20, func() {
			if e.Done() || e.Steps() == 0 {
				if err := e.Reset(goal, rng); err != nil {
					t.Fatal(err)
				}
			}
			if err := e.Step(action); err != nil {
				t.Fatal(err)
			}
			e.Observation()
			w.DrawGoal(goal, env.RightHalf, rng)
		})
		if n != 0 {
			t.Errorf("%s: a step allocates %v times", name, n)
		}
	}
}

// TestRegions: goals lie in the half they are asked for, and both halves occur.
func TestRegions(t *testing.T) {
	for _, name := range names {
		w := open(t, name)
		x := func(goal []float64) float64 { return w.(env.Drawable).Marker(goal)[0] }
		counts := 0
		for _, g := range env.Goals(w, 400, env.Anywhere, random.Stream(1, "goals")) {
			if x(g) > 0 {
				counts++
			}
		}
		if counts < 100 || counts > 360 { // Sawyer's goals are not symmetric
			t.Errorf("%s: %d of 400 goals lie on the right", name, counts)
		}
		for r, sign := range map[env.Region]float64{env.RightHalf: 1, env.LeftHalf: -1} {
			for _, g := range env.Goals(w, 200, r, random.Stream(1, "goals")) {
				if !(x(g)*sign > 0) {
					t.Errorf("%s: goal %v is not in region %d", name, g, r)
				}
			}
		}
	}
}
