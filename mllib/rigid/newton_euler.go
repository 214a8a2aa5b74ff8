package rigid

// recursion runs the recursive Newton-Euler algorithm (Featherstone 2008, table
// 5.1) after inertias, for velocities v and accelerations a of the joints (nil
// for zero). It writes the joint forces to tau, without armature:
//
//	v_i = v_p + S_i q̇_i        a_i = a_p + S_i q̈_i + Ṡ_i q̇_i
//	f_i = I_i a_i + v_i ×* I_i v_i + forces of the children,   tau_i = S_i · f_i
//
// with −gravity as the acceleration of the world.
func (s *State) recursion(v, a, tau []float64) {
	m := s.m
	g := m.gravity
	s.frames[0].a = [6]float64{3: -g[0], 4: -g[1], 5: -g[2]}
	for i := 1; i < len(m.links); i++ {
		l, f := &m.links[i], &s.frames[i]
		up := &s.frames[l.parent]
		switch l.kind {
		case Hinge:
			f.hinged(up, at(v, l.v), at(a, l.v))
		case Slide:
			f.slid(up, at(v, l.v), at(a, l.v))
		case Free:
			f.freed(up, v, a, l.v)
		}
		f.netForce(l.mass)
	}
	s.jointForces(tau)
}

// jointForces passes the links' forces down to the root and projects them.
func (s *State) jointForces(tau []float64) {
	m := s.m
	for i := len(m.links) - 1; i > 0; i-- {
		l, f := &m.links[i], &s.frames[i]
		x := &f.f
		switch l.kind {
		case Hinge:
			tau[l.v] = f.r[2]*x[0] + f.r[5]*x[1] + f.r[8]*x[2] + f.lever[0]*x[3] + f.lever[1]*x[4] + f.lever[2]*x[5]
		case Slide:
			tau[l.v] = f.r[2]*x[3] + f.r[5]*x[4] + f.r[8]*x[5]
		case Free:
			out := tau[l.v : l.v+6]
			out[0], out[1], out[2] = x[3], x[4], x[5]
			for k := range 3 {
				out[3+k] = f.r[k]*x[0] + f.r[3+k]*x[1] + f.r[6+k]*x[2]
			}
		}
		if l.parent > 0 {
			y := &s.frames[l.parent].f
			y[0] += x[0]
			y[1] += x[1]
			y[2] += x[2]
			y[3] += x[3]
			y[4] += x[4]
			y[5] += x[5]
		}
	}
}

func at(x []float64, i int) float64 {
	if x == nil {
		return 0
	}
	return x[i]
}

// hinged moves with the parent and turns about z: S = (z; lever), Ṡ = v_p × S.
func (f *frame) hinged(up *frame, rate, acc float64) {
	z0, z1, z2 := f.r[2], f.r[5], f.r[8]
	l0, l1, l2 := f.lever[0], f.lever[1], f.lever[2]
	w0, w1, w2 := up.v[0], up.v[1], up.v[2]
	u0, u1, u2 := up.v[3], up.v[4], up.v[5]
	f.v[0], f.v[1], f.v[2] = w0+z0*rate, w1+z1*rate, w2+z2*rate
	f.v[3], f.v[4], f.v[5] = u0+l0*rate, u1+l1*rate, u2+l2*rate
	f.a[0] = up.a[0] + z0*acc + (w1*z2-w2*z1)*rate
	f.a[1] = up.a[1] + z1*acc + (w2*z0-w0*z2)*rate
	f.a[2] = up.a[2] + z2*acc + (w0*z1-w1*z0)*rate
	f.a[3] = up.a[3] + l0*acc + (w1*l2-w2*l1+u1*z2-u2*z1)*rate
	f.a[4] = up.a[4] + l1*acc + (w2*l0-w0*l2+u2*z0-u0*z2)*rate
	f.a[5] = up.a[5] + l2*acc + (w0*l1-w1*l0+u0*z1-u1*z0)*rate
}

// slid moves with the parent and along z: S = (0; z), Ṡ = v_p × S.
func (f *frame) slid(up *frame, rate, acc float64) {
	z0, z1, z2 := f.r[2], f.r[5], f.r[8]
	w0, w1, w2 := up.v[0], up.v[1], up.v[2]
	f.v = up.v
	f.v[3] += z0 * rate
	f.v[4] += z1 * rate
	f.v[5] += z2 * rate
	f.a = up.a
	f.a[3] += z0*acc + (w1*z2-w2*z1)*rate
	f.a[4] += z1*acc + (w2*z0-w0*z2)*rate
	f.a[5] += z2*acc + (w0*z1-w1*z0)*rate
}

// freed is a root that moves freely. With ṗ the velocity of its origin, which
// is the reference point, and ω its angular velocity, Ṡ q̇ = (0; ṗ × ω).
func (f *frame) freed(up *frame, v, a []float64, d int) {
	f.v, f.a = [6]float64{}, up.a
	if v != nil {
		w := mulVec(&f.r, [3]float64(v[d+3:]))
		f.v = [6]float64{w[0], w[1], w[2], v[d], v[d+1], v[d+2]}
		x := cross([3]float64(v[d:]), w)
		f.a[3] += x[0]
		f.a[4] += x[1]
		f.a[5] += x[2]
	}
	if a != nil {
		w := mulVec(&f.r, [3]float64(a[d+3:]))
		for k := range 3 {
			f.a[k] += w[k]
			f.a[3+k] += a[d+k]
		}
	}
}

// netForce sets f = I a + v ×* I v.
func (f *frame) netForce(mass float64) {
	if mass == 0 {
		f.f = [6]float64{}
		return
	}
	h0, h1, h2 := f.h[0], f.h[1], f.h[2]
	i0, i1, i2, i3, i4, i5 := f.inertia[0], f.inertia[1], f.inertia[2], f.inertia[3], f.inertia[4], f.inertia[5]
	w0, w1, w2, v0, v1, v2 := f.v[0], f.v[1], f.v[2], f.v[3], f.v[4], f.v[5]
	n0 := i0*w0 + i3*w1 + i4*w2 + h1*v2 - h2*v1 // momentum I v
	n1 := i3*w0 + i1*w1 + i5*w2 + h2*v0 - h0*v2
	n2 := i4*w0 + i5*w1 + i2*w2 + h0*v1 - h1*v0
	p0 := mass*v0 + h2*w1 - h1*w2
	p1 := mass*v1 + h0*w2 - h2*w0
	p2 := mass*v2 + h1*w0 - h0*w1
	a0, a1, a2, b0, b1, b2 := f.a[0], f.a[1], f.a[2], f.a[3], f.a[4], f.a[5]
	f.f[0] = i0*a0 + i3*a1 + i4*a2 + h1*b2 - h2*b1 + w1*n2 - w2*n1 + v1*p2 - v2*p1
	f.f[1] = i3*a0 + i1*a1 + i5*a2 + h2*b0 - h0*b2 + w2*n0 - w0*n2 + v2*p0 - v0*p2
	f.f[2] = i4*a0 + i5*a1 + i2*a2 + h0*b1 - h1*b0 + w0*n1 - w1*n0 + v0*p1 - v1*p0
	f.f[3] = mass*b0 + h2*a1 - h1*a2 + w1*p2 - w2*p1
	f.f[4] = mass*b1 + h0*a2 - h2*a0 + w2*p0 - w0*p2
	f.f[5] = mass*b2 + h1*a0 - h0*a1 + w0*p1 - w1*p0
}

// Bias writes c(Q, V) [NV]: gravity, Coriolis and centrifugal forces, without
// joint damping.
func (s *State) Bias(dst []float64) {
	mustHave("bias forces", dst, s.m.nv)
	s.Kinematics()
	s.inertias()
	s.recursion(s.V, nil, dst)
}

// GravityForce writes c(Q, 0) [NV].
func (s *State) GravityForce(dst []float64) {
	mustHave("gravity forces", dst, s.m.nv)
	s.Kinematics()
	s.inertias()
	s.recursion(nil, nil, dst)
}

// Inverse writes the joint forces tau [NV] that produce accelerations acc [NV]
// at Q, V without constraints: tau = M acc + c + damping·v
// + stiffness·(q − springref). Motors play no role.
func (s *State) Inverse(acc, tau []float64) {
	mustHave("accelerations", acc, s.m.nv)
	mustHave("torques", tau, s.m.nv)
	s.Kinematics()
	s.inertias()
	s.recursion(s.V, acc, tau)
	for i := range s.m.dofs {
		d := &s.m.dofs[i]
		tau[i] += d.armature*acc[i] + d.damping*s.V[i]
	}
	s.addSprings(tau, -1)
}
