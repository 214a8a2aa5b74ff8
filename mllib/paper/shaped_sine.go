package paper

import (
	"math"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/tidy"
)

// ShapedSine is the experiment of Fig. 5 a, b: can a loss for fitting the
// frequency of a sine be learned that has no other minimum than the truth? The
// MSE has about ten. Three losses are compared: learned with the true frequency
// in the task loss ("shaped"), learned with the MSE as the task loss, and the MSE.
//
// "Four tasks per outer step" is read as the authors' code has it: one after the
// other, θ from Start for each, and an update of φ after each of a task's inner
// steps. So an outer step of the paper is 40 updates, one at a time: Population 1
// and Lifetime 10.
type ShapedSine struct {
	Hidden []int   // hidden layers of M_φ
	Rate   float64 // α
	Train  meta.TrainConfig
	Points int     // data points of a task
	MaxX   float64 // x ~ U[−MaxX, MaxX], drawn once for a task
	MaxNu  float64 // ν ~ U[−MaxNu, MaxNu]
	Start  float64 // θ₀ of meta-training

	Frequencies []float64 // ν of the tests
	ShownNu     float64   // the one of them whose landscapes are stored for every seed
	Starts      int       // θ₀ of a test, spread evenly over [−MaxNu, MaxNu]
	Steps       int       // gradient steps of a test
	Rates       []float64 // of descent on the MSE, besides the α of the learned losses

	Shown     uint64 // seed whose landscapes are stored for all frequencies, and while they are learned
	Snapshots int    // landscapes stored while they are learned, besides the one of the untrained φ
}

// waveLoss is one of the learned losses. M_φ sees x besides prediction and target
// in the authors' code; the paper's text names prediction and target alone.
type waveLoss struct{ shaped, seesX bool }

func waveLosses() []waveLoss {
	return []waveLoss{{true, true}, {false, true}, {true, false}, {false, false}}
}

func shapedSineTrain(updates int) meta.TrainConfig {
	return meta.TrainConfig{OuterSteps: updates, Unroll: 1, Lifetime: 10, Population: 1,
		Outer: nn.DefaultAdam(3e-3), Clip: math.Inf(1)}
}

func shapedSineExperiment() Experiment {
	paper := ShapedSine{Hidden: []int{10, 10, 10}, Rate: 1, Train: shapedSineTrain(60_000),
		Points: 64, MaxX: 5, MaxNu: 5, Start: 0.1,
		Frequencies: []float64{-4.5, -3, -1.5, 0.5, 1.5, 3, 4.5}, ShownNu: 0.5, Starts: 20, Steps: 100, Rates: []float64{0.1, 0.01},
		Shown: 0, Snapshots: 20}
	quick := paper
	quick.Train, quick.Frequencies = shapedSineTrain(20_000), []float64{-3, 0.5, 3}
	quick.Starts, quick.Steps, quick.Snapshots = 10, 50, 12
	return Experiment{
		Name: "shaped-sine", Title: "Shaping the loss of a sine's frequency", Figure: "Fig. 5 a, b", Revision: 1,
		Paper: paper, Quick: quick, Claims: shapedSineClaims(), Reference: shapedSineReference,
	}
}

// Loss is M_φ, ELU and a linear output, [n, 3] or [n, 2] to [n, 1], with its rate.
func (s ShapedSine) Loss(seesX bool) meta.Loss {
	sizes := append(append([]int{2}, s.Hidden...), 1)
	if seesX {
		sizes[0] = 3
	}
	return meta.Loss{Rate: s.Rate, Net: nn.MLP{Sizes: sizes, Hidden: ad.ELU, Out: nn.Linear, Bias: true, Weights: xavierSmallBias}}
}

// shapedSineReference has the landscapes that the authors' code learned, seed 0,
// ν = 0.5.
func shapedSineReference(data string) (tidy.Table, error) {
	curve := func(file, method string) theirs {
		return theirs{file: file, columns: tidy.Wide{Step: "theta", Column: "meta_loss", Index: landscapeIndex}, method: method, task: frequencyTask(0.5), metric: "landscape"}
	}
	return readCurves(data, "shaped-sine", []theirs{
		curve("shaped_sine_landscape_True.csv", ReferenceShaped),
		curve("shaped_sine_landscape_False.csv", Reference),
	})
}
