package meta

import (
	"context"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
)

// Test is algorithm 2: it draws θ₀ for the task and takes the given number of
// inner steps on the objective. observe, which may be nil, sees θ before the first
// step and after each; θ changes with the next step, Clone to keep it. Test
// returns the final θ, or the context's error, or a *Diverged.
func Test(ctx context.Context, obj Objective, task Task, steps int, alpha float64, rng *rand.Rand,
	observe func(step int, theta nn.Params)) (nn.Params, error) {
	return NewTester().Test(ctx, obj, task, steps, alpha, rng, observe)
}

// Tester runs one test after the other in the same memory.
type Tester struct{ tape *ad.Tape }

// NewTester returns a tester. It belongs to one goroutine.
func NewTester() *Tester { return &Tester{ad.NewTape()} }

// Test is the function Test.
func (t *Tester) Test(ctx context.Context, obj Objective, task Task, steps int, alpha float64, rng *rand.Rand,
	observe func(step int, theta nn.Params)) (nn.Params, error) {
	theta := task.Init(nil, rng)
	d := &Descent{obj: obj, task: task, theta: theta, alpha: alpha, rng: rng, tape: t.tape}
	for step := 0; ; step++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if observe != nil {
			observe(step, theta)
		}
		if step == steps {
			return theta, nil
		}
		if err := d.Step(); err != nil {
			return nil, err
		}
	}
}

// Descent is plain gradient descent on an objective.
type Descent struct {
	obj   Objective
	task  Task
	theta nn.Params
	alpha float64
	rng   *rand.Rand
	tape  *ad.Tape
	step  int
}

// NewDescent starts at theta, on the heap, which Step then overwrites.
func NewDescent(obj Objective, task Task, theta nn.Params, alpha float64, rng *rand.Rand) *Descent {
	return &Descent{obj: obj, task: task, theta: theta, alpha: alpha, rng: rng, tape: ad.NewTape()}
}

// Step moves θ by −α ∇θ objective.
func (d *Descent) Step() error {
	d.tape.Reset()
	theta := nn.Params(d.tape.Leaves(d.theta))
	l := d.obj(d.task, theta, d.rng)
	if err := finite(d.step, "objective", l.Item()); err != nil {
		return err
	}
	nn.Descend(theta, ad.Gradient(l, theta...), d.alpha).CopyTo(d.theta)
	d.step++
	return nil
}
