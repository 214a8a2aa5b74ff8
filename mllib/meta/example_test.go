package meta_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

// line is a task of one's own: fit y = θ x to points [n, 1] of a line through 0.
type line struct{ x, y *ad.Value }

// newLine draws a line with a slope from 1 to 3.
func newLine(rng *rand.Rand) meta.Task {
	x := ad.New(4, 1, []float64{-1, -0.5, 0.5, 1})
	return line{x, ad.Scale(1+2*rng.Float64(), x)}
}

// Init starts at a flat line.
func (l line) Init(tape *ad.Tape, _ *rand.Rand) nn.Params { return nn.Params{tape.Zeros(1, 1)} }

// Features are what the learned loss sees: prediction and target, [n, 2].
func (l line) Features(theta nn.Params, _ *rand.Rand) *ad.Value {
	return ad.ConcatCols(ad.MatMul(l.x, theta[0]), l.y)
}

// Loss is the task loss: the mean squared error, [1, 1].
func (l line) Loss(theta nn.Params, _ *rand.Rand) *ad.Value {
	return ad.Mean(ad.Square(ad.Sub(ad.MatMul(l.x, theta[0]), l.y)))
}

var net = nn.MLP{Sizes: []int{2, 16, 1}, Hidden: ad.Tanh, Out: ad.Softplus, Bias: true, Weights: nn.Xavier}

// A task has three methods. Descent on its own loss is algorithm 2 with the rule of a
// baseline.
func ExampleTask() {
	task := newLine(random.Stream(1, "task"))
	var d meta.Descent
	for d.Start(meta.Objective(meta.TaskLoss).At(0.1), task, random.Stream(1, "θ")); d.Next(context.Background(), 20); {
		if d.Step()%10 == 0 {
			fmt.Printf("after %2d steps the error is %.4f\n", d.Step(), task.Loss(d.Theta(), nil).Item())
		}
	}
	if err := d.Err(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// after  0 steps the error is 2.1260
	// after 10 steps the error is 0.1471
	// after 20 steps the error is 0.0102
}

// Algorithm 1 learns a loss for one gradient step; that loss, or the mean squared
// error at the same rate, then takes three steps on a line it has not seen.
func ExampleTrainer() {
	learner := meta.Loss{Net: net, Rate: 0.1}
	rng := random.Stream(1, "meta-training")
	config := meta.DefaultTrainConfig(1000)
	config.Outer.Rate = 3e-3
	t := meta.NewTrainer(learner, learner.Init(rng), newLine, config, rng)
	for t.Next(context.Background()) {
		if t.Step() == 1 || t.Step() == 1000 {
			fmt.Printf("update %4d: the task loss after the inner step is %.3f\n", t.Step(), t.TaskLoss())
		}
	}
	if err := t.Err(); err != nil {
		log.Fatal(err)
	}
	task := newLine(random.Stream(2, "test"))
	for _, rule := range []meta.Rule{learner.At(t.Phi()), meta.Objective(meta.TaskLoss).At(0.1)} {
		var d meta.Descent
		for d.Start(rule, task, rng); d.Next(context.Background(), 3); {
		}
		fmt.Printf("after 3 steps the error is %.3f\n", task.Loss(d.Theta(), nil).Item())
	}
	// Output:
	// update    1: the task loss after the inner step is 2.046
	// update 1000: the task loss after the inner step is 0.014
	// after 3 steps the error is 0.011
	// after 3 steps the error is 1.381
}
