package rigid

import (
	"math/rand/v2"
	"testing"
)

// benchmarkSteps steps a robot with a fresh random control every 5 steps and a
// new start every 1000, and reports steps per second.
func benchmarkSteps(b *testing.B, name string, kind Integrator) {
	m := robot(b, name)
	s := m.NewState()
	rng := rand.New(rand.NewPCG(1, 1))
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		if i%1000 == 0 {
			s.Reset()
			for k := range s.V {
				s.V[k] = 0.1 * rng.NormFloat64()
			}
		}
		if i%5 == 0 {
			for k := range s.Ctrl {
				s.Ctrl[k] = 2*rng.Float64() - 1
			}
		}
		s.Step(kind)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}

func BenchmarkAntRK4(b *testing.B)       { benchmarkSteps(b, "ant", RK4) }
func BenchmarkAntEuler(b *testing.B)     { benchmarkSteps(b, "ant", Euler) }
func BenchmarkReacherRK4(b *testing.B)   { benchmarkSteps(b, "reacher", RK4) }
func BenchmarkReacherEuler(b *testing.B) { benchmarkSteps(b, "reacher", Euler) }

// benchmarkSawyer calls f at a few hundred random poses in turn.
func benchmarkSawyer(b *testing.B, f func(s *State, acc, out []float64)) {
	m := robot(b, "sawyer")
	s := m.NewState()
	rng := rand.New(rand.NewPCG(1, 1))
	poses := make([][3][7]float64, 256)
	for i := range poses {
		for k := range 7 {
			poses[i][0][k], poses[i][1][k], poses[i][2][k] = 2*rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()
		}
	}
	out := make([]float64, 49)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		x := &poses[i%len(poses)]
		copy(s.Q, x[0][:])
		copy(s.V, x[1][:])
		f(s, x[2][:], out)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

func BenchmarkSawyerInverse(b *testing.B) {
	benchmarkSawyer(b, func(s *State, acc, out []float64) { s.Inverse(acc, out[:7]) })
}

func BenchmarkSawyerCRBA(b *testing.B) {
	benchmarkSawyer(b, func(s *State, _, out []float64) { s.MassMatrix(out) })
}

func BenchmarkSawyerForward(b *testing.B) {
	benchmarkSawyer(b, func(s *State, _, out []float64) { s.Forward(out[:7]) })
}
