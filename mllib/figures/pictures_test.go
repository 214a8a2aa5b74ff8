package figures

import (
	"math"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/env"
	"ml3/mllib/fig"
	"ml3/mllib/tidy"
)

// TestSineCurve: the sines of the tasks pass through their points.
func TestSineCurve(t *testing.T) {
	d := sineData()
	for _, p := range must(fig.Paths(d.Pictures, "x", "y")) {
		of := func(metric string) float64 {
			return d.Rows.Where(tidy.Seed(p.Seed), tidy.Task(p.Task), tidy.Metric(metric))[0].Value
		}
		for i, x := range p.X {
			c := along(x, x+1, 200, sineOf(of("amplitude"), of("phase")))
			if math.Abs(c.Y[0]-p.Y[i]) > 1e-12 || c.X[0] != x || math.Abs(c.X[200]-x-1) > 1e-12 {
				t.Fatalf("%s: (%v, %v) is not on its sine, which is at %v", p.Task, x, p.Y[i], c.Y[0])
			}
		}
	}
	_, err := Draw("sine", "fig2-sine-test-tasks", d.without(tidy.Metric("phase")))
	wants(t, err, "fig2-sine-test-tasks", "amplitude and phase")
	_, err = Draw("sine", "fig2-sine-train-task", d.without(tidy.Metric("y")))
	wants(t, err, "0 of y")
}

func TestDigitsRefuse(t *testing.T) {
	d := digitsData()
	_, err := Draw("digits", "fig2-digits-train-task", d.without(tidy.Has("class", "1")))
	wants(t, err, "fig2-digits-train-task", "1 and 0 pictures")
	bad := Data{d.Rows, slices.Clone(d.Pictures)}
	bad.Pictures[0].Step = 784
	_, err = Draw("digits", "fig2-digits-train-task", bad)
	wants(t, err, "pair=1-7", "pixel 784")
	bad.Pictures[0].Step, bad.Pictures[0].Task = 1, "data=mnist/split=meta-train/pair=1/class=0"
	_, err = Draw("digits", "fig2-digits-train-task", bad)
	wants(t, err, "no class of a pair")
	bad.Pictures[0] = d.Pictures[0]
	bad.Pictures[0].Value = 256
	_, err = Draw("digits", "fig2-digits-train-task", bad)
	wants(t, err, "outside [0, 1]")
}

// TestLandscapeIsScaled: a scaled landscape is the old one up to a positive factor
// and a shift, over the θ of the grid.
func TestLandscapeIsScaled(t *testing.T) {
	d := shapedSineData()
	s := tidy.Series{Method: "learned shaped", Steps: []int{0, 35, 40}, Values: []float64{-3, 7, 2}}
	c := must(landscapeCurve(d, s))
	if !slices.Equal(c.Y, []float64{0, 1, 0.5}) || math.Abs(c.X[0]+7) > 1e-12 || math.Abs(c.X[1]) > 1e-12 || math.Abs(c.X[2]-1) > 1e-12 {
		t.Errorf("scaled to %v at %v", c.Y, c.X)
	}
	s.Steps[1] = 71
	_, err := landscapeCurve(d, s)
	wants(t, err, "point 71")
	s.Steps[1], s.Values = 35, []float64{2, 2, 2}
	_, err = landscapeCurve(d, s)
	wants(t, err, "flat")
}

// TestLandscapesOfEverySeed: one thick curve and the others thin, then the authors';
// the MSE, which is the same for every seed, once.
func TestLandscapesOfEverySeed(t *testing.T) {
	d := shapedSineData()
	curves := must(waveSeeds(d, 0.5, "learned shaped", "reference shaped"))
	if len(curves) != 3 || curves[0].Label == "" || curves[1].Label != "" || curves[1].Style.Width >= curves[0].Style.Width {
		t.Errorf("%d curves", len(curves))
	}
	if _, label := styleOf("reference shaped"); curves[2].Label != label || curves[1].Spread != "2 seeds, the first drawn thick" {
		t.Errorf("%q, %q", curves[2].Label, curves[1].Spread)
	}
	lowest := curves[2].X[slices.Index(curves[2].Y, 0)] // the parabola about 0.7
	if math.Abs(lowest-0.7) > 0.11 {
		t.Errorf("the authors' landscape is lowest at %v", lowest)
	}
	if n := len(must(waveSeeds(d, 0.5, "task loss", ""))); n != 1 {
		t.Errorf("%d landscapes of the MSE", n)
	}
	for _, m := range []string{"learned", "task loss"} {
		_, err := Draw("shaped-sine", "fig5a-landscape", d.without(tidy.Method(m)))
		wants(t, err, "fig5a-landscape", `"`+m+`"`)
	}
}

// TestShapedSineMoves: the animation shows the updates in order and rests at the end.
func TestShapedSineMoves(t *testing.T) {
	var titles []string
	for _, p := range must(waveFrames(shapedSineData(), 0.5)) {
		titles = append(titles, strings.TrimPrefix(p.Title, "Shaped loss after "))
	}
	end := "1000 updates of φ"
	if !slices.Equal(titles, []string{"0 updates of φ", "20 updates of φ", end, end, end, end, end}) {
		t.Errorf("%q", titles)
	}
	frames, _ := must(Draw("shaped-sine", "fig5a-landscape", shapedSineData())).Frames()
	if len(frames) != 7 {
		t.Errorf("%d frames", len(frames))
	}
}

// TestCarIsTheExperiments: the hill is that of the experiment's car.
func TestCarIsTheExperiments(t *testing.T) {
	p, c := car().Problem, env.PaperCar()
	scene := carScene("")
	hill, goal := scene.Layers[0].(fig.Curve), scene.Layers[1].(fig.Curve)
	if hill.X[0] != c.MinPosition || math.Abs(hill.X[len(hill.X)-1]-c.MaxPosition) > 1e-12 || goal.X[0] != p.Goal[0] {
		t.Errorf("a hill from %v to %v, the goal at %v", hill.X[0], hill.X[len(hill.X)-1], goal.X[0])
	}
	bottom := -math.Pi / 6 // where the pull cos 3p vanishes between the hills
	if h := carHeight(bottom); math.Abs(h+1) > 1e-15 || carHeight(bottom-0.1) <= h || carHeight(bottom+0.1) <= h {
		t.Errorf("the valley is not at %v", bottom)
	}
	// The slope of the hill is the pull on the car, up to one factor.
	world := env.NewMountainCar(c)
	for _, x := range []float64{-1.1, -0.7, 0.1, 0.4} {
		const h = 1e-5
		slope := (carHeight(x+h) - carHeight(x-h)) / (2 * h)
		energy := (world.Energy(x+h, 0) - world.Energy(x-h, 0)) / (2 * h)
		if want := 3 / (c.Gravity * c.Mass); math.Abs(slope/energy-want) > 1e-6*want {
			t.Errorf("at %v the slope is %v and the pull %v", x, slope, energy)
		}
	}
}

// TestCarFrames: each drive in steps of two, the last frame rests.
func TestCarFrames(t *testing.T) {
	frames := must(carFrames(carData(false)))
	if len(frames) != 3*24 || frames[1].Title != "After 0 policy updates, t = 0.2 s" || frames[71].Title != "After 10 policy updates, t = 3.5 s" {
		t.Errorf("%d frames, %q, %q", len(frames), frames[1].Title, frames[71].Title)
	}
	last := frames[71].Layers // hill and goal, then trail and car of each method
	for k := range carMethods() {
		trail, dot := last[2+2*k].(fig.Curve), last[3+2*k].(fig.Curve)
		x := 0.4 * math.Sin(35./6+float64(k))
		if len(trail.X) != 36 || len(dot.X) != 1 || dot.X[0] != x || dot.Y[0] <= carHeight(x) {
			t.Errorf("method %d is at (%v, %v)", k, dot.X, dot.Y)
		}
	}
	_, err := Draw("mountain-car", "fig6-car", carData(false).without(tidy.Has("updates", "3")))
	wants(t, err, "fig6-car", "after 3 updates")
	_, err = Draw("mountain-car", "fig6-car-positions", carData(false).without(tidy.Method("iLQR")))
	wants(t, err, "iLQR")
}

// TestInvdynPictures: a robot that stays in the plane is drawn from above alone, and
// what is not whole is refused.
func TestInvdynPictures(t *testing.T) {
	d := invdynData("invdyn-sawyer")
	both := must(Draw("invdyn-sawyer", "fig5d-invdyn-sawyer-arm", d))
	for i, r := range d.Pictures {
		if r.Metric == "z" {
			d.Pictures[i].Value *= 0.01
		}
	}
	if one := must(Draw("invdyn-sawyer", "fig5d-invdyn-sawyer-arm", d)); one.Width*2 != both.Width {
		t.Errorf("%v cm wide in the plane, %v in space", one.Width, both.Width)
	}
	diverged := must(Draw("invdyn-sawyer", "fig5d-invdyn-sawyer-matrix", d.without(tidy.Method("learned", "learned shaped"))))
	if whole := must(Draw("invdyn-sawyer", "fig5d-invdyn-sawyer-matrix", d)); whole.Height != 2*diverged.Height {
		t.Errorf("%v cm high with four matrices, %v with two", whole.Height, diverged.Height)
	}
	_, err := Draw("invdyn-sawyer", "fig5d-invdyn-sawyer-torque", d.without(tidy.Metric("bias")))
	wants(t, err, "joint=1", "0 series of the bias force")
	_, err = Draw("invdyn-sawyer", "fig5d-invdyn-sawyer-matrix", d.without(func(r tidy.Row) bool { return r.Metric == "scaled inertia" && r.Step == 3 }))
	wants(t, err, "3 values")
	_, err = Draw("invdyn-sawyer", "fig5d-invdyn-sawyer-matrix", d.without(func(r tidy.Row) bool { return r.Method == "learned" && r.Step == 3 }))
	wants(t, err, "another length")
}
