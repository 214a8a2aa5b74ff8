package rl

import "fmt"

// GAE writes the generalized advantage estimates of one episode (Schulman et al.,
// "High-dimensional continuous control using generalized advantage estimation",
// 2016, equation 16),
//
//	Â_t = Σ_{l≥0} (γλ)^l δ_{t+l},  δ_t = r_t + γ V(s_{t+1}) − V(s_t)
//
// from its rewards, the values V(s_t) of the same length, and last, the value of the
// state after the last step: an episode that stops because its time is over goes on
// in the value (Pardo et al., "Time limits in reinforcement learning", 2018).
func GAE(advantage, reward, value []float64, last, discount, lambda float64) {
	if len(advantage) != len(reward) || len(value) != len(reward) {
		panic(fmt.Sprintf("rl: GAE of %d rewards and %d values into %d", len(reward), len(value), len(advantage)))
	}
	next, a := last, 0.0
	for t := len(reward) - 1; t >= 0; t-- {
		delta := reward[t] + float64(discount*next) - value[t]
		a = delta + float64(discount*lambda*a)
		advantage[t], next = a, value[t]
	}
}

// RewardToGo writes the discounted sums of the rewards that follow in one episode,
//
//	G_t = Σ_{l≥0} γ^l r_{t+l}
func RewardToGo(togo, reward []float64, discount float64) {
	if len(togo) != len(reward) {
		panic(fmt.Sprintf("rl: rewards to go of %d rewards into %d", len(reward), len(togo)))
	}
	sum := 0.0
	for t := len(reward) - 1; t >= 0; t-- {
		sum = reward[t] + float64(discount*sum)
		togo[t] = sum
	}
}
