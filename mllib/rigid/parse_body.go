package rigid

import (
	"fmt"
	"math"
)

func (p *parser) worldBody(n *node) error {
	return p.bodyContent(n, 0, p.top)
}

// body reads a body, what is fixed to it, and the bodies below it.
func (p *parser) body(n *node, parent int, childClass string) error {
	if err := checkAttributes(n); err != nil {
		return err
	}
	r := &reader{n: n}
	b := Body{Name: r.word("name", ""), Parent: parent, place: n.place}
	at := placed{r.vec("pos", b.Pos), r.orientation(p.units)}
	b.Pos, b.Quat = p.local(parent, at.pos, at.quat)
	if p.global && !r.has("pos") {
		r.fail("", "in global coordinates a body needs a pos")
	}
	if b.Name != "" && (p.names["body "+b.Name] || b.Name == "world") {
		r.fail("name", "%q is used twice", shorten(b.Name))
	}
	p.names["body "+b.Name] = true
	childClass = r.word("childclass", childClass)
	if _, ok := p.defaults[childClass]; !ok {
		r.fail("childclass", "there is no default class %q", shorten(childClass))
	}
	if r.err != nil {
		return r.err
	}
	p.model.bodies = append(p.model.bodies, b)
	p.frames = append(p.frames, at)
	return p.bodyContent(n, len(p.model.bodies)-1, childClass)
}

// bodyContent reads the elements inside of body number id: its own first, then
// the bodies below, so that indices run depth first as in MuJoCo.
func (p *parser) bodyContent(n *node, id int, childClass string) error {
	var inertial *node
	firstGeom := len(p.model.geoms)
	for _, k := range n.kids {
		var err error
		switch {
		case k.tag == "geom":
			err = p.geom(k, id, childClass)
		case k.tag == "site":
			err = p.site(k, id, childClass)
		case k.tag == "body":
		case k.tag == "camera" || k.tag == "light":
			err = skip(k)
		case id == 0:
			err = k.errorf("this element is not supported in <worldbody>")
		case k.tag == "joint" || k.tag == "freejoint":
			err = p.joint(k, id, childClass)
		case k.tag == "inertial" && inertial != nil:
			err = k.errorf("the body has an inertial already")
		case k.tag == "inertial":
			inertial = k
		default:
			err = k.errorf("this element is not supported in <body>")
		}
		if err != nil {
			return err
		}
	}
	if err := p.bodyInertia(inertial, id, firstGeom); err != nil {
		return err
	}
	for _, k := range n.kids {
		if k.tag == "body" {
			if err := p.body(k, id, childClass); err != nil {
				return err
			}
		}
	}
	return nil
}

// bodyInertia decides where a body's mass comes from: its inertial element, or
// its geoms when the compiler says so or there is no inertial.
func (p *parser) bodyInertia(inertial *node, id, firstGeom int) error {
	if id == 0 {
		return nil
	}
	b := &p.model.bodies[id]
	if inertial != nil {
		l, err := p.inertial(inertial, id)
		if err != nil {
			return err
		}
		b.Mass, b.CoM, b.Inertia = l.mass, l.com, l.inertia
	}
	if p.inertias == "false" || p.inertias == "auto" && inertial != nil {
		return nil
	}
	if firstGeom == len(p.model.geoms) {
		return nil
	}
	var sum lump
	for i := firstGeom; i < len(p.model.geoms); i++ {
		if g := &p.model.geoms[i]; g.Mass > 0 {
			sum = join(sum, g.lump())
		}
	}
	b.Mass, b.CoM, b.Inertia = sum.mass, sum.com, sum.inertia
	return nil
}

func (p *parser) inertial(n *node, body int) (lump, error) {
	if err := checkAttributes(n); err != nil {
		return lump{}, err
	}
	r := &reader{n: n}
	for _, name := range []string{"pos", "mass"} {
		if !r.has(name) {
			r.fail("", "attribute %s is missing", name)
		}
	}
	l := lump{mass: r.notNegative("mass", 0)}
	switch d, f := r.numbers("diaginertia", 3, 3), r.numbers("fullinertia", 6, 6); {
	case d != nil && f == nil:
		l.inertia = [6]float64{d[0], d[1], d[2]}
	case f != nil && d == nil && r.has("quat"):
		r.fail("fullinertia", "an orientation is not supported beside it")
	case f != nil && d == nil:
		l.inertia = [6]float64(f)
	default:
		r.fail("", "one of diaginertia and fullinertia is needed")
	}
	if r.err == nil && !physicalTensor(l.inertia) {
		r.fail("", "no body has the inertia %g: it must be positive definite and each principal moment at most the sum of the others", l.inertia)
	}
	pos, quat := p.local(body, r.vec("pos", [3]float64{}), r.orientation(p.units))
	rot := quatMat(quat)
	return l.moved(&rot, pos), r.err
}

// physicalTensor tells whether some distribution of mass has the inertia t:
// its second moments ½ tr(t) 1 − t must be positive semidefinite, t positive definite.
func physicalTensor(t [6]float64) bool {
	half := (t[0] + t[1] + t[2]) / 2
	slack := 1e-9 * half
	moments := [6]float64{half - t[0] + slack, half - t[1] + slack, half - t[2] + slack, -t[3], -t[4], -t[5]}
	return positiveDefinite(t) && positiveDefinite(moments)
}

// positiveDefinite checks the three leading minors of (xx yy zz xy xz yz).
func positiveDefinite(t [6]float64) bool {
	minor := t[0]*t[1] - t[3]*t[3]
	det := t[2]*minor - t[0]*t[5]*t[5] - t[1]*t[4]*t[4] + 2*t[3]*t[4]*t[5]
	return t[0] > 0 && minor > 0 && det > 0
}

func (p *parser) joint(n *node, body int, childClass string) error {
	r, err := p.inherit(n, childClass)
	if err != nil {
		return err
	}
	j := Joint{Name: r.word("name", ""), Body: body, place: n.place}
	kind := r.word("type", "hinge", "hinge", "slide", "free")
	if n.tag == "freejoint" {
		kind = "free"
	}
	j.Type = map[string]JointType{"hinge": Hinge, "slide": Slide, "free": Free}[kind]
	j.Armature = r.notNegative("armature", 0)
	j.Damping = r.notNegative("damping", 0)
	j.Stiffness = r.number("stiffness", 0)
	j.soft = defaultSoftness()
	if j.Type != Free {
		p.hingeOrSlide(r, &j)
	} else if r.word("limited", "auto", "true", "false", "auto") == "true" {
		r.fail("limited", `a free joint has no limits; write limited="false"`)
	} else if parent := p.model.bodies[body].Parent; parent != 0 {
		r.fail("", "only a body whose parent is the world can move freely")
	}
	if last := len(p.model.joints) - 1; last >= 0 && p.model.joints[last].Body == body {
		if j.Type == Free || p.model.joints[last].Type == Free {
			r.fail("", "a free body has no other joints")
		}
	}
	if r.err == nil {
		r.err = j.check()
	}
	p.model.joints = append(p.model.joints, j)
	return r.err
}

func (p *parser) hingeOrSlide(r *reader, j *Joint) {
	j.Pos, _ = p.local(j.Body, r.vec("pos", [3]float64{}), [4]float64{1, 0, 0, 0})
	j.Axis = p.localAxis(j.Body, r.direction("axis", r.vec("axis", [3]float64{0, 0, 1})))
	j.Limited = r.limited("limited", "range", p.autoLimits)
	j.Margin = r.number("margin", 0)
	j.soft = r.softness("solreflimit", "solimplimit")
	angle := func(x float64) float64 { return x }
	if j.Type == Hinge {
		angle = p.units.radians
	}
	j.Ref, j.SpringRef = angle(r.number("ref", 0)), angle(r.number("springref", 0))
	if ends := r.numbers("range", 2, 2); ends != nil {
		j.Range = [2]float64{angle(ends[0]), angle(ends[1])}
	}
}

// check tells what makes a joint impossible to simulate.
func (j *Joint) check() error {
	problem := ""
	switch {
	case !(j.Armature >= 0 && j.Armature < math.MaxFloat64):
		problem = fmt.Sprintf("armature %g is not a number ≥ 0", j.Armature)
	case !(j.Damping >= 0 && j.Damping < math.MaxFloat64):
		problem = fmt.Sprintf("damping %g is not a number ≥ 0", j.Damping)
	case !(math.Abs(j.Stiffness) < math.MaxFloat64):
		problem = fmt.Sprintf("stiffness %g is not a number", j.Stiffness)
	case j.Limited && j.Type == Free:
		problem = "a free joint has no limits"
	case j.Limited && !(j.Range[0] < j.Range[1]):
		problem = fmt.Sprintf("range %g is empty", j.Range)
	default:
		return nil
	}
	return &ParseError{File: j.file, Line: j.line, Element: label("joint", j.Name), Problem: problem}
}
