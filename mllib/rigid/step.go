package rigid

import "math"

// stages holds what RK4 needs between its four evaluations.
type stages struct {
	q, v       []float64 // the start
	sumV, sumA []float64 // weighted velocities and accelerations
}

func (r *stages) init(m *Model) {
	r.q = make([]float64, m.nq)
	for _, p := range []*[]float64{&r.v, &r.sumV, &r.sumA} {
		*p = make([]float64, m.nv)
	}
}

// Step advances Q and V by one time step of the model. Poses and contacts are
// afterwards those of the last evaluation, not of the new state: call
// Kinematics or Forward before asking for them. A run that diverges is found
// by Check.
func (s *State) Step(k Integrator) {
	if k == RK4 {
		s.stepRK4()
		return
	}
	s.stepEuler()
}

// Advance takes a number of steps with the controls held.
func (s *State) Advance(k Integrator, steps int) {
	for range steps {
		s.Step(k)
	}
}

// stepEuler is v' = v + h (M + h B)⁻¹ (force + Jᵀf), B the joints' damping, then
// q' = q ⊕ h v' (MuJoCo 2.2.2: damping implicit, everything else explicit).
func (s *State) stepEuler() {
	m, h := s.m, s.m.timestep
	s.forward()
	if m.damped {
		copy(s.factor, s.mass)
		for i := range m.dofs {
			s.factor[m.dofs[i].row] += h * m.dofs[i].damping
			s.accel[i] = s.force[i] + s.reach[i]
		}
		m.factorize(s.factor, s.dinv)
		m.solve(s.factor, s.dinv, s.accel)
	}
	for i := range s.V {
		s.V[i] += h * s.accel[i]
	}
	m.integrate(s.Q, s.Q, s.V, h)
}

// stepRK4 evaluates at the start, twice in the middle and at the end; every
// stage's position is the start moved by the stage's velocity.
func (s *State) stepRK4() {
	r, m, h := &s.rk, s.m, s.m.timestep
	copy(r.q, s.Q)
	copy(r.v, s.V)
	clear(r.sumV)
	clear(r.sumA)
	weight := [4]float64{1. / 6, 1. / 3, 1. / 3, 1. / 6}
	ahead := [4]float64{h / 2, h / 2, h, 0}
	for k := range 4 {
		s.forward()
		for i, v := range s.V {
			r.sumV[i] += weight[k] * v
			r.sumA[i] += weight[k] * s.accel[i]
		}
		if k == 3 {
			break
		}
		m.integrate(s.Q, r.q, s.V, ahead[k])
		for i := range s.V {
			s.V[i] = r.v[i] + ahead[k]*s.accel[i]
		}
	}
	m.integrate(s.Q, r.q, r.sumV, h)
	for i := range s.V {
		s.V[i] = r.v[i] + h*r.sumA[i]
	}
}

// integrate writes from ⊕ h v to q (which may be from). A quaternion is
// multiplied by the rotation h w, w in body axes, and made one long.
func (m *Model) integrate(q, from, v []float64, h float64) {
	for i := range m.joints {
		j := &m.joints[i]
		if j.Type != Free {
			q[j.QIndex] = from[j.QIndex] + h*v[j.VIndex]
			continue
		}
		x, a := q[j.QIndex:j.QIndex+7], from[j.QIndex:j.QIndex+7]
		w := v[j.VIndex : j.VIndex+6]
		for k := range 3 {
			x[k] = a[k] + h*w[k]
		}
		turn := rotation([3]float64(w[3:]), h)
		*(*[4]float64)(x[3:]) = unitQuat(quatMul(unitQuat([4]float64(a[3:])), turn))
	}
}

// rotation is the quaternion of turning for a time h with angular velocity w.
func rotation(w [3]float64, h float64) [4]float64 {
	rate := norm3(w)
	if rate < tiny {
		return [4]float64{1, 0, 0, 0}
	}
	s, c := math.Sincos(rate * h / 2)
	s /= rate
	return [4]float64{c, s * w[0], s * w[1], s * w[2]}
}
