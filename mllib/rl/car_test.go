package rl

import (
	"math"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

// carPolicy is linear, in two layers.
func carPolicy() nn.MLP {
	return nn.MLP{Sizes: []int{2, 200, 1}, Hidden: nn.Linear, Out: nn.Linear, Bias: false, Weights: nn.TorchDefault}
}

// TestCarPolicyIsLinear compares the roll-out of the product of the weights with
// one that applies the network layer by layer.
func TestCarPolicyIsLinear(t *testing.T) {
	p, policy := PaperCar(), carPolicy()
	task := NewCarTask(p, policy, CarInputs{Speed: 1, Force: 1})
	theta := policy.Init(nil, random.Stream(1, "policy"))
	want := Rollout(task.car, func(x *ad.Value) *ad.Value { return task.car.Limit(policy.Apply(theta, x)) },
		ad.RowVector(-0.55, 0), p.Horizon).States
	for i, x := range task.Rollout(theta).States {
		for j, got := range x.Data {
			if math.Abs(got-want[i].Data[j]) > 1e-12 {
				t.Fatalf("state %d.%d is %v, layer by layer %v", i, j, got, want[i].Data[j])
			}
		}
	}
}

// TestCarTaskLoss compares with sums over the states written out.
func TestCarTaskLoss(t *testing.T) {
	p, policy := PaperCar(), carPolicy()
	theta := policy.Init(nil, random.Stream(2, "policy"))
	task := NewCarTask(p, policy, CarInputs{Speed: 1, Force: 1})
	near, far := 0.0, 0.0 // squared distances: to the extra goal at first, to the goal after
	all := 0.0
	for i, x := range task.Rollout(theta).States {
		square := func(g [2]float64) float64 { return math.Pow(x.Data[0]-g[0], 2) + math.Pow(x.Data[1]-g[1], 2) }
		all += square(p.Goal)
		if i < 15 {
			near += square(p.Extra)
		} else {
			far += square(p.Goal)
		}
	}
	for _, c := range []struct {
		extra bool
		want  float64
	}{{false, math.Sqrt(all)}, {true, math.Sqrt(near) + math.Sqrt(far)}} {
		if got := task.ForMetaTraining(c.extra, false).Loss(theta, nil).Item(); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("extra goal %v: task loss %v, want %v", c.extra, got, c.want)
		}
	}
	adtest.CheckGrads(t, func(x []*ad.Value) *ad.Value { return task.ForMetaTraining(true, true).Loss(x, nil) }, theta, 2)
}

// TestCarInputs checks the inputs of M_φ of the robust version, and that they
// depend on θ through the forces in the visited states only: the derivative of the
// sum of the third column with respect to the gain is Force·Σ s_t.
func TestCarInputs(t *testing.T) {
	problem, policy := PaperCar(), carPolicy()
	policy.Sizes = []int{2, 1}
	task := NewCarTask(problem, policy, CarInputs{Speed: 5, Force: 4, Requested: true, Detached: true}).ForMetaTraining(true, true)
	theta := nn.Params{ad.Column(0.3, 2)} // asks for more than the limit
	f, tr := task.Features(theta, nil), task.Rollout(theta)
	last := tr.Last()
	distance := math.Hypot(last.At(0, 0)-0.5, last.At(0, 1)-1.0375)
	var sum [2]float64
	beyond := false
	for i := range problem.Horizon {
		p, s := tr.States[i].At(0, 0), tr.States[i].At(0, 1)
		u := 0.3*p + 2*s
		beyond = beyond || math.Abs(u) > problem.Car.MaxForce
		sum[0], sum[1] = sum[0]+4*p, sum[1]+4*s
		for j, want := range []float64{p, 5 * s, 4 * u, distance} {
			if got := f.At(i, j); math.Abs(got-want) > 1e-12 {
				t.Errorf("step %d, input %d is %v, want %v", i, j, got, want)
			}
		}
	}
	if !beyond {
		t.Error("the policy never asks for more than the limit; the test needs that")
	}
	g := ad.Grad(ad.Sum(f), theta[0])[0]
	for j, want := range sum {
		if math.Abs(g.Data[j]-want) > 1e-12 {
			t.Errorf("derivative %d of the inputs is %v, want %v", j, g.Data[j], want)
		}
	}
}
