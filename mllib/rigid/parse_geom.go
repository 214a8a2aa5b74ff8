package rigid

func (p *parser) geom(n *node, body int, childClass string) error {
	r, err := p.inherit(n, childClass)
	if err != nil {
		return err
	}
	g := Geom{Name: r.word("name", ""), Body: body, line: n.line, Margin: r.number("margin", 0)}
	kind := r.word("type", "sphere", "plane", "sphere", "capsule", "cylinder", "box")
	g.Type = map[string]GeomType{"plane": Plane, "sphere": Sphere, "capsule": Capsule, "cylinder": Cylinder, "box": Box}[kind]
	g.Contype, g.Conaffinity = r.mask("contype", 1), r.mask("conaffinity", 1)
	g.Friction = 1
	if f := r.numbers("friction", 1, 3); f != nil {
		g.Friction = f[0]
	}
	if g.Friction <= 0 {
		r.fail("friction", "%g is not positive", g.Friction)
	}
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

// shape reads size and placement; fromto gives centre, direction (the z axis
// runs from the second point to the first) and half length of a long shape.
func (p *parser) shape(r *reader, g *Geom) {
	needed := [...]int{Plane: 3, Sphere: 1, Capsule: 2, Cylinder: 2, Box: 3}[g.Type]
	ends := r.numbers("fromto", 6, 6)
	if ends == nil {
		g.Pos = r.vec("pos", [3]float64{})
		g.Quat = r.orientation(p.units)
		p.sizes(r, g, needed)
		return
	}
	if g.Type == Plane || g.Type == Sphere {
		r.fail("fromto", "only capsules, cylinders and boxes have two ends")
		return
	}
	a, b := [3]float64(ends[:3]), [3]float64(ends[3:])
	g.Pos = scale(0.5, add(a, b))
	g.Quat = quatFromZ(r.direction("fromto", sub(a, b)))
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
	s := Site{Name: r.word("name", ""), Body: body, Pos: r.vec("pos", [3]float64{}), Quat: r.orientation(p.units)}
	r.numbers("size", 1, 3)
	r.numbers("rgba", 4, 4)
	p.model.sites = append(p.model.sites, s)
	return r.err
}

func (p *parser) actuator(n *node) error {
	for _, k := range n.kids {
		if k.tag != "motor" {
			return k.errorf("this element is not supported in <actuator>, only <motor>")
		}
		r, err := p.inherit(k, "main")
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
		r.fail("joint", "there is no joint %q", name)
	case p.model.joints[m.Joint].Type == Free:
		r.fail("joint", "a motor needs a hinge or slide")
	}
	m.Limited = r.boolean("ctrllimited", false)
	ends := r.numbers("ctrlrange", 2, 2)
	switch {
	case r.err != nil:
	case ends == nil && m.Limited:
		r.fail("ctrllimited", "a limited motor needs a ctrlrange")
	case ends != nil && !r.has("ctrllimited"):
		r.fail("ctrlrange", `write ctrllimited="true" or "false" beside it: versions of MuJoCo differ in what a range alone means`)
	case m.Limited && ends[0] >= ends[1]:
		r.fail("ctrlrange", "the range %g is empty", ends)
	case ends != nil:
		m.Range = [2]float64(ends)
	}
	p.model.motors = append(p.model.motors, m)
	return r.err
}
