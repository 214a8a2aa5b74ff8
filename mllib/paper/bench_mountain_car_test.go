package paper

import "testing"

// benchMountainCar times one update of φ of the released version: an inner step of
// the policy 2-200-1 on M_φ 4-400-400-1 through a roll-out of 35 steps, the task
// loss of a second roll-out, its second-order gradient and Adam.
func benchMountainCar(b *testing.B) { benchCar(b, 0) }

func benchCar(b *testing.B, version int) {
	m := mountainCarExperiment().Paper.(MountainCar)
	updates(b, m.Training(m.Versions[version], true, 0))
}

// BenchmarkCar times one update of φ of both versions; the robust one has eight
// policies.
func BenchmarkCar(b *testing.B) {
	b.Run("released", benchMountainCar)
	b.Run("robust", func(b *testing.B) { benchCar(b, 1) })
}
