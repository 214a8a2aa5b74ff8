package paper

import (
	"math"

	"ml3/mllib/ad"
	"ml3/mllib/digits"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
)

// Digits is the classification experiment, Fig. 2, bottom row: LeNet learns to
// tell two digits apart. One pair of digits is for meta-training, the remaining
// digits make pairs for meta-test; a seed decides which. Everything is measured
// on pictures that no gradient step has seen.
type Digits struct {
	Net   nn.LeNet
	Loss  meta.Loss // M_φ on (2 log-probabilities, 2 one-hot targets), and α
	Train meta.TrainConfig
	Batch int // pictures of a step, drawn with replacement

	TestPairs int       // of the four
	TestSteps int       // gradient steps of a test
	Record    []int     // gradient steps after which a test is measured
	EvalEvery int       // outer steps between two tests of φ on the train pair
	Held      int       // held-out pictures of a pair that are measured, at most
	Rates     []float64 // among which the best for the task loss is searched
	RateOver  int       // optimizees over which the result of a rate is averaged
	ScaleOver int       // optimizees over which the scale of the learned loss's gradient is averaged

	// Pictures of each digit that are rendered where there is no MNIST.
	RenderTrain, RenderTest int
}

func digitsExperiment() Experiment {
	record := []int{0, 1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100}
	rates := []float64{1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1}
	loss := meta.Loss{Rate: 1e-3,
		Net: nn.MLP{Sizes: []int{4, 40, 40, 1}, Hidden: ad.ReLU, Out: ad.Softplus, Bias: false, Weights: nn.Xavier}}
	return Experiment{
		Name: "digits", Title: "Telling digits apart with a learned loss", Figure: "Fig. 2, bottom row", Revision: 1,
		Paper: Digits{
			Net: nn.PaperLeNet(), Loss: loss, Train: digitsTrain(2000, 1e-3), Batch: 64,
			TestPairs: 4, TestSteps: 100, Record: record, EvalEvery: 50, Held: 1000, Rates: rates, RateOver: 5, ScaleOver: 10,
			RenderTrain: 1000, RenderTest: 200,
		},
		Quick: Digits{
			Net: nn.LeNet{Side: 28, Filter: 5, Conv1: 4, Conv2: 6, Hidden: 16, Classes: 2}, Loss: loss,
			Train: digitsTrain(2000, 1e-3), Batch: 16,
			TestPairs: 2, TestSteps: 100, Record: record, EvalEvery: 250, Held: 100, Rates: rates[3:6], RateOver: 1, ScaleOver: 5,
			RenderTrain: 100, RenderTest: 50,
		},
		Claims: digitsClaims(),
		Inputs: digitsInputs,
	}
}

// digitsTrain: every optimizee lives for ten inner steps, with an update of φ
// after each.
func digitsTrain(outerSteps int, outer float64) meta.TrainConfig {
	return meta.TrainConfig{OuterSteps: outerSteps, Unroll: 1, Lifetime: 10, Population: 1,
		Outer: nn.DefaultAdam(outer), Clip: math.Inf(1)}
}

// digitsInputs says which digits there are.
func digitsInputs(data string) ([]string, error) {
	source := digits.SourceName(data)
	if source == "rendered" {
		source += ", for MNIST is not here (ml3 mnist fetches it)"
	}
	return []string{"digits of " + source}, nil
}
