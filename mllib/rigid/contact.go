package rigid

import "math"

// Contact is a point where two geoms are closer than the contact margin, such as
// the end of a capsule and a floor.
type Contact struct {
	Geom, Floor int        // geoms; the second is the floor if there is one
	Dist        float64    // distance of the surfaces, negative when they overlap, m
	Pos         [3]float64 // half way between the surfaces, world axes
	Frame       [9]float64 // rows: the normal, from Floor to Geom, two tangents
	Force       [3]float64 // on the geom, along the rows of Frame, N

	pair int
	at   [3]float64 // Pos from the tree's reference point
}

// Contacts are the contacts found by the last Forward or Step, with their
// forces. The slice is overwritten by the next.
func (s *State) Contacts() []Contact { return s.contacts }

// findContacts lists the contacts, after Kinematics, in the order of the geoms,
// for a capsule the end its axis points to first.
func (s *State) findContacts() {
	m := s.m
	s.contacts = s.contacts[:0]
	s.placeBodies()
	for i := range m.pairs {
		p := &m.pairs[i]
		if p.floor < 0 {
			s.collide(i)
			continue
		}
		n := &m.floors[p.floor].normal
		f, o := &s.frames[p.link], &s.origin[m.links[p.link].tree]
		// The normal in the link's axes, to measure heights with.
		x := n[0]*f.r[0] + n[1]*f.r[3] + n[2]*f.r[6]
		y := n[0]*f.r[1] + n[1]*f.r[4] + n[2]*f.r[7]
		z := n[0]*f.r[2] + n[1]*f.r[5] + n[2]*f.r[8]
		height := n[0]*(f.p[0]+o[0]) + n[1]*(f.p[1]+o[1]) + n[2]*(f.p[2]+o[2]) - m.floors[p.floor].height -
			p.radius + x*p.pos[0] + y*p.pos[1] + z*p.pos[2]
		rise := x*p.axis[0] + y*p.axis[1] + z*p.axis[2]
		s.floorContact(i, height+rise, 1)
		if p.capsule {
			s.floorContact(i, height-rise, -1)
		}
	}
}

// floorContact adds a pair's contact if it is closer than the margin.
func (s *State) floorContact(pair int, dist, sign float64) {
	p := &s.m.pairs[pair]
	if math.Abs(dist-p.margin) < touchBand*p.reach {
		dist = s.floorDistance(p, sign)
	}
	if dist < p.margin {
		s.addContact(pair, dist, sign)
	}
}

// addContact adds a pair's contact: of the sphere, or of the capsule's end on
// the side of its axis that sign says. The first tangent is the capsule's axis
// seen from above.
func (s *State) addContact(pair int, dist, sign float64) {
	p := &s.m.pairs[pair]
	fl := &s.m.floors[p.floor]
	n := fl.normal
	along := mulVec(&s.frames[p.link].r, p.axis)
	centre := add(s.local(p.link, p.pos), scale(sign, along))
	if !p.capsule {
		along = [3]float64{0, 1, 0}
		if math.Abs(n[1]) >= 0.5 {
			along = [3]float64{0, 0, 1}
		}
	}
	t := sub(along, scale(dot3(along, n), n))
	if length := norm3(t); length > tiny {
		t = scale(1/length, t)
	} else {
		t = [3]float64{1, 0, 0} // an upright capsule, MuJoCo's choice for a level floor
	}
	b := cross(n, t)
	at := sub(centre, scale(p.radius+dist/2, n))
	s.contacts = append(s.contacts, Contact{
		Geom: p.geom, Floor: fl.geom, Dist: dist,
		Pos:   add(s.origin[s.m.links[p.link].tree], at),
		Frame: [9]float64{n[0], n[1], n[2], t[0], t[1], t[2], b[0], b[1], b[2]},
		pair:  pair, at: at,
	})
}

// contactJacobian writes the rows of the normal and the two tangents, each
// over the pair's degrees of freedom.
func (s *State) contactJacobian(c *Contact, jac []float64) {
	if s.m.pairs[c.pair].floor < 0 {
		s.pairJacobian(c, jac)
		return
	}
	n := len(s.m.pairs[c.pair].cols)
	jn, jt, jb := jac[:n], jac[n:2*n], jac[2*n:3*n]
	e := &c.Frame
	x, y, z := c.at[0], c.at[1], c.at[2]
	k := 0
	put := func(v0, v1, v2 float64) {
		jn[k] = e[0]*v0 + e[1]*v1 + e[2]*v2
		jt[k] = e[3]*v0 + e[4]*v1 + e[5]*v2
		jb[k] = e[6]*v0 + e[7]*v1 + e[8]*v2
		k++
	}
	for i := s.m.pairs[c.pair].link; i > 0; i = s.m.links[i].parent {
		f := &s.frames[i]
		a0, a1, a2 := f.r[2], f.r[5], f.r[8]
		switch s.m.links[i].kind {
		case Hinge:
			put(f.lever[0]+a1*z-a2*y, f.lever[1]+a2*x-a0*z, f.lever[2]+a0*y-a1*x)
		case Slide:
			put(a0, a1, a2)
		case Free:
			for j := 2; j >= 0; j-- {
				a0, a1, a2 = f.r[j], f.r[3+j], f.r[6+j]
				put(a1*z-a2*y, a2*x-a0*z, a0*y-a1*x)
			}
			put(0, 0, 1)
			put(0, 1, 0)
			put(1, 0, 0)
		}
	}
}
