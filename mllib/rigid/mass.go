package rigid

// composite computes the packed mass matrix by the composite rigid body
// algorithm (Featherstone 2008, table 6.2), once after inertias: with Ic the inertia
// of all that degree of freedom i carries, S its motion and f = Ic S,
// M_ij = S_j · f for every j on the way to the root.
func (s *State) composite() {
	m := s.m
	for i := len(m.links) - 1; i > 0; i-- {
		l, f := &m.links[i], &s.frames[i]
		if l.parent > 0 {
			f.addTo(&s.frames[l.parent])
		}
		switch l.kind {
		case Hinge:
			n, p := f.momentum(f.r[2], f.r[5], f.r[8], f.lever[0], f.lever[1], f.lever[2])
			d := &m.dofs[l.v]
			s.mass[d.row] = f.r[2]*n[0] + f.r[5]*n[1] + f.r[8]*n[2] + f.lever[0]*p[0] + f.lever[1]*p[1] + f.lever[2]*p[2] + d.armature
			s.massRow(d.row+1, l.parent, &n, &p)
		case Slide:
			n, p := f.momentum(0, 0, 0, f.r[2], f.r[5], f.r[8])
			d := &m.dofs[l.v]
			s.mass[d.row] = f.r[2]*p[0] + f.r[5]*p[1] + f.r[8]*p[2] + d.armature
			s.massRow(d.row+1, l.parent, &n, &p)
		case Free:
			s.massFree(l, f)
		}
	}
}

// addTo adds the composite inertia to the parent's.
func (f *frame) addTo(up *frame) {
	up.mc += f.mc
	up.hc[0] += f.hc[0]
	up.hc[1] += f.hc[1]
	up.hc[2] += f.hc[2]
	up.ic[0] += f.ic[0]
	up.ic[1] += f.ic[1]
	up.ic[2] += f.ic[2]
	up.ic[3] += f.ic[3]
	up.ic[4] += f.ic[4]
	up.ic[5] += f.ic[5]
}

// momentum is Ic times the motion (w; v): angular n, linear p.
func (f *frame) momentum(w0, w1, w2, v0, v1, v2 float64) (n, p [3]float64) {
	h0, h1, h2 := f.hc[0], f.hc[1], f.hc[2]
	n[0] = f.ic[0]*w0 + f.ic[3]*w1 + f.ic[4]*w2 + h1*v2 - h2*v1
	n[1] = f.ic[3]*w0 + f.ic[1]*w1 + f.ic[5]*w2 + h2*v0 - h0*v2
	n[2] = f.ic[4]*w0 + f.ic[5]*w1 + f.ic[2]*w2 + h0*v1 - h1*v0
	p[0] = f.mc*v0 + h2*w1 - h1*w2
	p[1] = f.mc*v1 + h0*w2 - h2*w0
	p[2] = f.mc*v2 + h1*w0 - h0*w1
	return n, p
}

// massRow writes S_j · (n; p) for the links from link up to the root.
func (s *State) massRow(at int32, up int, n, p *[3]float64) {
	for ; up > 0; up = s.m.links[up].parent {
		f := &s.frames[up]
		switch s.m.links[up].kind {
		case Hinge:
			s.mass[at] = f.r[2]*n[0] + f.r[5]*n[1] + f.r[8]*n[2] + f.lever[0]*p[0] + f.lever[1]*p[1] + f.lever[2]*p[2]
			at++
		case Slide:
			s.mass[at] = f.r[2]*p[0] + f.r[5]*p[1] + f.r[8]*p[2]
			at++
		case Free:
			out := s.mass[at : at+6]
			out[0] = f.r[2]*n[0] + f.r[5]*n[1] + f.r[8]*n[2]
			out[1] = f.r[1]*n[0] + f.r[4]*n[1] + f.r[7]*n[2]
			out[2] = f.r[0]*n[0] + f.r[3]*n[1] + f.r[6]*n[2]
			out[3], out[4], out[5] = p[2], p[1], p[0]
			at += 6
		}
	}
}

// massFree writes the six rows of a free joint, a root: three displacements
// along the world's axes, three rotations about the body's, at the reference point.
func (s *State) massFree(l *link, f *frame) {
	rows := s.m.dofs[l.v : l.v+6]
	for k := range 3 {
		row := s.mass[rows[k].row : rows[k].row+rows[k].n]
		clear(row)
		row[0] = f.mc + rows[k].armature
	}
	for k := range 3 {
		row := s.mass[rows[3+k].row : rows[3+k].row+rows[3+k].n]
		n, p := f.momentum(f.r[k], f.r[3+k], f.r[6+k], 0, 0, 0)
		for j := k; j >= 0; j-- {
			row[k-j] = f.r[j]*n[0] + f.r[3+j]*n[1] + f.r[6+j]*n[2]
		}
		row[k+1], row[k+2], row[k+3] = p[2], p[1], p[0]
		row[0] += rows[3+k].armature
	}
}

// MassMatrix writes M(Q) [NV, NV], armature included.
func (s *State) MassMatrix(dst []float64) {
	nv := s.m.nv
	mustHave("elements of the mass matrix", dst, nv*nv)
	s.Kinematics()
	s.inertias()
	s.composite()
	clear(dst)
	for i := range s.m.dofs {
		d := &s.m.dofs[i]
		for k := d.row; k < d.row+d.n; k++ {
			j := int(s.m.chain[k])
			dst[i*nv+j] = s.mass[k]
			dst[j*nv+i] = s.mass[k]
		}
	}
}
