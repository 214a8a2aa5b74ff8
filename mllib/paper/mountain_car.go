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

// MountainCar is the experiment of Fig. 6 a, b: a loss learned with a goal on the
// opposite hill as extra information makes the car swing up; one learned without,
// descent on the task loss and iLQR do not.
type MountainCar struct {
	Problem  CarProblem
	Versions []CarVersion
	Policies int // fresh initial policies of a seed
	Steps    int // policy updates at meta-test, and iterations of iLQR
	Dense    int // results of every update are stored up to this one, then of every Sparse-th
	Sparse   int
	Drawn    []int // updates whose trajectory is stored, for the first fresh policy

	Rates []float64 // of descent on the task loss, besides the α of the versions
}

// CarVersion is one way of meta-training.
type CarVersion struct {
	Name   string
	Policy nn.MLP // linear
	Loss   nn.MLP
	Inputs CarInputs
	Squash bool // forces are limited by tanh in meta-training; always clipped at meta-test
	// OnePolicy starts every member of meta-training from one and the same θ₀, as
	// the released code does; otherwise each draws its own.
	OnePolicy bool
	Rates     []float64 // of descent on the task loss at meta-test, besides α
	Drawn     bool      // positions are stored, except of Rates
	Train     meta.TrainConfig
}

// releasedInputs are those of the authors' released code.
func releasedInputs() CarInputs { return CarInputs{Speed: 1, Force: 1} }

// The two versions. The first is the authors' released code; what it does not say
// and the paper neither is how the networks are initialized: torch's default. The
// second changes what makes the first fragile: the policy never starts anew from
// the same θ₀ and lives for ten updates, so φ learns to continue; forces keep
// their derivative; M_φ sees quantities of equal size and what the policy asks
// for, so that actions at their limit are told apart.
func carVersions() []CarVersion {
	policy := nn.MLP{Sizes: []int{2, 200, 1}, Hidden: nn.Linear, Out: nn.Linear, Bias: false, Weights: nn.TorchDefault}
	return []CarVersion{
		{
			Name: "released", Policy: policy,
			Loss:   nn.MLP{Sizes: []int{4, 400, 400, 1}, Hidden: ad.ELU, Out: nn.Linear, Bias: true, Weights: nn.TorchDefault},
			Inputs: releasedInputs(), Squash: false, OnePolicy: true, Rates: nil, Drawn: false,
			Train: meta.TrainConfig{OuterSteps: 300, Unroll: 1, Lifetime: 1, Population: 1, InnerRate: 1e-3,
				Outer: nn.DefaultAdam(1e-3), Decay: false, Clip: math.Inf(1)},
		},
		{
			Name: "robust", Policy: policy,
			Loss:   nn.MLP{Sizes: []int{4, 40, 40, 1}, Hidden: ad.ELU, Out: nn.Linear, Bias: true, Weights: nn.TorchDefault},
			Inputs: CarInputs{Speed: 5, Force: 4, Requested: true, Detached: true}, Squash: true, OnePolicy: false, Rates: []float64{0.01, 0.1}, Drawn: true,
			Train: meta.TrainConfig{OuterSteps: 600, Unroll: 1, Lifetime: 10, Population: 8, InnerRate: 0.03,
				Outer: nn.DefaultAdam(3e-3), Decay: true, Clip: 1},
		},
	}
}

func mountainCarExperiment() Experiment {
	return Experiment{
		Name: "mountain-car", Title: "Mountain car with an extra goal at meta-train time", Figure: "Fig. 6 a, b",
		Paper: MountainCar{Problem: paperCar(), Versions: carVersions(), Policies: 25, Steps: 120,
			Dense: 20, Sparse: 15, Drawn: []int{0, 3, 10}},
		Quick: MountainCar{Problem: paperCar(), Versions: carVersions()[1:], Policies: 5, Steps: 20,
			Dense: 20, Sparse: 15, Drawn: []int{0, 3, 10}},
		Claims: carClaims(), Reference: carReference,
	}
}

// MetaTrain learns a loss with or without the extra goal. observe may be nil.
func (m MountainCar) MetaTrain(ctx context.Context, v CarVersion, extraGoal bool, seed uint64,
	observe func(meta.Progress) error) (meta.Objective, error) {
	loss := meta.Loss{Net: v.Loss}
	task := NewCarTask(m.Problem, v.Policy, v.Inputs).ForMetaTraining(extraGoal, v.Squash)
	if v.OnePolicy {
		task = task.From(m.trainPolicy(v, seed))
	}
	phi, err := meta.Train(ctx, loss, loss.Init(random.Stream(seed, v.Name+" loss init")),
		func(*rand.Rand) meta.Task { return task }, v.Train, random.Stream(seed, v.Name+" meta-training"), observe)
	if err != nil {
		return nil, err
	}
	return loss.At(phi), nil
}

// trainPolicy is the θ₀ of meta-training of a version with OnePolicy.
func (m MountainCar) trainPolicy(v CarVersion, seed uint64) nn.Params {
	return v.Policy.Init(nil, random.Stream(seed, v.Name+" policy of meta-training"))
}

// freshPolicy is initial policy k of meta-test, the same for all methods.
func (m MountainCar) freshPolicy(v CarVersion, seed uint64, k int) nn.Params {
	return v.Policy.Init(nil, random.Stream(seed, fmt.Sprintf("fresh policy %d", k)))
}

// Run recomputes one seed.
func (m MountainCar) Run(ctx context.Context, in Input, report func(done, total int)) (tidy.Table, error) {
	w := newWriter("mountain-car", in.Seed)
	done, total := 0, m.work()
	advance := func(n int) { done += n; report(done, total) }
	for _, v := range m.Versions {
		if err := m.version(ctx, w, v, advance); err != nil {
			return nil, fmt.Errorf("%s: %w", v.Name, err)
		}
	}
	report(total, total)
	return w.table, nil
}

// work is the number of steps of one seed, of whatever kind.
func (m MountainCar) work() int {
	n := 0
	for _, v := range m.Versions {
		n += 2*v.Train.OuterSteps*v.Train.Population + (3+len(v.Rates))*m.Policies*m.Steps
		if v.OnePolicy {
			n += (3 + len(v.Rates)) * m.Steps
		}
	}
	return n
}

// version meta-trains with and without the extra goal and tests.
func (m MountainCar) version(ctx context.Context, w *writer, v CarVersion, advance func(int)) error {
	methods := []carMethod{{"task loss", meta.TaskLoss, v.Train.InnerRate, v.Drawn}}
	for _, rate := range v.Rates {
		methods = append(methods, carMethod{fmt.Sprintf("task loss, rate %g", rate), meta.TaskLoss, rate, false})
	}
	for _, l := range []struct {
		name      string
		extraGoal bool
	}{{"learned", true}, {"learned without extra goal", false}} {
		obj, err := m.MetaTrain(ctx, v, l.extraGoal, w.seed, func(p meta.Progress) error {
			if p.Step > 0 {
				advance(v.Train.Population)
			}
			if p.Step > 0 && (p.Step%10 == 0 || p.Step == 1) {
				w.add(l.name, v.Name+"/meta-training", p.Step-1, "task loss", p.TaskLoss)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		methods = append(methods, carMethod{l.name, obj, v.Train.InnerRate, v.Drawn})
	}
	fresh := make([]nn.Params, m.Policies)
	for k := range fresh {
		fresh[k] = m.freshPolicy(v, w.seed, k)
	}
	if err := m.test(ctx, w, v, "fresh policies", fresh, methods, advance); err != nil || !v.OnePolicy {
		return err
	}
	return m.test(ctx, w, v, "policy of meta-training", []nn.Params{m.trainPolicy(v, w.seed)}, methods, advance)
}
