package rigid

import "math"

func (p *parser) geom(n *node, body int, childClass string) error {
	r, err := p.inherit(n, childClass)
	if err != nil {
		return err
	}
	g := Geom{Name: r.word("name", ""), Body: body, place: n.place, Margin: r.number("margin", 0)}
	kind := r.word("type", "sphere", "plane", "sphere", "capsule", "cylinder", "box")
	g.Type = map[string]GeomType{"plane": Plane, "sphere": Sphere, "capsule": Capsule, "cylinder": Cylinder, "box": Box}[kind]
	g.Contype, g.Conaffinity = r.mask("contype", 1), r.mask("conaffinity", 1)
	friction := [3]float64{1, 0.005, 0.0001}
	r.overwrite("friction", friction[:])
	if g.Friction = friction[0]; min(friction[0], friction[1], friction[2]) < 0 {
		r.fail("friction", "%g is negative", friction)
	}
	p.contactRules(r, &g)
	g.RGBA = [4]float64{0.5, 0.5, 0.5, 1}
	if c := r.numbers("rgba", 4, 4); c != nil {
		g.RGBA = [4]float64(c)
	}
	p.shape(r, &g)
	if r.err == nil && g.Type != Plane {
		g.Mass = r.notNegative("density", 1000) * g.volume()
		if r.has("mass") {
			g.Mass = r.notNegative("mass", 0)
		}
	}
	p.model.geoms = append(p.model.geoms, g)
	return r.err
}

// contactRules reads what contacts are made of.
func (p *parser) contactRules(r *reader, g *Geom) {
	g.soft = r.softness("solref", "solimp")
	g.solmix = r.notNegative("solmix", 1)
	g.gap = r.number("gap", 0)
	dim, priority := r.number("condim", 3), r.number("priority", 0)
	if dim != 1 && dim != 3 && dim != 4 && dim != 6 {
		r.fail("condim", "%g is none of 1, 3, 4, 6", dim)
	}
	if priority != math.Trunc(priority) {
		r.fail("priority", "%g is not a whole number", priority)
	}
	g.Condim, g.priority = int(dim), priority
}

// shape reads size and placement; fromto gives centre, direction (the z axis
// runs from the second point to the first) and half length of a long shape.
func (p *parser) shape(r *reader, g *Geom) {
	needed := [...]int{Plane: 3, Sphere: 1, Capsule: 2, Cylinder: 2, Box: 3}[g.Type]
	ends := r.numbers("fromto", 6, 6)
	if ends == nil {
		g.Pos, g.Quat = p.local(g.Body, r.vec("pos", [3]float64{}), r.orientation(p.units))
		p.sizes(r, g, needed)
		return
	}
	if g.Type == Plane || g.Type == Sphere {
		r.fail("fromto", "only capsules, cylinders and boxes have two ends")
		return
	}
	a, b := [3]float64(ends[:3]), [3]float64(ends[3:])
	g.Pos, g.Quat = p.local(g.Body, scale(0.5, add(a, b)), quatFromZ(r.direction("fromto", sub(a, b))))
	if r.vec("pos", [3]float64{}) != [3]float64{} {
		r.fail("pos", "fromto gives the place too")
	}
	p.sizes(r, g, 1)
	half := norm3(sub(a, b)) / 2
	if g.Type == Box {
		g.Size[1], g.Size[2] = g.Size[0], half
	} else {
		g.Size[1] = half
	}
}

func (p *parser) sizes(r *reader, g *Geom, needed int) {
	x := r.numbers("size", needed, 3)
	if x == nil {
		r.fail("", "attribute size is missing")
		return
	}
	copy(g.Size[:], x[:needed])
	for _, s := range x[:needed] {
		if s < 0 || s == 0 && g.Type != Plane {
			r.fail("size", "%g is not positive", s)
		}
	}
}

func (p *parser) site(n *node, body int, childClass string) error {
	r, err := p.inherit(n, childClass)
	if err != nil {
		return err
	}
	s := Site{Name: r.word("name", ""), Body: body}
	s.Pos, s.Quat = p.local(body, r.vec("pos", [3]float64{}), r.orientation(p.units))
	r.numbers("size", 1, 3)
	r.numbers("rgba", 4, 4)
	kind := r.word("type", "sphere", "sphere", "capsule", "ellipsoid", "cylinder", "box")
	if ends := r.numbers("fromto", 6, 6); ends != nil {
		if kind == "sphere" {
			r.fail("fromto", "a sphere has no two ends")
		}
		a, b := [3]float64(ends[:3]), [3]float64(ends[3:])
		s.Pos, s.Quat = p.local(body, scale(0.5, add(a, b)), quatFromZ(r.direction("fromto", sub(a, b))))
	}
	p.model.sites = append(p.model.sites, s)
	return r.err
}

func (p *parser) actuator(n *node) error {
	for _, k := range n.kids {
		if k.tag != "motor" {
			return k.errorf("this element is not supported in <actuator>, only <motor>")
		}
		r, err := p.inherit(k, p.top)
		if err != nil {
			return err
		}
		if err := p.motor(r); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) motor(r *reader) error {
	m := Motor{Name: r.word("name", ""), Joint: -1, Gear: 1}
	if g := r.numbers("gear", 1, 6); g != nil {
		m.Gear = g[0]
		for _, x := range g[1:] {
			if x != 0 {
				r.fail("gear", "only the first number can differ from 0")
			}
		}
	}
	name := r.word("joint", "")
	for i := range p.model.joints {
		if p.model.joints[i].Name == name && name != "" {
			m.Joint = i
		}
	}
	switch {
	case m.Joint < 0:
		r.fail("joint", "there is no joint %q", shorten(name))
	case p.model.joints[m.Joint].Type == Free:
		r.fail("joint", "a motor needs a hinge or slide")
	}
	m.Limited = r.limited("ctrllimited", "ctrlrange", p.autoLimits)
	if ends := r.numbers("ctrlrange", 2, 2); ends != nil {
		m.Range = [2]float64(ends)
	}
	m.ForceLimited = r.limited("forcelimited", "forcerange", p.autoLimits)
	if ends := r.numbers("forcerange", 2, 2); ends != nil {
		m.ForceRange = [2]float64(ends)
	}
	if m.Limited && m.Range[0] >= m.Range[1] {
		r.fail("ctrlrange", "the range %g is empty", m.Range)
	}
	if m.ForceLimited && m.ForceRange[0] >= m.ForceRange[1] {
		r.fail("forcerange", "the range %g is empty", m.ForceRange)
	}
	p.model.motors = append(p.model.motors, m)
	return r.err
}
