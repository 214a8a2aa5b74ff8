// Package meta learns loss functions: a network M_φ is trained so that gradient
// descent on it makes an optimizee f_θ better at its task, as in the paper
// "Meta Learning via Learned Loss".
//
// Letters of the paper: θ optimizee parameters, α inner rate, M_φ learned loss,
// φ its parameters, η outer rate, L_T task loss.
//
//	meta.go     Task; Rule, the inner step (2)
//	learner.go  what is learned: M_φ (3), M_φ of a given form, and M_φ with the rate α
//	descent.go  Descent: algorithm 2, and every baseline
//	train.go    Trainer: algorithm 1, with the meta-gradient (5, 6)
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

// Objective is what an inner step descends, [1, 1].
type Objective func(task Task, theta nn.Params, rng *rand.Rand) *ad.Value

// TaskLoss is the objective of the baselines: the task loss itself.
func TaskLoss(task Task, theta nn.Params, rng *rand.Rand) *ad.Value { return task.Loss(theta, rng) }

// Rule is a rule of inner steps: the objective and the rate α, both [1, 1] and
// differentiable in whatever they depend on. A learned loss at some φ is a rule,
// and so is a baseline at a rate; they differ in nothing else.
type Rule func(task Task, theta nn.Params, rng *rand.Rand) (objective, alpha *ad.Value)

// At is the rule of descending o at a fixed rate α.
func (o Objective) At(alpha float64) Rule {
	return func(task Task, theta nn.Params, rng *rand.Rand) (*ad.Value, *ad.Value) {
		return o(task, theta, rng), theta[0].Tape().Scalar(alpha)
	}
}

// Step is one inner step (2): θ − α ∇θ objective, with its history, so that it can
// be differentiated with respect to whatever the rule depends on. It also returns
// the objective and the rate.
func (r Rule) Step(task Task, theta nn.Params, rng *rand.Rand) (next nn.Params, objective, alpha *ad.Value) {
	objective, alpha = r(task, theta, rng)
	return nn.Descend(theta, ad.Grad(objective, theta...), alpha), objective, alpha
}

// Diverged is the error of a run that cannot go on: a quantity is not finite, or a
// learned rate has vanished.
type Diverged struct {
	Step     int    // outer step in a Trainer, gradient step in a Descent; from 0
	Quantity string // such as "task loss"
	Value    float64
}

func (e *Diverged) Error() string {
	if math.IsNaN(e.Value) || math.IsInf(e.Value, 0) {
		return fmt.Sprintf("diverged at step %d: %s is %v; use a smaller rate", e.Step, e.Quantity, e.Value)
	}
	return fmt.Sprintf("stuck at step %d: %s has vanished (%v); give it a floor", e.Step, e.Quantity, e.Value)
}

// finite is a *Diverged if x is not a finite number.
func finite(step int, quantity string, x float64) error {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return &Diverged{Step: step, Quantity: quantity, Value: x}
	}
	return nil
}

// finiteAll is a *Diverged if an entry of g is not a finite number.
func finiteAll(step int, quantity string, g []*ad.Value) error {
	for _, v := range g {
		if x, ok := notFinite(v.Data); ok {
			return &Diverged{Step: step, Quantity: quantity, Value: x}
		}
	}
	return nil
}

// notFinite returns an entry that is not a finite number, if there is one. For
// finite x, x − x is 0; four sums side by side do not wait for each other.
func notFinite(data []float64) (float64, bool) {
	var s0, s1, s2, s3 float64
	rest := data
	for len(rest) >= 4 {
		x := (*[4]float64)(rest)
		s0 += x[0] - x[0]
		s1 += x[1] - x[1]
		s2 += x[2] - x[2]
		s3 += x[3] - x[3]
		rest = rest[4:]
	}
	for _, x := range rest {
		s0 += x - x
	}
	if s0+s1+s2+s3 == 0 {
		return 0, false
	}
	for _, x := range data {
		if x-x != 0 {
			return x, true
		}
	}
	panic("meta: a sum of zeros is not zero")
}

// norm is the Euclidean norm of all entries of g together.
func norm(g []*ad.Value) float64 {
	sum := 0.0
	for _, v := range g {
		for _, x := range v.Data {
			sum += x * x
		}
	}
	return math.Sqrt(sum)
}
