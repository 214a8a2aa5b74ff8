package rigid

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// vocabulary lists the attributes an element may have: those that are read,
// and those that are accepted only with the value after "=", because anything
// else would change the physics in a way that is not supported.
func vocabulary(tag string) (read, fixed []string, ok bool) {
	const orientation = " quat axisangle euler xyaxes zaxis"
	var r, f string
	switch tag {
	case "mujoco":
		r = "model"
	case "compiler":
		r = "angle inertiafromgeom eulerseq"
		f = "coordinate=local autolimits=false balanceinertia=false"
	case "option":
		r = "timestep integrator gravity"
		f = "density=0 viscosity=0 cone=pyramidal solver=Newton impratio=1 noslip_iterations=0 collision=all"
	case "default":
		r = "class"
	case "worldbody":
	case "body":
		r = "name childclass pos" + orientation
	case "inertial":
		r = "pos mass diaginertia fullinertia" + orientation
	case "joint":
		r = "name class type pos axis range limited armature damping"
		f = "stiffness=0 frictionloss=0 margin=0 ref=0 springref=0"
	case "freejoint":
		r = "name"
	case "geom":
		r = "name class type size fromto pos density mass contype conaffinity friction margin rgba" + orientation
		f = "condim=3 gap=0 priority=0 solmix=1"
	case "site":
		r = "name class pos size rgba" + orientation
		f = "type=sphere"
	case "actuator":
	case "motor":
		r = "name class joint gear ctrllimited ctrlrange"
	default:
		return nil, nil, false
	}
	return strings.Fields(r), strings.Fields(f), true
}

// checkAttributes refuses attributes outside of the vocabulary.
func checkAttributes(n *node) error {
	read, fixed, ok := vocabulary(n.tag)
	if !ok {
		return n.errorf("this element is not supported")
	}
	names := make([]string, 0, len(n.attr))
	for name := range n.attr {
		names = append(names, name)
	}
	slices.Sort(names) // the same error every time
	for _, name := range names {
		if slices.Contains(read, name) {
			continue
		}
		i := slices.IndexFunc(fixed, func(s string) bool { return strings.HasPrefix(s, name+"=") })
		if i < 0 {
			return n.errorf("attribute %s is not supported (known here: %s)", name, strings.Join(read, " "))
		}
		want := fixed[i][len(name)+1:]
		if got := n.attr[name].text; !sameValue(got, want) {
			return n.errorf("%s=%q is not supported, only %s", name, got, fixed[i])
		}
	}
	return nil
}

// sameValue compares words, and numbers by value.
func sameValue(a, b string) bool {
	if strings.TrimSpace(a) == b {
		return true
	}
	x, errX := strconv.ParseFloat(strings.TrimSpace(a), 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x == y
}

// reader takes the values of one element's attributes and remembers the first
// problem, which finish reports.
type reader struct {
	n   *node
	err error
}

func (r *reader) fail(name, format string, args ...any) {
	if r.err != nil {
		return
	}
	line := r.n.line
	if a, ok := r.n.attr[name]; ok {
		line = a.line
	}
	problem := fmt.Sprintf(format, args...)
	if name != "" {
		problem = fmt.Sprintf("attribute %s: %s", name, problem)
	}
	r.err = &ParseError{Line: line, Element: r.n.String(), Problem: problem}
}

func (r *reader) has(name string) bool { _, ok := r.n.attr[name]; return ok }

// word is the text of an attribute, one of choices unless there are none.
func (r *reader) word(name, otherwise string, choices ...string) string {
	a, ok := r.n.attr[name]
	if !ok {
		return otherwise
	}
	if len(choices) > 0 && !slices.Contains(choices, a.text) {
		r.fail(name, "%q is not supported, only %s", a.text, strings.Join(choices, ", "))
		return otherwise
	}
	return a.text
}

func (r *reader) boolean(name string, otherwise bool) bool {
	return r.word(name, strconv.FormatBool(otherwise), "true", "false") == "true"
}

// numbers are at least low and at most high finite numbers; nil if absent.
func (r *reader) numbers(name string, low, high int) []float64 {
	a, ok := r.n.attr[name]
	if !ok {
		return nil
	}
	fields := strings.Fields(a.text)
	if len(fields) < low || len(fields) > high {
		count := strconv.Itoa(low)
		if high > low {
			count = fmt.Sprintf("%d to %d", low, high)
		}
		r.fail(name, "%s numbers expected, got %.60q", count, a.text)
		return nil
	}
	out := make([]float64, len(fields))
	for i, f := range fields {
		x, err := strconv.ParseFloat(f, 64)
		if err != nil || math.Abs(x) > 1e10 || math.IsNaN(x) {
			r.fail(name, "%.40q is not a number below 1e10 in size", f)
			return nil
		}
		out[i] = x
	}
	return out
}

func (r *reader) number(name string, otherwise float64) float64 {
	if x := r.numbers(name, 1, 1); x != nil {
		return x[0]
	}
	return otherwise
}

// notNegative is a number ≥ 0.
func (r *reader) notNegative(name string, otherwise float64) float64 {
	x := r.number(name, otherwise)
	if x < 0 {
		r.fail(name, "%g is negative", x)
	}
	return x
}

// mask is a set of collision bits.
func (r *reader) mask(name string, otherwise uint32) uint32 {
	x := r.number(name, float64(otherwise))
	if x < 0 || x > math.MaxInt32 || x != math.Trunc(x) {
		r.fail(name, "%g is not a whole number from 0 to 2147483647", x)
		return otherwise
	}
	return uint32(x)
}

func (r *reader) vec(name string, otherwise [3]float64) [3]float64 {
	if x := r.numbers(name, 3, 3); x != nil {
		return [3]float64(x)
	}
	return otherwise
}

// direction is a vector made one long.
func (r *reader) direction(name string, x [3]float64) [3]float64 {
	n := norm3(x)
	if n < 1e-10 {
		r.fail(name, "the vector has no direction")
		return [3]float64{0, 0, 1}
	}
	return scale(1/n, x)
}
