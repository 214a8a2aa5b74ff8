package meta

import (
	"fmt"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
)

// Learner is what meta-training learns: a rule of inner steps with parameters φ.
type Learner interface {
	// Init draws φ on the heap.
	Init(rng *rand.Rand) nn.Params
	// At is the rule with parameters φ.
	At(phi nn.Params) Rule
}

// Loss is a learned loss with a fixed inner rate: the mean of M_φ over the rows of
// the features, equation (3). Net has one output.
type Loss struct {
	Net  nn.MLP
	Rate float64 // α
}

// Init draws φ on the heap.
func (l Loss) Init(rng *rand.Rand) nn.Params { return l.Net.Init(nil, rng) }

// At is descent on the learned loss with parameters φ.
func (l Loss) At(phi nn.Params) Rule { return l.Objective(phi).At(l.Rate) }

// Objective is the learned loss with parameters φ, without a rate.
func (l Loss) Objective(phi nn.Params) Objective {
	return func(task Task, theta nn.Params, rng *rand.Rand) *ad.Value {
		return ad.Mean(l.Net.Apply(phi, task.Features(theta, rng)))
	}
}

// LossAndRate learns the inner rate with the loss, as the paper's model-based
// experiments do. Net has two outputs for each row of the features, and
//
//	L = mean softplus(first),  α = Floor + Scale · mean σ(second).
//
// The paper says that the rate is an output and not how it is kept positive and
// within bounds: this form is ours. Without a floor the rate can vanish, and no
// gradient brings it back.
type LossAndRate struct {
	Net          nn.MLP
	Floor, Scale float64
}

// Init draws φ on the heap.
func (l LossAndRate) Init(rng *rand.Rand) nn.Params { return l.Net.Init(nil, rng) }

// At is descent with loss and rate of parameters φ.
func (l LossAndRate) At(phi nn.Params) Rule {
	return func(task Task, theta nn.Params, rng *rand.Rand) (*ad.Value, *ad.Value) {
		out := l.Net.Apply(phi, task.Features(theta, rng))
		if out.Cols != 2 {
			panic(fmt.Sprintf("meta: LossAndRate with a network of %d outputs, want 2: loss and rate", out.Cols))
		}
		loss := ad.Mean(ad.Softplus(ad.SliceCols(out, 0, 1)))
		return loss, ad.AddScalar(l.Floor, ad.Scale(l.Scale, ad.Mean(ad.Sigmoid(ad.SliceCols(out, 1, 2)))))
	}
}

var (
	_ Learner = Loss{}
	_ Learner = LossAndRate{}
)
