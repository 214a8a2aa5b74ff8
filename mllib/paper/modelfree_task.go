package paper

import (
	"fmt"
	"math/rand/v2"

	"ml3/mllib/env"
	"ml3/mllib/kernel"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/rl"
	"ml3/mllib/tidy"
)

var _ meta.Task = (*rl.ModelFree)(nil)

// FreeWorld is a world by its constants.
type FreeWorld interface {
	// Open makes the world with episodes of the given number of steps, from the robots in
	// the folder data/robots.
	Open(data string, steps int) (env.World, error)
}

// FreeReacher are the constants of the reacher.
type FreeReacher env.ReacherConstants

// Open implements FreeWorld.
func (c FreeReacher) Open(data string, steps int) (env.World, error) {
	c.Steps = steps
	return env.OpenReacherGoal(data, env.ReacherConstants(c))
}

// FreeAnt are the constants of the ant.
type FreeAnt env.AntConstants

// Open implements FreeWorld.
func (c FreeAnt) Open(data string, steps int) (env.World, error) {
	c.Steps = steps
	return env.OpenAntGoal(data, env.AntConstants(c))
}

// FreeLearner is a learned loss whose last layer begins at a share of its ordinary
// size.
type FreeLearner struct {
	Last float64 // that share
	meta.Learner
}

// Init draws φ on the heap.
func (l FreeLearner) Init(rng *rand.Rand) nn.Params {
	phi := l.Learner.Init(rng)
	for _, v := range phi[len(phi)-2:] { // weights and biases
		kernel.Scale(v.Data, l.Last, v.Data)
	}
	return phi
}

// advantage are the advantages of L_T while a meta-training goes on, the same for all
// its tasks.
func (t FreeTraining) advantage(rng *rand.Rand) rl.Advantage {
	if t.Critic != nil {
		return rl.NewScaled(t.Critic.Start(rng))
	}
	return rl.Standard{Of: rl.Baseline{Discount: t.Discount}}
}

// FreeMeta is a meta-training with what it records.
type FreeMeta struct {
	Training
	Recorder *rl.Recorder // counts the samples
}

// Training is the meta-training of a loss under a seed. Goals are drawn anywhere.
func (v FreeVersion) Training(loss FreeLoss, data string, seed uint64) (FreeMeta, error) {
	w, err := v.World.Open(data, v.Train.Steps)
	if err != nil {
		return FreeMeta{}, err
	}
	recorder := rl.NewRecorder(env.NewBatch(w, v.Train.Episodes, 1), v.Policy)
	anywhere := func(goal []float64, rng *rand.Rand) { w.DrawGoal(goal, env.Anywhere, rng) }
	pool := make([]*rl.Fresh, v.Train.Pool)
	rng := random.Stream(seed, v.Name+" fresh policies")
	for i := range pool {
		if pool[i], err = rl.NewFresh(recorder, anywhere, rng); err != nil {
			return FreeMeta{}, fmt.Errorf("fresh policy %d: %w", i, err)
		}
	}
	advantage := v.Train.advantage(random.Stream(seed, v.Name+" critic"))
	draw := func(rng *rand.Rand) meta.Task {
		fresh := pool[rng.IntN(len(pool))]
		return &rl.ModelFree{Recorder: recorder, Advantage: advantage, Goal: fresh.Goal, Fresh: fresh,
			Rows: v.Train.Rows, Inputs: loss.Inputs, Units: v.Units}
	}
	config := v.Train.Config
	config.Outer.Rate = loss.Eta
	if v.Train.Young > 0 {
		config.Lifetime = 1
	}
	return FreeMeta{Training{Method: loss.Method, Task: freeTraining(v.Name), Learner: loss.Learner, Draw: draw, Config: config,
		Init: v.Name + " loss init", Stream: v.Name + " meta-training"}, recorder}, nil
}

// freeTraining and freeTest name the rows of a version.
func freeTraining(version string) string {
	return tidy.TaskOf("version", version, "split", "meta-train")
}

func freeTest(version string, k int) string {
	return tidy.TaskOf("version", version, "split", "meta-test", "goal", fmt.Sprint(k))
}

func freeValidation(version string, k int) string {
	return tidy.TaskOf("version", version, "split", "validation", "goal", fmt.Sprint(k))
}

// deeper is the policy with another number of hidden layers of the same size.
func deeper(g nn.Gaussian, layers int) nn.Gaussian {
	no, hidden, na := g.Sizes[0], g.Sizes[1], g.Actions()
	sizes := []int{no}
	for range layers {
		sizes = append(sizes, hidden)
	}
	g.Sizes = append(sizes, na)
	return g
}
