package paper

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

// The gradient of the MSE of sin(θx) is the mean of 2 (sin θx − sin νx) x cos θx,
// and that of the shaped loss 2 (θ − ν).
func TestWaveLossesHaveTheirGradients(t *testing.T) {
	x := uniformPoints(64, 5, random.Stream(1, "points"))
	for _, c := range [][2]float64{{0.1, 2.3}, {-3, 0.5}, {4.5, 4.4}} {
		theta, nu := c[0], c[1]
		want := 0.0
		for _, xi := range x.Data {
			want += 2 * (math.Sin(theta*xi) - math.Sin(nu*xi)) * xi * math.Cos(theta*xi) / 64
		}
		at := func(shaped bool) float64 {
			w := NewWave(nu, theta, x, shaped, true)
			p := w.Init(nil, nil)
			return ad.Grad(w.Loss(p, nil), p...)[0].Item()
		}
		if got := at(false); math.Abs(got-want) > 1e-12 {
			t.Errorf("θ %g, ν %g: gradient of the MSE %g, want %g", theta, nu, got, want)
		}
		if got := at(true); math.Abs(got-2*(theta-nu)) > 1e-12 {
			t.Errorf("θ %g, ν %g: gradient of the shaped loss %g, want %g", theta, nu, got, 2*(theta-nu))
		}
	}
}

// Over x uniform in [−5, 5] the mean of (sin θx − sin νx)² is a sum of sines of
// 2θ, 2ν, θ−ν and θ+ν over their arguments; a dense grid must agree with it, and
// have its only global minimum at ν.
func TestMSELandscapeIsTheClosedForm(t *testing.T) {
	sinc := func(z float64) float64 {
		if z == 0 {
			return 1
		}
		return math.Sin(z) / z
	}
	const n = 20_000
	x := ad.Zeros(n, 1)
	for i := range x.Data {
		x.Data[i] = -5 + 10*(float64(i)+0.5)/n
	}
	nu := 0.5
	grid, v := Landscape(meta.TaskLoss, NewWave(nu, 0, x, false, false))
	for i, got := range v {
		th := grid[i]
		want := 1 - sinc(10*th)/2 - sinc(10*nu)/2 - sinc(5*(th-nu)) + sinc(5*(th+nu))
		if math.Abs(got-want) > 1e-6 { // error of the midpoint rule
			t.Errorf("MSE at θ = %g: %g, want %g", th, got, want)
		}
	}
	if count, lowest := Minima(v); count < 8 || lowest != nu {
		t.Errorf("%d minima, the lowest at %g; want many, at %g", count, lowest, nu)
	}
}

// The released code's landscape of half the MSE, in float32 on the same points, is
// an independent computation of ours.
func TestMSELandscapeAgreesWithTheReleasedCode(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "data", "reference", "pytorch", "curves", "shaped_sine_landscape_True.csv"))
	if err != nil {
		t.Fatal(err)
	}
	_, v := Landscape(meta.TaskLoss, LandscapeWave(0.5, false))
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")[1:]
	if len(lines) != 140 {
		t.Errorf("%d points, want 140", len(lines))
	}
	for _, line := range lines {
		f := strings.Split(strings.TrimSpace(line), ",")
		theta, err1 := strconv.ParseFloat(f[0], 64)
		half, err2 := strconv.ParseFloat(f[2], 64)
		if err1 != nil || err2 != nil {
			t.Fatal(line)
		}
		got := v[int(math.Round(10*theta))+landscapeEnd] / 2
		if math.Abs(got-half) > 1e-6 {
			t.Errorf("θ = %g: %g, the released code has %g", theta, got, half)
		}
	}
}

// The paper's figure as the released code draws it: the shaped landscape has one
// minimum, the unshaped one several. The reader keeps every point.
func TestReleasedLandscapes(t *testing.T) {
	rows, err := shapedSineReference(filepath.Join("..", "..", "data"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range rows.Series() {
		count, lowest := Minima(s.Values)
		if one := s.Method == "reference shaped"; (count == 1) != one || math.Abs(lowest-0.5) > 0.11 || s.Steps[0] != 0 || len(s.Steps) != 140 {
			t.Errorf("%s: %d minima, the lowest at %g, %d points from %d", s.Method, count, lowest, len(s.Steps), s.Steps[0])
		}
	}
}

func TestMinima(t *testing.T) {
	v := make([]float64, 2*landscapeEnd+1)
	for i := range v {
		th := float64(i-landscapeEnd) / 10
		v[i] = math.Abs(th-1.3) - 0.01
	}
	if n, at := Minima(v); n != 1 || at != 1.3 {
		t.Errorf("|θ − 1.3|: %d minima, lowest at %g", n, at)
	}
	for i := range v {
		v[i] = math.Cos(float64(i-landscapeEnd) / 10)
	}
	if n, at := Minima(v); n != 2 || math.Abs(math.Abs(at)-3.1) > 1e-9 { // ±π
		t.Errorf("cos θ: %d minima, lowest at %g", n, at)
	}
	for i := range v {
		v[i] = float64(i)
	}
	if n, at := Minima(v); n != 0 || at != -7 {
		t.Errorf("θ: %d minima, lowest at %g", n, at)
	}
}

// Descent on the shaped task loss with rate 1/2 arrives in one step; the test loop
// must say so for every start and frequency. A rate without bounds finds nothing.
func TestDescentOnTheTrueDistance(t *testing.T) {
	s := shapedSineExperiment().Quick.(ShapedSine)
	obj := meta.Objective(func(task meta.Task, theta nn.Params, _ *rand.Rand) *ad.Value {
		return ad.Square(ad.AddScalar(-task.(Wave).Nu, theta[0]))
	})
	l := shapedSineLab{newLab(t.Context(), "shaped-sine", Input{Seed: 3}, 1, func(int, int) {}), s}
	for _, m := range []Method{{"true distance", obj.At(0.5)}, {"beyond", obj.At(1e200)}} {
		if l.descents(m, false); l.err != nil {
			t.Fatal(l.err)
		}
	}
	rows := l.out.Rows.Where(tidy.Task(everyFrequency), tidy.Method("true distance"))
	for _, r := range rows.Where(tidy.Metric("median distance"), tidy.Steps(1, s.Steps)) {
		if r.Value > 1e-12 {
			t.Errorf("step %d: %s is %g, want 0", r.Step, r.Metric, r.Value)
		}
	}
	for _, r := range rows.Where(tidy.Metric("found")) {
		if r.Step > 0 && r.Value != 1 || r.Step == 0 && r.Value > 0.2 {
			t.Errorf("step %d: found by %g", r.Step, r.Value)
		}
	}
	for _, r := range l.out.Rows.Where(tidy.Task(everyFrequency), tidy.Method("beyond"), tidy.Steps(s.Steps, s.Steps)) {
		if want := map[string]float64{"found": 1. / 30, "outside": 1 - 1./30}[r.Metric]; r.Metric != "median distance" && math.Abs(r.Value-want) > 1e-15 { // one start is at its ν
			t.Errorf("diverged descents: %s is %g", r.Metric, r.Value)
		}
	}
}

// A table in which nothing but the outcome differs turns the verdicts around.
func TestShapedSineClaimsFollowTheTable(t *testing.T) {
	table := func(minima, distance, shaped, rival float64) tidy.Table {
		var all tidy.Table
		for seed := range uint64(4) {
			w := &lab{Input: Input{Seed: seed}, experiment: "shaped-sine"}
			for _, task := range []string{"nu=0.5", "nu=3"} {
				w.row(LearnedShaped, task, 10, "minima", minima)
				w.row(LearnedShaped, task, 10, "minimum distance", distance)
			}
			w.row(LearnedShaped, everyFrequency, 0, "found", 1-shaped)
			w.row(LearnedShaped, everyFrequency, 9, "found", shaped)
			w.row(LearnedLoss, everyFrequency, 9, "found", rival/2)
			w.row(TaskLoss, everyFrequency, 9, "found", rival)
			all = append(all, w.out.Rows...)
		}
		return all
	}
	for _, c := range []struct {
		minima, distance, shaped, rival float64
		convex, converges               Outcome
	}{
		{1, 0.1, 0.9, 0.3, Reproduced, Reproduced},
		{1, 0.6, 0.3, 0.9, NotReproduced, NotReproduced},
		{2, 0.1, 0.5, 0.5, NotReproduced, Inconclusive},
	} {
		rows := table(c.minima, c.distance, c.shaped, c.rival)
		convex, err1 := sineConvex(rows)
		converges, err2 := sineShaped(rows)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if convex.Outcome != c.convex || converges.Outcome != c.converges {
			t.Errorf("%+v: %+v and %+v", c, convex, converges)
		}
		if want := min(c.shaped-0.5, 0.5-c.rival); math.Abs(converges.Value-want) > 1e-12 {
			t.Errorf("effect %g, want %g", converges.Value, want)
		}
	}
	if v, err := sineConvex(nil); err == nil {
		t.Errorf("verdict %+v from no rows", v)
	}
	if v, err := sineShaped(nil); err == nil {
		t.Errorf("verdict %+v from no rows", v)
	}
}

// The quick run, or with -short a smaller one.
func TestShapedSineQuick(t *testing.T) {
	e := shapedSineExperiment()
	run := e.Quick.(ShapedSine)
	if testing.Short() {
		run.Train.OuterSteps, run.Steps = 2000, 10
	}
	table := quickTwice(t, e, run, []uint64{0, 1})
	for _, c := range e.Claims {
		if v, err := c.Judge(table); err == nil && !testing.Short() && v.Outcome == NotReproduced {
			t.Errorf("%s: %+v", c.ID, v)
		}
	}
}
