package rigid

// Energy is the potential energy −Σ m g·x and the kinetic energy ½ vᵀM v, with
// the joints' armature, in J, at Q and V.
func (s *State) Energy() (potential, kinetic float64) {
	s.Kinematics()
	s.inertias()
	s.composite()
	m := s.m
	static := &m.links[0]
	potential = -static.mass * dot3(m.gravity, static.com)
	for i := 1; i < len(m.links); i++ {
		l := &m.links[i]
		potential -= dot3(m.gravity, add(s.frames[i].h, scale(l.mass, s.origin[l.tree])))
	}
	for i := range m.dofs {
		d := &m.dofs[i]
		vi := s.V[i]
		kinetic += s.mass[d.row] * vi * vi / 2
		for k := d.row + 1; k < d.row+d.n; k++ {
			kinetic += s.mass[k] * vi * s.V[m.chain[k]]
		}
	}
	return potential, kinetic
}

// CoM is the centre of mass of all moving and fixed bodies in world axes, m.
func (s *State) CoM() [3]float64 {
	s.Kinematics()
	var sum [3]float64
	for b := 1; b < len(s.m.bodies); b++ {
		sum = add(sum, scale(s.m.bodies[b].Mass, s.BodyCoM(b)))
	}
	return scale(1/s.m.TotalMass(), sum)
}

// Momentum is the linear momentum (kg m/s) and the angular momentum about the
// centre of mass (kg m²/s) of all bodies at Q and V, in world axes. The rotors
// that armature stands for have none.
func (s *State) Momentum() (linear, angular [3]float64) {
	com := s.CoM()
	for b := 1; b < len(s.m.bodies); b++ {
		body := &s.m.bodies[b]
		p := scale(body.Mass, s.PointVelocity(b, body.CoM))
		r := s.BodyMat(b)
		t := rotateTensor(&r, &body.Inertia)
		spin := mulVec(&[9]float64{t[0], t[3], t[4], t[3], t[1], t[5], t[4], t[5], t[2]}, s.angularVelocity(b))
		linear = add(linear, p)
		angular = add(angular, add(spin, cross(sub(s.BodyCoM(b), com), p)))
	}
	return linear, angular
}

// angularVelocity of body b in world axes.
func (s *State) angularVelocity(b int) (w [3]float64) {
	for i := s.m.mounts[b].link; i > 0; i = s.m.links[i].parent {
		l, f := &s.m.links[i], &s.frames[i]
		switch l.kind {
		case Hinge:
			w = add(w, scale(s.V[l.v], column(&f.r, 2)))
		case Free:
			w = add(w, mulVec(&f.r, [3]float64(s.V[l.v+3:])))
		}
	}
	return w
}
