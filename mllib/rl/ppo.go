package rl

import (
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
)

// PPO has the hyperparameters of proximal policy optimization (Schulman et al.,
// "Proximal policy optimization algorithms", 2017, with the clipped surrogate,
// equation 7) in the form that the field compares with: Huang et al., "The 37
// implementation details of proximal policy optimization" (2022). An iteration
// records one whole episode a row of the batch and then goes over these samples
// Epochs times. Their advantages are estimated once, before the first step, and
// standardized over the iteration; an episode ends because its time is over, so the
// value of its last observation stands for what would follow.
type PPO struct {
	Policy nn.Gaussian
	// Value estimates the return of an observation, in units of the root mean
	// square of the returns seen so far: [no, …, 1].
	Value nn.MLP

	Iterations int // of recording and learning
	Epochs     int // passes over the samples of an iteration
	MiniBatch  int // rows of a step; the last of a pass may be smaller

	Discount float64 // γ of the returns
	Lambda   float64 // λ of the generalized advantage estimates
	Clip     float64 // ε: where π/π_old has gone beyond 1 ± ε to the better, an action pulls no more

	Adam          nn.Adam // of policy and value together
	FinalRate     float64 // share of the rate to which it falls linearly, after the last iteration; 1 for a constant one
	MaxNorm       float64 // limit of the norm of the gradient of policy and value together; +Inf for none
	ValueWeight   float64 // of the value's loss, half the mean squared error in units
	EntropyWeight float64 // of the policy's entropy, which is a reward
}

// DefaultPPO has the constants of the article for continuous actions but for the
// number of iterations, the rate and the size of a mini-batch, which depend on the
// problem. The gradient's norm is limited to 5; implementations have 0.5, with which
// an erring value holds the policy back (on the reacher the sum of distances ended at
// 2.7 m instead of 1.7 m). Networks have two hidden layers of 64 tanh units; log σ
// starts at −1 and is learned. There is no reward for entropy.
func DefaultPPO(no, na, iterations, miniBatch int, rate float64) PPO {
	policy := nn.NewGaussian(no, na, -1, 64, 64)
	policy.Learned = true
	return PPO{Policy: policy,
		Value:      nn.MLP{Sizes: []int{no, 64, 64, 1}, Hidden: ad.Tanh, Out: nn.Linear, Bias: true, Weights: nn.TorchDefault},
		Iterations: iterations, Epochs: 10, MiniBatch: miniBatch, Discount: 0.99, Lambda: 0.95, Clip: 0.2,
		Adam: nn.DefaultAdam(rate), FinalRate: 0, MaxNorm: 5, ValueWeight: 0.5, EntropyWeight: 0}
}

// Validate says what is wrong with p, if anything.
func (p PPO) Validate() error {
	if p.Iterations < 1 || p.Epochs < 1 || p.MiniBatch < 1 {
		return fmt.Errorf("rl: PPO with %d iterations of %d epochs of mini-batches of %d, want at least 1 of each", p.Iterations, p.Epochs, p.MiniBatch)
	}
	if !(p.Discount >= 0 && p.Discount <= 1 && p.Lambda >= 0 && p.Lambda <= 1 && p.FinalRate >= 0) {
		return fmt.Errorf("rl: PPO with discount %v, λ %v and final rate %v", p.Discount, p.Lambda, p.FinalRate)
	}
	if !(p.Clip > 0 && p.Adam.Rate > 0 && p.MaxNorm > 0) {
		return fmt.Errorf("rl: PPO with clip %v, rate %v and limit of the gradient %v, which must be positive", p.Clip, p.Adam.Rate, p.MaxNorm)
	}
	return nil
}

// surrogate is the clipped surrogate as a loss, [1, 1]: with r = π(a|s)/π_old(a|s),
//
//	−mean min(r Â, clip(r, 1 − ε, 1 + ε) Â)
//
// logProb is log π [n, 1], old log π_old [n, 1], advantage Â [n, 1].
func (p PPO) surrogate(logProb, old, advantage *ad.Value) *ad.Value {
	ratio := ad.Exp(ad.Sub(logProb, old))
	free := ad.Mul(ratio, advantage)
	clipped := ad.Mul(ad.Clip(ratio, 1-p.Clip, 1+p.Clip), advantage)
	return ad.Mean(ad.Sub(ad.ReLU(ad.Sub(free, clipped)), free)) // −min(a, b) = max(a − b, 0) − a
}

// Goals draws the goal of an episode.
type Goals func(goal []float64, rng *rand.Rand)

// OneGoal is the same goal for all episodes.
func OneGoal(goal []float64) Goals {
	return func(g []float64, _ *rand.Rand) { copy(g, goal) }
}

// finite is an error if x is not a finite number.
func finite(iteration int, quantity string, x float64) error {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return fmt.Errorf("rl: PPO: iteration %d: %s is %v; use a smaller rate", iteration, quantity, x)
	}
	return nil
}
