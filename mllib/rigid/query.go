package rigid

import "fmt"

// The queries below read the pose that Kinematics left.

// BodyPos is the origin of body b in world axes, m.
func (s *State) BodyPos(b int) [3]float64 {
	at := &s.m.mounts[b]
	return s.world(at.link, at.pos)
}

// BodyMat is the rotation matrix of body b: its columns are its axes.
func (s *State) BodyMat(b int) [9]float64 {
	at := &s.m.mounts[b]
	return mulMat(&s.frames[at.link].r, &at.rot)
}

// BodyQuat is the rotation of body b, composed along the tree from the joints'
// own rotations, with the sign that makes.
func (s *State) BodyQuat(b int) [4]float64 {
	if b == 0 {
		return [4]float64{1, 0, 0, 0}
	}
	body := &s.m.bodies[b]
	q := quatMul(s.BodyQuat(body.Parent), body.Quat)
	for i := range s.m.joints {
		j := &s.m.joints[i]
		if j.Body != b {
			continue
		}
		switch j.Type {
		case Free:
			q = unitQuat([4]float64(s.Q[j.QIndex+3:]))
		case Hinge:
			q = quatMul(q, axisAngle(j.Axis, s.Q[j.QIndex]-j.Ref))
		}
	}
	return q
}

// BodyCoM is the centre of mass of body b in world axes.
func (s *State) BodyCoM(b int) [3]float64 { return s.BodyPoint(b, s.m.bodies[b].CoM) }

// BodyPoint is a point given in the frame of body b, in world axes.
func (s *State) BodyPoint(b int, x [3]float64) [3]float64 {
	at := &s.m.mounts[b]
	return s.world(at.link, at.point(x))
}

// SitePos is the position of site i in world axes.
func (s *State) SitePos(i int) [3]float64 {
	return s.BodyPoint(s.m.sites[i].Body, s.m.sites[i].Pos)
}

// SiteMat is the rotation matrix of site i.
func (s *State) SiteMat(i int) [9]float64 {
	body, own := s.BodyMat(s.m.sites[i].Body), quatMat(s.m.sites[i].Quat)
	return mulMat(&body, &own)
}

// SiteVelocity is the velocity of site i in world axes at V, the Jacobian times V.
func (s *State) SiteVelocity(i int) [3]float64 {
	return s.PointVelocity(s.m.sites[i].Body, s.m.sites[i].Pos)
}

// SiteJacobian writes the Jacobian of the position of site i to jacp [3, NV]
// and of its rotation (world axes) to jacr [3, NV]; either may be nil.
func (s *State) SiteJacobian(i int, jacp, jacr []float64) {
	s.BodyJacobian(s.m.sites[i].Body, s.m.sites[i].Pos, jacp, jacr)
}

// GeomSegment is the segment a capsule or cylinder is drawn around, in world
// axes, and its radius; for other geoms both ends are the centre and the radius
// is the first size.
func (s *State) GeomSegment(i int) (a, b [3]float64, radius float64) {
	g := &s.m.geoms[i]
	half := [3]float64{}
	if g.Type == Capsule || g.Type == Cylinder {
		own := quatMat(g.Quat)
		half = scale(g.Size[1], column(&own, 2))
	}
	return s.BodyPoint(g.Body, add(g.Pos, half)), s.BodyPoint(g.Body, sub(g.Pos, half)), g.Size[0]
}

// point is x, given in the body's frame, in the link's frame.
func (at *mount) point(x [3]float64) [3]float64 {
	if at.plain {
		return x
	}
	return add(at.pos, mulVec(&at.rot, x))
}

// local is a point of a link's frame in world axes from the tree's reference point.
func (s *State) local(link int, x [3]float64) [3]float64 {
	f := &s.frames[link]
	return add(f.p, mulVec(&f.r, x))
}

// world is a point of a link's frame in world axes.
func (s *State) world(link int, x [3]float64) [3]float64 {
	if link == 0 {
		return x
	}
	return add(s.origin[s.m.links[link].tree], s.local(link, x))
}

// PointVelocity is the velocity in world axes of the point x of body b.
func (s *State) PointVelocity(b int, x [3]float64) [3]float64 {
	at := &s.m.mounts[b]
	if at.link == 0 {
		return [3]float64{}
	}
	where := s.local(at.link, at.point(x))
	var w, v [3]float64 // motion at the reference point
	for i := at.link; i > 0; i = s.m.links[i].parent {
		l, f := &s.m.links[i], &s.frames[i]
		rate := s.V[l.v:]
		switch l.kind {
		case Hinge:
			w = add(w, scale(rate[0], column(&f.r, 2)))
			v = add(v, scale(rate[0], f.lever))
		case Slide:
			v = add(v, scale(rate[0], column(&f.r, 2)))
		case Free:
			w = add(w, mulVec(&f.r, [3]float64(rate[3:])))
			v = add(v, [3]float64(rate))
		}
	}
	return add(v, cross(w, where))
}

// BodyJacobian writes the Jacobian of the point x of body b, in world axes, to
// jacp [3, NV] and of the body's rotation to jacr [3, NV]; either may be nil.
func (s *State) BodyJacobian(b int, x [3]float64, jacp, jacr []float64) {
	nv := s.m.nv
	for _, j := range [][]float64{jacp, jacr} {
		if j != nil && len(j) != 3*nv {
			panic(fmt.Sprintf("rigid: Jacobian of %d elements, %d × %d are needed", len(j), 3, nv))
		}
		clear(j)
	}
	at := &s.m.mounts[b]
	where := s.local(at.link, at.point(x))
	for i := at.link; i > 0; i = s.m.links[i].parent {
		l, f := &s.m.links[i], &s.frames[i]
		z := column(&f.r, 2)
		switch l.kind {
		case Hinge:
			setColumn(jacp, nv, l.v, add(f.lever, cross(z, where)))
			setColumn(jacr, nv, l.v, z)
		case Slide:
			setColumn(jacp, nv, l.v, z)
		case Free:
			for k := range 3 {
				var e [3]float64
				e[k] = 1
				axis := column(&f.r, k)
				setColumn(jacp, nv, l.v+k, e)
				setColumn(jacp, nv, l.v+3+k, cross(axis, where))
				setColumn(jacr, nv, l.v+3+k, axis)
			}
		}
	}
}

func setColumn(j []float64, nv, k int, x [3]float64) {
	if j == nil {
		return
	}
	j[k], j[nv+k], j[2*nv+k] = x[0], x[1], x[2]
}
