package rl

import (
	"context"
	"fmt"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/env"
	"ml3/mllib/nn"
)

// PPORun is a run of PPO, used like a scanner:
//
//	for run := p.Start(batch, goals, rng); run.Next(ctx); {
//		… run.Taken(), run.Samples().Score() …
//	}
//	if err := run.Err(); err != nil { … }
//
// It belongs to one goroutine.
type PPORun struct {
	p         PPO
	recorder  *Recorder
	samples   *Samples
	draw      Goals
	goals     [][]float64
	streams   *streams
	rng       *rand.Rand
	tape      *ad.Tape
	adam      *nn.AdamState // of the policy's parameters, then the value's
	policyLen int           // parameters of the policy
	v         valuation
	at        []int
	iteration int
	before    int // samples of the batch at the start
	kl        float64
	err       error
}

// Start prepares a run in a batch, whose rows are the episodes of an iteration.
// Parameters, goals, episodes and the order of samples are drawn from rng. What is
// wrong with p is the error of the first Next.
func (p PPO) Start(b *env.Batch, goals Goals, rng *rand.Rand) *PPORun {
	r := &PPORun{p: p, recorder: NewRecorder(b, p.Policy), draw: goals, streams: newStreams(b.Len()), rng: rng,
		tape: ad.NewTape(), before: b.Samples(), err: p.Validate(),
		v: valuation{net: p.Value, discount: p.Discount, lambda: p.Lambda}}
	r.samples = r.recorder.NewSamples()
	for range b.Len() {
		r.goals = append(r.goals, make([]float64, len(b.Spec().Goal)))
	}
	theta := p.Policy.Init(nil, rng)
	r.policyLen = len(theta)
	r.adam = p.Adam.Start(append(theta, p.Value.Init(nil, rng)...))
	return r
}

// Next records one episode a row with the current policy and improves it. It is
// false after the last iteration, and when the run has failed or ctx is cancelled.
func (r *PPORun) Next(ctx context.Context) bool {
	if r.err == nil {
		r.err = ctx.Err()
	}
	if r.err != nil || r.iteration == r.p.Iterations {
		return false
	}
	if r.err = r.record(); r.err != nil {
		return false
	}
	if r.err = r.improve(); r.err != nil {
		return false
	}
	r.iteration++
	return true
}

func (r *PPORun) record() error {
	rng := r.streams.seed(r.rng)
	for i, g := range r.goals {
		r.draw(g, rng(i))
	}
	if err := r.recorder.Record(r.samples, r.Theta(), r.goals, rng); err != nil {
		return fmt.Errorf("rl: PPO: iteration %d: %w", r.iteration, err)
	}
	return nil
}

// improve goes over the samples.
func (r *PPORun) improve() error {
	s := r.samples
	r.v.estimate(r.tape, r.adam.Params[r.policyLen:], s)
	standardize(r.v.advantage)
	for range r.p.Epochs {
		r.at = shuffled(r.at, s.Len(), r.rng)
		for lo := 0; lo < s.Len(); lo += r.p.MiniBatch {
			if err := r.step(r.at[lo:min(lo+r.p.MiniBatch, s.Len())]); err != nil {
				return err
			}
		}
	}
	r.kl = r.divergence()
	return finite(r.iteration, "KL", r.kl)
}

// step is one step of Adam on the given rows.
func (r *PPORun) step(at []int) error {
	r.tape.Reset()
	p := nn.Params(r.tape.Leaves(r.adam.Params))
	loss := r.loss(p, at)
	if err := finite(r.iteration, "loss", loss.Item()); err != nil {
		return err
	}
	g := ad.Gradient(loss, p...)
	limitNorm(g, r.p.MaxNorm)
	r.adam.Step(g, r.scale())
	return nil
}

// loss is what Adam descends, [1, 1].
func (r *PPORun) loss(p nn.Params, at []int) *ad.Value {
	s := r.samples
	observation := rows(r.tape, s.Observation, s.No, at)
	d := r.p.Policy.At(p[:r.policyLen], observation)
	policy := r.p.surrogate(d.LogProb(rows(r.tape, s.Action, s.Na, at)), rows(r.tape, s.LogProb, 1, at), rows(r.tape, r.v.advantage, 1, at))
	value := r.v.loss(p[r.policyLen:], observation, rows(r.tape, r.v.target, 1, at))
	return ad.Sub(ad.Add(policy, ad.Scale(r.p.ValueWeight, value)), ad.Scale(r.p.EntropyWeight, d.Entropy()))
}

// scale is the share of the rate at this iteration.
func (r *PPORun) scale() float64 {
	return 1 + (r.p.FinalRate-1)*float64(r.iteration)/float64(r.p.Iterations)
}

// divergence is the mean KL of the policy that acted from the present one.
func (r *PPORun) divergence() float64 {
	r.tape.Reset()
	s := r.samples
	now := r.p.Policy.At(r.tape.Leaves(r.Theta()), r.tape.Leaf(s.Len(), s.No, s.Observation))
	return ad.Mean(s.Acted(r.tape).KL(now)).Item()
}

// Iteration is the number of iterations done.
func (r *PPORun) Iteration() int { return r.iteration }

// Samples are those of the last iteration, recorded with the policy before it. They
// change with Next.
func (r *PPORun) Samples() *Samples { return r.samples }

// Taken is the number of samples the run has taken.
func (r *PPORun) Taken() int { return r.recorder.batch.Samples() - r.before }

// Theta are the present parameters of the policy. They change with Next.
func (r *PPORun) Theta() nn.Params { return r.adam.Params[:r.policyLen] }

// KL is the mean Kullback–Leibler divergence of the policy before the last iteration
// from that after it, over the iteration's samples: how far it moved.
func (r *PPORun) KL() float64 { return r.kl }

// Err is why Next was false before the last iteration: a wrong setting, the context's
// error, an action or state that is not finite, a loss that is not.
func (r *PPORun) Err() error { return r.err }
