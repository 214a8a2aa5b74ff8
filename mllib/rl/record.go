package rl

import (
	"fmt"
	"math/rand/v2"

	"ml3/mllib/env"
	"ml3/mllib/nn"
)

// Recorder records episodes of a Gaussian policy in a batch. Episode i is drawn from
// its own stream, first its start, then step by step its actions, so it does not
// depend on the others or on the number of workers, each of which runs its episodes
// to the end by itself. It belongs to one goroutine.
type Recorder struct {
	batch    *env.Batch
	samplers []*nn.Sampler // one a row: the first row of a worker uses its own for all of them
	streams  []*rand.Rand
	actions  []float64 // [n, na]
	into     *Samples
	policy   nn.Gaussian
	run      func(lo, hi int) error
}

// NewRecorder returns a recorder of as many episodes at a time as the batch has rows.
func NewRecorder(b *env.Batch, policy nn.Gaussian) *Recorder {
	spec, n := b.Spec(), b.Len()
	if no, na := policy.Sizes[0], policy.Actions(); no != len(spec.Observation) || na != len(spec.Action) {
		panic(fmt.Sprintf("rl: policy %v for a world of %d observations and %d actions", policy.Sizes, len(spec.Observation), len(spec.Action)))
	}
	r := &Recorder{batch: b, policy: policy, samplers: make([]*nn.Sampler, n), streams: make([]*rand.Rand, n),
		actions: make([]float64, n*len(spec.Action))}
	if err := b.Each(func(lo, hi int) error { r.samplers[lo] = policy.NewSampler(hi - lo); return nil }); err != nil {
		panic(err) // f returns none
	}
	r.run = r.episodes
	return r
}

// Policy is the policy whose parameters Record takes.
func (r *Recorder) Policy() nn.Gaussian { return r.policy }

// Batch is where the episodes run; it counts their samples.
func (r *Recorder) Batch() *env.Batch { return r.batch }

// NewSamples returns room for what Record records.
func (r *Recorder) NewSamples() *Samples {
	s := r.batch.Spec()
	return NewSamples(r.batch.Len(), s.Steps, len(s.Observation), len(s.Action))
}

// Record runs one episode a row with the parameters theta, row i with the goal
// goals[i] and the stream rng(i), and overwrites s with what happened. The error is
// that of a wrong goal, or of an action or state that is not finite; then s is of no
// use.
func (r *Recorder) Record(s *Samples, theta nn.Params, goals [][]float64, rng func(i int) *rand.Rand) error {
	if spec := r.batch.Spec(); s.Episodes != r.batch.Len() || s.Steps != spec.Steps || s.No != len(spec.Observation) || s.Na != len(spec.Action) {
		panic(fmt.Sprintf("rl: samples of %d episodes of %d steps for a batch of %d of %d", s.Episodes, s.Steps, r.batch.Len(), spec.Steps))
	}
	for i := range r.streams {
		r.streams[i] = rng(i)
	}
	if err := r.batch.Start(goals, func(i int) *rand.Rand { return r.streams[i] }); err != nil {
		return err
	}
	for _, p := range r.samplers {
		if p != nil {
			p.Use(theta)
		}
	}
	copy(s.LogStd, r.samplers[0].LogStd())
	r.into = s
	return r.batch.Each(r.run)
}

// episodes runs the rows lo ≤ i < hi to the end.
func (r *Recorder) episodes(lo, hi int) error {
	s, b, policy := r.into, r.batch, r.samplers[lo]
	no, na := s.No, s.Na
	actions := r.actions[lo*na : hi*na]
	for t := range s.Steps {
		seen := b.Observation()[lo*no : hi*no]
		mean := policy.Mean(seen)
		for i := lo; i < hi; i++ {
			k, row := i-lo, i*s.Steps+t
			mu, action := mean[k*na:(k+1)*na], actions[k*na:(k+1)*na]
			policy.Draw(action, mu, r.streams[i])
			copy(s.Observation[row*no:], seen[k*no:(k+1)*no])
			copy(s.Mean[row*na:], mu)
			copy(s.Action[row*na:], action)
			s.LogProb[row] = policy.LogProb(action, mu)
		}
		if err := b.StepRows(lo, hi, actions); err != nil {
			return err
		}
		for i := lo; i < hi; i++ {
			row := i*s.Steps + t
			s.Reward[row], s.Measure[row] = b.Reward()[i], b.Measure()[i]
		}
	}
	copy(s.Last[lo*no:hi*no], b.Observation()[lo*no:hi*no])
	copy(s.Distance[lo:hi], b.Distance()[lo:hi])
	return nil
}

// Same is the same goal for n episodes.
func Same(goal []float64, n int) [][]float64 {
	goals := make([][]float64, n)
	for i := range goals {
		goals[i] = goal
	}
	return goals
}

// streams are n generators that are seeded from another, so that n episodes can be
// drawn from it independently.
type streams struct {
	sources []rand.PCG
	rngs    []*rand.Rand
	at      func(i int) *rand.Rand
}

func newStreams(n int) *streams {
	s := &streams{sources: make([]rand.PCG, n), rngs: make([]*rand.Rand, n)}
	for i := range s.rngs {
		s.rngs[i] = rand.New(&s.sources[i])
	}
	s.at = func(i int) *rand.Rand { return s.rngs[i] }
	return s
}

// seed draws the seeds and returns the generators by number.
func (s *streams) seed(rng *rand.Rand) func(i int) *rand.Rand {
	for i := range s.sources {
		s.sources[i].Seed(rng.Uint64(), rng.Uint64())
	}
	return s.at
}
