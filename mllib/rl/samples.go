package rl

import (
	"ml3/mllib/ad"
	"ml3/mllib/nn"
)

// Samples are recorded episodes of equal length. Row e·Steps + t of a matrix belongs
// to step t of episode e; there are Len() = Episodes·Steps rows.
type Samples struct {
	Episodes, Steps int
	No, Na          int       // numbers of an observation, an action
	Observation     []float64 // [rows, No], before the step
	Action          []float64 // [rows, Na], as drawn, before the world clamps it
	Mean            []float64 // [rows, Na] of the policy that acted
	LogStd          []float64 // [Na], log σ of that policy
	LogProb         []float64 // [rows], log π of the action
	Reward          []float64 // [rows], of the step
	Measure         []float64 // [rows], what the step adds to the paper's measure
	Last            []float64 // [Episodes, No], observation after the last step
	Distance        []float64 // [Episodes], to the goal after the last step, m
}

// NewSamples returns room for episodes of the given number of steps.
func NewSamples(episodes, steps, no, na int) *Samples {
	rows := episodes * steps
	zeros := func(n int) []float64 { return make([]float64, n) }
	return &Samples{Episodes: episodes, Steps: steps, No: no, Na: na,
		Observation: zeros(rows * no), Action: zeros(rows * na), Mean: zeros(rows * na), LogStd: zeros(na),
		LogProb: zeros(rows), Reward: zeros(rows), Measure: zeros(rows), Last: zeros(episodes * no), Distance: zeros(episodes)}
}

// Len is the number of rows.
func (s *Samples) Len() int { return s.Episodes * s.Steps }

// Score is the paper's measure: its sum over an episode, averaged over the episodes.
func (s *Samples) Score() float64 { return sum(s.Measure) / float64(s.Episodes) }

// FinalDistance is the distance to the goal after the last step, averaged over the
// episodes, m.
func (s *Samples) FinalDistance() float64 { return sum(s.Distance) / float64(s.Episodes) }

// Acted is the distribution of actions [rows, Na] that the policy had when it acted,
// as leaves on the tape.
func (s *Samples) Acted(tape *ad.Tape) nn.Normal {
	return nn.Normal{Mean: tape.Leaf(s.Len(), s.Na, s.Mean), LogStd: tape.Leaf(1, s.Na, s.LogStd)}
}

// rows copies the given rows of x [·, width] to a leaf on the tape.
func rows(tape *ad.Tape, x []float64, width int, at []int) *ad.Value {
	v := tape.Zeros(len(at), width)
	for k, i := range at {
		copy(v.Row(k), x[i*width:(i+1)*width])
	}
	return v
}

// sum is Σ x, in order.
func sum(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s
}
