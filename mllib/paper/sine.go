package paper

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

// Sine is the regression experiment, Fig. 2, top row: one train task
// y = sin(x − π), and test tasks y = A sin(x − ω) with A ~ U[0.2, 5] and
// ω ~ U[−π, π].
type Sine struct {
	Versions  []SineVersion
	Ablation  SineAblation
	Points    int       // data points of a task, x uniform in its range
	TrainX    float64   // the train task has x in [−TrainX, TrainX]
	TestX     []float64 // ranges of the test tasks
	TestTasks int
	TestSteps int // gradient steps at meta-test
	EvalEvery int // outer steps between two evaluations of φ
	// EvalTests makes each of these evaluate both objectives on the test tasks
	// too, as the released code does; the paper shows only the final φ there.
	EvalTests bool
}

// SineVersion is one set of network sizes. Every evaluation starts from a θ₀
// drawn as in meta-training, except that TestWeights initializes it.
type SineVersion struct {
	Name        string
	Optimizee   nn.MLP
	TestWeights nn.Initializer
	Loss        nn.MLP
	Train       meta.TrainConfig
}

// SineAblation compares updating φ after every inner step with once after all of
// them, for the same number of fresh optimizees.
type SineAblation struct {
	Version    SineVersion // its Train is replaced by the two below
	InnerSteps int
	OuterSteps int // optimizees drawn
	EvalEvery  int // optimizees between two evaluations
}

func sineTrain(outerSteps, unroll, lifetime int) meta.TrainConfig {
	return meta.TrainConfig{OuterSteps: outerSteps, Unroll: unroll, Lifetime: lifetime, Population: 1,
		InnerRate: 1e-3, Outer: nn.DefaultAdam(1e-3), Clip: math.Inf(1)}
}

// The paper's sizes and the authors' released ones, side by side. The paper does
// not say how θ is initialized; the released code draws it by Xavier in
// meta-training, and new optimizees for testing by torch's default.
func sineVersions(outerSteps int) []SineVersion {
	return []SineVersion{
		{
			Name:        "paper 40-40",
			Optimizee:   nn.MLP{Sizes: []int{1, 40, 40, 1}, Hidden: ad.ReLU, Out: nn.Linear, Bias: true, Weights: nn.Xavier},
			TestWeights: nn.TorchDefault,
			Loss:        nn.MLP{Sizes: []int{2, 40, 40, 1}, Hidden: ad.ReLU, Out: ad.Softplus, Bias: false, Weights: nn.Xavier},
			Train:       sineTrain(outerSteps, 1, 1),
		},
		{
			Name:        "released 100-10",
			Optimizee:   nn.MLP{Sizes: []int{1, 100, 10, 1}, Hidden: ad.ReLU, Out: nn.Linear, Bias: true, Weights: nn.Xavier},
			TestWeights: nn.TorchDefault,
			Loss:        nn.MLP{Sizes: []int{2, 50, 50, 1}, Hidden: ad.ReLU, Out: ad.Softplus, Bias: false, Weights: nn.Xavier},
			Train:       sineTrain(outerSteps, 1, 1),
		},
	}
}

func sineExperiment() Experiment {
	full, quick := sineVersions(500), sineVersions(500)
	return Experiment{
		Name: "sine", Title: "Sine regression with a learned loss", Figure: "Fig. 2, top row",
		Paper: Sine{Versions: full, Points: 100, TrainX: 2, TestX: []float64{2, 5}, TestTasks: 10, TestSteps: 100, EvalEvery: 10,
			Ablation: SineAblation{Version: full[0], InnerSteps: 10, OuterSteps: 500, EvalEvery: 10}},
		Quick: Sine{Versions: quick, Points: 100, TrainX: 2, TestX: []float64{2, 5}, TestTasks: 4, TestSteps: 100, EvalEvery: 50,
			Ablation: SineAblation{Version: quick[0], InnerSteps: 10, OuterSteps: 100, EvalEvery: 10}},
		Claims:    sineClaims(),
		Reference: sineReference,
	}
}

// Regression is the task of fitting data [n, 1] by an MLP. M_φ sees (prediction,
// target); the task loss is the mean squared error.
type Regression struct {
	Net  nn.MLP
	X, Y *ad.Value // [n, 1]
}

var _ meta.Task = Regression{}

// Init draws θ₀.
func (r Regression) Init(tape *ad.Tape, rng *rand.Rand) nn.Params { return r.Net.Init(tape, rng) }

// Features are (prediction, target) [n, 2].
func (r Regression) Features(theta nn.Params, _ *rand.Rand) *ad.Value {
	return ad.ConcatCols(r.Net.Apply(theta, r.X), r.Y)
}

// Loss is the mean squared error.
func (r Regression) Loss(theta nn.Params, _ *rand.Rand) *ad.Value {
	return ad.Mean(ad.Square(ad.Sub(r.Net.Apply(theta, r.X), r.Y)))
}

// SineTask draws n points of y = A sin(x − ω) with x ~ U[−bound, bound].
func SineTask(net nn.MLP, amplitude, phase, bound float64, n int, rng *rand.Rand) Regression {
	x, y := ad.Zeros(n, 1), ad.Zeros(n, 1)
	for i := range n {
		x.Data[i] = bound * (2*rng.Float64() - 1)
		y.Data[i] = amplitude * math.Sin(x.Data[i]-phase)
	}
	return Regression{Net: net, X: x, Y: y}
}

// TrainTask is the one task of meta-training.
func (s Sine) TrainTask(net nn.MLP, seed uint64) Regression {
	return SineTask(net, 1, math.Pi, s.TrainX, s.Points, random.Stream(seed, "train task"))
}

// TestTask is test task k for x in [−bound, bound]; its amplitude and phase do not
// depend on the range.
func (s Sine) TestTask(net nn.MLP, seed uint64, k int, bound float64) Regression {
	rng := random.Stream(seed, fmt.Sprintf("test task %d", k))
	amplitude := 0.2 + 4.8*rng.Float64()
	phase := math.Pi * (2*rng.Float64() - 1)
	return SineTask(net, amplitude, phase, bound, s.Points, rng)
}

// Run recomputes one seed.
func (s Sine) Run(ctx context.Context, in Input, report func(done, total int)) (tidy.Table, error) {
	w := newWriter("sine", in.Seed)
	s.tasks(w)
	total := 0
	for _, v := range s.Versions {
		total += v.Train.OuterSteps
	}
	total += s.Ablation.OuterSteps
	done := 0
	for _, v := range s.Versions {
		if err := s.version(ctx, w, v, func(step int) { report(done+step, total) }); err != nil {
			return nil, fmt.Errorf("%s: %w", v.Name, err)
		}
		done += v.Train.OuterSteps
	}
	if err := s.ablation(ctx, w, func(step int) { report(done+step, total) }); err != nil {
		return nil, fmt.Errorf("ablation: %w", err)
	}
	report(total, total)
	return w.table, nil
}

// tasks writes the points of the train task, and of the widest test tasks the
// first few, for the figures.
func (s Sine) tasks(w *writer) {
	write := func(task string, r Regression, n int) {
		for i := range n {
			w.add("task loss", task, i, "data/x", r.X.Data[i])
			w.add("task loss", task, i, "data/y", r.Y.Data[i])
		}
	}
	write("train", s.TrainTask(nn.MLP{}, w.seed), s.Points)
	for k := range s.TestTasks {
		write(fmt.Sprintf("test-%d", k), s.TestTask(nn.MLP{}, w.seed, k, s.TestX[len(s.TestX)-1]), min(15, s.Points))
	}
}

// version meta-trains one version, evaluating φ on the way, and tests the result.
func (s Sine) version(ctx context.Context, w *writer, v SineVersion, report func(int)) error {
	task := s.TrainTask(v.Optimizee, w.seed)
	loss := meta.Loss{Net: v.Loss}
	evalNet := v.Optimizee
	evalNet.Weights = v.TestWeights
	evalTask := task
	evalTask.Net = evalNet

	baseline, err := s.mse(ctx, meta.TaskLoss, evalTask, v, w.seed, "train")
	if err != nil {
		return err
	}
	evaluate := func(step int, phi nn.Params) error {
		curve, err := s.mse(ctx, loss.At(phi), evalTask, v, w.seed, "train")
		if err != nil {
			return err
		}
		for _, n := range []int{1, s.TestSteps} {
			metric := fmt.Sprintf("mse after %s", steps(n))
			w.add("learned", v.Name+"/train", step, metric, curve[n])
			w.add("task loss", v.Name+"/train", step, metric, baseline[n])
		}
		if !s.EvalTests {
			return nil
		}
		return s.overTests(ctx, v, evalTask, loss.At(phi), w.seed, func(method, task string, mean []float64) {
			w.add(method, task, step, fmt.Sprintf("mse after %s", steps(s.TestSteps)), mean[s.TestSteps])
		})
	}
	phi, err := meta.Train(ctx, loss, loss.Init(random.Stream(w.seed, v.Name+" loss init")),
		func(*rand.Rand) meta.Task { return task }, v.Train, random.Stream(w.seed, v.Name+" meta-training"),
		func(p meta.Progress) error {
			report(p.Step)
			if p.Step%s.EvalEvery == 0 || p.Step == v.Train.OuterSteps {
				return evaluate(p.Step, p.Phi)
			}
			return nil
		})
	if err != nil {
		return err
	}
	return s.test(ctx, w, v, evalTask, loss.At(phi))
}

// test writes the curves of both objectives on the train task and the means over
// the test tasks of each range.
func (s Sine) test(ctx context.Context, w *writer, v SineVersion, train Regression, learned meta.Objective) error {
	for _, m := range contest(learned) {
		curve, err := s.mse(ctx, m.obj, train, v, w.seed, "train")
		if err != nil {
			return err
		}
		w.curve(m.name, v.Name+"/train", "mse", curve)
	}
	return s.overTests(ctx, v, train, learned, w.seed, func(method, task string, mean []float64) { w.curve(method, task, "mse", mean) })
}

type contestant struct {
	name string
	obj  meta.Objective
}

func contest(learned meta.Objective) []contestant {
	return []contestant{{"learned", learned}, {"task loss", meta.TaskLoss}}
}

// overTests gives the curve of each objective in each range, the mean over the
// test tasks.
func (s Sine) overTests(ctx context.Context, v SineVersion, train Regression, learned meta.Objective, seed uint64,
	give func(method, task string, mean []float64)) error {
	for _, m := range contest(learned) {
		for _, bound := range s.TestX {
			mean := make([]float64, s.TestSteps+1)
			for k := range s.TestTasks {
				curve, err := s.mse(ctx, m.obj, s.TestTask(train.Net, seed, k, bound), v, seed, fmt.Sprintf("test %d", k))
				if err != nil {
					return fmt.Errorf("%s, test task %d on [%g, %g]: %w", m.name, k, -bound, bound, err)
				}
				for i, y := range curve {
					mean[i] += y / float64(s.TestTasks)
				}
			}
			give(m.name, fmt.Sprintf("%s/test [-%g,%g]", v.Name, bound, bound), mean)
		}
	}
	return nil
}

// mse is the task loss before the first and after each gradient step on the
// objective. Both objectives start from the same θ₀.
func (s Sine) mse(ctx context.Context, obj meta.Objective, task Regression, v SineVersion, seed uint64, name string) ([]float64, error) {
	curve := make([]float64, 0, s.TestSteps+1)
	tape := ad.NewTape()
	_, err := meta.Test(ctx, obj, task, s.TestSteps, v.Train.InnerRate, random.Stream(seed, v.Name+" optimizee for "+name),
		func(_ int, theta nn.Params) {
			tape.Reset()
			curve = append(curve, task.Loss(tape.Leaves(theta), nil).Item())
		})
	if err != nil {
		return nil, err
	}
	if last := curve[len(curve)-1]; math.IsNaN(last) || math.IsInf(last, 0) {
		return nil, &meta.Diverged{Step: s.TestSteps, Quantity: "task loss", Value: last}
	}
	return curve, nil
}

// ablation meta-trains with φ updated after each inner step and once after all.
func (s Sine) ablation(ctx context.Context, w *writer, report func(int)) error {
	a := s.Ablation
	for _, m := range []struct {
		name             string
		unroll, lifetime int
	}{{"each step", 1, a.InnerSteps}, {"once after all", a.InnerSteps, 1}} {
		v := a.Version
		v.Train.OuterSteps, v.Train.Unroll, v.Train.Lifetime = a.OuterSteps*m.lifetime, m.unroll, m.lifetime
		task, loss := s.TrainTask(v.Optimizee, w.seed), meta.Loss{Net: v.Loss}
		short := s
		short.TestSteps = a.InnerSteps
		_, err := meta.Train(ctx, loss, loss.Init(random.Stream(w.seed, v.Name+" loss init")),
			func(*rand.Rand) meta.Task { return task }, v.Train, random.Stream(w.seed, "ablation "+m.name),
			func(p meta.Progress) error {
				drawn := p.Step / m.lifetime
				if p.Step%m.lifetime != 0 {
					return nil
				}
				report(drawn)
				if drawn%a.EvalEvery != 0 {
					return nil
				}
				curve, err := short.mse(ctx, loss.At(p.Phi), task, v, w.seed, "train")
				if err != nil {
					return err
				}
				w.add(m.name, "each-step", drawn, fmt.Sprintf("mse after %s", steps(a.InnerSteps)), curve[a.InnerSteps])
				return nil
			})
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return nil
}

func steps(n int) string {
	if n == 1 {
		return "1 step"
	}
	return fmt.Sprintf("%d steps", n)
}
