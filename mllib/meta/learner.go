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

// TargetLoss is a learned loss of a given form: half the squared distance of what the
// optimizee says from a learned target,
//
//	L = mean ½ |z − Net_φ(x)|²
//
// over the rows x of the features, whose columns From, From+1, … hold z, such as the
// mean μ of a policy; Net has as many outputs as z has numbers. Where Net does not
// look at z, descent moves z to the target from everywhere, which a network with one
// output has to learn. The form is ours: the paper has Loss.
type TargetLoss struct {
	Net  nn.MLP
	From int
	Rate float64 // α
}

// Init draws φ on the heap.
func (l TargetLoss) Init(rng *rand.Rand) nn.Params { return l.Net.Init(nil, rng) }

// At is descent on the loss with parameters φ.
func (l TargetLoss) At(phi nn.Params) Rule {
	return Objective(func(task Task, theta nn.Params, rng *rand.Rand) *ad.Value {
		x := task.Features(theta, rng)
		target := l.Net.Apply(phi, x)
		if l.From < 0 || l.From+target.Cols > x.Cols {
			panic(fmt.Sprintf("meta: TargetLoss of columns %d to %d of %d", l.From, l.From+target.Cols, x.Cols))
		}
		off := ad.Sub(ad.SliceCols(x, l.From, l.From+target.Cols), target)
		return ad.Scale(0.5*float64(target.Cols), ad.Mean(ad.Square(off)))
	}).At(l.Rate)
}

var (
	_ Learner = Loss{}
	_ Learner = TargetLoss{}
	_ Learner = LossAndRate{}
)
