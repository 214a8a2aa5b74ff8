package figures

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

const (
	upperArm = 0.3 // lengths of the links of the invented arm
	foreArm  = 0.2
)

// goalOf is the invented goal of a half.
func goalOf(half string) (x, y float64) {
	if half == "left" {
		return -0.3, 0.2
	}
	return 0.3, 0.1
}

// planData has the rows of two seeds of an experiment with planned policies, with
// invented values: distances that halve with the updates, an arm that bends.
func planData(experiment string, drawn []string, versions map[string][]string) Data {
	t, p := &rows{experiment: experiment}, &rows{experiment: experiment}
	for v, methods := range versions {
		for k, m := range methods {
			for seed := range uint64(2) {
				for _, goals := range []string{"right", "left", "released"} {
					for goal := range 2 {
						for _, step := range []int{0, 5, 20, 50} {
							if step == 0 || k < 6 {
								t.add(m, seed, fmt.Sprintf("version=%s/goals=%s/goal=%d", v, goals, goal), step, "distance",
									(0.1+0.01*float64(k)+0.01*float64(seed))*math.Exp2(-float64(step)/10))
							}
						}
					}
				}
				for _, step := range []int{0, 100, 200} {
					training := fmt.Sprintf("version=%s/split=meta-train", v)
					t.add(m, seed, training, step, "rate by outer step", 0.5+0.1*float64(seed)-float64(step)/1000)
					t.add(m, seed, training+"/rollouts=babbling", step, "prediction error by outer step", 0.1+0.05*float64(seed))
					t.add(m, seed, training+"/rollouts=newest policy", step, "prediction error by outer step", 0.2)
				}
			}
			if slices.Contains(drawn, v) && k < 3 {
				planPictures(p, m, "version="+v)
			}
		}
	}
	return Data{t.table, p.table}
}

// planPictures has the goals, the experts' paths, and a method's before and after.
func planPictures(p *rows, method, version string) {
	for i, half := range []string{"right", "left"} {
		x, y := goalOf(half)
		task := version + "/goals=" + half + "/goal=0"
		if method == "learned" {
			p.add("goal", 0, task, 0, "x", x)
			p.add("goal", 0, task, 0, "y", y)
			armRows(p, "iLQR", fmt.Sprintf("%s/split=meta-train/goal=%d", version, i), 1, true)
		}
		for updates, speed := range map[int]float64{0: 0.2, 20: 1} {
			at := fmt.Sprintf("%s/updates=%d", task, updates)
			armRows(p, method, at, speed, true)
			armRows(p, method, at+"/rollout=imagined", 1.1*speed, false)
		}
	}
}

// armRows is a way of the invented arm.
func armRows(p *rows, method, task string, speed float64, angles bool) {
	for t := range 12 {
		q1, q2 := speed*float64(t)/8, -speed*float64(t)/5
		p.add(method, 0, task, t, "x", upperArm*math.Cos(q1)+foreArm*math.Cos(q1+q2))
		p.add(method, 0, task, t, "y", upperArm*math.Sin(q1)+foreArm*math.Sin(q1+q2))
		if angles {
			p.add(method, 0, task+"/joint=1", t, "angle", q1)
			p.add(method, 0, task+"/joint=2", t, "angle", q2)
		}
	}
}

func reacherData() Data {
	of := func(losses ...string) []string { return append(losses, paper.ThroughModel, paper.ThroughTruth) }
	return planData("mbrl-reacher", []string{"robust"}, map[string][]string{
		"paper": of("learned"), "released": of("learned, fixed rate"), "robust": of("learned", "learned, fixed rate")})
}

func pointmassData() Data {
	of := func(losses ...string) []string { return append(losses, paper.ThroughModel, paper.ThroughTruth) }
	d := planData("mbrl-pointmass", []string{"paper", "robust"}, map[string][]string{"paper": of("learned"), "robust": of("learned", "learned, fixed rate")})
	return d.without(tidy.Metric("angle"))
}

func expertData() Data {
	return planData("expert-reacher", []string{"robust"}, map[string][]string{"robust": {"learned shaped", paper.LearnedFeedback, "learned", "learned, equal time",
		paper.ThroughModel, paper.ThroughTruth, "behaviour cloning", "behaviour cloning, goal not seen"}})
}

// TestArmPoses: the elbow, which no table has, is where the angles say.
func TestArmPoses(t *testing.T) {
	p := &rows{}
	armRows(p, "learned", "goal=0", 1, true)
	goal := &rows{}
	goal.add("goal", 0, "goal=0", 0, "x", -0.3)
	goal.add("goal", 0, "goal=0", 0, "y", 0.2)
	poses := must(armPoses(p.table, goal.table))
	for i, pose := range poses {
		q := float64(i) / 8
		upper, fore := pose.Parts[0], pose.Parts[1]
		if math.Hypot(upper.B[0]-upperArm*math.Cos(q), upper.B[1]-upperArm*math.Sin(q)) > 1e-12 || upper.A != [3]float64{} || fore.A != upper.B {
			t.Errorf("pose %d has its elbow at %v", i, upper.B)
		}
		if d := math.Hypot(fore.B[0]-fore.A[0], fore.B[1]-fore.A[1]); math.Abs(d-foreArm) > 1e-12 || *pose.Goal != [3]float64{-0.3, 0.2, 0} {
			t.Errorf("pose %d has a forearm of %v, its goal at %v", i, d, *pose.Goal)
		}
	}
	still := &rows{}
	armRows(still, "learned", "goal=0", 0, true)
	_, err := armPoses(still.table, goal.table)
	wants(t, err, "never bends")
	_, err = armPoses(p.table.Where(tidy.Not(tidy.Has("joint", "2"))), goal.table)
	wants(t, err, "1 of joint angles")
}

// TestArmMoves: every second time step, and a rest at the end.
func TestArmMoves(t *testing.T) {
	frames, _ := must(Draw("mbrl-reacher", "fig3a-reacher-arm", reacherData())).Frames()
	if len(frames) != 14 { // 12 poses: up to the last in 6 steps, which then rests for 8
		t.Errorf("%d frames", len(frames))
	}
}

// TestLevels: what is measured before any update alone is a level; bare curves have a
// legend beside them.
func TestLevels(t *testing.T) {
	p := plan{version: "robust", drawn: 20, methods: []string{"learned", "behaviour cloning"}}
	d := expertData()
	d.Rows = d.Rows.Where(tidy.Not(func(r tidy.Row) bool { return r.Method == "behaviour cloning" && r.Step > 0 }))
	c := p.curves(20).of("", "distance", "version", "robust", "goals", "left")
	layers := layersIn(t, c, d)
	if level, ok := layers[1].(fig.Rule); !ok || math.Abs(level.At-0.165) > 1e-12 || level.Label != "behaviour cloning" {
		t.Errorf("%+v", layers[1])
	}
	for _, l := range unlabelled(layers) {
		switch l := l.(type) {
		case fig.Curve:
			if l.Label != "" || len(l.Y) != 3 {
				t.Errorf("a curve %q of %d points", l.Label, len(l.Y))
			}
		case fig.Rule:
			if l.Label != "" || math.Abs(l.At-0.165) > 1e-12 {
				t.Errorf("a level %+v", l)
			}
		}
	}
}

func TestPathsRefuse(t *testing.T) {
	_, err := Draw("mbrl-reacher", "fig3a-reacher", reacherData().without(tidy.Metric("y")))
	wants(t, err, "fig3a-reacher", "0 of y")
}
