package figures

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"ml3/mllib/fig"
	"ml3/mllib/tidy"
)

// arm is the arm on its way to the first goal of the unseen half, before and after the
// updates of a method, with an animation.
func (p plan) arm(name, method string) panel {
	rows := func(d Data, updates int) tidy.Table {
		return firstSeed(d.Pictures.Where(tidy.Method(method), tidy.Has("version", p.version), tidy.Has("goals", "left"), tidy.Has("goal", "0"),
			tidy.Has("updates", strconv.Itoa(updates)), tidy.Not(tidy.Has("rollout"))))
	}
	fills := func(d Data) bool { return len(rows(d, p.drawn).Where(tidy.Metric("angle"))) > 0 && len(rows(d, 0)) > 0 }
	return panel{name: name, fills: fills, draw: func(d Data) (fig.Panel, error) {
		goal := p.places(d, "goal", "goals", "left", "goal", "0")
		before, err := armPoses(rows(d, 0), goal)
		if err != nil {
			return fig.Panel{}, err
		}
		after, err := armPoses(rows(d, p.drawn), goal)
		if err != nil {
			return fig.Panel{}, err
		}
		_, label := styleOf(method)
		return armPanel(name, fmt.Sprintf("After %d updates: %s", p.drawn, label), before, after)
	}}
}

// armPanel draws both ways of the arm side by side: a few poses of each, and in the
// animation every second one, the last of which rests.
func armPanel(name, title string, before, after []fig.Pose) (fig.Panel, error) {
	robot := func(title string, poses, other []fig.Pose) fig.Robot {
		return fig.Robot{Name: name, Title: title, View: fig.Top, Width: usual[0] - 1, Height: usual[1] + 1,
			Poses: append(poses[:len(poses):len(poses)], other...), Trail: "forearm", Label: "path of the tip", Color: fig.Blue}
	}
	both := func(shown ...int) (fig.Panel, error) {
		left, err := robot("Before any update", before, after).Panel(shown...)
		if err != nil {
			return left, err
		}
		right, err := robot(title, after, before).Panel(shown...)
		if err != nil {
			return right, err
		}
		return fig.Grid(name, 2, left, right)
	}
	last := len(after) - 1
	var frames []fig.Panel
	for t := 0; t < last+16; t += 2 {
		frame, err := both(min(t, last))
		if err != nil {
			return frame, err
		}
		frames = append(frames, frame)
	}
	still, err := both(0, last/4, last/2, 3*last/4, last)
	return still.Moving(frames, 80*time.Millisecond), err
}

// armPoses are the poses of an arm of two links from a shoulder at the origin, whose
// tip is at p at joint angles q. The elbow is in no table; with the unit vector e(a) in
// the direction a, p = l₁ e(q₁) + l₂ e(q₁+q₂), so that p × e(q₁+q₂) = l₁ sin q₂, and l₁ by
// least squares over the way.
func armPoses(t, goal tidy.Table) ([]fig.Pose, error) {
	x, y := t.Where(tidy.Metric("x")).Series(), t.Where(tidy.Metric("y")).Series()
	q, g := t.Where(tidy.Metric("angle")).Series(), goal.Series() // joints and coordinates in order
	if len(x) != 1 || len(y) != 1 || len(q) != 2 || len(g) != 2 || len(q[0].Values) != len(x[0].Values) || len(q[1].Values) != len(x[0].Values) {
		return nil, fmt.Errorf("%d and %d series of a tip's place, %d of joint angles and %d of a goal", len(x), len(y), len(q), len(g))
	}
	var above, below float64
	for i, px := range x[0].Values {
		sin, cos := math.Sincos(q[0].Values[i] + q[1].Values[i])
		bend := math.Sin(q[1].Values[i])
		above += (px*sin - y[0].Values[i]*cos) * bend
		below += bend * bend
	}
	if below == 0 {
		return nil, fmt.Errorf("the arm never bends")
	}
	const thick = 0.008 // m, for the eye
	at := &[3]float64{g[0].Values[0], g[1].Values[0], 0}
	poses := make([]fig.Pose, len(x[0].Values))
	for i, px := range x[0].Values {
		sin, cos := math.Sincos(q[0].Values[i])
		elbow, tip := [3]float64{above / below * cos, above / below * sin, 0}, [3]float64{px, y[0].Values[i], 0}
		poses[i] = fig.Pose{Goal: at, Parts: []fig.Capsule{{Name: "upper arm", B: elbow, Radius: thick}, {Name: "forearm", A: elbow, B: tip, Radius: thick}}}
	}
	return poses, nil
}
