package rl

import (
	"fmt"
	"math"
)

// Advantage estimates how much better the actions of recorded episodes were than the
// policy is on average.
type Advantage interface {
	// Estimate writes an estimate for every row of s.
	Estimate(advantage []float64, s *Samples)
}

// Baseline estimates by the reward to go G, discounted, minus the mean reward to go
// of the other episodes at the same step. The other episodes do not depend on the
// actions of this one, so the baseline adds no bias to the policy gradient; there
// must be two or more, of the same goal.
type Baseline struct{ Discount float64 }

// Estimate implements Advantage.
func (b Baseline) Estimate(advantage []float64, s *Samples) {
	mustHaveRows(advantage, s)
	n, steps := s.Episodes, s.Steps
	if n < 2 {
		panic(fmt.Sprintf("rl: baseline over the other episodes of %d", n))
	}
	for e := range n {
		RewardToGo(advantage[e*steps:(e+1)*steps], s.Reward[e*steps:(e+1)*steps], b.Discount)
	}
	for t := range steps {
		all := 0.0
		for e := range n {
			all += advantage[e*steps+t]
		}
		for e := range n { // G − (Σ − G)/(n−1)
			a := &advantage[e*steps+t]
			*a = (float64(n)**a - all) / float64(n-1)
		}
	}
}

// Standard is an estimate that is then shifted to mean 0 and scaled to standard
// deviation 1 over the samples, so that goals with large and with small returns count
// the same. It is no longer an estimate of the gradient of the return, but of that in
// units of its own.
type Standard struct{ Of Advantage }

// Estimate implements Advantage.
func (a Standard) Estimate(advantage []float64, s *Samples) {
	a.Of.Estimate(advantage, s)
	standardize(advantage)
}

// Scaled is an estimate in units of its root mean square over all samples that it has
// seen. Unlike Standard it takes no mean away, which may be the merit of an episode as a
// whole where a member has but one.
type Scaled struct {
	of    Advantage
	units units
}

// NewScaled returns an estimate in units, before any sample.
func NewScaled(of Advantage) *Scaled { return &Scaled{of: of} }

// Estimate implements Advantage.
func (a *Scaled) Estimate(advantage []float64, s *Samples) {
	a.of.Estimate(advantage, s)
	a.units.see(advantage)
	scale := a.units.scale()
	for i := range advantage {
		advantage[i] /= scale
	}
}

func mustHaveRows(advantage []float64, s *Samples) {
	if len(advantage) != s.Len() {
		panic(fmt.Sprintf("rl: advantages of %d rows into %d", s.Len(), len(advantage)))
	}
}

// standardize shifts x to mean 0 and scales it to standard deviation 1, but does not
// scale up what is next to constant.
func standardize(x []float64) {
	mean := sum(x) / float64(len(x))
	square := 0.0
	for i := range x {
		x[i] -= mean
		square += float64(x[i] * x[i])
	}
	scale := 1 / (math.Sqrt(square/float64(len(x))) + 1e-8)
	for i := range x {
		x[i] *= scale
	}
}

var _ = []Advantage{Baseline{}, Standard{}, (*Scaled)(nil)}
