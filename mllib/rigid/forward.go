package rigid

import "math"

// Forward writes the accelerations [NV] at Q, V, Ctrl, with joint limits and
// contacts unless Disable says otherwise.
func (s *State) Forward(acc []float64) {
	mustHave("accelerations", acc, s.m.nv)
	s.forward()
	copy(acc, s.accel)
}

// SmoothAccelerations are the accelerations without limits and contacts that
// belong to Accelerations.
func (s *State) SmoothAccelerations() []float64 { return s.smooth }

// ConstraintForces are the joint-space forces Jᵀf of limits and contacts that
// belong to Accelerations.
func (s *State) ConstraintForces() []float64 { return s.reach }

// Actuation writes the motors' forces [NV], gear·clamp(ctrl).
func (s *State) Actuation(dst []float64) {
	mustHave("motor forces", dst, s.m.nv)
	clear(dst)
	s.addMotors(dst)
}

// Damping writes the joints' damping forces [NV], −damping·v.
func (s *State) Damping(dst []float64) {
	mustHave("damping forces", dst, s.m.nv)
	for i := range s.m.dofs {
		dst[i] = -s.m.dofs[i].damping * s.V[i]
	}
}

// ForwardTorque writes the accelerations [NV] that joint forces tau [NV], in
// place of the motors, cause at Q, V without limits and contacts:
// acc = M⁻¹ (tau − damping·v − stiffness·(q − springref) − c), the inverse of Inverse.
func (s *State) ForwardTorque(tau, acc []float64) {
	mustHave("torques", tau, s.m.nv)
	mustHave("accelerations", acc, s.m.nv)
	s.smoothForces()
	for i := range s.force {
		s.force[i] += tau[i]
	}
	s.solveSmooth()
	copy(acc, s.smooth)
}

// addSprings adds sign times the forces of the joints' springs.
func (s *State) addSprings(dst []float64, sign float64) {
	for _, i := range s.m.springs {
		j := &s.m.joints[i]
		k := sign * j.Stiffness
		rest := s.m.passive[j.QIndex:]
		q, f := s.Q[j.QIndex:], dst[j.VIndex:]
		if j.Type != Free {
			f[0] -= k * (q[0] - rest[0])
			continue
		}
		turn := rotationBetween([4]float64(rest[3:]), unitQuat([4]float64(q[3:])))
		for l := range 3 {
			f[l] -= k * (q[l] - rest[l])
			f[3+l] -= k * turn[l]
		}
	}
}

// rotationBetween is the rotation from one orientation to another as axis times angle.
func rotationBetween(from, to [4]float64) [3]float64 {
	q := quatMul(conjugate(from), to)
	axis := [3]float64(q[1:])
	s := norm3(axis)
	if s < tiny {
		return [3]float64{}
	}
	angle := 2 * math.Atan2(s, q[0])
	if angle > math.Pi {
		angle -= 2 * math.Pi
	}
	return scale(angle/s, axis)
}

func (s *State) addMotors(dst []float64) {
	for i := range s.m.drives {
		d := &s.m.drives[i]
		dst[d.dof] += d.gear * min(max(s.Ctrl[i], d.low), d.high)
	}
}

// forward computes mass matrix, forces and accelerations.
func (s *State) forward() {
	s.smoothForces()
	s.addMotors(s.force)
	s.solveSmooth()
	if s.constraints() {
		s.solveConstraints()
		return
	}
	copy(s.accel, s.smooth)
	clear(s.reach)
}

// smoothForces computes M, and −c − damping·v in s.force.
func (s *State) smoothForces() {
	s.Kinematics()
	s.inertias()
	s.composite()
	s.recursion(s.V, nil, s.force)
	for i := range s.m.dofs {
		s.force[i] = -s.force[i] - s.m.dofs[i].damping*s.V[i]
	}
	s.addSprings(s.force, 1)
}

// solveSmooth solves M smooth = force.
func (s *State) solveSmooth() {
	copy(s.factor, s.mass)
	s.m.factorize(s.factor, s.dinv)
	copy(s.smooth, s.force)
	s.m.solve(s.factor, s.dinv, s.smooth)
}
