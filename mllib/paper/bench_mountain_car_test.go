package paper

import (
	"math/rand/v2"
	"testing"

	"ml3/mllib/meta"
	"ml3/mllib/random"
)

// benchMountainCar times one update of φ of the released version: an inner step of
// the policy 2-200-1 on M_φ 4-400-400-1 through a roll-out of 35 steps, the task
// loss of a second roll-out, its second-order gradient and Adam.
func benchMountainCar(b *testing.B) { benchCar(b, 0) }

func benchCar(b *testing.B, version int) {
	m := mountainCarExperiment().Paper.(MountainCar)
	v, loss := m.Versions[version], meta.Loss{Net: m.Versions[version].Loss}
	task := NewCarTask(m.Problem, v.Policy, v.Inputs).ForMetaTraining(true, v.Squash)
	if v.OnePolicy {
		task = task.From(m.trainPolicy(v, 0))
	}
	updates(b, meta.NewTrainer(loss, loss.Init(random.Stream(0, "loss init")),
		func(*rand.Rand) meta.Task { return task }, v.Train, random.Stream(0, "meta-training")))
}

// BenchmarkCar times one update of φ of both versions; the robust one has eight
// policies.
func BenchmarkCar(b *testing.B) {
	b.Run("released", benchMountainCar)
	b.Run("robust", func(b *testing.B) { benchCar(b, 1) })
}
