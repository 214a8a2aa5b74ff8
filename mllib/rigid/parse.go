package rigid

import "slices"

// parser collects the parts of a model.
type parser struct {
	model      Model
	units      units
	inertias   string // compiler inertiafromgeom: true, false or auto
	autoLimits bool   // a range is a limit
	global     bool   // places in the file are in world axes
	totalMass  float64
	defaults   map[string]class
	top        string          // name of the outermost class
	frames     []placed        // by body, if global
	names      map[string]bool // kind and name of what has been defined
}

func newParser() *parser {
	p := &parser{
		units:     units{degrees: true, eulerSeq: "xyz"},
		inertias:  "auto",
		totalMass: -1,
		defaults:  map[string]class{"main": {}},
		top:       "main",
		frames:    []placed{{quat: [4]float64{1, 0, 0, 0}}},
		names:     map[string]bool{},
	}
	p.model.timestep = 0.002
	p.model.gravity = [3]float64{0, 0, -9.81}
	p.model.bodies = []Body{{Name: "world", Quat: [4]float64{1, 0, 0, 0}}}
	return p
}

// file reads all sections, of which there may be several of a kind; what later
// ones refer to comes first, whatever the order in the file.
func (p *parser) file(root *node) error {
	if err := checkAttributes(root); err != nil {
		return err
	}
	p.model.name = root.attr["model"].text
	byTag, err := sections(root)
	if err != nil {
		return err
	}
	read := map[string]func(*node) error{
		"compiler": p.compiler, "option": p.option, "default": p.topDefault, "worldbody": p.worldBody,
		"contact": p.contact, "equality": noKids, "tendon": noKids, "actuator": p.actuator,
	}
	for _, tag := range sectionOrder() {
		for _, n := range byTag[tag] {
			if err := read[tag](n); err != nil {
				return err
			}
		}
	}
	return p.setTotalMass(root)
}

// sectionOrder is the order of reading.
func sectionOrder() []string {
	return []string{"compiler", "option", "default", "worldbody", "contact", "equality", "tendon", "actuator"}
}

// sections sorts the sections by kind; those of the world body become one.
func sections(root *node) (map[string][]*node, error) {
	byTag := map[string][]*node{}
	for _, n := range root.kids {
		if _, ok := withoutEffect(n.tag); ok {
			if err := skip(n); err != nil {
				return nil, err
			}
			continue
		}
		if !slices.Contains(sectionOrder(), n.tag) {
			return nil, n.errorf("this element is not supported in <mujoco>")
		}
		if err := checkAttributes(n); err != nil {
			return nil, err
		}
		byTag[n.tag] = append(byTag[n.tag], n)
	}
	if worlds := byTag["worldbody"]; len(worlds) > 1 {
		for _, n := range worlds[1:] {
			worlds[0].kids = append(worlds[0].kids, n.kids...)
		}
		byTag["worldbody"] = worlds[:1]
	}
	return byTag, nil
}

// setTotalMass scales all masses and inertias if the compiler says what they
// add up to.
func (p *parser) setTotalMass(root *node) error {
	if p.totalMass <= 0 {
		return nil
	}
	sum := p.model.TotalMass()
	if sum < tiny {
		return root.errorf("settotalmass: the model has no mass")
	}
	k := p.totalMass / sum
	for i := range p.model.bodies {
		b := &p.model.bodies[i]
		b.Mass *= k
		for l := range b.Inertia {
			b.Inertia[l] *= k
		}
	}
	return nil
}

func (p *parser) compiler(n *node) error {
	r := &reader{n: n}
	if r.has("angle") {
		p.units.degrees = r.word("angle", "", "degree", "radian") == "degree"
	}
	if r.has("coordinate") {
		p.global = r.word("coordinate", "", "local", "global") == "global"
	}
	p.autoLimits = r.boolean("autolimits", p.autoLimits)
	p.totalMass = r.number("settotalmass", p.totalMass)
	p.inertias = r.word("inertiafromgeom", p.inertias, "true", "false", "auto")
	p.units.eulerSeq = r.word("eulerseq", p.units.eulerSeq)
	if !validEulerSeq(p.units.eulerSeq) {
		r.fail("eulerseq", "%q is not made of three letters out of xyzXYZ", shorten(p.units.eulerSeq))
		p.units.eulerSeq = "xyz"
	}
	if r.err != nil {
		return r.err
	}
	return onlyKids(n, "lengthrange", func(*node) error { return nil })
}

func (p *parser) option(n *node) error {
	r := &reader{n: n}
	m := &p.model
	m.timestep = r.number("timestep", m.timestep)
	if m.timestep < 1e-9 || m.timestep > 1e3 {
		r.fail("timestep", "%g s is outside of 1e-9 to 1000", m.timestep)
	}
	if r.word("integrator", m.integrator.String(), "Euler", "RK4") == "RK4" {
		m.integrator = RK4
	} else {
		m.integrator = Euler
	}
	m.gravity = r.vec("gravity", m.gravity)
	if r.err != nil {
		return r.err
	}
	return onlyKids(n, "flag", p.flag)
}

// flag switches parts of the model on and off; gravity off is gravity zero.
func (p *parser) flag(n *node) error {
	if err := checkAttributes(n); err != nil {
		return err
	}
	r := &reader{n: n}
	m := &p.model
	set := func(name string, off *bool) {
		if r.has(name) {
			*off = r.word(name, "", "enable", "disable") == "disable"
		}
	}
	set("contact", &m.off.contacts)
	set("limit", &m.off.limits)
	set("constraint", &m.off.constraints)
	set("gravity", &m.off.gravity)
	return r.err
}

// contact reads pairs of bodies whose geoms never touch.
func (p *parser) contact(n *node) error {
	return onlyKids(n, "exclude", func(k *node) error {
		if err := checkAttributes(k); err != nil {
			return err
		}
		r := &reader{n: k}
		var pair [2]int
		for i, name := range []string{"body1", "body2"} {
			want := r.word(name, "")
			pair[i] = slices.IndexFunc(p.model.bodies, func(b Body) bool { return b.Name == want })
			if pair[i] < 0 || want == "" {
				r.fail(name, "there is no body %q", shorten(want))
			}
		}
		p.model.excluded = append(p.model.excluded, pair)
		return r.err
	})
}

// onlyKids reads what is inside of n, all of one kind.
func onlyKids(n *node, tag string, read func(*node) error) error {
	for _, k := range n.kids {
		if k.tag != tag {
			return k.errorf("this element is not supported in <%s>, only <%s>", n.tag, tag)
		}
		if err := noKids(k); err != nil {
			return err
		}
		if err := read(k); err != nil {
			return err
		}
	}
	return nil
}

func noKids(n *node) error {
	if len(n.kids) > 0 {
		return n.kids[0].errorf("this element is not supported in <%s>", n.tag)
	}
	return nil
}
