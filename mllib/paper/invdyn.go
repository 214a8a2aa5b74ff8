package paper

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

// InverseDynamics is the experiment of Fig. 5 c, d: a network predicts the inertia
// matrix H(q) of an arm, and with the known bias force its torque, equation (10).
// A loss for fitting it to (q, q̈, τ) is learned twice: with the mean squared torque
// error as task loss, and shaped with ‖H − H_θ‖², for which the simulator's H is
// known in meta-training alone. Descent on two mean squared errors is compared.
//
// In meta-training there is one task, the trajectories of meta-training. In each
// test a fresh network is fitted to mini-batches of new trajectories, and its
// error measured on further ones that it never sees.
type InverseDynamics struct {
	Name   string // of the experiment
	Arm    Arm
	Hidden []int // hidden layers of the network of H
	Loss   []int // hidden layers of M_φ
	Train  meta.TrainConfig
	Batch  int

	TrainPaths int // trajectories of meta-training
	FitPaths   int // of a test, to be fitted
	NewPaths   int // of a test, to measure the error on
	Tests      int
	Steps      int // gradient steps of a test
	EvalEvery  int // updates of φ between two evaluations on the trajectories of meta-training

	Rates      []float64 // α of the MSE to choose from
	PowerRates []float64 // α of the power-weighted MSE to choose from
	RateStarts int       // networks that each α is tried with, on the trajectories of meta-training

	Shown uint64 // seed whose pictures are stored: poses, matrices, torques
}

// The profiles. A φ update sees every age of a network up to the horizon of the
// tests: the eight members live for as many inner steps and are renewed in turn.
func invdyn(name string, arm Arm, hidden int, alpha float64, updates, paths int) InverseDynamics {
	return InverseDynamics{
		Name: name, Arm: arm, Hidden: []int{hidden, hidden}, Loss: []int{40, 40},
		Train: meta.TrainConfig{OuterSteps: updates, Unroll: 1, Lifetime: 200, Population: 8, InnerRate: alpha,
			Outer: nn.DefaultAdam(3e-3), Decay: true, Clip: 10},
		Batch: 64, TrainPaths: 2 * paths, FitPaths: paths, NewPaths: 16, Tests: 3, Steps: 200, EvalEvery: updates / 10,
		Rates:      []float64{0.001, 0.002, 0.003, 0.005, 0.007, 0.01, 0.02, 0.05, 0.1, 0.2},
		PowerRates: []float64{0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1},
		RateStarts: 6, Shown: 0,
	}
}

func invdynReacherExperiment() Experiment {
	quick := invdyn("invdyn-reacher", ReacherArm(), 32, 0.2, 600, 40)
	quick.Tests, quick.NewPaths, quick.RateStarts, quick.EvalEvery = 2, 8, 4, 120
	return Experiment{
		Name: "invdyn-reacher", Title: "Inverse dynamics of the reacher with a shaped loss", Figure: "Fig. 5 c",
		Paper:  invdyn("invdyn-reacher", ReacherArm(), 32, 0.2, 10_000, 100),
		Quick:  quick,
		Claims: invdynReacherClaims(),
	}
}

func invdynSawyerExperiment() Experiment {
	quick := invdyn("invdyn-sawyer", SawyerArm(), 64, 0.1, 400, 40)
	quick.Tests, quick.NewPaths, quick.RateStarts, quick.EvalEvery = 2, 8, 2, 80
	quick.Train.Clip = 1 // with so few updates, the loss must not follow single large gradients
	return Experiment{
		Name: "invdyn-sawyer", Title: "Inverse dynamics of the Sawyer arm with a shaped loss", Figure: "Fig. 5 d",
		Paper:  invdyn("invdyn-sawyer", SawyerArm(), 64, 0.2, 8000, 100),
		Quick:  quick,
		Claims: invdynSawyerClaims(),
	}
}

// Net is M_φ: (τ̂ − τ, τ) of every joint [n, 2 d] to [n, 1], ELU, softplus.
func (e InverseDynamics) Net() nn.MLP {
	sizes := append(append([]int{2 * e.Arm.Joints()}, e.Loss...), 1)
	return nn.MLP{Sizes: sizes, Hidden: ad.ELU, Out: ad.Softplus, Bias: true, Weights: nn.Xavier}
}

// Setting is what a seed of the experiment begins with.
type Setting struct {
	Units Units
	Task  Dynamics // of meta-training, not shaped
	Tests []NewPaths
}

// NewPaths are the trajectories of a test: those that are fitted and those that the
// error is measured on.
type NewPaths struct {
	Fit, New Samples
	Motion   *Motion // New, in SI units
}

// Setting draws the trajectories of a seed: those of meta-training, and those of
// the tests from other streams.
func (e InverseDynamics) Setting(in Input) (Setting, error) {
	model, err := e.Arm.Model(in.Data)
	if err != nil {
		return Setting{}, err
	}
	train := e.Arm.Move(model, e.TrainPaths, random.Stream(in.Seed, "meta-train trajectories"))
	u := NewUnits(train)
	s := Setting{Units: u, Task: Dynamics{Net: nn.NewInertia(e.Arm.Joints(), e.Hidden...), Data: u.Scale(train), Batch: e.Batch,
		Joint: ad.New(1, e.Arm.Joints(), u.Joint)}}
	for k := range e.Tests {
		rng := random.Stream(in.Seed, fmt.Sprintf("test %d trajectories", k))
		fit, fresh := e.Arm.Move(model, e.FitPaths, rng), e.Arm.Move(model, e.NewPaths, rng)
		s.Tests = append(s.Tests, NewPaths{Fit: u.Scale(fit), New: u.Scale(fresh), Motion: fresh})
	}
	return s, nil
}

// Learn meta-trains a loss on the trajectories of meta-training. observe sees φ
// before the first update and after each; it may be nil.
func (e InverseDynamics) Learn(ctx context.Context, s Setting, seed uint64, shaped bool, observe func(meta.Progress) error) (nn.Params, error) {
	loss, task := meta.Loss{Net: e.Net()}, s.Task
	task.Shaped = shaped
	return meta.Train(ctx, loss, loss.Init(random.Stream(seed, "loss init")), func(*rand.Rand) meta.Task { return task },
		e.Train, random.Stream(seed, "meta-training"), observe)
}

// fit is one way of fitting a network: an objective and its rate.
type fit struct {
	method string
	obj    meta.Objective
	rate   float64
}

// The objectives of the baselines.
func mseObjective(task meta.Task, theta nn.Params, rng *rand.Rand) *ad.Value {
	return task.(Dynamics).MSE(theta, rng)
}

func powerObjective(task meta.Task, theta nn.Params, rng *rand.Rand) *ad.Value {
	return task.(Dynamics).PowerMSE(theta, rng)
}

// Run recomputes one seed.
func (e InverseDynamics) Run(ctx context.Context, in Input, report func(done, total int)) (tidy.Table, error) {
	s, err := e.Setting(in)
	if err != nil {
		return nil, err
	}
	w, loss := newWriter(e.Name, in.Seed), meta.Loss{Net: e.Net()}
	total := 2*e.Train.OuterSteps + 1
	var fits []fit
	for i, m := range []struct {
		method string
		shaped bool
	}{{"learned", false}, {"learned shaped", true}} {
		phi, err := e.Learn(ctx, s, in.Seed, m.shaped, func(p meta.Progress) error {
			report(i*e.Train.OuterSteps+p.Step, total)
			if p.Step%e.EvalEvery != 0 {
				return nil
			}
			return e.progress(ctx, w, s, fit{m.method, loss.At(p.Phi), e.Train.InnerRate}, p.Step)
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.method, err)
		}
		fits = append(fits, fit{m.method, loss.At(phi), e.Train.InnerRate})
	}
	baselines, err := e.baselines(ctx, w, s)
	if err != nil {
		return nil, err
	}
	if err := e.test(ctx, w, s, append(fits, baselines...)); err != nil {
		return nil, err
	}
	e.constant(w, s)
	if in.Seed == e.Shown {
		if err := e.poses(w, in, s); err != nil {
			return nil, err
		}
	}
	report(total, total)
	return w.table, nil
}

// progress writes the errors on the trajectories of meta-training after all
// gradient steps, at a φ on the way.
func (e InverseDynamics) progress(ctx context.Context, w *writer, s Setting, f fit, update int) error {
	torque, inertia, err := e.tryOut(ctx, s, f, random.Stream(w.seed, "network for meta-training"))
	if err != nil {
		return err
	}
	w.add(f.method, "meta-training", update, fmt.Sprintf("torque error after %s", steps(e.Steps)), torque)
	w.add(f.method, "meta-training", update, fmt.Sprintf("inertia error after %s", steps(e.Steps)), inertia)
	return nil
}

// tryOut gives the errors on the trajectories of meta-training of a network after
// all gradient steps, errorCap if it diverges.
func (e InverseDynamics) tryOut(ctx context.Context, s Setting, f fit, rng *rand.Rand) (torque, inertia float64, err error) {
	theta, err := meta.Test(ctx, f.obj, s.Task, e.Steps, f.rate, rng, nil)
	var diverged *meta.Diverged
	if errors.As(err, &diverged) {
		return errorCap, errorCap, nil
	}
	if err != nil {
		return 0, 0, err
	}
	torque, inertia = s.Task.Errors(ad.NewTape(), theta, s.Task.Data)
	return capped(torque), capped(inertia), nil
}

// baselines are the mean squared errors at the best of their rates, and the first
// also at the rate of the learned losses.
func (e InverseDynamics) baselines(ctx context.Context, w *writer, s Setting) ([]fit, error) {
	fits := []fit{{"task loss, same rate", mseObjective, e.Train.InnerRate}}
	for _, b := range []struct {
		method string
		obj    meta.Objective
		rates  []float64
	}{{"task loss", mseObjective, e.Rates}, {"power mse", powerObjective, e.PowerRates}} {
		rate, err := e.bestRate(ctx, s, w.seed, b.obj, b.rates)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.method, err)
		}
		w.add(b.method, "meta-training", 0, "rate", rate)
		fits = append(fits, fit{b.method, b.obj, rate})
	}
	return fits, nil
}

// bestRate is the rate with the least torque error on the trajectories of
// meta-training after all steps, the mean over RateStarts networks, among those
// that leave room: at most half the first at which a network diverges. The rates
// increase.
func (e InverseDynamics) bestRate(ctx context.Context, s Setting, seed uint64, obj meta.Objective, rates []float64) (float64, error) {
	errs := make([]float64, 0, len(rates))
	limit := math.Inf(1)
	for _, rate := range rates {
		if rate >= limit {
			break
		}
		sum := 0.0
		for k := range e.RateStarts {
			torque, _, err := e.tryOut(ctx, s, fit{"", obj, rate}, random.Stream(seed, fmt.Sprintf("network %d for rates", k)))
			if err != nil {
				return 0, err
			}
			if torque == errorCap {
				limit = min(limit, rate)
			}
			sum += torque
		}
		errs = append(errs, sum)
	}
	best := -1
	for i, sum := range errs {
		if rates[i] <= limit/2 && (best < 0 || sum < errs[best]) {
			best = i
		}
	}
	if best < 0 {
		return 0, fmt.Errorf("diverges at rate %g, and none of %v is half of that", limit, rates)
	}
	return rates[best], nil
}
