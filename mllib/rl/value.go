package rl

import (
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
)

// units is the scale in which a value network speaks: the root mean square of the
// returns seen so far. A network with weights of ordinary size then fits returns of
// any size at an ordinary rate.
type units struct {
	square float64 // Σ of the squares
	n      float64
}

func (u *units) see(returns []float64) {
	for _, g := range returns {
		u.square += float64(g * g)
	}
	u.n += float64(len(returns))
}

// scale is 1 before the first returns, and while they are all 0.
func (u *units) scale() float64 {
	if u.square > 0 {
		return math.Sqrt(u.square / u.n)
	}
	return 1
}

// valuation is what a value network says of samples, and what it should say.
type valuation struct {
	net       nn.MLP // [no, …, 1]
	units     units
	discount  float64
	lambda    float64
	value     []float64 // [rows]
	last      []float64 // [episodes]
	advantage []float64 // [rows]
	target    []float64 // [rows], in units: the λ-returns Â + V
}

// estimate fills value, last, advantage and target by the parameters p.
func (v *valuation) estimate(tape *ad.Tape, p nn.Params, s *Samples) {
	v.value, v.last = resized(v.value, s.Len()), resized(v.last, s.Episodes)
	v.advantage, v.target = resized(v.advantage, s.Len()), resized(v.target, s.Len())
	scale := v.units.scale()
	v.look(v.value, tape, p, s.Observation, s.No, scale)
	v.look(v.last, tape, p, s.Last, s.No, scale)
	for e := range s.Episodes {
		lo, hi := e*s.Steps, (e+1)*s.Steps
		GAE(v.advantage[lo:hi], s.Reward[lo:hi], v.value[lo:hi], v.last[e], v.discount, v.lambda)
	}
	for i, a := range v.advantage {
		v.target[i] = a + v.value[i]
	}
	v.units.see(v.target)
	for i, scale := 0, v.units.scale(); i < len(v.target); i++ {
		v.target[i] /= scale
	}
}

// look writes the values of observations, which p gives in units.
func (v *valuation) look(value []float64, tape *ad.Tape, p nn.Params, observation []float64, no int, scale float64) {
	tape.Reset()
	out := v.net.Apply(tape.Leaves(p), tape.Leaf(len(value), no, observation))
	for i, x := range out.Data {
		value[i] = scale * x
	}
}

// valueLoss is half the mean squared error in units, [1, 1].
func (v *valuation) loss(p nn.Params, observation, target *ad.Value) *ad.Value {
	return ad.Scale(0.5, ad.Mean(ad.Square(ad.Sub(v.net.Apply(p, observation), target))))
}

func resized(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n)
	}
	return x[:n]
}

// Critic estimates advantages by GAE with a value network that it fits to the
// samples it sees, whatever their task: the goal is in the observation.
type Critic struct {
	Net       nn.MLP  // observation [no] → value in units of the returns [1]
	Discount  float64 // γ
	Lambda    float64 // λ of the advantages
	Adam      nn.Adam
	Epochs    int     // passes over the samples of one Estimate
	MiniBatch int     // rows of a step; the last of a pass may be smaller
	MaxNorm   float64 // limit of the gradient's norm; +Inf for none
}

// CriticRun is a Critic in use. It belongs to one goroutine.
type CriticRun struct {
	c    Critic
	v    valuation
	adam *nn.AdamState
	tape *ad.Tape
	rng  *rand.Rand
	at   []int // a permutation of the rows
}

// Start draws the network from rng, which then gives the order of the rows.
func (c Critic) Start(rng *rand.Rand) *CriticRun {
	return &CriticRun{c: c, v: valuation{net: c.Net, discount: c.Discount, lambda: c.Lambda},
		adam: c.Adam.Start(c.Net.Init(nil, rng)), tape: ad.NewTape(), rng: rng}
}

// Estimate implements Advantage, and then fits the network to s: a value that had
// seen the actions' outcome would hide part of their advantage.
func (r *CriticRun) Estimate(advantage []float64, s *Samples) {
	mustHaveRows(advantage, s)
	r.v.estimate(r.tape, r.adam.Params, s)
	copy(advantage, r.v.advantage)
	for range r.c.Epochs {
		r.at = shuffled(r.at, s.Len(), r.rng)
		for lo := 0; lo < s.Len(); lo += r.c.MiniBatch {
			at := r.at[lo:min(lo+r.c.MiniBatch, s.Len())]
			r.tape.Reset()
			p := nn.Params(r.tape.Leaves(r.adam.Params))
			g := ad.Gradient(r.v.loss(p, rows(r.tape, s.Observation, s.No, at), rows(r.tape, r.v.target, 1, at)), p...)
			limitNorm(g, r.c.MaxNorm)
			r.adam.Step(g, 1)
		}
	}
}

// Value writes the values of observations [len(value), no], which are returns.
func (r *CriticRun) Value(value, observation []float64) {
	r.v.look(value, r.tape, r.adam.Params, observation, len(observation)/len(value), r.v.units.scale())
}

// shuffled is a random order of the numbers below n, in the memory of at.
func shuffled(at []int, n int, rng *rand.Rand) []int {
	if cap(at) < n {
		at = make([]int, n)
	}
	at = at[:n]
	for i := range at {
		at[i] = i
	}
	rng.Shuffle(n, func(i, j int) { at[i], at[j] = at[j], at[i] })
	return at
}

// limitNorm scales g, which nothing else uses, to have at most the given norm.
func limitNorm(g []*ad.Value, limit float64) {
	if norm := nn.Norm(g); norm > limit {
		for _, v := range g {
			for i := range v.Data {
				v.Data[i] *= limit / norm
			}
		}
	}
}

var _ Advantage = (*CriticRun)(nil)
