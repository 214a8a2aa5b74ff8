package env_test

import (
	"fmt"
	"log"
	"math"
	"testing"

	"ml3/mllib/env"
	"ml3/mllib/fig"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

// rows is an episode's drawing as a table.
func rows(t *testing.T, w env.World, steps int, act func(step int, action []float64)) (tidy.Table, [][]env.Segment) {
	t.Helper()
	d := w.(env.Drawable)
	e := env.NewEpisode(w)
	rng := random.Stream(2, "drawing")
	if err := e.Reset(env.Goals(w, 1, env.RightHalf, rng)[0], rng); err != nil {
		t.Fatal(err)
	}
	var table tidy.Table
	var segments [][]env.Segment
	action := make([]float64, len(w.Spec().Action))
	for k := range steps + 1 {
		for _, n := range env.Drawing(d, e.State(), e.Goal()) {
			table = append(table, tidy.Row{Experiment: "drawing", Method: "learned", Task: "goal 1", Step: k, Metric: n.Name, Value: n.Value})
		}
		segments = append(segments, d.Segments(nil, e.State()))
		act(k, action)
		if err := e.Step(action); err != nil {
			t.Fatal(err)
		}
	}
	return table, segments
}

// TestDrawing: what is written as a table is read by the figures as it was.
func TestDrawing(t *testing.T) {
	for _, name := range names {
		w := open(t, name)
		table, want := rows(t, w, 3, func(_ int, a []float64) { a[0] = 0.5 })
		if err := table.Check(); err != nil {
			t.Fatal(err)
		}
		poses, err := fig.Poses(table)
		if err != nil {
			t.Fatal(err)
		}
		if len(poses) != 4 {
			t.Fatalf("%s: %d poses", name, len(poses))
		}
		for k, p := range poses {
			if len(p.Parts) != len(want[k]) || p.Goal == nil || p.Step != k {
				t.Fatalf("%s: %d parts at step %d, want %d", name, len(p.Parts), p.Step, len(want[k]))
			}
			for i, part := range p.Parts {
				if part != fig.Capsule(want[k][i]) {
					t.Errorf("%s: part %d is %v, want %v", name, i, part, want[k][i])
				}
			}
		}
		if _, err := (fig.Robot{Name: name, Width: 8, Height: 8, Poses: poses, Color: fig.Blue}).Panel(0, 3); err != nil {
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

// A picture of an ant that falls to the floor: poses may come from tables, or straight from the
// world as here.
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
		pose := fig.Pose{Step: e.Steps()}
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
