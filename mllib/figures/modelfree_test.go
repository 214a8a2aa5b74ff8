package figures

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// freeData has the rows of two seeds of a model-free experiment with invented values: a
// learned loss that is fast, PPO that is slow, a robot of two parts.
func freeData(experiment string) Data {
	e := settings[paper.ModelFree](experiment)
	t, p := &rows{experiment: experiment}, &rows{experiment: experiment}
	per := e.Test.Episodes * e.Test.Steps
	for _, v := range e.Versions {
		for seed := range uint64(2) {
			for goal := range 2 {
				task := fmt.Sprintf("version=%s/split=meta-test/goal=%d", v.Name, goal)
				floor, top := -10-float64(goal)-0.5*float64(seed), -2.
				ramp := func(method, task string, per, updates int, rate float64) {
					for u := 0; u <= updates; u += max(1, updates/10) {
						t.add(method, seed, task, u*per, e.Metric, top+(floor-top)*math.Exp(-rate*float64(u)))
					}
				}
				t.add(paper.RandomPolicy, seed, task, 0, e.Metric, floor)
				if v.PPO != nil {
					ramp(paper.PPO, task, v.PPO.Episodes*e.Test.Steps, 100, 0.05)
				}
				ramp(paper.PPOAllGoals, task, 1000, 100, 0.02)
				for i, l := range v.Losses {
					ramp(l.Method, task, per, e.Test.Updates, 0.5/float64(1+i))
				}
				deep, ok := v.Deep()
				if !ok {
					continue
				}
				for _, n := range e.Test.Depths {
					ramp(deep.Method, task+"/layers="+strconv.Itoa(n), per, e.Test.Updates, 0.3+0.1*float64(n))
				}
				for _, n := range e.Test.OtherEpisodes {
					for _, k := range e.Test.OtherDescents {
						ramp(deep.Method, fmt.Sprintf("version=%s/split=validation/goal=%d/episodes=%d/descents=%d", v.Name, goal, n, k), n*e.Test.Steps, 10, float64(k)/40)
					}
				}
			}
			for _, l := range v.Losses {
				for _, use := range []string{"meta-training", "choice"} {
					t.add(l.Method, seed, fmt.Sprintf("version=%s/split=meta-train/for=%s", v.Name, use), 0, "samples", 2.6e6)
				}
			}
			for step := 20; step <= 100; step += 20 {
				t.add(v.Losses[len(v.Losses)-1].Method, seed, fmt.Sprintf("version=%s/split=meta-train", v.Name), step, e.Metric+" by outer step", -8+float64(step)/50)
				t.add(v.Losses[len(v.Losses)-1].Method, seed, fmt.Sprintf("version=%s/split=validation", v.Name), step, e.Metric+" by outer step", -7+float64(step)/30)
			}
		}
	}
	freePictures(p, e)
	return Data{t.table, p.table}
}

// freePictures are the ways of a robot of two parts to two goals.
func freePictures(p *rows, e paper.ModelFree) {
	deep, _ := e.Versions[0].Deep()
	for goal := range 2 {
		task := fmt.Sprintf("version=%s/split=meta-test/goal=%d", e.Versions[0].Name, goal)
		p.add("goal", 0, task, 0, "x", 1)
		p.add("goal", 0, task, 0, "y", float64(goal))
		for updates, speed := range map[int]float64{0: 0.02, e.Test.Updates: 0.1} {
			at := fmt.Sprintf("%s/updates=%d", task, updates)
			for step := range 9 {
				x, y := speed*float64(step), speed*float64(step*goal)
				for axis, v := range map[string]float64{"x": x, "y": y, "z": 0.1} {
					p.add(deep.Method, 0, at, step, axis, v)
					if goal == 0 {
						for i, part := range []string{"leg", e.Test.Followed} {
							of := at + "/part=" + part
							p.add(deep.Method, 0, of+"/end=a", step, axis, v-0.1*float64(i))
							p.add(deep.Method, 0, of+"/end=b", step, axis, v)
						}
					}
				}
				if goal == 0 {
					for _, part := range []string{"leg", e.Test.Followed} {
						p.add(deep.Method, 0, at+"/part="+part, step, "radius", 0.05)
					}
				}
			}
		}
	}
}

// TestFreeScores: samples and updates of one row are on the two axes, step 0 is on the
// linear one alone, and the ceiling is the end of its run.
func TestFreeScores(t *testing.T) {
	d := freeData("mfrl-reacher")
	e := settings[paper.ModelFree]("mfrl-reacher")
	f := newFree(e, "reacher")
	tests := f.tests("observable", paper.PPOAllGoals)
	learned := positive(tests(d.Rows)).Where(tidy.Method(paper.LearnedLoss))
	if first, want := slices.Min(learned.Steps()), max(1, e.Test.Updates/10)*e.Test.Episodes*e.Test.Steps; first != want {
		t.Errorf("the first point is at %d samples, want %d", first, want)
	}
	for _, r := range inUpdates(learned, f.perUpdate()) {
		if r.Step < 1 || r.Step > e.Test.Updates {
			t.Errorf("a point after %d updates", r.Step)
		}
	}
	level := tests(d.Rows).Where(tidy.Method(paper.PPOAllGoals))
	want := d.Rows.Where(tidy.Method(paper.PPOAllGoals), tidy.Has("version", "observable"), tidy.Steps(100000, 100000))
	if len(level) != 4 || len(want) != 4 || level[0].Step != 0 || level[0].Value != want[0].Value {
		t.Errorf("level %v, want that of %v", level, want)
	}
}

// TestBeside: the loss beside another view has been learned in the first view for as
// long.
func TestBeside(t *testing.T) {
	e := settings[paper.ModelFree]("mfrl-reacher")
	if got := newFree(e, "reacher").equallyLong(e.Versions[1]); got != "inputs" {
		t.Errorf("beside %s is a loss of %s", e.Versions[1].Name, got)
	}
}

// TestSteps: a staircase of the goals that are reached, up to the last sample.
func TestSteps(t *testing.T) {
	x, y := steps([]paper.FreeReach{{Samples: 300, Reached: true}, {Samples: 20000}, {Samples: 100, Reached: true}, {Samples: 0, Reached: true}}, 1000)
	if !slices.Equal(x, []float64{1, 1, 100, 100, 300, 300, 1000}) || !slices.Equal(y, []float64{0, 0.25, 0.25, 0.5, 0.5, 0.75, 0.75}) {
		t.Errorf("%v, %v", x, y)
	}
}

// TestRobotPoses: parts with both ends, in every stored step.
func TestRobotPoses(t *testing.T) {
	d := freeData("mfrl-ant")
	e := settings[paper.ModelFree]("mfrl-ant")
	f := newFree(e, "ant")
	at := f.pictures(d, tidy.Has("part"), tidy.Has("updates", strconv.Itoa(e.Test.Updates)))
	poses := must(robotPoses(at, f.pictures(d, tidy.Method("goal"), tidy.Has("goal", "0"))))
	if len(poses) != 9 {
		t.Fatalf("%d poses", len(poses))
	}
	for i, p := range poses {
		x := 0.1 * float64(i)
		want := []fig.Capsule{{Name: "leg", A: [3]float64{x, 0, 0.1}, B: [3]float64{x, 0, 0.1}, Radius: 0.05},
			{Name: e.Test.Followed, A: [3]float64{x - 0.1, -0.1, 0}, B: [3]float64{x, 0, 0.1}, Radius: 0.05}}
		if len(p.Parts) != 2 || p.Parts[0] != want[0] || p.Parts[1].B != want[1].B || *p.Goal != [3]float64{1, 0, 0} {
			t.Errorf("pose %d: %+v", i, p)
		}
	}
	_, err := robotPoses(at, nil)
	wants(t, err, "coordinates of a goal")
}
