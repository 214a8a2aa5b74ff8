package paper

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/env"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/rl"
	"ml3/mllib/tidy"
)

// smallFree cuts the quick profile down in tests that run often.
func smallFree(e ModelFree) ModelFree {
	t := &e.Test
	t.Shown, t.OtherEpisodes, t.OtherDescents = 0, t.OtherEpisodes[:1], t.OtherDescents[:1]
	if testing.Short() {
		t.Goals, t.Updates, t.ValidatedUpdates, t.Depths, t.DepthsAt, t.OtherSamples = 2, 1, 1, t.Depths[:1], upTo(1), t.Steps
		for i := range e.Versions {
			v := &e.Versions[i]
			v.Train.Config.OuterSteps, v.Train.Config.Population, v.Train.Young, v.Train.Every, v.Train.Pool, v.Train.Steps = 2, 2, 1, 1, 2, 10
			v.Train.Rows = 10
			for _, p := range []*FreePPO{v.PPO, v.Ceiling} {
				if p != nil {
					p.PPO.Iterations, p.At = 1, measuredAt(1)
				}
			}
		}
	}
	return e
}

func TestModelFreeQuick(t *testing.T) {
	for _, e := range []Experiment{freeReacherExperiment(), freeAntExperiment()} {
		small := smallFree(e.Quick.(ModelFree))
		table := quickTwice(t, e, small, []uint64{0, 1})
		rows := FreeRows{small.Metric, small.Versions[0].Name}
		for _, m := range []string{LearnedLoss, PPO, RandomPolicy, PPOAllGoals} {
			curves := rows.of(table, m, "")
			if len(curves) != 2*small.Test.Goals {
				t.Errorf("%s: %d curves of %s", e.Name, len(curves), m)
			}
			for _, c := range curves {
				random := rows.of(table, RandomPolicy, "")
				i := slices.IndexFunc(random, func(r freeCurve) bool { return r.seed == c.seed && r.goal == c.goal })
				if m == LearnedLoss && c.score[0] != random[i].score[0] {
					t.Errorf("%s: a learned loss begins at %v, its random policy at %v", e.Name, c.score[0], random[i].score[0])
				}
			}
		}
	}
}

// TestModelFreeLearns: sixty updates of φ on the reacher are enough to see that a fresh
// policy gets nearer to new goals than a random one stays.
func TestModelFreeLearns(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	e := freeReacherExperiment().Paper.(ModelFree)
	v := &e.Versions[0]
	v.Losses, v.Train.Config.OuterSteps, v.Train.Young, v.Train.Every, v.Train.Pool, v.Train.Config.Population = v.Losses[:1], 60, 60, 60, 64, 8
	v.PPO, v.Ceiling, v.Losses[0].Deep = nil, nil, false
	e.Versions, e.Test.Updates = e.Versions[:1], 5
	out, err := e.Run(t.Context(), Input{Seed: 0, Data: planData}, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	c := means(FreeRows{e.Metric, v.Name}.of(out.Rows, LearnedLoss, ""))[0]
	if !(c.end() > c.score[0]+1) {
		t.Errorf("Σ −distance %v m before and %v m after updates", c.score[0], c.end())
	}
}

// TestModelFreePictures: the stored path of the first episode sums to its score, by the
// place that is stored for it and the goal.
func TestModelFreePictures(t *testing.T) {
	e := smallFree(freeReacherExperiment().Quick.(ModelFree))
	e.Versions, e.Test.Evaluated, e.Test.Updates = e.Versions[:1], 1, 1
	e.Versions[0].Losses, e.Versions[0].Train.Config.OuterSteps, e.Versions[0].Train.Young = e.Versions[0].Losses[:1], 2, 1
	e.Test.DepthsAt = upTo(1)
	out, err := e.Run(t.Context(), Input{Seed: 0, Data: planData}, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	task := freeTest(e.Versions[0].Name, 0)
	pick := func(method, task, metric string) []float64 {
		return column(out.Pictures.Where(tidy.Method(method), tidy.Task(task), tidy.Metric(metric)))
	}
	gx, gy := pick("goal", task, "x"), pick("goal", task, "y")
	for update, samples := range map[int]int{0: 0, 1: e.Test.Episodes * e.Test.Steps} {
		at := part(task, "updates", fmt.Sprint(update))
		x, y := pick(LearnedLoss, at, "x"), pick(LearnedLoss, at, "y")
		if len(x) != e.Test.Steps+1 || len(gx) != 1 {
			t.Fatalf("%d places, %d goals", len(x), len(gx))
		}
		sum := 0.0
		for i := range x[1:] {
			sum -= math.Hypot(x[i+1]-gx[0], y[i+1]-gy[0])
		}
		score := column(out.Rows.Where(tidy.Method(LearnedLoss), tidy.Task(task), tidy.Metric(e.Metric), tidy.Steps(samples, samples)))
		if len(score) != 1 || math.Abs(score[0]-sum) > 1e-9 {
			t.Errorf("update %d: the path sums to %v, score %v", update, sum, score)
		}
	}
}

// TestFreeLearner: the last layer is small at the start and the others are not.
func TestFreeLearner(t *testing.T) {
	l := oneOutput(3, 4, 0.02, 0.1).(FreeLearner)
	small, usual := l.Init(random.Stream(0, "loss")), l.Learner.Init(random.Stream(0, "loss"))
	for i, v := range small {
		scale := 1.0
		if i >= len(small)-2 {
			scale = 0.02
		}
		for j, x := range v.Data {
			if x != scale*usual[i].Data[j] {
				t.Errorf("parameter %d entry %d is %v, want %v times %v", i, j, x, scale, usual[i].Data[j])
			}
		}
	}
}

// TestCompetition: of two φ the one that leads to better policies on validation goals is
// kept, whichever comes first, and one with which policies diverge is never.
func TestCompetition(t *testing.T) {
	e := smallFree(freeReacherExperiment().Quick.(ModelFree))
	v := e.Versions[0]
	w, err := v.World.Open(planData, e.Test.Steps)
	if err != nil {
		t.Fatal(err)
	}
	e.Test.Validation, e.Test.ValidatedUpdates, e.Test.Evaluated = 2, 2, 4
	loss := v.Losses[0]
	good, bad, broken := aimed(loss, 1), aimed(loss, -1), aimed(loss, math.Inf(1))
	for _, order := range [][]nn.Params{{broken, bad, good}, {good, broken, bad}} {
		l := freeLab{newLab(t.Context(), e.Name, Input{Seed: 3}, 1, func(int, int) {}), e}
		c := competition{freeVersion: freeVersion{l, v, w}, loss: loss, best: math.Inf(-1)}
		for i, phi := range order {
			if err := c.enter(i, phi); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(c.phi[0].Data, good[0].Data) || !slices.Equal(order[c.chosen][0].Data, good[0].Data) {
			t.Errorf("φ %d is chosen, score %v", c.chosen, c.best)
		}
		if n := len(l.out.Rows); n != 2 {
			t.Errorf("%d scores, want 2", n)
		}
	}
}

// aimed is a φ made by hand: the loss is tanh of −(rate of joint 1)·μ₁, times a size: it
// brakes the shoulder for a positive size, which keeps an arm near to where it is, and
// drives it round for a negative one.
func aimed(loss FreeLoss, size float64) nn.Params {
	phi := loss.Learner.Init(random.Stream(0, "aimed"))
	for _, v := range phi {
		clear(v.Data)
	}
	// two units for the product: tanh(v + μ) and tanh(v − μ), whose squares differ by v μ
	const rate, mean = 6, 13
	phi[0].Row(rate)[0], phi[0].Row(mean)[0] = 0.5, 0.5
	phi[0].Row(rate)[1], phi[0].Row(mean)[1] = 0.5, -0.5
	phi[2].Row(0)[0], phi[2].Row(1)[1] = 1, 1
	phi[3].Data[0], phi[3].Data[1] = 1, 1
	phi[4].Row(0)[0], phi[4].Row(1)[0] = -size, size
	return phi
}

// freeTable is a made-up table: curves that are at a share of 1 after so many samples.
func freeTable(metric, version string, own, ppo int, depth float64) tidy.Table {
	var all tidy.Table
	for seed := range uint64(6) {
		l := &lab{Input: Input{Seed: seed}, experiment: "x"}
		for k := range 3 {
			task := freeTest(version, k)
			floor := -10 - float64(k)
			l.row(RandomPolicy, task, 0, metric, floor)
			ramp := func(method, task string, full int, top float64) {
				for n := 0; n <= 10000; n += 100 {
					l.row(method, task, n, metric, floor+(top-floor)*min(1, float64(n)/float64(full)))
				}
			}
			ramp(LearnedLoss, task, own, -2-float64(k))
			ramp(PPO, task, ppo, -2-float64(k))
			ramp(LearnedTarget, task, own, -2-float64(k))
			ramp(LearnedLogProb, task, own, -4-float64(k))
			for _, layers := range []string{"1", "3", "4"} {
				ramp(LearnedLoss, part(task, "layers", layers), own, -2-float64(k)-depth)
			}
		}
		all = append(all, l.out.Rows...)
	}
	return all
}

// TestFreeClaims: made-up tables turn the verdicts around.
func TestFreeClaims(t *testing.T) {
	for _, c := range []struct {
		id          string
		own, ppo    int
		depth       float64
		want        Outcome
		value, diff float64
	}{
		{"reacher-ppo", 500, 5000, 0, Reproduced, 1 - fewer, 0.01},
		{"reacher-ppo-five", 500, 5000, 0, Reproduced, 1 - math.Log10(5), 0.01},
		{"reacher-ppo-half", 400, 5000, 0, Reproduced, math.Log10(2.5), 0.01},
		{"reacher-ppo-half", 2000, 5000, 0, NotReproduced, math.Log10(0.5), 0.02},
		{"reacher-ppo", 2000, 5000, 0, Reproduced, math.Log10(2.5) - fewer, 0.01},
		{"reacher-ppo-five", 2000, 5000, 0, NotReproduced, math.Log10(0.5), 0.01},
		{"reacher-ppo", 5000, 5000, 0, NotReproduced, -fewer, 0.01},
		{"reacher-ppo", 40000, 5000, 0, NotReproduced, math.Log10(0.4) - fewer, 0.01}, // not reached: all of PPO's samples
		{"reacher-arch", 500, 5000, 0, Reproduced, 0.2, 1e-9},
		{"reacher-arch", 500, 5000, 4, NotReproduced, 0.5 - archShare, 1e-9},
		{"reacher-arch-variation", 500, 5000, 0.25, Reproduced, 0.25, 1e-9},
		{"reacher-arch-variation", 500, 5000, 1, NotReproduced, -0.5, 1e-9},
		{"policy-inputs", 500, 5000, 0, Reproduced, 2 - inputsGain, 1e-9},
	} {
		e := freeReacherExperiment()
		i := slices.IndexFunc(e.Claims, func(x Claim) bool { return x.ID == c.id })
		version := "observable"
		if c.id == "policy-inputs" {
			version = "inputs"
		}
		v, err := e.Claims[i].Judge(freeTable("negative distance", version, c.own, c.ppo, c.depth))
		if err != nil || v.Outcome != c.want || math.Abs(v.Value-c.value) > c.diff {
			t.Errorf("%s at %d against %d samples: %+v, error %v; want %s of %v", c.id, c.own, c.ppo, v, err, c.want, c.value)
		}
	}
	for _, c := range append(freeReacherClaims(), freeAntClaims()...) {
		if v, err := c.Judge(nil); err == nil {
			t.Errorf("%s of nothing: %+v", c.ID, v)
		}
	}
}

// TestFreeReach: levels are between a goal's own random policy and PPO's end; a policy
// that diverges is a random one from there on.
func TestFreeReach(t *testing.T) {
	f := FreeRows{"negative distance", "observable"}
	table := freeTable(f.Metric, f.Version, 1000, 5000, 0)
	for _, r := range f.Reach(table, LearnedLoss, 0.5, true) {
		if r.Samples != 500 || !r.Reached {
			t.Errorf("%+v, want after 500 samples", r)
		}
	}
	task := freeTest(f.Version, 1)
	cut := table.Where(func(r tidy.Row) bool {
		return r.Method != LearnedLoss || r.Seed != 2 || r.Task != task || r.Step < 400
	})
	for _, r := range f.Reach(cut, LearnedLoss, 0.5, true) {
		if lost := r.Seed == 2 && r.Goal == "1"; r.Reached == lost || lost && r.Samples != 10000 {
			t.Errorf("%+v", r)
		}
	}
	c := f.of(cut, LearnedLoss, "")
	i := slices.IndexFunc(c, func(c freeCurve) bool { return c.seed == 2 && c.goal == "1" })
	if got := c[i].end(); got != -11 {
		t.Errorf("a diverged policy ends at %v, want the random policy's −11", got)
	}
}

// TestEfficiency: medians and intervals of made-up curves, some of which never arrive.
func TestEfficiency(t *testing.T) {
	f := FreeRows{"negative distance", "observable"}
	table := freeTable(f.Metric, f.Version, 1000, 5000, 0)
	for method, want := range map[string]float64{LearnedLoss: 500, PPO: 2500} {
		e, err := f.Efficiency(table, method, 0.5)
		if err != nil || e.Goals != 18 || e.Reached != 18 || e.Median != want || e.Low != want || e.High != want {
			t.Errorf("%+v, error %v, want %v samples", e, err, want)
		}
	}
	slow := freeTable(f.Metric, f.Version, 40000, 5000, 0)
	if e, err := f.Efficiency(slow, LearnedLoss, 0.5); err != nil || e.Reached != 0 || !math.IsInf(e.Median, 1) || !math.IsInf(e.Low, 1) {
		t.Errorf("%+v, error %v, want nothing reached", e, err)
	}
	if _, err := f.Efficiency(nil, LearnedLoss, 0.5); err == nil {
		t.Error("nothing has an efficiency")
	}
}

// TestNestedInterval: of normal numbers with a large spread over groups and a small one
// within, the interval of the mean has about the width that the groups give it, which is
// many times that of numbers without groups.
func TestNestedInterval(t *testing.T) {
	rng := random.Stream(0, "nested")
	groups, n := make([][]float64, 40), 25
	for i := range groups {
		mean := rng.NormFloat64()
		for range n {
			groups[i] = append(groups[i], mean+0.1*rng.NormFloat64())
		}
	}
	low, high := nestedInterval(groups, tidy.Mean, rng)
	want := 2 * 1.96 / math.Sqrt(40)
	if w := high - low; math.Abs(w/want-1) > 0.3 {
		t.Errorf("an interval of width %v, want about %v", w, want)
	}
}

func TestMeasuredAt(t *testing.T) {
	at := measuredAt(100)
	if !slices.IsSorted(at) || at[0] != 0 || at[len(at)-1] != 100 || len(at) > 40 || at[5] != 5 {
		t.Error(at)
	}
	if got := measuredAt(1); !slices.Equal(got, []int{0, 1}) {
		t.Error(got)
	}
}

func TestModelFreeStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e := smallFree(freeReacherExperiment().Quick.(ModelFree))
	if _, err := e.Run(ctx, Input{Data: planData}, func(int, int) {}); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("error %v, want that of the context", err)
	}
	if _, err := e.Run(t.Context(), Input{Data: t.TempDir()}, func(int, int) {}); err == nil || !strings.Contains(err.Error(), "reacher") {
		t.Errorf("without the robot: error %v", err)
	}
}

// TestDeeper: policies of other depths have as many units and the same ends.
func TestDeeper(t *testing.T) {
	g := nn.NewGaussian(11, 2, -1, 64, 64)
	if got := deeper(g, 4).Sizes; !slices.Equal(got, []int{11, 64, 64, 64, 64, 2}) || !slices.Equal(g.Sizes, []int{11, 64, 64, 2}) {
		t.Error(got)
	}
	if got := deeper(g, 1).Sizes; !slices.Equal(got, []int{11, 64, 2}) {
		t.Error(got)
	}
}

// BenchmarkModelFree times an update of φ by all members, of every version, and an update
// of a policy with the episodes it records.
func BenchmarkModelFree(b *testing.B) {
	for name, e := range map[string]Experiment{"reacher": freeReacherExperiment(), "ant": freeAntExperiment()} {
		e := e.Paper.(ModelFree)
		v := e.Versions[0]
		v.Train.Pool = 16
		for _, loss := range v.Losses {
			b.Run(name+"/"+loss.Method, func(b *testing.B) {
				t, err := v.Training(loss, planData, 0)
				if err != nil {
					b.Fatal(err)
				}
				updates(b, t.Training)
				b.ReportMetric(float64(t.Recorder.Batch().Samples())/float64(b.N), "samples/op")
			})
		}
		b.Run(name+"/policy update", func(b *testing.B) {
			w, err := v.World.Open(planData, e.Test.Steps)
			if err != nil {
				b.Fatal(err)
			}
			rule := v.Losses[0].Learner.At(v.Losses[0].Learner.Init(random.Stream(0, "loss")))
			rng := random.Stream(0, "policy")
			task := &rl.ModelFree{Recorder: rl.NewRecorder(env.NewBatch(w, e.Test.Episodes, 1), v.Policy), Goal: env.Goals(w, 1, env.Anywhere, rng)[0],
				Rows: e.Test.Rows, Inputs: v.Losses[0].Inputs, Units: v.Units}
			theta := task.Init(nil, rng)
			l := newLab(b.Context(), e.Name, Input{}, 1, func(int, int) {})
			for b.Loop() {
				task.Collect(theta, rng)
				for l.descent.From(rule, task, theta, rng); l.descent.Next(l.ctx, e.Test.Descents); {
				}
			}
		})
	}
}
