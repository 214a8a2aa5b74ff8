package rigid

// Simulator is what an engine can do with a model. [State] is one; with the
// build tag mujoco the real MuJoCo is another, to compare with.
type Simulator interface {
	// SetState copies positions, velocities and controls in; nil keeps a part.
	SetState(q, v, ctrl []float64)
	// GetState copies positions and velocities out.
	GetState(q, v []float64)
	// MassMatrix writes M [NV, NV].
	MassMatrix(dst []float64)
	// Bias writes the bias force c(q, v) [NV].
	Bias(dst []float64)
	// Inverse writes the joint forces [NV] that cause accelerations acc [NV].
	Inverse(acc, tau []float64)
	// Forward writes the accelerations [NV] with limits and contacts.
	Forward(acc []float64)
	// Advance takes a number of time steps with the controls held.
	Advance(k Integrator, steps int)
}

var _ Simulator = (*State)(nil)
