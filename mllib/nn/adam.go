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
// the rate: scale is the place of a schedule, 1 without. A gradient of which the
// square overflows, beyond 1e154, makes its parameter NaN: the run has diverged, and
// with an infinite second moment the parameter would silently never move again.
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
		spoil(p.Data, s.v[i])
	}
}

// spoil makes the entries of p NaN whose second moment v is infinite.
func spoil(p, v []float64) {
	var s0, s1, s2, s3 float64 // side by side; moments are not negative
	rest := v
	for ; len(rest) >= 4; rest = rest[4:] {
		x := (*[4]float64)(rest)
		s0, s1, s2, s3 = max(s0, x[0]), max(s1, x[1]), max(s2, x[2]), max(s3, x[3])
	}
	for _, x := range rest {
		s0 = max(s0, x)
	}
	if max(s0, s1, s2, s3) <= math.MaxFloat64 {
		return
	}
	for i, x := range v {
		if math.IsInf(x, 1) {
			p[i] = math.NaN()
		}
	}
}
