package rl

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
	"ml3/mllib/env"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

// smallPPO has networks of one layer of 5.
func smallPPO(no, na int) PPO {
	p := DefaultPPO(no, na, 3, 16, 1e-2)
	p.Policy.Sizes, p.Value.Sizes = []int{no, 5, na}, []int{no, 5, 1}
	return p
}

// TestSurrogateGradient: the whole loss that Adam descends against differences, away
// from the policy that acted, so that some rows are clipped; the numbers of the
// surrogate against its definition.
func TestSurrogateGradient(t *testing.T) {
	p := smallPPO(11, 2)
	p.EntropyWeight = 0.1
	r := recorded(t, p, reacher(t), 2)
	r.v.estimate(r.tape, r.adam.Params[r.policyLen:], r.samples)
	standardize(r.v.advantage)
	rng := random.Stream(4, "move")
	moved := r.adam.Params.Clone()
	for _, v := range moved {
		for i := range v.Data {
			v.Data[i] += 0.1 * rng.NormFloat64()
		}
	}
	at := []int{3, 17, 40, 41, 60, 88, 99}
	r.tape = nil // the heap, on which the check works
	adtest.CheckGrads(t, func(xs []*ad.Value) *ad.Value { return r.loss(xs, at) }, moved, 1)

	logProb, old, advantage := ad.Zeros(100, 1), ad.New(100, 1, r.samples.LogProb), ad.New(100, 1, r.v.advantage)
	want, clipped := 0.0, 0
	for i := range logProb.Data {
		logProb.Data[i] = old.Data[i] + 0.3*rng.NormFloat64()
		ratio, a := math.Exp(logProb.Data[i]-old.Data[i]), advantage.Data[i]
		limited := math.Min(math.Max(ratio, 0.8), 1.2)
		if limited*a < ratio*a {
			clipped++
		}
		want -= math.Min(ratio*a, limited*a) / 100
	}
	if got := p.surrogate(logProb, old, advantage).Item(); math.Abs(got-want) > 1e-14 || clipped == 0 {
		t.Errorf("surrogate %v, want %v with %d rows clipped", got, want, clipped)
	}
}

// learn goes through all iterations and returns the run, and score and final distance
// over the last ten iterations.
func learn(t testing.TB, p PPO, w env.World, n int, goals Goals, seed uint64) (r *PPORun, score, distance float64) {
	t.Helper()
	r = p.Start(env.NewBatch(w, n, 1), goals, random.Stream(seed, "ppo"))
	for r.Next(t.Context()) {
		if r.Iteration() > p.Iterations-10 {
			score += r.Samples().Score() / 10
			distance += r.Samples().FinalDistance() / 10
		}
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	if want := n * p.Iterations * w.Spec().Steps; r.Taken() != want {
		t.Errorf("%d samples taken, want %d", r.Taken(), want)
	}
	return r, score, distance
}

// linearPPO has a linear policy and a fixed σ = e⁻¹.
func linearPPO(iterations int) PPO {
	p := DefaultPPO(1, 1, iterations, 64, 1e-2)
	p.Policy.Sizes, p.Policy.Learned = []int{1, 1}, false
	return p
}

// TestPPOBandit: the best mean action is 2x + 1.
func TestPPOBandit(t *testing.T) {
	r, _, _ := learn(t, linearPPO(100), newBandit(), 256, OneGoal([]float64{0}), 1)
	for i, want := range []float64{2, 1} {
		if got := r.Theta()[i].Item(); math.Abs(got-want) > 0.03 {
			t.Errorf("coefficient %d of the mean action is %v, want %v", i, got, want)
		}
	}
}

// TestPPORegulator: the best linear feedback, whose gain the Riccati equation gives. The
// episodes' end is not the problem's, so this also holds the value of the last state
// to account: without it the gain is that of 20 steps with nothing to lose after them.
func TestPPORegulator(t *testing.T) {
	p := linearPPO(150)
	p.Discount = 0.9
	w := newRegulator()
	r, _, _ := learn(t, p, w, 32, OneGoal([]float64{0}), 1)
	if got, want := -r.Theta()[0].Item(), w.gain(p.Discount); math.Abs(got-want) > 0.03*want {
		t.Errorf("gain %v, by the Riccati equation %v", got, want)
	}
	if got := r.Theta()[1].Item(); math.Abs(got) > 0.02 {
		t.Errorf("offset %v, want 0", got)
	}
	if !(r.KL() > 0 && r.KL() < 0.1) {
		t.Errorf("KL of the last iteration is %v", r.KL())
	}
}

// TestPPOSwingUp: gym's pendulum counts as solved at a mean return of −200; a policy
// that does nothing has about −1200.
func TestPPOSwingUp(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	p := DefaultPPO(3, 1, 120, 200, 1e-3)
	p.Discount, p.FinalRate = 0.9, 0.1
	if _, score, _ := learn(t, p, newGymPendulum(), 8, OneGoal([]float64{0}), 1); !(score > -200) {
		t.Errorf("mean return %v, want above −200", score)
	}
}

// reacherPPO is PPO on the reacher with a budget of 20 000 samples.
func reacherPPO() PPO {
	p := DefaultPPO(11, 2, 100, 100, 3e-3)
	p.Discount = 0.9
	return p
}

// TestPPOReacher: the tip ends within 2 cm of the goal. TestPPOReacherGoals is the same
// for many goals.
func TestPPOReacher(t *testing.T) {
	w := reacher(t)
	goal := env.Goals(w, 1, env.Anywhere, random.Stream(1, "goal"))[0]
	if _, _, distance := learn(t, reacherPPO(), w, 4, OneGoal(goal), 1); !(distance < 0.02) {
		t.Errorf("final distance %v m", distance)
	}
}

// TestPPOReacherGoals takes ten seconds and more; -run asks for it by this name with
// PPO_GOALS set to the number of goals.
func TestPPOReacherGoals(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("PPO_GOALS"))
	if err != nil {
		t.Skip("PPO_GOALS is not a number of goals")
	}
	w, mean, worst, score := reacher(t), 0.0, 0.0, 0.0
	for seed := range uint64(n) {
		goal := env.Goals(w, 1, env.Anywhere, random.Stream(seed, "goal"))[0]
		_, s, d := learn(t, reacherPPO(), w, 4, OneGoal(goal), seed)
		mean, worst, score = mean+d/float64(n), max(worst, d), score+s/float64(n)
	}
	t.Logf("%d goals: final distance %.4f m, worst %.4f m, score %.2f", n, mean, worst, score)
	if !(mean < 0.02) {
		t.Errorf("mean final distance %v m", mean)
	}
}

// TestPPOFails: wrong settings and a cancelled context are errors.
func TestPPOFails(t *testing.T) {
	w := newBandit()
	for _, spoil := range []func(*PPO){
		func(p *PPO) { p.Epochs = 0 }, func(p *PPO) { p.Discount = 1.1 }, func(p *PPO) { p.Clip = 0 }, func(p *PPO) { p.Adam.Rate = math.NaN() },
	} {
		p := linearPPO(3)
		spoil(&p)
		r := p.Start(env.NewBatch(w, 2, 1), OneGoal([]float64{0}), random.Stream(1, "ppo"))
		if r.Next(t.Context()) || r.Err() == nil || r.Taken() != 0 {
			t.Errorf("%+v is accepted", p)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	r := linearPPO(3).Start(env.NewBatch(w, 2, 1), OneGoal([]float64{0}), random.Stream(1, "ppo"))
	if !r.Next(ctx) || r.Iteration() != 1 {
		t.Error("the first iteration fails")
	}
	cancel()
	if r.Next(ctx) || r.Err() != context.Canceled {
		t.Errorf("the error is %v", r.Err())
	}
	p := linearPPO(3)
	p.Adam.Rate = 1e300
	r = p.Start(env.NewBatch(w, 2, 1), OneGoal([]float64{0}), random.Stream(1, "ppo"))
	for r.Next(t.Context()) {
	}
	if r.Err() == nil || !strings.Contains(r.Err().Error(), "iteration") {
		t.Errorf("a rate of 1e300 gives the error %v", r.Err())
	}
}

// TestPPODeterminism: the same stream gives the same policy, with any number of
// workers, and a rate that falls gives another than one that does not.
func TestPPODeterminism(t *testing.T) {
	w := reacher(t)
	var want nn.Params
	for _, workers := range []int{1, 2, 3, 7} {
		r := smallPPO(11, 2).Start(env.NewBatch(w, 4, workers), anyGoal(w), random.Stream(1, "ppo"))
		for r.Next(t.Context()) {
		}
		if want == nil {
			want = r.Theta()
		}
		for i, v := range r.Theta() {
			if !slices.Equal(v.Data, want[i].Data) {
				t.Errorf("%d workers: another parameter %d", workers, i)
			}
		}
	}
	p := smallPPO(11, 2)
	p.FinalRate = 1
	r := p.Start(env.NewBatch(w, 4, 1), anyGoal(w), random.Stream(1, "ppo"))
	for r.Next(t.Context()) {
	}
	if slices.Equal(r.Theta()[0].Data, want[0].Data) {
		t.Error("the fall of the rate makes no difference")
	}
}

func anyGoal(w env.World) Goals {
	return func(g []float64, rng *rand.Rand) { w.DrawGoal(g, env.Anywhere, rng) }
}

// TestCritic: a network of the state learns the discounted cost to come of a linear
// feedback, in closed form −p x² with p = (1 + r k²)/(1 − γ (a − b k)²) (the noise of
// the actions, which adds a constant, is next to nothing).
func TestCritic(t *testing.T) {
	const discount, k = 0.9, 0.7
	w := newRegulator()
	policy := nn.NewGaussian(1, 1, -9)
	rec := NewRecorder(env.NewBatch(w, 16, 1), policy)
	theta := nn.Params{ad.Scalar(-k), ad.Scalar(0)}
	c := Critic{Net: nn.MLP{Sizes: []int{1, 16, 16, 1}, Hidden: ad.Tanh, Out: nn.Linear, Bias: true, Weights: nn.Xavier},
		Discount: discount, Lambda: 0.9, Adam: nn.DefaultAdam(3e-3), Epochs: 2, MiniBatch: 64, MaxNorm: math.Inf(1)}
	rng := random.Stream(1, "critic")
	run, s, st := c.Start(rng), rec.NewSamples(), newStreams(16)
	advantage := make([]float64, s.Len())
	first := 0.0
	for i := range 500 {
		if err := rec.Record(s, theta, Same([]float64{0}, 16), st.seed(rng)); err != nil {
			t.Fatal(err)
		}
		run.Estimate(advantage, s)
		if i == 0 {
			first = largest(advantage)
		}
	}
	x, got := []float64{-0.9, -0.5, 0, 0.5, 0.9}, make([]float64, 5)
	run.Value(got, x)
	p := (1 + w.r*k*k) / (1 - discount*(w.a-w.b*k)*(w.a-w.b*k))
	for i := range x {
		if want := -p * x[i] * x[i]; math.Abs(got[i]-want) > 0.03*p {
			t.Errorf("value of %v is %v, want %v", x[i], got[i], want)
		}
	}
	if last := largest(advantage); !(last < 0.1*first) { // there is no advantage where there is no noise
		t.Errorf("advantages of %v become %v", first, last)
	}
}

func largest(x []float64) (m float64) {
	for _, v := range x {
		m = max(m, math.Abs(v))
	}
	return m
}
