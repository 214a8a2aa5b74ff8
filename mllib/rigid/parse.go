package rigid

import (
	"errors"
	"io"
	"maps"
	"os"
	"slices"
)

// Load reads a model from a file; errors start with file and line.
func Load(path string) (*Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := Parse(f)
	var p *ParseError
	if errors.As(err, &p) {
		p.File = path
	}
	return m, err
}

// Parse reads a model in a subset of MJCF, with MuJoCo 2.2.2's meaning and
// default values:
//
//	compiler   angle, inertiafromgeom, eulerseq
//	option     timestep, integrator (Euler, RK4), gravity
//	default    of joint, geom, site, motor; nested classes
//	body       pos, orientation, childclass; inertial, joint, freejoint, geom, site
//	joint      hinge, slide, free: axis, pos, range, armature, damping
//	geom       plane, sphere, capsule, cylinder, box: size, fromto, mass or density
//	motor      joint, gear, ctrlrange
//
// Orientations are quat, axisangle, euler, xyaxes or zaxis. Everything else is
// a *[ParseError] that names element and line, as is a pair of geoms that may
// touch and is neither sphere nor capsule against a fixed plane.
func Parse(r io.Reader) (*Model, error) {
	root, err := readXML(r)
	if err != nil {
		return nil, err
	}
	if root.tag != "mujoco" {
		return nil, root.errorf("a model starts with <mujoco>")
	}
	p := newParser()
	if err := p.file(root); err != nil {
		return nil, err
	}
	if err := p.model.compile(); err != nil {
		return nil, err
	}
	return &p.model, nil
}

// parser collects the parts of a model.
type parser struct {
	model    Model
	units    units
	inertias string // compiler inertiafromgeom: true, false or auto
	defaults map[string]class
	names    map[string]bool // kind and name of what has been defined
}

// class holds inherited attributes: tag, then attribute.
type class map[string]map[string]attr

func newParser() *parser {
	p := &parser{
		units:    units{degrees: true, eulerSeq: "xyz"},
		inertias: "auto",
		defaults: map[string]class{"main": {}},
		names:    map[string]bool{},
	}
	p.model.timestep = 0.002
	p.model.gravity = [3]float64{0, 0, -9.81}
	p.model.bodies = []Body{{Name: "world", Quat: [4]float64{1, 0, 0, 0}}}
	return p
}

// file reads all sections; what later ones refer to comes first, whatever the
// order in the file.
func (p *parser) file(root *node) error {
	if err := checkAttributes(root); err != nil {
		return err
	}
	p.model.name = root.attr["model"].text
	for _, n := range root.kids {
		if err := checkAttributes(n); err != nil {
			return err
		}
	}
	type section struct {
		tag  string
		read func(*node) error
	}
	sections := []section{
		{"compiler", p.compiler}, {"option", p.option}, {"default", p.topDefault},
		{"worldbody", p.worldBody}, {"actuator", p.actuator},
	}
	seen := map[string]bool{}
	for _, n := range root.kids {
		if !slices.ContainsFunc(sections, func(s section) bool { return s.tag == n.tag }) {
			return n.errorf("this element is not supported in <mujoco>")
		}
		if seen[n.tag] {
			return n.errorf("a second section of this kind is not supported")
		}
		seen[n.tag] = true
	}
	for _, s := range sections {
		for _, n := range root.kids {
			if n.tag != s.tag {
				continue
			}
			if err := s.read(n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *parser) compiler(n *node) error {
	r := &reader{n: n}
	if r.has("angle") {
		p.units.degrees = r.word("angle", "", "degree", "radian") == "degree"
	}
	p.inertias = r.word("inertiafromgeom", p.inertias, "true", "false", "auto")
	p.units.eulerSeq = r.word("eulerseq", p.units.eulerSeq)
	if !validEulerSeq(p.units.eulerSeq) {
		r.fail("eulerseq", "%q is not made of three letters out of xyzXYZ", p.units.eulerSeq)
		p.units.eulerSeq = "xyz"
	}
	if r.err != nil {
		return r.err
	}
	return noKids(n)
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
	return noKids(n)
}

func noKids(n *node) error {
	if len(n.kids) > 0 {
		return n.kids[0].errorf("this element is not supported in <%s>", n.tag)
	}
	return nil
}

func (p *parser) topDefault(n *node) error {
	if c, ok := n.attr["class"]; ok && c.text != "main" {
		return n.errorf("the outermost class is %q, not %q", "main", c.text)
	}
	return p.class(n, p.defaults["main"])
}

// class adds the defaults of n and of the classes inside it.
func (p *parser) class(n *node, c class) error {
	for _, k := range n.kids {
		if err := checkAttributes(k); err != nil {
			return err
		}
		switch k.tag {
		case "joint", "geom", "site", "motor":
			if k.attr["name"].text != "" || k.attr["class"].text != "" {
				return k.errorf("name and class are not supported in <default>")
			}
			if c[k.tag] == nil {
				c[k.tag] = map[string]attr{}
			}
			maps.Copy(c[k.tag], k.attr)
		case "default":
		default:
			return k.errorf("this element is not supported in <default>")
		}
	}
	for _, k := range n.kids { // after the outer class is complete
		if k.tag != "default" {
			continue
		}
		name := k.attr["class"].text
		if _, twice := p.defaults[name]; name == "" || twice {
			return k.errorf("class %q: a new name is needed", name)
		}
		inner := class{}
		for tag, attrs := range c {
			inner[tag] = maps.Clone(attrs)
		}
		p.defaults[name] = inner
		if err := p.class(k, inner); err != nil {
			return err
		}
	}
	return nil
}

// inherit is the element with the attributes of its class filled in.
func (p *parser) inherit(n *node, childClass string) (*reader, error) {
	if err := checkAttributes(n); err != nil {
		return nil, err
	}
	if err := noKids(n); err != nil {
		return nil, err
	}
	name := childClass
	if c, ok := n.attr["class"]; ok {
		name = c.text
	}
	c, ok := p.defaults[name]
	if !ok {
		return nil, n.errorf("there is no default class %q", name)
	}
	full := &node{tag: n.tag, line: n.line, attr: maps.Clone(c[n.tag])}
	if full.attr == nil {
		full.attr = map[string]attr{}
	}
	maps.Copy(full.attr, n.attr)
	r := &reader{n: full}
	if name := n.attr["name"].text; name != "" {
		key := n.tag + " " + name
		if n.tag == "freejoint" {
			key = "joint " + name
		}
		if p.names[key] {
			r.fail("name", "%q is used twice", name)
		}
		p.names[key] = true
	}
	return r, r.err
}
