package rigid

import (
	"fmt"
	"math"
)

// maxFreedoms bounds the size of the work spaces.
const maxFreedoms = 300

// compiled is what the algorithms read: bodies without a joint are merged into
// the link that carries them, a body with k joints becomes k links.
type compiled struct {
	nq, nv  int
	q0      []float64
	links   []link       // parents first; links[0] is the world
	mounts  []mount      // by body: where it sits on its link
	dofs    []dof        // by degree of freedom
	chain   []int32      // by packed entry: the column, see dof
	rows    []int32      // by packed entry: where the row of that column starts
	drives  []drive      // by motor
	limits  []limit      // joint limits, lower and upper apart
	pairs   []pair       // geoms that may touch
	floors  []floor      // fixed planes
	bodyW   [][2]float64 // by body: inverse weight, translation and rotation
	dofW    []float64    // by degree of freedom: inverse weight
	trees   int          // kinematic trees
	deepest int          // longest chain of degrees of freedom
	damped  bool         // some joint has damping
	full    bool         // a contact may couple branches: see dense.go
	solids  bool         // some pair is not a sphere or capsule over a floor
	springs []int        // joints with stiffness
	passive []float64    // [NQ] positions without force of the springs
}

// link is a moving frame. Hinges turn about, slides move along its z axis.
type link struct {
	kind    JointType
	joint   int
	parent  int        // link; 0 is the world
	tree    int        // whose reference point positions are relative to
	q, v    int        // first position, first degree of freedom
	ref     float64    // position in the reference configuration
	rot     [9]float64 // frame in the parent link's frame at q = 0
	pos     [3]float64
	mass    float64
	com     [3]float64 // in the link's frame
	inertia [6]float64 // about com, in the link's axes
}

// mount is a body's place on a link.
type mount struct {
	link       int
	rot        [9]float64
	pos        [3]float64
	plain      bool // same axes and origin as the link
	first, end int  // joints of the body
}

// dof is a degree of freedom. Row i of a packed matrix starts at entry row and
// holds the elements (i, i), (i, parent of i), … to the root; n of them.
type dof struct {
	parent   int32
	row, n   int32
	link     int32
	armature float64
	damping  float64
}

// drive is a motor as the step needs it.
type drive struct {
	dof       int
	gear      float64
	low, high float64
}

// limit is one end of a joint's range: the distance to it is sign·q − bound.
type limit struct {
	joint, q, dof int
	sign, bound   float64
	margin        float64
	weight        float64 // inverse weight of the degree of freedom
	spring        spring
}

// floor is a plane fixed to the world.
type floor struct {
	geom   int
	normal [3]float64
	height float64 // of the plane above the world's origin, along the normal
}

// pair is two geoms that may touch. For a sphere or capsule over a floor there
// is a quick way, for which the fields from floor to reach are.
type pair struct {
	a, b     side
	cols     []int32 // degrees of freedom that move it, last first
	rows     int     // 4 of the pyramid of friction, or 1 without friction
	most     int     // contacts
	friction float64
	margin   float64 // distance at which forces begin
	outer    float64 // without the gap
	weight   float64 // sum of the bodies' inverse weights, with friction's share
	spring   spring

	geom, floor int        // floor is −1 if there is none
	link, leaf  int        // leaf is the last degree of freedom that moves it
	pos, axis   [3]float64 // centre, and half the capsule's segment, in the link's frame
	capsule     bool
	radius      float64
	reach       float64 // lengths that the distance is computed from
}

// compile derives everything the algorithms need from the parts.
func (m *Model) compile() error {
	m.compiled = compiled{}
	m.links = []link{{rot: identity()}}
	m.mounts = []mount{{rot: identity(), plain: true}}
	jointLink := make([]int, len(m.joints))
	next := 0
	for b := 1; b < len(m.bodies); b++ {
		next = m.compileBody(b, next, jointLink)
	}
	if m.nv > maxFreedoms {
		return fmt.Errorf("rigid: model %q has %d degrees of freedom, more than %d", m.name, m.nv, maxFreedoms)
	}
	if m.off.gravity {
		m.gravity = [3]float64{}
	}
	m.compileDofs()
	m.compileMotors()
	if err := m.compilePairs(); err != nil {
		return err
	}
	if err := m.compileWeights(); err != nil {
		return err
	}
	m.compileLimits()
	return nil
}

// compileBody makes the links of the joints of body b, which start at index
// next, and returns the index after them.
func (m *Model) compileBody(b, next int, jointLink []int) int {
	body := &m.bodies[b]
	up := m.mounts[body.Parent]
	rot := quatMat(body.Quat)
	at := mount{link: up.link, rot: mulMat(&up.rot, &rot), pos: add(up.pos, mulVec(&up.rot, body.Pos))}
	first := next
	for ; next < len(m.joints) && m.joints[next].Body == b; next++ {
		j := &m.joints[next]
		j.QIndex, j.VIndex = m.nq, m.nv
		jointLink[next] = len(m.links)
		at = m.addLink(next, at)
		if j.Stiffness != 0 {
			m.springs = append(m.springs, next)
		}
		m.nq += j.Type.positions()
		m.nv += j.Type.freedoms()
	}
	at.first, at.end = first, next
	at.plain = at.rot == identity() && at.pos == [3]float64{}
	m.mounts = append(m.mounts, at)
	if body.Mass > 0 {
		l := &m.links[at.link]
		piece := lump{body.Mass, body.CoM, body.Inertia}.moved(&at.rot, at.pos)
		sum := join(lump{l.mass, l.com, l.inertia}, piece)
		l.mass, l.com, l.inertia = sum.mass, sum.com, sum.inertia
	}
	return next
}

// addLink appends the link of joint k of a body that sits at the mount, and
// returns where the body sits on the new link.
func (m *Model) addLink(k int, at mount) mount {
	j := &m.joints[k]
	l := link{kind: j.Type, joint: k, parent: at.link, q: m.nq, v: m.nv, ref: j.Ref}
	l.tree = m.links[at.link].tree
	if at.link == 0 {
		l.tree = m.trees
		m.trees++
	}
	after := mount{link: len(m.links), rot: identity()}
	if j.Type == Free {
		body := &m.bodies[j.Body]
		l.rot = identity()
		m.q0 = append(append(m.q0, body.Pos[:]...), body.Quat[:]...)
		m.passive = append(append(m.passive, body.Pos[:]...), body.Quat[:]...)
		m.links = append(m.links, l)
		return after
	}
	toAxis := axisFrame(j)
	l.rot, l.pos = mulMat(&at.rot, &toAxis), at.pos
	after.rot = transpose(&toAxis)
	if j.Type == Hinge {
		l.pos = add(at.pos, mulVec(&at.rot, j.Pos))
		after.pos = scale(-1, mulVec(&after.rot, j.Pos))
	}
	m.q0 = append(m.q0, j.Ref)
	m.passive = append(m.passive, j.SpringRef)
	m.links = append(m.links, l)
	return after
}

// axisFrame is a rotation matrix whose z axis is the joint's. Along a coordinate
// axis it is a permutation, and a slide within a coordinate plane leaves the
// axis across that plane alone, so that what slides level stays level to the
// last bit.
func axisFrame(j *Joint) [9]float64 {
	z := j.Axis
	for k := range 3 {
		i, l := (k+1)%3, (k+2)%3
		if z[k] != 0 || j.Type != Slide && z[i] != 0 && z[l] != 0 || z[0] == 0 && z[1] == 0 && z[2] > 0 {
			continue
		}
		var x [3]float64
		x[k] = 1
		y := cross(z, x)
		return [9]float64{x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2]}
	}
	return quatMat(quatFromZ(z))
}

// leaf is the last degree of freedom that moves link i, −1 for the world.
func (m *Model) leaf(i int) int {
	if i == 0 {
		return -1
	}
	l := &m.links[i]
	return l.v + l.kind.freedoms() - 1
}

// compileDofs lays out the packed matrices.
func (m *Model) compileDofs() {
	for i := 1; i < len(m.links); i++ {
		l := &m.links[i]
		parent := m.leaf(l.parent)
		for k := range l.kind.freedoms() {
			d := dof{parent: int32(parent), row: int32(len(m.chain)), n: 1, link: int32(i)}
			j := &m.joints[l.joint]
			d.armature, d.damping = j.Armature, j.Damping
			m.damped = m.damped || d.damping > 0
			m.chain = append(m.chain, int32(l.v+k))
			m.rows = append(m.rows, d.row)
			if parent >= 0 {
				up := &m.dofs[parent]
				d.n += up.n
				m.chain = append(m.chain, m.chain[up.row:up.row+up.n]...)
				m.rows = append(m.rows, m.rows[up.row:up.row+up.n]...)
			}
			m.deepest = max(m.deepest, int(d.n))
			m.dofs = append(m.dofs, d)
			parent = l.v + k
		}
	}
}

func (m *Model) compileMotors() {
	for i := range m.motors {
		a := &m.motors[i]
		d := drive{dof: m.joints[a.Joint].VIndex, gear: a.Gear, low: math.Inf(-1), high: math.Inf(1)}
		if a.Limited {
			d.low, d.high = a.Range[0], a.Range[1]
		}
		if a.ForceLimited { // one clamp after the other is one to these ends
			d.low = min(max(d.low, a.ForceRange[0]), a.ForceRange[1])
			d.high = min(max(d.high, a.ForceRange[0]), a.ForceRange[1])
		}
		m.drives = append(m.drives, d)
	}
}

func (m *Model) compileLimits() {
	if m.off.limits || m.off.constraints {
		return
	}
	for i := range m.joints {
		j := &m.joints[i]
		if !j.Limited {
			continue
		}
		l := limit{joint: i, q: j.QIndex, dof: j.VIndex, sign: 1, bound: j.Range[0], margin: j.Margin,
			weight: m.dofW[j.VIndex], spring: j.soft.spring(m.timestep)}
		m.limits = append(m.limits, l)
		l.sign, l.bound = -1, -j.Range[1]
		m.limits = append(m.limits, l)
	}
}
