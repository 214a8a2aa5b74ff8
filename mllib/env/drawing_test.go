package env_test

import (
	"fmt"
	"log"
	"math"
	"testing"

	"ml3/mllib/env"
	"ml3/mllib/fig"
	"ml3/mllib/random"
)

// TestDrawing: every world's robot can be drawn while it moves.
func TestDrawing(t *testing.T) {
	for _, name := range names {
		w := open(t, name)
		e, rng := env.NewEpisode(w), random.Stream(2, "drawing")
		if err := e.Reset(env.Goals(w, 1, env.RightHalf, rng)[0], rng); err != nil {
			t.Fatal(err)
		}
		picture := fig.Robot{Name: name, Width: 8, Height: 8, Color: fig.Blue}
		action := make([]float64, len(w.Spec().Action))
		action[0] = 0.5
		for range 4 {
			goal := w.(env.Drawable).Marker(e.Goal())
			pose := fig.Pose{Goal: &goal}
			for _, s := range w.(env.Drawable).Segments(nil, e.State()) {
				pose.Parts = append(pose.Parts, fig.Capsule(s))
			}
			picture.Poses = append(picture.Poses, pose)
			if err := e.Step(action); err != nil {
				t.Fatal(err)
			}
		}
		first, last := picture.Poses[0], picture.Poses[3]
		if len(first.Parts) == 0 || len(first.Parts) != len(last.Parts) || *first.Goal != *last.Goal {
			t.Fatalf("%s: %d parts, then %d; the goal at %v, then %v", name, len(first.Parts), len(last.Parts), *first.Goal, *last.Goal)
		}
		moved := 0.0
		for i := range first.Parts {
			moved = max(moved, dist(first.Parts[i].B, last.Parts[i].B))
		}
		if moved == 0 {
			t.Errorf("%s: no part has moved", name)
		}
		if _, err := picture.Panel(0, 3); err != nil {
			t.Error(err)
		}
	}
}

// TestSegments: parts have the sizes of the model and hang together; an ant's feet
// end where the model's sites are.
func TestSegments(t *testing.T) {
	w := openAs[*env.AntGoal](t, "ant-goal")
	state := make([]float64, 29)
	w.DrawStart(state, random.Stream(1, "start"))
	parts := w.Segments(nil, state)
	if len(parts) != 13 || parts[0].Name != "torso" || parts[0].A != [3]float64(state[:3]) || parts[0].Radius != 0.25 {
		t.Fatalf("%d parts, the first is %+v", len(parts), parts[0])
	}
	for i, p := range parts[1:] {
		length := dist(p.A, p.B)
		near(t, p.Name+": length", length, [3]float64{0.2, 0.2, 0.4}[i%3]*math.Sqrt2, 1e-12)
		near(t, p.Name+": radius", p.Radius, 0.08, 1e-12)
		if i%3 == 0 {
			near(t, p.Name+": from the torso", min(dist(p.A, parts[0].A), dist(p.B, parts[0].A)), 0, 1e-12)
		} else {
			before := parts[i]
			near(t, p.Name+": from the part before", min(dist(p.A, before.A), dist(p.A, before.B), dist(p.B, before.A), dist(p.B, before.B)), 0, 1e-12)
		}
	}
	arm := openAs[*env.SawyerGoal](t, "sawyer-goal")
	pose := make([]float64, 14)
	pose[1], pose[3] = -0.5, 1
	sticks := arm.Segments(nil, pose)
	if hand := arm.Hand(pose); sticks[len(sticks)-1].B != hand || sticks[0].A != [3]float64{} {
		t.Errorf("the arm is drawn from %v to %v, the hand is at %v", sticks[0].A, sticks[len(sticks)-1].B, hand)
	}
}

func dist(a, b [3]float64) float64 {
	return math.Sqrt((a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2]))
}

// A picture of an ant that falls to the floor.
func ExampleDrawable() {
	model, err := env.LoadRobot("../../data", "ant")
	if err != nil {
		log.Fatal(err)
	}
	ant, err := env.NewAntGoal(model, env.DefaultAnt())
	if err != nil {
		log.Fatal(err)
	}
	e := env.NewEpisode(ant)
	if err := e.Reset([]float64{5, 0}, random.Stream(1, "start")); err != nil {
		log.Fatal(err)
	}
	picture := fig.Robot{Name: "ant", Title: "An ant falls", View: fig.Side, Width: 12, Height: 8, Color: fig.Blue}
	for range 10 {
		pose := fig.Pose{}
		for _, s := range ant.Segments(nil, e.State()) {
			pose.Parts = append(pose.Parts, fig.Capsule(s))
		}
		picture.Poses = append(picture.Poses, pose)
		if err := e.Step(make([]float64, 8)); err != nil {
			log.Fatal(err)
		}
	}
	still, err := picture.Panel(0, 9) // still.Save("figures")
	if err != nil {
		log.Fatal(err)
	}
	frames, err := picture.Frames() // fig.SaveGIF("figures", "ant", frames, 50*time.Millisecond)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(still.Name, len(picture.Poses[0].Parts), "parts,", len(frames), "frames")
	// Output: ant 13 parts, 10 frames
}
