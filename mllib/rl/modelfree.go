package rl

import (
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
)

// Inputs says what a learned loss sees of a policy besides observation and action.
type Inputs int

// The inputs.
const (
	// MeanAndStd are mean μ and deviation σ of the policy: (s, a, μ, σ), the paper's
	// choice (appendix A).
	MeanAndStd Inputs = iota
	// LogProb is 0.2 log π: (s, a, 0.2 log π), which the paper found to work worse.
	// The factor brings it to the size of the other inputs.
	LogProb
)

// logProbScale is the factor of LogProb.
const logProbScale = 0.2

// ModelFree is a task of model-free meta-learning, algorithm 4: a policy π_θ for one
// goal, of which nothing is known but what recorded episodes show. It implements the
// three methods of meta.Task.
//
//   - Init draws θ₀ and records episodes of it (or takes both from Fresh).
//   - Features draws rows of the episodes recorded last: observation, which holds the
//     goal, action, and the policy's distribution at the present θ, through which a
//     learned loss acts on it.
//   - Loss records episodes of the present θ and is the surrogate (8) on them. These
//     episodes are the ones that Features then draws from, so that a member that
//     lives on costs no more samples.
//
// The task's state is what was recorded last and nothing else. An inner loop without
// Loss, algorithm 5, calls Collect after every policy update. A recording that fails,
// because the policy is not finite, makes features and loss NaN, which whoever trains
// sees; Err says why. A task belongs to one goroutine; tasks of one goroutine may
// share a Recorder and an Advantage.
type ModelFree struct {
	Recorder  *Recorder
	Advantage Advantage
	Goal      []float64
	Rows      int // of a mini-batch, drawn without repetition
	Inputs    Inputs
	// Units divide the numbers of an observation before a learned loss sees them, so
	// that they are all of the size of 1; nil for none. The policy sees them as they are.
	Units []float64
	// Fresh is a policy with episodes that were recorded for Goal beforehand; if it
	// is nil, Init draws θ₀ from the policy and records.
	Fresh *Fresh

	samples   *Samples // of the last recording: own or Fresh's
	own       *Samples
	advantage []float64
	goals     [][]float64
	streams   *streams
	order     []int
	err       error
}

// Init implements meta.Task.
func (m *ModelFree) Init(tape *ad.Tape, rng *rand.Rand) nn.Params {
	m.err = nil
	if m.Fresh == nil {
		theta := m.Recorder.policy.Init(tape, rng)
		m.Collect(theta, rng)
		return theta
	}
	theta := make(nn.Params, len(m.Fresh.Theta))
	for i, v := range m.Fresh.Theta {
		theta[i] = tape.Zeros(v.Rows, v.Cols)
		copy(theta[i].Data, v.Data)
	}
	m.samples = m.Fresh.Samples
	return theta
}

// Collect records one episode a row of the batch with the parameters theta and
// returns the samples, from which Features then draws. They change with the next
// recording. See Err.
func (m *ModelFree) Collect(theta nn.Params, rng *rand.Rand) *Samples {
	if m.own == nil {
		m.own = m.Recorder.NewSamples()
		m.advantage, m.goals, m.streams = make([]float64, m.own.Len()), make([][]float64, m.own.Episodes), newStreams(m.own.Episodes)
	}
	m.samples = m.own
	for i := range m.goals {
		m.goals[i] = m.Goal
	}
	if err := m.Recorder.Record(m.own, theta, m.goals, m.streams.seed(rng)); err != nil && m.err == nil {
		m.err = err
	}
	return m.samples
}

// Features implements meta.Task: [Rows, no + 2·na + na] in the order s, a, μ, σ, or
// with LogProb [Rows, no + na + 1].
func (m *ModelFree) Features(theta nn.Params, rng *rand.Rand) *ad.Value {
	at := m.draw(rng)
	tape, s := theta[0].Tape(), m.samples
	observation, action := rows(tape, s.Observation, s.No, at), rows(tape, s.Action, s.Na, at)
	if m.err != nil {
		observation = ad.AddScalar(math.NaN(), observation)
	}
	d := m.Recorder.policy.At(theta, observation)
	observation = m.inUnits(observation)
	if m.Inputs == LogProb {
		return ad.ConcatCols(observation, action, ad.Scale(logProbScale, d.LogProb(action)))
	}
	return ad.ConcatCols(observation, action, d.Mean, ad.Broadcast(ad.Exp(d.LogStd), len(at), s.Na))
}

// inUnits is what a learned loss sees of observations [n, no].
func (m *ModelFree) inUnits(observation *ad.Value) *ad.Value {
	if m.Units == nil {
		return observation
	}
	if len(m.Units) != observation.Cols {
		panic(fmt.Sprintf("rl: ModelFree: %d units of an observation of %d numbers", len(m.Units), observation.Cols))
	}
	seen := observation.Tape().Zeros(observation.Rows, observation.Cols)
	for i, x := range observation.Data {
		seen.Data[i] = x / m.Units[i%len(m.Units)]
	}
	return seen
}

// draw is Rows different rows of the samples in random order.
func (m *ModelFree) draw(rng *rand.Rand) []int {
	if m.samples == nil {
		panic("rl: ModelFree.Features before Init or Collect")
	}
	n := m.samples.Len()
	if m.Rows < 1 || m.Rows > n {
		panic(fmt.Sprintf("rl: ModelFree: mini-batch of %d of %d rows", m.Rows, n))
	}
	if len(m.order) != n {
		m.order = make([]int, n)
	}
	for i := range m.order {
		m.order[i] = i
	}
	for i := range m.Rows {
		j := i + rng.IntN(n-i)
		m.order[i], m.order[j] = m.order[j], m.order[i]
	}
	return m.order[:m.Rows]
}

// Loss implements meta.Task.
func (m *ModelFree) Loss(theta nn.Params, rng *rand.Rand) *ad.Value {
	m.Collect(theta, rng)
	if m.err != nil {
		return ad.AddScalar(math.NaN(), ad.Sum(theta[0]))
	}
	m.Advantage.Estimate(m.advantage, m.samples)
	return Surrogate(m.Recorder.policy, theta, m.samples, m.advantage)
}

// Surrogate is the policy-gradient loss [1, 1] of recorded samples, equation (8) with
// the return of a trajectory replaced by the advantages of its actions, and divided
// by the number of steps:
//
//	−mean Â_t log π_θ(a_t|s_t)
//
// Where θ is that of the policy that acted, its gradient is an estimate of the
// gradient of minus the expected return.
func Surrogate(g nn.Gaussian, theta nn.Params, s *Samples, advantage []float64) *ad.Value {
	mustHaveRows(advantage, s)
	tape, n := theta[0].Tape(), s.Len()
	logProb := g.At(theta, tape.Leaf(n, s.No, s.Observation)).LogProb(tape.Leaf(n, s.Na, s.Action))
	return ad.Neg(ad.Mean(ad.Mul(logProb, tape.Leaf(n, 1, advantage))))
}

// Samples are those of the last recording. They change with the next.
func (m *ModelFree) Samples() *Samples { return m.samples }

// Err is why a recording since Init has failed, nil if none has.
func (m *ModelFree) Err() error { return m.err }

// Fresh is a policy of random parameters and what it did: where meta-training begins
// again and again. Episodes of a fresh policy teach little that others do not, so a
// stock of some hundred saves half of the samples.
type Fresh struct {
	Goal    []float64
	Theta   nn.Params
	Samples *Samples
}

// NewFresh draws a goal and a policy, and records one episode a row of the batch.
func NewFresh(r *Recorder, goals Goals, rng *rand.Rand) (*Fresh, error) {
	f := &Fresh{Goal: make([]float64, len(r.batch.Spec().Goal)), Theta: r.policy.Init(nil, rng), Samples: r.NewSamples()}
	goals(f.Goal, rng)
	if err := r.Record(f.Samples, f.Theta, Same(f.Goal, f.Samples.Episodes), newStreams(f.Samples.Episodes).seed(rng)); err != nil {
		return nil, err
	}
	return f, nil
}
