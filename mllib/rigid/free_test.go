package rigid

import "testing"

// TestFreeDamping: a body without gravity that slides along x and turns about
// its z axis obeys (m + armature) v' = −damping v and (I + armature) w' =
// −damping w.
func TestFreeDamping(t *testing.T) {
	const mass, damping, armature = 1.5, 0.5, 0.2
	m := parse(t, `<mujoco><option timestep="0.01" gravity="0 0 0"/><worldbody><body>
		<joint type="free" damping="0.5" armature="0.2"/><geom type="box" size="0.1 0.2 0.05" mass="1.5"/>
		</body></worldbody></mujoco>`)
	s := m.NewState()
	s.V[0], s.V[5] = 1, 2
	inertia := mass / 3 * (0.1*0.1 + 0.2*0.2)
	acc := make([]float64, 6)
	s.Forward(acc)
	want := []float64{-damping / (mass + armature), 0, 0, 0, 0, -2 * damping / (inertia + armature)}
	wantNear(t, "acceleration", acc, want, 1e-15)
	s.Advance(Euler, 100)
	// Damping implicit: v falls by the factor 1 + h damping/(m + armature) a step.
	v, w := 1.0, 2.0
	for range 100 {
		v /= 1 + 0.01*damping/(mass+armature)
		w /= 1 + 0.01*damping/(inertia+armature)
	}
	wantNear(t, "velocity", s.V, []float64{v, 0, 0, 0, 0, w}, 1e-14)
	wantNear(t, "MuJoCo's answer", []float64{s.V[0], s.V[5]}, []float64{0.746, 0.222}, 5e-4)
}
