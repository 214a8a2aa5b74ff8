package meta

import (
	"context"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
)

// Descent takes inner steps by a rule: algorithm 2 with a learned rule, a baseline
// with Objective.At. It is used like a scanner, and again for the next run in the
// same memory; the zero value is ready.
//
//	for d.Start(rule, task, rng); d.Next(ctx, steps); {
//		measure(d.Step(), d.Theta())
//	}
//	if err := d.Err(); err != nil { … }
//
// It belongs to one goroutine.
type Descent struct {
	rule  Rule
	task  Task
	rng   *rand.Rand
	tape  *ad.Tape
	theta nn.Params
	step  int // taken so far; −1 before the first Next
	rate  float64
	err   error
}

// Start begins a run: it draws θ₀ for the task from rng, which also gives the rule
// what it draws.
func (d *Descent) Start(rule Rule, task Task, rng *rand.Rand) {
	d.From(rule, task, task.Init(nil, rng), rng)
}

// From begins a run at theta, on the heap, which Next then overwrites.
func (d *Descent) From(rule Rule, task Task, theta nn.Params, rng *rand.Rand) {
	if d.tape == nil {
		d.tape = ad.NewTape()
	}
	d.rule, d.task, d.rng, d.theta = rule, task, rng, theta
	d.step, d.rate, d.err = -1, 0, nil
}

// Next moves on and says whether there is something to see: first θ₀ as step 0,
// then θ after each of the given number of gradient steps. It is false after the
// last, and when the run has failed or ctx is cancelled.
func (d *Descent) Next(ctx context.Context, steps int) bool {
	if d.err == nil {
		d.err = ctx.Err()
	}
	if d.err != nil || d.step >= steps {
		return false
	}
	if d.step >= 0 {
		d.err = d.descend()
	}
	if d.err != nil {
		return false
	}
	d.step++
	return true
}

func (d *Descent) descend() error {
	d.tape.Reset()
	theta := nn.Params(d.tape.Leaves(d.theta))
	objective, alpha := d.rule(d.task, theta, d.rng)
	d.rate = alpha.Item()
	if err := finite(d.step, "objective", objective.Item()); err != nil {
		return err
	}
	if err := finite(d.step, "rate", d.rate); err != nil {
		return err
	}
	g := ad.Gradient(objective, theta...)
	if err := finiteAll(d.step, "gradient of the objective", g); err != nil {
		return err
	}
	nn.Descend(theta, g, alpha).CopyTo(d.theta)
	return nil
}

// Step is the number of gradient steps taken.
func (d *Descent) Step() int { return d.step }

// Theta is the current θ. It changes with Next; Clone to keep it.
func (d *Descent) Theta() nn.Params { return d.theta }

// Rate is the rate α of the last step, 0 before the first.
func (d *Descent) Rate() float64 { return d.rate }

// Err is why Next was false before the last step: the context's error, or a
// *Diverged. θ is then where the last finite step had left it.
func (d *Descent) Err() error { return d.err }
