// Package meta learns loss functions: a network M_φ is trained so that gradient
// descent on it makes an optimizee f_θ better at its task, as in the paper
// "Meta Learning via Learned Loss".
//
// Letters of the paper: θ optimizee parameters, α inner rate, M_φ learned loss,
// φ its parameters, L_T task loss.
package meta

import (
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
)

// Task is a problem for an optimizee: what M_φ sees of it, and what it is for.
// A task draws from rng only what an evaluation needs (a mini-batch, a roll-out's
// noise); the same numbers from rng give the same values.
type Task interface {
	// Init draws θ₀, on the tape, or on the heap if it is nil.
	Init(tape *ad.Tape, rng *rand.Rand) nn.Params
	// Features are the inputs of M_φ [n, d], differentiable in θ.
	Features(theta nn.Params, rng *rand.Rand) *ad.Value
	// Loss is the task loss L_T [1, 1]; it may use what Features hides.
	Loss(theta nn.Params, rng *rand.Rand) *ad.Value
}

// Objective is what an inner step descends, [1, 1]: the learned loss at some φ, or
// TaskLoss. Learned loss and baseline differ in nothing else.
type Objective func(task Task, theta nn.Params, rng *rand.Rand) *ad.Value

// TaskLoss is the objective of the baselines: the task loss itself.
func TaskLoss(task Task, theta nn.Params, rng *rand.Rand) *ad.Value { return task.Loss(theta, rng) }

// Loss is a learned loss: the mean of M_φ over the rows of the features,
// equation (3).
type Loss struct{ Net nn.MLP }

// Init draws φ on the heap.
func (l Loss) Init(rng *rand.Rand) nn.Params { return l.Net.Init(nil, rng) }

// At is the learned loss with parameters φ.
func (l Loss) At(phi nn.Params) Objective {
	return func(task Task, theta nn.Params, rng *rand.Rand) *ad.Value {
		return ad.Mean(l.Net.Apply(phi, task.Features(theta, rng)))
	}
}

// Step is one inner step (2): θ − α ∇θ objective, with its history, so that it can
// be differentiated with respect to whatever the objective depends on. It also
// returns the objective's value.
func Step(obj Objective, task Task, theta nn.Params, alpha float64, rng *rand.Rand) (nn.Params, *ad.Value) {
	l := obj(task, theta, rng)
	return nn.Descend(theta, ad.Grad(l, theta...), alpha), l
}

// Diverged is the error of a run that left the finite numbers.
type Diverged struct {
	Step     int    // outer step in Train, gradient step in Test; from 0
	Quantity string // what is not finite
	Value    float64
}

func (e *Diverged) Error() string {
	return fmt.Sprintf("diverged at step %d: %s is %v; use a smaller rate", e.Step, e.Quantity, e.Value)
}

func finite(step int, quantity string, x float64) error {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return &Diverged{Step: step, Quantity: quantity, Value: x}
	}
	return nil
}
