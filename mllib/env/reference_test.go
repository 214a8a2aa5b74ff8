package env_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"ml3/mllib/env"
	"ml3/mllib/random"
	"ml3/mllib/rigid"
)

// run is a trajectory of another program: control k acts between states k and k+1.
type run struct {
	Model, What, Constraints, Integrator string
	FrameSkip                            int `json:"frame_skip"`
	RecordEvery                          int `json:"record_every"`
	Timestep                             float64
	Ctrl, QPos, QVel                     [][]float64
	TipPos                               []float64 `json:"tip_pos"`
	TipVel                               []float64 `json:"tip_vel"`
}

// referenceFiles are the files that match the elements of a path in the folder of
// reference data: ML3_REFERENCE, from the root of the repository or from here, or
// the one that comes with the repository, which has all kinds. Another may lack
// some: then the test is skipped, unless there is no reference data at all.
func referenceFiles(t *testing.T, elements ...string) []string {
	t.Helper()
	given := os.Getenv("ML3_REFERENCE")
	dir := filepath.Join(repository, "data", "reference")
	if given != "" {
		dir = given
		if fromRoot := filepath.Join(repository, given); !filepath.IsAbs(given) && isFolder(fromRoot) {
			dir = fromRoot
		}
	}
	if !isFolder(filepath.Join(dir, "mujoco")) && !isFolder(filepath.Join(dir, "pytorch")) {
		t.Fatalf("no folder mujoco or pytorch in the folder of reference data %s (ML3_REFERENCE=%s)", dir, given)
	}
	pattern := filepath.Join(append([]string{dir}, elements...)...)
	files, err := filepath.Glob(pattern)
	switch {
	case err != nil:
		t.Fatal(err)
	case len(files) == 0 && given == "":
		t.Fatalf("no files %s", pattern)
	case len(files) == 0:
		t.Skipf("no files %s", pattern)
	}
	return files
}

const repository = "../.."

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// fixtures calls f with every reference file whose name begins with prefix.
func fixtures(t *testing.T, prefix string, f func(name string, text []byte)) {
	t.Helper()
	for _, path := range referenceFiles(t, "mujoco", "fixtures", prefix+"*.json") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f(filepath.Base(path), text)
	}
}

func decode(t *testing.T, text []byte, to any) {
	t.Helper()
	if err := json.Unmarshal(text, to); err != nil {
		t.Fatal(err)
	}
}

// follow replays a run in a world for at most the given number of control steps
// and calls see with each state that the run has recorded.
func follow(t *testing.T, w env.World, text []byte, steps int, tolerance float64, see func(r *run, k int, state []float64)) {
	t.Helper()
	var r run
	decode(t, text, &r)
	if r.RecordEvery != 1 || len(r.Ctrl)+1 != len(r.QPos) || math.Abs(float64(r.FrameSkip)*r.Timestep-w.Spec().Step) > 1e-12 {
		t.Fatalf("%s: %d controls, %d states, recorded every %d, %d frames of %g s", r.What, len(r.Ctrl), len(r.QPos), r.RecordEvery, r.FrameSkip, r.Timestep)
	}
	e := env.NewEpisode(w)
	if err := e.Set(slices.Concat(r.QPos[0], r.QVel[0]), make([]float64, len(w.Spec().Goal))); err != nil {
		t.Fatal(err)
	}
	for k := range min(steps, len(r.Ctrl)) {
		if err := e.Step(r.Ctrl[k]); err != nil {
			t.Fatal(err)
		}
		for i, want := range slices.Concat(r.QPos[k+1], r.QVel[k+1]) {
			if got := e.State()[i]; !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
				t.Fatalf("%s: after control step %d, state %d is %v, want %v", r.What, k+1, i, got, want)
			}
		}
		if see != nil {
			see(&r, k+1, e.State())
		}
	}
}

// TestReleasedReacher: the whole run by the step rule of the authors' environment;
// its states agree to 1e-9, and so do the places and velocities of the tip.
func TestReleasedReacher(t *testing.T) {
	w := openAs[*env.JointReacherGoal](t, "joint-reacher-goal")
	fixtures(t, "traj_reacher_ml3_env", func(name string, text []byte) {
		follow(t, w, text, 1<<30, 1e-9, func(r *run, k int, s []float64) {
			x, y := w.Tip(s[0], s[1])
			near(t, name+": tip x", x, r.TipPos[3*k], 1e-9)
			near(t, name+": tip y", y, r.TipPos[3*k+1], 1e-9)
		})
	})
}

// TestGymReacher: whole episodes of gym's reacher agree to 1e-8, observations
// with the reference's places and velocities of the tip.
func TestGymReacher(t *testing.T) {
	w := openAs[*env.ReacherGoal](t, "reacher-goal")
	obs, goal := make([]float64, 11), []float64{0.03, -0.12}
	fixtures(t, "traj_reacher_gym", func(name string, text []byte) {
		follow(t, w, text, 1<<30, 1e-8, func(r *run, k int, s []float64) {
			w.Observe(obs, s, goal)
			p, v := r.TipPos[3*k:], r.TipVel[3*k:]
			want := []float64{math.Cos(s[0]), math.Cos(s[1]), math.Sin(s[0]), math.Sin(s[1]), goal[0], goal[1],
				v[0], v[1], p[0] - goal[0], p[1] - goal[1], 0}
			for i := range want {
				near(t, name+": "+w.Spec().Observation[i].Name, obs[i], want[i], 1e-8)
			}
			near(t, name+": distance", w.Distance(s, goal), math.Hypot(want[8], want[9]), 1e-8)
		})
	})
}

// TestGymAnt: random runs agree until chaos has blown up the last digits.
func TestGymAnt(t *testing.T) {
	w := open(t, "ant-goal")
	fixtures(t, "traj_ant_random", func(name string, text []byte) {
		var r run
		decode(t, text, &r)
		if r.Integrator != "RK4" {
			return
		}
		follow(t, w, text, 25, 1e-8, nil)
		follow(t, w, text, 50, 1e-6, nil)
	})
}

// walk runs random episodes from gym's start as stats_ant_random files describe,
// half of them on each of two goroutines.
func walk(t *testing.T, amplitude float64, episodes, steps int) (means map[string]float64) {
	t.Helper()
	sums := make([]map[string]float64, 2)
	var wg sync.WaitGroup
	for half := range sums {
		w := open(t, "ant-goal")
		sums[half] = map[string]float64{}
		wg.Go(func() {
			for k := half; k < episodes; k += 2 {
				if err := wander(w, uint64(k), amplitude, steps, sums[half]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	means = map[string]float64{}
	for name := range sums[0] {
		n := float64(episodes)
		if !strings.HasPrefix(name, "episode") {
			n *= float64(steps)
		}
		means[name] = (sums[0][name] + sums[1][name]) / n
	}
	return means
}

// wander adds an episode to the sums.
func wander(w env.World, seed uint64, amplitude float64, steps int, sums map[string]float64) error {
	rng := random.Stream(seed, "wander")
	e := env.NewEpisode(w)
	if err := e.Reset([]float64{0, 0}, rng); err != nil {
		return err
	}
	x0, y0 := e.State()[0], e.State()[1]
	action := make([]float64, 8)
	for range steps {
		for i := range action {
			action[i] = amplitude * (2*rng.Float64() - 1)
		}
		x, y := e.State()[0], e.State()[1]
		if err := e.Step(action); err != nil {
			return err
		}
		s := e.State()
		up := 1 - 2*(s[4]*s[4]+s[5]*s[5])
		sums["torso_z"] += s[2]
		sums["torso_up_z"] += up
		sums["joint_speed_rms"] += rms(s[21:])
		sums["torso_spin"] += rms(s[18:21]) * math.Sqrt(3)
		sums["torso_xy_speed"] += math.Hypot(s[15], s[16])
		sums["episode_path_length"] += math.Hypot(s[0]-x, s[1]-y)
		if up < 0 {
			sums["fraction_of_steps_upside_down"]++
		}
		if s[2] < 0.2 || s[2] > 1 {
			sums["outside"]++
		}
	}
	sums["episode_displacement"] += math.Hypot(e.State()[0]-x0, e.State()[1]-y0)
	return nil
}

func rms(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum / float64(len(x)))
}

// TestAntStatistics: chaotic runs can be compared in the mean only. At a third of
// the amplitude all means agree within 15 % (the displacement has a standard error
// of 5 to 7 % on either side) and the ant never falls over; at full amplitude the two
// integrators of the reference differ by much more, so fewer things are compared.
func TestAntStatistics(t *testing.T) {
	episodes, few := 60, 20
	if testing.Short() {
		episodes = 20
	}
	fixtures(t, "stats_ant_random", func(name string, text []byte) {
		var r struct {
			Integrator   string
			Amplitude    float64
			ControlSteps int `json:"control_steps"`
		}
		decode(t, text, &r)
		third := r.Amplitude < 0.5
		if !third && (testing.Short() || r.Integrator != "RK4") {
			return
		}
		all := map[string]any{}
		decode(t, text, &all)
		n := episodes
		if !third {
			n = few
		}
		means := walk(t, r.Amplitude, n, r.ControlSteps)
		names := []string{"torso_z", "joint_speed_rms", "torso_spin", "torso_xy_speed", "episode_path_length"}
		if third {
			names = append(names, "torso_up_z", "episode_displacement")
			if means["fraction_of_steps_upside_down"] != 0 || means["outside"] != 0 {
				t.Errorf("%s: the ant falls over or leaves heights of 0.2 to 1 m", name)
			}
		} else if f := means["fraction_of_steps_upside_down"]; f < 0.25 || f > 0.6 {
			t.Errorf("%s: upside down in %v of the steps, reference %v", name, f, all["fraction_of_steps_upside_down"])
		}
		for _, what := range names {
			want := all[what].([]any)[0].(float64)
			if got := means[what]; !(math.Abs(got-want) <= 0.15*want) {
				t.Errorf("%s: mean %s is %.4g, reference %.4g", name, what, got, want)
			}
		}
	})
}

// TestStanding: from the standing pose an idle ant lands gently, as the reference
// does from knees within their range: torso at 0.564 ± 0.01 m, little tilt.
func TestStanding(t *testing.T) {
	m, err := env.LoadRobot(data, "ant")
	if err != nil {
		t.Fatal(err)
	}
	c := env.DefaultAnt()
	c.Start, c.PoseNoise, c.RateNoise = env.Standing, 0, 0
	w, err := env.NewAntGoal(m, c)
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.NumJoints() {
		state := make([]float64, 29)
		w.DrawStart(state, random.Stream(1, "start"))
		if j := m.Joint(i); j.Type == rigid.Hinge && (state[j.QIndex] < j.Range[0] && j.Name[0] == 'k' || state[j.QIndex] > j.Range[1]) {
			t.Errorf("%s starts at %v, its range is %v", j.Name, state[j.QIndex], j.Range)
		}
	}
	e := env.NewEpisode(w)
	if err := e.Reset([]float64{5, 0}, random.Stream(1, "start")); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err := e.Step(make([]float64, 8)); err != nil {
			t.Fatal(err)
		}
	}
	near(t, "height", e.State()[2], 0.564, 0.01)
	near(t, "uprightness", 1-2*(e.State()[4]*e.State()[4]+e.State()[5]*e.State()[5]), 1, 1e-4)
	near(t, "measure", e.Measure(), 0, 1e-6)
}
