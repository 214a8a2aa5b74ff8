package paper

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
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
	Hidden []int // hidden layers of M_φ
	Train  meta.TrainConfig
	Points int     // data points of a task
	MaxX   float64 // x ~ U[−MaxX, MaxX], drawn once for a task
	MaxNu  float64 // ν ~ U[−MaxNu, MaxNu]
	Start  float64 // θ₀ of meta-training

	Frequencies []float64 // ν of the tests
	Figure      float64   // the one of them whose landscapes are stored for every seed
	Starts      int       // θ₀ of a test, spread evenly over [−MaxNu, MaxNu]
	Steps       int       // gradient steps of a test
	Rates       []float64 // of descent on the MSE, besides the α of the learned losses

	Shown     uint64 // seed whose landscapes are stored for all frequencies, and while they are learned
	Snapshots int    // landscapes stored while they are learned, besides the one of the untrained φ
}

// waveLoss is one of the learned losses. M_φ sees x besides prediction and target
// in the authors' code; the paper's text names prediction and target alone.
type waveLoss struct {
	method        string
	shaped, seesX bool
}

func waveLosses() []waveLoss {
	return []waveLoss{
		{"learned shaped", true, true},
		{"learned unshaped", false, true},
		{"learned shaped without x", true, false},
		{"learned unshaped without x", false, false},
	}
}

func shapedSineTrain(updates int) meta.TrainConfig {
	return meta.TrainConfig{OuterSteps: updates, Unroll: 1, Lifetime: 10, Population: 1,
		InnerRate: 1, Outer: nn.DefaultAdam(3e-3), Clip: math.Inf(1)}
}

func shapedSineExperiment() Experiment {
	frequencies := []float64{-4.5, -3, -1.5, 0.5, 1.5, 3, 4.5}
	return Experiment{
		Name: "shaped-sine", Title: "Shaping the loss of a sine's frequency", Figure: "Fig. 5 a, b",
		Paper: ShapedSine{Hidden: []int{10, 10, 10}, Train: shapedSineTrain(60_000),
			Points: 64, MaxX: 5, MaxNu: 5, Start: 0.1,
			Frequencies: frequencies, Figure: 0.5, Starts: 20, Steps: 100, Rates: []float64{0.1, 0.01},
			Shown: 0, Snapshots: 20},
		Quick: ShapedSine{Hidden: []int{10, 10, 10}, Train: shapedSineTrain(20_000),
			Points: 64, MaxX: 5, MaxNu: 5, Start: 0.1,
			Frequencies: []float64{-3, 0.5, 3}, Figure: 0.5, Starts: 10, Steps: 50, Rates: []float64{0.1, 0.01},
			Shown: 0, Snapshots: 12},
		Claims: shapedSineClaims(), Reference: shapedSineReference,
	}
}

// Net is M_φ: ELU, linear output, [n, 3] or [n, 2] to [n, 1].
func (s ShapedSine) Net(seesX bool) nn.MLP {
	in := 2
	if seesX {
		in = 3
	}
	return nn.MLP{Sizes: append(append([]int{in}, s.Hidden...), 1), Hidden: ad.ELU, Out: nn.Linear, Bias: true, Weights: xavierSmallBias}
}

// Draw draws a task of meta-training.
func (s ShapedSine) Draw(rng *rand.Rand, shaped, seesX bool) Wave {
	nu := s.MaxNu * (2*rng.Float64() - 1)
	return NewWave(nu, s.Start, uniformPoints(s.Points, s.MaxX, rng), shaped, seesX)
}

// Learn meta-trains a loss. observe sees φ before the first update and after each.
// All losses of a seed learn from the same tasks.
func (s ShapedSine) Learn(ctx context.Context, seed uint64, shaped, seesX bool, observe func(meta.Progress) error) (nn.Params, error) {
	loss := meta.Loss{Net: s.Net(seesX)}
	return meta.Train(ctx, loss, loss.Init(random.Stream(seed, "loss init")),
		func(rng *rand.Rand) meta.Task { return s.Draw(rng, shaped, seesX) },
		s.Train, random.Stream(seed, "meta-training"), observe)
}

// Run recomputes one seed.
func (s ShapedSine) Run(ctx context.Context, in Input, report func(done, total int)) (tidy.Table, error) {
	if !slices.Contains(s.Frequencies, s.Figure) {
		return nil, fmt.Errorf("shaped sine: the figure's frequency %g is none of the tests' %v", s.Figure, s.Frequencies)
	}
	w := newWriter("shaped-sine", in.Seed)
	losses := waveLosses()
	for i, l := range losses {
		tell := func(step int) { report(i*s.Train.OuterSteps+step, len(losses)*s.Train.OuterSteps) }
		if err := s.learned(ctx, w, l, tell); err != nil {
			return nil, fmt.Errorf("%s: %w", l.method, err)
		}
	}
	for i, rate := range append([]float64{s.Train.InnerRate}, s.Rates...) {
		method := "task loss"
		if i > 0 {
			method = fmt.Sprintf("task loss at rate %g", rate)
		}
		if err := s.test(ctx, w, waveTest{method, meta.TaskLoss, rate, false}); err != nil {
			return nil, fmt.Errorf("%s: %w", method, err)
		}
	}
	return w.table, nil
}

// learned meta-trains a loss and tests it.
func (s ShapedSine) learned(ctx context.Context, w *writer, l waveLoss, report func(step int)) error {
	snapshot := func(meta.Progress) {}
	if w.seed == s.Shown && l == waveLosses()[0] {
		snapshot = s.snapshots(w, l)
	}
	phi, err := s.Learn(ctx, w.seed, l.shaped, l.seesX, func(p meta.Progress) error {
		if p.Step%100 == 0 {
			report(p.Step)
		}
		snapshot(p)
		return nil
	})
	if err != nil {
		return err
	}
	loss := meta.Loss{Net: s.Net(l.seesX)}
	return s.test(ctx, w, waveTest{l.method, loss.At(phi), s.Train.InnerRate, l.seesX})
}

// frequencyTask names a test frequency in tables.
func frequencyTask(nu float64) string { return fmt.Sprintf("nu=%g", nu) }
