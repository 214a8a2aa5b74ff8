package rl

import (
	"math"
	"slices"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/env"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

// reacherTask is a task of 4 episodes of the reacher with a small policy.
func reacherTask(t testing.TB, inputs Inputs) *ModelFree {
	t.Helper()
	w := reacher(t)
	return &ModelFree{Recorder: NewRecorder(env.NewBatch(w, 4, 1), nn.NewGaussian(11, 2, -1, 8)), Advantage: Baseline{Discount: 0.9},
		Goal: env.Goals(w, 1, env.Anywhere, random.Stream(6, "goal"))[0], Rows: 30, Inputs: inputs}
}

// TestSurrogateIsThePolicyGradient: on the bandit, the expected reward of the policy
// a ~ N(w x + b, σ²) is −(w−2)²/3 − (b−1)² − σ². The surrogate's gradient is, over many
// batches, on average that of minus this, within five standard errors.
func TestSurrogateIsThePolicyGradient(t *testing.T) {
	g := nn.NewGaussian(1, 1, -0.5)
	g.Learned = true
	theta := nn.Params{ad.Scalar(0.4), ad.Scalar(-0.3), ad.Scalar(-0.5)}
	want := []float64{2 * (0.4 - 2) / 3, 2 * (-0.3 - 1), 2 * math.Exp(-1)}
	rec := NewRecorder(env.NewBatch(newBandit(), 100, 1), g)
	s, st, rng := rec.NewSamples(), newStreams(100), random.Stream(6, "policy gradient")
	advantage := make([]float64, s.Len())
	var sum, square [3]float64
	const batches = 400
	for range batches {
		if err := rec.Record(s, theta, Same([]float64{0}, 100), st.seed(rng)); err != nil {
			t.Fatal(err)
		}
		Baseline{Discount: 1}.Estimate(advantage, s)
		for i, v := range ad.Grad(Surrogate(g, theta, s, advantage), theta...) {
			sum[i] += v.Item() / batches
			square[i] += v.Item() * v.Item() / batches
		}
	}
	for i := range want {
		if e := math.Sqrt((square[i] - sum[i]*sum[i]) / batches); !(math.Abs(sum[i]-want[i]) < 5*e) || e > 0.1 {
			t.Errorf("gradient %d is %v ± %v, want %v", i, sum[i], e, want[i])
		}
	}
}

// TestFeatures: rows are different rows of the samples, and the policy's columns are
// those of the present θ, not of the one that acted.
func TestFeatures(t *testing.T) {
	m := reacherTask(t, MeanAndStd)
	rng := random.Stream(6, "features")
	theta := m.Init(nil, rng)
	moved := theta.Clone()
	moved[0].Data[0] += 0.5
	x := m.Features(moved, rng)
	if x.Rows != 30 || x.Cols != 11+2+2+2 {
		t.Fatalf("features [%d, %d]", x.Rows, x.Cols)
	}
	m.Inputs = LogProb
	y := m.Features(moved, rng)
	if y.Rows != 30 || y.Cols != 11+2+1 {
		t.Fatalf("features [%d, %d] with log π", y.Rows, y.Cols)
	}
	s := m.Samples()
	for _, f := range []*ad.Value{x, y} {
		seen := map[int]bool{}
		for i := range f.Rows {
			at := -1
			for k := range s.Len() {
				if slices.Equal(f.Row(i)[:13], slices.Concat(s.Observation[11*k:11*k+11], s.Action[2*k:2*k+2])) {
					at = k
				}
			}
			if at < 0 || seen[at] {
				t.Fatalf("row %d is row %d of the samples", i, at)
			}
			seen[at] = true
			d := m.Recorder.Policy().At(moved, ad.RowVector(f.Row(i)[:11]...))
			want := slices.Concat(d.Mean.Data, []float64{math.Exp(-1), math.Exp(-1)})
			if f == y {
				want = []float64{0.2 * d.LogProb(ad.RowVector(f.Row(i)[11:13]...)).Item()}
			}
			for j, w := range want {
				if math.Abs(f.Row(i)[13+j]-w) > 1e-15 {
					t.Errorf("row %d: policy's numbers %v, want %v", i, f.Row(i)[13:], want)
				}
			}
		}
	}
}

// TestUnits: a learned loss sees observations in units, and the policy does not.
func TestUnits(t *testing.T) {
	for _, inputs := range []Inputs{MeanAndStd, LogProb} {
		m := reacherTask(t, inputs)
		theta := m.Init(nil, random.Stream(6, "units"))
		plain := m.Features(theta, random.Stream(6, "rows"))
		m.Units = []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
		scaled := m.Features(theta, random.Stream(6, "rows"))
		for i, x := range plain.Data {
			if c := i % plain.Cols; c < 11 {
				x /= m.Units[c]
			}
			if scaled.Data[i] != x {
				t.Fatalf("inputs %v, entry %d: %v, want %v", inputs, i, scaled.Data[i], x)
			}
		}
	}
}

// TestModelFreeSamples: what is drawn from are the episodes of the last recording; Init
// and Loss take one batch of episodes each, Features none, and a Fresh saves Init's.
func TestModelFreeSamples(t *testing.T) {
	m := reacherTask(t, MeanAndStd)
	rng := random.Stream(6, "samples")
	batch := m.Recorder.Batch()
	const n = 4 * 50
	taken := func(want int, after string) {
		t.Helper()
		if got := batch.Samples(); got != want {
			t.Errorf("%d samples after %s, want %d", got, after, want)
		}
	}
	theta := m.Init(nil, rng)
	first := slices.Clone(m.Samples().Action)
	m.Features(theta, rng)
	taken(n, "Init and Features")
	m.Loss(theta, rng)
	taken(2*n, "Loss")
	if slices.Equal(first, m.Samples().Action) {
		t.Error("Loss has not recorded anew")
	}
	w := reacher(t)
	fresh, err := NewFresh(m.Recorder, anyGoal(w), rng)
	if err != nil {
		t.Fatal(err)
	}
	taken(3*n, "NewFresh")
	m.Fresh, m.Goal = fresh, fresh.Goal
	tape := ad.NewTape()
	theta = m.Init(tape, rng)
	taken(3*n, "Init with a Fresh")
	if m.Samples() != fresh.Samples || !slices.Equal(theta[1].Data, fresh.Theta[1].Data) || theta[0].Tape() != tape {
		t.Error("Init does not take the fresh policy")
	}
	kept := slices.Clone(fresh.Samples.Action)
	m.Loss(theta, rng)
	if !slices.Equal(kept, fresh.Samples.Action) {
		t.Error("Loss has written over the samples of a Fresh")
	}
	if got := m.Samples().Observation[4:6]; !slices.Equal(got, fresh.Goal) {
		t.Errorf("goal %v in the observation, want %v", got, fresh.Goal)
	}
}

// TestModelFreeRepeats: the same numbers from rng give the same values.
func TestModelFreeRepeats(t *testing.T) {
	values := func() []float64 {
		m, rng := reacherTask(t, MeanAndStd), random.Stream(6, "repeat")
		theta := m.Init(nil, rng)
		f := m.Features(theta, rng)
		return slices.Concat(f.Data, []float64{m.Loss(theta, rng).Item()}, m.Features(theta, rng).Data)
	}
	if !slices.Equal(values(), values()) {
		t.Error("two runs with the same stream differ")
	}
}

// TestModelFreeFails: a policy that is not finite makes features and loss NaN, Err says
// why, and Init begins anew.
func TestModelFreeFails(t *testing.T) {
	m, rng := reacherTask(t, MeanAndStd), random.Stream(6, "fails")
	theta := m.Init(nil, rng)
	if m.Err() != nil {
		t.Fatal(m.Err())
	}
	bad := theta.Clone()
	bad[0].Data[0] = math.NaN()
	if l := m.Loss(bad, rng); !math.IsNaN(l.Item()) || m.Err() == nil {
		t.Errorf("loss %v, error %v", l, m.Err())
	}
	if f := m.Features(theta, rng); !math.IsNaN(f.Data[0]) {
		t.Error("features of a failed recording are numbers")
	}
	theta = m.Init(nil, rng)
	if l := m.Loss(theta, rng); math.IsNaN(l.Item()) || m.Err() != nil {
		t.Errorf("after Init: loss %v, error %v", l, m.Err())
	}
}
