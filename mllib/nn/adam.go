package nn

import (
	"fmt"
	"math"

	"ml3/mllib/ad"
	"ml3/mllib/kernel"
)

// Adam has the constants of the optimizer of Kingma and Ba (2015), algorithm 1.
type Adam struct{ Rate, Beta1, Beta2, Eps float64 }

// DefaultAdam is Adam with the constants of the article (and of torch) but the rate.
func DefaultAdam(rate float64) Adam { return Adam{Rate: rate, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8} }

// AdamState is a run of Adam: the current parameters, which it owns, and moments.
type AdamState struct {
	Params Params // current values, leaves on the heap; they change with Step
	c      Adam
	m, v   [][]float64
	steps  int
}

// Start begins a run at a copy of p.
func (a Adam) Start(p Params) *AdamState {
	s := &AdamState{Params: p.Clone(), c: a}
	for _, x := range p {
		s.m = append(s.m, make([]float64, x.Len()))
		s.v = append(s.v, make([]float64, x.Len()))
	}
	return s
}

// Step moves the parameters by one step along the gradients g at scale times
// the rate: scale is the place of a schedule, 1 without.
func (s *AdamState) Step(g []*ad.Value, scale float64) {
	if len(g) != len(s.Params) {
		panic(fmt.Sprintf("nn: Adam of %d parameters stepped with %d gradients", len(s.Params), len(g)))
	}
	s.steps++
	c1 := 1 - math.Pow(s.c.Beta1, float64(s.steps))
	c2 := 1 - math.Pow(s.c.Beta2, float64(s.steps))
	for i, p := range s.Params {
		if len(g[i].Data) != len(p.Data) {
			panic(fmt.Sprintf("nn: Adam of parameter %d [%d, %d] stepped with gradient [%d, %d]", i, p.Rows, p.Cols, g[i].Rows, g[i].Cols))
		}
		kernel.Adam(p.Data, s.m[i], s.v[i], g[i].Data, scale*s.c.Rate, s.c.Beta1, s.c.Beta2, s.c.Eps, c1, c2)
	}
}
