package rigid

import (
	"slices"
	"strconv"
	"strings"
)

// element is what is known about a kind of element: the attributes that are
// read, those accepted only with the value after "=" because anything else
// changes the motion in a way that is not supported (several numbers are
// joined by commas), and those that cannot influence motion and are ignored.
type element struct{ read, fixed, ignored string }

const orientations = " quat axisangle euler xyaxes zaxis"

// vocabulary describes the elements that matter to motion.
func vocabulary(tag string) (element, bool) {
	switch tag {
	case "mujoco":
		return element{read: "model"}, true
	case "compiler":
		return element{
			read:    "angle inertiafromgeom eulerseq autolimits coordinate settotalmass",
			fixed:   "fusestatic=false boundmass=0 boundinertia=0 inertiagrouprange=0,5",
			ignored: "balanceinertia strippath meshdir texturedir assetdir convexhull usethread discardvisual exactmeshinertia",
		}, true
	case "option":
		return element{
			read:    "timestep integrator gravity",
			fixed:   "density=0 viscosity=0 cone=pyramidal impratio=1 noslip_iterations=0 collision=all",
			ignored: "apirate iterations tolerance noslip_tolerance mpr_iterations mpr_tolerance solver jacobian wind magnetic o_margin o_solref o_solimp",
		}, true
	case "flag":
		return element{
			read:    "contact limit constraint gravity",
			fixed:   "passive=enable clampctrl=enable filterparent=enable actuation=enable refsafe=enable override=disable multiccd=disable equality=enable frictionloss=enable",
			ignored: "warmstart energy fwdinv sensor sensornoise",
		}, true
	case "default":
		return element{read: "class"}, true
	case "worldbody", "actuator", "equality", "tendon", "contact":
		return element{}, true
	case "exclude":
		return element{read: "name body1 body2"}, true
	}
	return bodyVocabulary(tag)
}

// bodyVocabulary describes the parts of bodies and the actuators.
func bodyVocabulary(tag string) (element, bool) {
	switch tag {
	case "body":
		return element{read: "name childclass pos" + orientations, fixed: "mocap=false", ignored: "user"}, true
	case "inertial":
		return element{read: "pos mass diaginertia fullinertia" + orientations}, true
	case "joint":
		return element{
			read:    "name class type pos axis range limited armature damping stiffness springref ref margin solreflimit solimplimit",
			fixed:   "frictionloss=0 springdamper=0,0",
			ignored: "group user solreffriction solimpfriction",
		}, true
	case "freejoint":
		return element{read: "name", ignored: "group"}, true
	case "geom":
		return element{
			read:    "name class type size fromto pos density mass contype conaffinity condim priority friction solmix solref solimp margin gap rgba" + orientations,
			fixed:   "shellinertia=false",
			ignored: "group user material fluidshape fluidcoef",
		}, true
	case "site":
		return element{read: "name class pos size type fromto rgba" + orientations, ignored: "group user material"}, true
	case "motor":
		return element{read: "name class joint gear ctrllimited ctrlrange forcelimited forcerange", ignored: "group user lengthrange"}, true
	}
	return element{}, false
}

// withoutEffect lists the elements that cannot influence motion, with the
// elements they may contain; nothing in them is read.
func withoutEffect(tag string) (inside []string, ok bool) {
	switch tag {
	case "asset":
		return []string{"texture", "material", "mesh", "hfield", "skin"}, true
	case "visual":
		return []string{"global", "quality", "headlight", "map", "scale", "rgba"}, true
	case "custom":
		return []string{"numeric", "text", "tuple"}, true
	case "tuple":
		return []string{"element"}, true
	case "skin":
		return []string{"bone"}, true
	case "keyframe":
		return []string{"key"}, true
	case "sensor":
		return nil, true
	case "statistic", "size", "light", "camera", "lengthrange":
		return []string{}, true
	}
	return nil, false
}

// skip checks that an element without effect contains only what belongs there.
func skip(n *node) error {
	inside, _ := withoutEffect(n.tag)
	for _, k := range n.kids {
		if n.tag != "sensor" && !slices.Contains(inside, k.tag) {
			return k.errorf("this element is not supported in <%s>", n.tag)
		}
		if err := skip(k); err != nil {
			return err
		}
	}
	return nil
}

// checkNames refuses attributes outside of the vocabulary, and a second
// orientation.
func checkNames(n *node) error {
	e, ok := vocabulary(n.tag)
	if !ok {
		return n.errorf("this element is not supported")
	}
	known := strings.Fields(e.read)
	oriented := ""
	for _, name := range n.names() {
		switch {
		case slices.Contains(strings.Fields(orientations), name) && slices.Contains(known, name):
			if oriented != "" {
				return n.errorf("attribute %s: the orientation is also given by %s", name, oriented)
			}
			oriented = name
		case slices.Contains(known, name), slices.Contains(strings.Fields(e.ignored), name):
		case strings.Contains(" "+e.fixed, " "+name+"="):
		default:
			return n.errorf("attribute %s is not supported (known here: %s)", shorten(name), strings.Join(known, " "))
		}
	}
	return nil
}

// checkAttributes refuses attributes outside of the vocabulary and values that
// are not supported.
func checkAttributes(n *node) error {
	if err := checkNames(n); err != nil {
		return err
	}
	return checkFixed(n)
}

// checkFixed refuses unsupported values; of inherited ones too.
func checkFixed(n *node) error {
	e, _ := vocabulary(n.tag)
	for _, f := range strings.Fields(e.fixed) {
		name, want, _ := strings.Cut(f, "=")
		if a, ok := n.attr[name]; ok && !sameValues(a.text, want) {
			return &ParseError{File: a.file, Line: a.line, Element: n.String(),
				Problem: name + "=" + strconv.Quote(shorten(a.text)) + " is not supported, only " + f}
		}
	}
	return nil
}

// sameValues compares words, and numbers by value.
func sameValues(text, want string) bool {
	if len(text) > maxAttribute {
		return false
	}
	got, wanted := strings.Fields(text), strings.Split(want, ",")
	return slices.EqualFunc(got, wanted, func(a, b string) bool {
		x, errX := parseNumber(a)
		y, errY := parseNumber(b)
		return a == b || errX == nil && errY == nil && x == y
	})
}
