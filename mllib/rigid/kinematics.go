package rigid

import "math"

// Kinematics computes the pose of all bodies from Q. The queries of positions,
// Jacobians and contacts read what it (or any other method that needs it) left.
// A free joint's quaternion need not have length one; Q is not changed.
func (s *State) Kinematics() {
	m := s.m
	for i := 1; i < len(m.links); i++ {
		l, f := &m.links[i], &s.frames[i]
		switch l.kind {
		case Hinge:
			sin, cos := math.Sincos(s.Q[l.q] - l.ref)
			f.turn(&s.frames[l.parent].r, &l.rot, sin, cos)
			s.place(l, f, 0)
			f.lever = [3]float64{f.p[1]*f.r[8] - f.p[2]*f.r[5], f.p[2]*f.r[2] - f.p[0]*f.r[8], f.p[0]*f.r[5] - f.p[1]*f.r[2]}
		case Slide:
			f.turn(&s.frames[l.parent].r, &l.rot, 0, 1)
			s.place(l, f, s.Q[l.q]-l.ref)
		case Free:
			q := s.Q[l.q : l.q+7]
			f.r = quatMat(unitQuat([4]float64(q[3:])))
			s.origin[l.tree] = [3]float64(q)
		}
	}
}

// turn sets the axes to up · rot · (rotation about z).
func (f *frame) turn(up, rot *[9]float64, sin, cos float64) {
	for i := 0; i < 9; i += 3 {
		u0, u1, u2 := up[i], up[i+1], up[i+2]
		x := u0*rot[0] + u1*rot[3] + u2*rot[6]
		y := u0*rot[1] + u1*rot[4] + u2*rot[7]
		f.r[i] = x*cos + y*sin
		f.r[i+1] = y*cos - x*sin
		f.r[i+2] = u0*rot[2] + u1*rot[5] + u2*rot[8]
	}
}

// place sets the origin of a hinge or slide, displaced along z. The first
// link's place without displacement is the tree's reference point.
func (s *State) place(l *link, f *frame, along float64) {
	if l.parent == 0 {
		s.origin[l.tree] = l.pos
		f.p = [3]float64{along * f.r[2], along * f.r[5], along * f.r[8]}
		return
	}
	up := &s.frames[l.parent]
	x, y, z := l.pos[0], l.pos[1], l.pos[2]
	f.p[0] = up.p[0] + up.r[0]*x + up.r[1]*y + up.r[2]*z + along*f.r[2]
	f.p[1] = up.p[1] + up.r[3]*x + up.r[4]*y + up.r[5]*z + along*f.r[5]
	f.p[2] = up.p[2] + up.r[6]*x + up.r[7]*y + up.r[8]*z + along*f.r[8]
}

// inertias turns every link's mass, first moment and tensor into world axes
// about the reference point, after Kinematics.
func (s *State) inertias() {
	m := s.m
	for i := 1; i < len(m.links); i++ {
		l, f := &m.links[i], &s.frames[i]
		f.carry(l)
	}
}

// carry computes, for the link alone and as the start of the composite sums,
// h = m c and the tensor R I Rᵀ + m (c·c 1 − c cᵀ), with
// c = p + R com.
func (f *frame) carry(l *link) {
	r0, r1, r2 := f.r[0], f.r[1], f.r[2]
	r3, r4, r5 := f.r[3], f.r[4], f.r[5]
	r6, r7, r8 := f.r[6], f.r[7], f.r[8]
	x, y, z := l.com[0], l.com[1], l.com[2]
	a := f.p[0] + r0*x + r1*y + r2*z
	b := f.p[1] + r3*x + r4*y + r5*z
	c := f.p[2] + r6*x + r7*y + r8*z
	ma, mb, mc := l.mass*a, l.mass*b, l.mass*c
	f.h[0], f.h[1], f.h[2] = ma, mb, mc

	xx, yy, zz, xy, xz, yz := l.inertia[0], l.inertia[1], l.inertia[2], l.inertia[3], l.inertia[4], l.inertia[5]
	u0, u1, u2 := r0*xx+r1*xy+r2*xz, r0*xy+r1*yy+r2*yz, r0*xz+r1*yz+r2*zz // rows of R I
	v0, v1, v2 := r3*xx+r4*xy+r5*xz, r3*xy+r4*yy+r5*yz, r3*xz+r4*yz+r5*zz
	w0, w1, w2 := r6*xx+r7*xy+r8*xz, r6*xy+r7*yy+r8*yz, r6*xz+r7*yz+r8*zz
	i0 := u0*r0 + u1*r1 + u2*r2 + mb*b + mc*c
	i1 := v0*r3 + v1*r4 + v2*r5 + ma*a + mc*c
	i2 := w0*r6 + w1*r7 + w2*r8 + ma*a + mb*b
	i3 := u0*r3 + u1*r4 + u2*r5 - ma*b
	i4 := u0*r6 + u1*r7 + u2*r8 - ma*c
	i5 := v0*r6 + v1*r7 + v2*r8 - mb*c
	f.inertia[0], f.inertia[1], f.inertia[2], f.inertia[3], f.inertia[4], f.inertia[5] = i0, i1, i2, i3, i4, i5
	f.mc = l.mass
	f.hc[0], f.hc[1], f.hc[2] = ma, mb, mc
	f.ic[0], f.ic[1], f.ic[2], f.ic[3], f.ic[4], f.ic[5] = i0, i1, i2, i3, i4, i5
}
