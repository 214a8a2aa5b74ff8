package rigid

import "math"

// Contacts of cylinders with other solids have no closed form. MuJoCo finds
// them by Minkowski portal refinement (Snethen, "XenoCollide: complex collision
// made simple", Game Programming Gems 7, 2008): within the difference of the
// two solids, a portal of three support points is moved along the ray from an
// inner point through the origin until it cannot be moved further. What comes
// out depends on where that starts and stops, which is as in MuJoCo's library.
// (With a sphere and a cylinder it depends on rounding, too, by some 1e-7 m, so
// that pair is refused.)

const (
	portalTolerance = 1e-6 // MuJoCo's mpr_tolerance
	portalRounds    = 50   // MuJoCo's mpr_iterations
	portalZero      = 0x1p-52
	portalBound     = 1000 // rounds of loops that end by themselves but for rounding
)

// corner is a point of the difference, a − b, of points of the two solids.
type corner struct{ v, a, b [3]float64 }

// portal searches for a contact of two solids, each thickened by half the margin.
type portal struct {
	kind   [2]GeomType
	solid  [2]*shape
	margin float64
	p      [4]corner // an inner point, and the portal, which faces away from it
}

func nearZero(x float64) bool { return math.Abs(x) < portalZero }

func nearEqual(x, y float64) bool {
	d := math.Abs(x - y)
	return d < portalZero || d < portalZero*max(math.Abs(x), math.Abs(y))
}

// unit is x/|x|; of what is no longer than rounding MuJoCo makes the x axis.
func unit(x [3]float64) [3]float64 {
	l := norm3(x)
	if l < tiny {
		return [3]float64{1, 0, 0}
	}
	return scale(1/l, x)
}

// support is the farthest point of solid i in a direction.
func (s *portal) support(i int, dir [3]float64) [3]float64 {
	a := s.solid[i]
	back := transpose(&a.rot)
	d := mulVec(&back, dir)
	sign := 0.0
	if d[2] != 0 {
		sign = math.Copysign(1, d[2])
	}
	var x [3]float64
	switch s.kind[i] {
	case Capsule:
		x = scale(a.size[0], d)
		x[2] += sign * a.size[1]
	case Cylinder:
		if across := math.Sqrt(d[0]*d[0] + d[1]*d[1]); across > tiny {
			x[0], x[1] = d[0]/across*a.size[0], d[1]/across*a.size[0]
		}
		x[2] = sign * a.size[1]
	case Box:
		for k := range x {
			if d[k] != 0 {
				x[k] = math.Copysign(a.size[k], d[k])
			}
		}
	}
	x = add(x, scale(s.margin/2, d))
	return add(mulVec(&a.rot, x), a.pos)
}

func (s *portal) corner(dir [3]float64) corner {
	a, b := s.support(0, dir), s.support(1, scale(-1, dir))
	return corner{sub(a, b), a, b}
}

// find is the depth, the direction from the first solid to the second, and the
// place of the contact; false if there is none.
func (s *portal) find() (depth float64, dir, pos [3]float64, ok bool) {
	switch found := s.discover(); {
	case found == missed:
		return 0, dir, pos, false
	case found == onRay:
		c := &s.p[1]
		depth = norm3(c.v)
		return depth, unit(c.v), scale(0.5, add(c.a, c.b)), depth > 0
	}
	if !s.reach() {
		return 0, dir, pos, false
	}
	for round := 0; ; round++ {
		out := s.facing()
		c := s.corner(out)
		if s.stuck(&c, out) || round > portalRounds {
			break
		}
		s.expand(&c)
	}
	nearest := nearestOfTriangle(s.p[1].v, s.p[2].v, s.p[3].v)
	if depth = norm3(nearest); nearZero(depth) {
		return 0, dir, pos, false
	}
	return depth, unit(nearest), s.place(), true
}

const (
	missed = iota
	onRay  // the origin lies between the inner point and the first corner
	caught // the ray through the origin meets the portal
)

// discover builds a portal that the ray from the inner point through the
// origin passes.
func (s *portal) discover() int {
	a, b := s.solid[0].pos, s.solid[1].pos
	s.p[0] = corner{sub(a, b), a, b}
	if v := &s.p[0].v; nearEqual(v[0], 0) && nearEqual(v[1], 0) && nearEqual(v[2], 0) {
		v[0] += 10 * portalZero
	}
	outside := func(k int, dir [3]float64) bool {
		s.p[k] = s.corner(dir)
		d := dot3(s.p[k].v, dir)
		return nearZero(d) || d < 0
	}
	if outside(1, unit(scale(-1, s.p[0].v))) {
		return missed
	}
	dir := cross(s.p[0].v, s.p[1].v)
	if nearZero(dot3(dir, dir)) {
		return onRay
	}
	if outside(2, unit(dir)) {
		return missed
	}
	side := func() [3]float64 { return unit(cross(sub(s.p[1].v, s.p[0].v), sub(s.p[2].v, s.p[0].v))) }
	dir = side()
	if dot3(dir, s.p[0].v) > 0 {
		s.p[1], s.p[2] = s.p[2], s.p[1]
		dir = scale(-1, dir)
	}
	for range portalBound {
		if outside(3, dir) {
			return missed
		}
		negative := func(x, y int) bool {
			d := dot3(cross(s.p[x].v, s.p[y].v), s.p[0].v)
			return d < 0 && !nearZero(d)
		}
		switch {
		case negative(1, 3):
			s.p[2] = s.p[3]
		case negative(3, 2):
			s.p[1] = s.p[3]
		default:
			return caught
		}
		dir = side()
	}
	return missed
}

// facing is the direction out of the portal.
func (s *portal) facing() [3]float64 {
	return unit(cross(sub(s.p[2].v, s.p[1].v), sub(s.p[3].v, s.p[1].v)))
}

// reach moves the portal until the origin is behind it; false if it never is.
func (s *portal) reach() bool {
	for range portalBound {
		dir := s.facing()
		if d := dot3(dir, s.p[1].v); nearZero(d) || d > 0 {
			return true
		}
		c := s.corner(dir)
		if d := dot3(c.v, dir); !nearZero(d) && d < 0 || s.stuck(&c, dir) {
			return false
		}
		s.expand(&c)
	}
	return false
}

// stuck is true if corner c is hardly farther out than the portal.
func (s *portal) stuck(c *corner, dir [3]float64) bool {
	far := dot3(c.v, dir)
	gain := min(far-dot3(s.p[1].v, dir), far-dot3(s.p[2].v, dir), far-dot3(s.p[3].v, dir))
	return nearEqual(gain, portalTolerance) || gain < portalTolerance
}

// expand replaces one corner of the portal such that the ray still passes.
func (s *portal) expand(c *corner) {
	turn := cross(c.v, s.p[0].v)
	k := 1
	if dot3(s.p[1].v, turn) > 0 {
		if dot3(s.p[2].v, turn) <= 0 {
			k = 3
		}
	} else if dot3(s.p[3].v, turn) > 0 {
		k = 2
	}
	s.p[k] = *c
}

// place is half way between the points of the solids that the origin, in
// barycentric coordinates of portal and inner point, stands for.
func (s *portal) place() [3]float64 {
	p := &s.p
	volume := func(i, j, k int) float64 { return dot3(cross(p[i].v, p[j].v), p[k].v) }
	b := [4]float64{volume(1, 2, 3), volume(3, 2, 0), volume(0, 1, 3), volume(2, 1, 0)}
	sum := b[0] + b[1] + b[2] + b[3]
	if nearZero(sum) || sum < 0 {
		dir := s.facing()
		area := func(i, j int) float64 { return dot3(cross(p[i].v, p[j].v), dir) }
		b = [4]float64{0, area(2, 3), area(3, 1), area(1, 2)}
		sum = b[1] + b[2] + b[3]
	}
	var x, y [3]float64
	for i := range b {
		x, y = add(x, scale(b[i], p[i].a)), add(y, scale(b[i], p[i].b))
	}
	return scale(0.5, add(scale(1/sum, x), scale(1/sum, y)))
}

// solids adds the contact of two solids of which one is a cylinder.
func (s *State) solids(pair int, a, b *shape) {
	p := &s.m.pairs[pair]
	search := &s.portal
	*search = portal{
		kind:   [2]GeomType{s.m.geoms[p.a.geom].Type, s.m.geoms[p.b.geom].Type},
		solid:  [2]*shape{a, b},
		margin: p.outer,
	}
	depth, dir, pos, ok := search.find()
	if !ok {
		return
	}
	s.addHit(pair, p.outer-depth, pos, search.smoothNormal(dir, pos), [3]float64{})
}

// smoothNormal replaces the direction by what the curved surfaces say at the
// place of the contact.
func (s *portal) smoothNormal(dir, pos [3]float64) [3]float64 {
	var n [2][3]float64
	var known [2]bool
	for i, a := range s.solid {
		back := transpose(&a.rot)
		x := mulVec(&back, sub(pos, a.pos))
		switch s.kind[i] {
		case Capsule:
			n[i], known[i] = [3]float64{x[0], x[1], x[2] - min(max(x[2], -a.size[1]), a.size[1])}, true
		case Cylinder:
			flat := math.Abs(a.size[1] - math.Abs(x[2]))
			round := math.Abs(a.size[0] - math.Hypot(x[0], x[1]))
			if math.Abs(x[2]) <= 0.95*a.size[1] && flat >= 0.25*round {
				n[i], known[i] = [3]float64{x[0], x[1], 0}, true
			}
		}
		if known[i] {
			n[i] = mulVec(&a.rot, unit(n[i]))
		}
	}
	switch {
	case known[0] && known[1]:
		return unit(sub(n[0], n[1]))
	case known[0]:
		return n[0]
	case known[1]:
		return scale(-1, n[1])
	}
	return dir
}
