package rigid

import "math"

// side is a geom of a pair and the link that carries it.
type side struct{ geom, link int }

// shape is a geom in world axes. Its axis is the third column of rot.
type shape struct {
	pos  [3]float64
	rot  [9]float64
	size [3]float64
}

// shape is for after placeBodies.
func (s *State) shape(a side) shape {
	g := &s.m.geoms[a.geom]
	pos, rot := g.on(s.poses[g.Body])
	return shape{pos, rot, g.Size}
}

// half is the vector from the middle of a capsule's segment to its end.
func (a *shape) half() [3]float64 { return scale(a.size[1], column(&a.rot, 2)) }

// collide adds the contacts of a pair of which the first geom is of the simpler
// type. The formulas are MuJoCo's; normals point from the first to the second.
func (s *State) collide(pair int) {
	p := &s.m.pairs[pair]
	a, b := s.shape(p.a), s.shape(p.b)
	second := s.m.geoms[p.b.geom].Type
	if second == Cylinder && s.m.geoms[p.a.geom].Type != Plane || s.m.geoms[p.a.geom].Type == Cylinder {
		s.solids(pair, &a, &b)
		return
	}
	switch s.m.geoms[p.a.geom].Type {
	case Plane:
		switch second {
		case Sphere:
			s.planeBall(pair, &a, b.pos, b.size[0], [3]float64{})
		case Capsule:
			h := b.half()
			s.planeBall(pair, &a, add(b.pos, h), b.size[0], h)
			s.planeBall(pair, &a, sub(b.pos, h), b.size[0], h)
		case Cylinder:
			s.planeCylinder(pair, &a, &b)
		case Box:
			s.planeBox(pair, &a, &b)
		}
	case Sphere:
		if second == Box {
			s.ballBox(pair, &a, &b)
			return
		}
		if second == Capsule {
			h := b.half()
			b.pos = add(b.pos, scale(clampOne(dot3(h, sub(a.pos, b.pos))/dot3(h, h)), h))
		}
		s.balls(pair, &a, &b, a.pos, b.pos)
	case Capsule:
		if second == Box {
			s.capsuleBox(pair, &a, &b)
			return
		}
		s.capsules(pair, &a, &b)
	case Box:
		s.boxBox(pair, &a, &b)
	}
}

func clampOne(x float64) float64 { return min(max(x, -1), 1) }

// planeBall is a ball of radius r, for capsules the one at an end, with the
// first tangent along the capsule.
func (s *State) planeBall(pair int, plane *shape, centre [3]float64, r float64, along [3]float64) {
	n := column(&plane.rot, 2)
	dist := dot3(sub(centre, plane.pos), n) - r
	s.addHit(pair, dist, sub(centre, scale(r+dist/2, n)), n, along)
}

// planeCylinder has up to four contacts: the lowest point of the lower rim, the
// one above it on the upper rim, and two that form a triangle with the first.
func (s *State) planeCylinder(pair int, plane, c *shape) {
	n, axis := column(&plane.rot, 2), column(&c.rot, 2)
	if dot3(n, axis) > 0 {
		axis = scale(-1, axis)
	}
	tilt := dot3(n, axis)
	out := sub(scale(tilt, axis), n) // down, across the axis
	if l := norm3(out); l >= tiny {
		out = scale(c.size[0]/l, out)
	} else {
		out = scale(c.size[0], column(&c.rot, 0))
	}
	height := dot3(sub(c.pos, plane.pos), n)
	drop, side := tilt*c.size[1], dot3(out, n)
	down := scale(c.size[1], axis)
	margin := s.m.pairs[pair].margin
	if height+drop+side > margin {
		return
	}
	put := func(dist float64, x [3]float64) {
		s.addHit(pair, dist, sub(add(c.pos, x), scale(dist/2, n)), n, [3]float64{})
	}
	put(height+drop+side, add(out, down))
	put(height-drop+side, sub(out, down))
	across := cross(out, down)
	if l := norm3(across); l >= tiny {
		across = scale(c.size[0]*math.Sqrt(3)/2/l, across)
	}
	third := height + drop - side/2
	put(third, sub(add(across, down), scale(0.5, out)))
	put(third, sub(sub(down, across), scale(0.5, out)))
}

// planeBox has a contact at each of the first four corners that are close and
// not above the box's centre.
func (s *State) planeBox(pair int, plane, box *shape) {
	n := column(&plane.rot, 2)
	height := dot3(sub(box.pos, plane.pos), n)
	margin, count := s.m.pairs[pair].outer, 0
	for i := range 8 {
		x := box.size
		for k := range x {
			if i>>k&1 == 0 {
				x[k] = -x[k]
			}
		}
		corner := mulVec(&box.rot, x)
		up := dot3(n, corner)
		if height+up > margin || up > 0 || count == 4 {
			continue
		}
		count++
		s.addHit(pair, height+up, sub(add(box.pos, corner), scale((height+up)/2, n)), n, [3]float64{})
	}
}

// ballBox is a ball and the nearest point of a box, or if the ball's centre is
// inside, the nearest face, to which MuJoCo counts the radius only.
func (s *State) ballBox(pair int, ball, box *shape) {
	back := transpose(&box.rot)
	centre := mulVec(&back, sub(ball.pos, box.pos))
	nearest := centre
	for k := range nearest {
		nearest[k] = min(max(nearest[k], -box.size[k]), box.size[k])
	}
	n := sub(nearest, centre)
	dist, r := norm3(n), ball.size[0]
	var x [3]float64
	if dist > tiny {
		n = scale(1/dist, n)
		x = scale(0.5, add(nearest, add(centre, scale(r, n))))
	} else {
		n, dist = [3]float64{}, 0
		closest := 2 * (box.size[0] + box.size[1] + box.size[2])
		for k := range 6 {
			sign := float64(2*(k%2) - 1)
			if d := math.Abs(sign*box.size[k/2] - centre[k/2]); d < closest {
				closest, n = d, [3]float64{}
				n[k/2] = -sign
			}
		}
		x = add(centre, scale((r-closest)/2, n))
	}
	s.addHit(pair, dist-r, add(mulVec(&box.rot, x), box.pos), mulVec(&box.rot, n), [3]float64{})
}

// balls are two balls, of the radii of the shapes, at x and y.
func (s *State) balls(pair int, a, b *shape, x, y [3]float64) bool {
	d := sub(y, x)
	l := norm3(d)
	dist := l - a.size[0] - b.size[0]
	n := [3]float64{1, 0, 0}
	if l >= tiny {
		n = scale(1/l, d)
	} else if c := cross(column(&a.rot, 2), column(&b.rot, 2)); norm3(c) >= tiny {
		n = scale(1/norm3(c), c)
	}
	s.addHit(pair, dist, add(x, scale(a.size[0]+dist/2, n)), n, [3]float64{})
	return dist <= s.m.pairs[pair].outer
}

// capsules touch where their segments are closest; parallel ones at up to two
// of their ends.
func (s *State) capsules(pair int, a, b *shape) {
	u, v := a.half(), b.half()
	d := sub(a.pos, b.pos)
	uu, uv, vv := dot3(u, u), -dot3(u, v), dot3(v, v)
	ud, vd := -dot3(u, d), dot3(v, d)
	at := func(x, y float64) bool {
		return s.balls(pair, a, b, add(a.pos, scale(x, u)), add(b.pos, scale(y, v)))
	}
	if det := uu*vv - uv*uv; math.Abs(det) >= tiny {
		x, y := (vv*ud-uv*vd)/det, (uu*vd-uv*ud)/det
		if x > 1 || x < -1 {
			x = clampOne(x)
			y = (vd - uv*x) / vv
		}
		if y > 1 || y < -1 {
			y = clampOne(y)
			x = clampOne((ud - uv*y) / uu)
		}
		at(x, y)
		return
	}
	count := 0
	for k := 0; k < 4 && count < 2; k++ {
		end := float64(1 - 2*(k%2))
		var hit bool
		if k < 2 {
			hit = at(end, clampOne((vd-uv*end)/vv))
		} else {
			hit = at(clampOne((ud-uv*end)/uu), end)
		}
		if hit {
			count++
		}
	}
}

// addHit adds a contact if it is closer than the margin. The first tangent is
// along, or if that is zero the world's y or z, made orthogonal to the normal.
func (s *State) addHit(pair int, dist float64, pos, normal, along [3]float64) {
	p := &s.m.pairs[pair]
	if !(dist < p.margin) {
		return
	}
	if norm3(along) < 1e-10 {
		along = [3]float64{0, 1, 0}
		if math.Abs(normal[1]) >= 0.5 {
			along = [3]float64{0, 0, 1}
		}
	}
	t := sub(along, scale(dot3(along, normal), normal))
	if l := norm3(t); l > tiny {
		t = scale(1/l, t)
	} else {
		t = [3]float64{1, 0, 0}
	}
	n, b := normal, cross(normal, t)
	s.contacts = append(s.contacts, Contact{
		Geom: p.b.geom, Floor: p.a.geom, Dist: dist, Pos: pos,
		Frame: [9]float64{n[0], n[1], n[2], t[0], t[1], t[2], b[0], b[1], b[2]},
		pair:  pair,
	})
}

// pairJacobian writes the rows of normal and tangents, of the motion of the
// second geom's point relative to the first's, over the pair's columns.
func (s *State) pairJacobian(c *Contact, jac []float64) {
	clear(jac)
	p := &s.m.pairs[c.pair]
	s.addJacobian(c, p.b.link, 1, p.cols, jac)
	s.addJacobian(c, p.a.link, -1, p.cols, jac)
}

// addJacobian adds sign times the motion of the contact's point with a link.
func (s *State) addJacobian(c *Contact, link int, sign float64, cols []int32, jac []float64) {
	n, k := len(cols), 0
	if link == 0 {
		return
	}
	x := sub(c.Pos, s.origin[s.m.links[link].tree])
	e := &c.Frame
	put := func(dof int, v [3]float64) {
		for int(cols[k]) != dof {
			k++
		}
		for r := range 3 {
			jac[r*n+k] += sign * (e[3*r]*v[0] + e[3*r+1]*v[1] + e[3*r+2]*v[2])
		}
	}
	for i := link; i > 0; i = s.m.links[i].parent {
		l, f := &s.m.links[i], &s.frames[i]
		switch l.kind {
		case Hinge:
			put(l.v, add(f.lever, cross(column(&f.r, 2), x)))
		case Slide:
			put(l.v, column(&f.r, 2))
		case Free:
			for j := 2; j >= 0; j-- {
				put(l.v+3+j, cross(column(&f.r, j), x))
			}
			for j := 2; j >= 0; j-- {
				var v [3]float64
				v[j] = 1
				put(l.v+j, v)
			}
		}
	}
}
