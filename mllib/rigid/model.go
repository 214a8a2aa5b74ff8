package rigid

import (
	"fmt"
	"slices"
)

// Integrator is a rule for advancing a state by one time step.
type Integrator int

const (
	// Euler is MuJoCo's semi-implicit Euler: velocity first, with joint damping
	// taken implicitly, then positions with the new velocity.
	Euler Integrator = iota
	// RK4 is the classical Runge-Kutta method; constraints are solved anew in
	// each of the four stages. As in MuJoCo, a free joint's angular velocities of
	// the stages, in body axes of different orientations, are averaged as they
	// are; the order is therefore 4 for hinges and slides, 2 with free joints.
	RK4
)

// String is the integrator's name in MJCF.
func (k Integrator) String() string {
	if k == RK4 {
		return "RK4"
	}
	return "Euler"
}

// JointType says how a body moves relative to its parent.
type JointType int

const (
	Hinge JointType = iota // rotation about an axis
	Slide                  // displacement along an axis
	Free                   // no constraint at all
)

func (t JointType) positions() int { return [...]int{1, 1, 7}[t] }
func (t JointType) freedoms() int  { return [...]int{1, 1, 6}[t] }

// GeomType is the shape of a geom.
type GeomType int

const (
	Plane    GeomType = iota // infinite, normal = z axis
	Sphere                   // Size[0] radius
	Capsule                  // Size[0] radius, Size[1] half length of the segment, along z
	Cylinder                 // Size[0] radius, Size[1] half length, along z
	Box                      // Size half lengths
)

// Body is a rigid body. Index 0 is the world. Inertia is taken about the centre
// of mass in body axes, as (xx yy zz xy xz yz) in kg m².
type Body struct {
	Name    string
	Parent  int
	Pos     [3]float64 // in the parent's frame, m
	Quat    [4]float64
	Mass    float64    // kg
	CoM     [3]float64 // in the body's frame, m
	Inertia [6]float64
	place
}

// Joint connects a body with its parent.
type Joint struct {
	Name     string
	Type     JointType
	Body     int
	Pos      [3]float64 // anchor in the body's frame, m
	Axis     [3]float64 // unit vector in the body's frame
	Limited  bool
	Range    [2]float64 // rad or m
	Armature float64    // kg m² or kg, added to the diagonal of M; of a free joint to all six elements
	Damping  float64    // N m s/rad or N s/m, of a free joint the same number for all six
	// Stiffness in N m/rad or N/m pulls to SpringRef, a free body to where the
	// file puts it. Ref is the position in the reference configuration.
	Stiffness, SpringRef, Ref float64
	Margin                    float64 // distance to a limit at which its force begins
	QIndex                    int     // first position in q
	VIndex                    int     // first degree of freedom in v
	soft                      softness
	place
}

// Geom is a shape fixed to a body. It may touch another geom when one's Contype
// and the other's Conaffinity have a bit in common.
type Geom struct {
	Name        string
	Type        GeomType
	Body        int
	Pos         [3]float64 // in the body's frame, m
	Quat        [4]float64
	Size        [3]float64 // m, see GeomType
	Mass        float64    // kg
	Contype     uint32
	Conaffinity uint32
	Friction    float64 // sliding friction coefficient
	Margin      float64 // distance at which contact forces begin, m
	Condim      int     // 1: contacts without friction, 3: with sliding friction
	RGBA        [4]float64
	soft        softness
	solmix      float64 // weight of soft in a contact
	priority    float64 // the geom with the higher one decides about a contact
	gap         float64 // how much less than the margin the distance must be, m
	place
}

// Site is a marked point of a body.
type Site struct {
	Name string
	Body int
	Pos  [3]float64 // in the body's frame, m
	Quat [4]float64
}

// Motor exerts the generalized force Gear·clamp(ctrl) on a hinge or slide. The
// second clamp, of the force before the gear, is to ForceRange.
type Motor struct {
	Name         string
	Joint        int
	Gear         float64
	Limited      bool
	Range        [2]float64
	ForceLimited bool
	ForceRange   [2]float64
}

// Model is a tree of rigid bodies. It never changes, so goroutines may share it.
type Model struct {
	name       string
	timestep   float64
	integrator Integrator
	gravity    [3]float64

	bodies []Body
	joints []Joint
	geoms  []Geom
	sites  []Site
	motors []Motor

	off      switches
	excluded [][2]int // bodies whose geoms never touch

	compiled
}

// switches are the flags of an option element that switch something off.
type switches struct{ contacts, limits, constraints, gravity bool }

// Name is the model's name in the file.
func (m *Model) Name() string { return m.name }

// Timestep is the length of a time step in s.
func (m *Model) Timestep() float64 { return m.timestep }

// Integrator is the rule the file asks for.
func (m *Model) Integrator() Integrator { return m.integrator }

// Gravity is the acceleration of free fall in world axes, m/s².
func (m *Model) Gravity() [3]float64 { return m.gravity }

// NQ is the number of positions.
func (m *Model) NQ() int { return m.nq }

// NV is the number of degrees of freedom.
func (m *Model) NV() int { return m.nv }

// NU is the number of motors, the length of a control vector.
func (m *Model) NU() int { return len(m.motors) }

// Q0 is a new copy of the reference configuration: joints at their Ref, free
// bodies where the file puts them.
func (m *Model) Q0() []float64 { return slices.Clone(m.q0) }

// NumBodies counts the bodies with the world.
func (m *Model) NumBodies() int { return len(m.bodies) }

// NumJoints counts the joints.
func (m *Model) NumJoints() int { return len(m.joints) }

// NumGeoms counts the geoms.
func (m *Model) NumGeoms() int { return len(m.geoms) }

// NumSites counts the sites.
func (m *Model) NumSites() int { return len(m.sites) }

// Body describes body i; 0 is the world.
func (m *Model) Body(i int) Body { return m.bodies[i] }

// Joint describes joint i.
func (m *Model) Joint(i int) Joint { return m.joints[i] }

// Geom describes geom i.
func (m *Model) Geom(i int) Geom { return m.geoms[i] }

// Site describes site i.
func (m *Model) Site(i int) Site { return m.sites[i] }

// Motor describes motor i.
func (m *Model) Motor(i int) Motor { return m.motors[i] }

// TotalMass is the mass of all bodies in kg.
func (m *Model) TotalMass() float64 {
	sum := 0.0
	for i := range m.bodies {
		sum += m.bodies[i].Mass
	}
	return sum
}

// SiteIndex finds a site by name; the error lists the names there are.
func (m *Model) SiteIndex(name string) (int, error) {
	names := make([]string, len(m.sites))
	for i := range m.sites {
		names[i] = m.sites[i].Name
		if names[i] == name && name != "" {
			return i, nil
		}
	}
	return -1, fmt.Errorf("rigid: model %q has no site %q, only %q", m.name, name, names)
}

// WithJoints is a copy of the model in which edit has changed the joints'
// Limited, Range, Armature, Damping or Stiffness, for example to leave the armature out.
// Other fields of the joint are ignored. The error is that of a model that
// cannot be simulated, such as one with a singular mass matrix.
func (m *Model) WithJoints(edit func(*Joint)) (*Model, error) {
	c := *m
	c.joints = slices.Clone(m.joints)
	for i := range c.joints {
		j := c.joints[i]
		edit(&j)
		c.joints[i].Limited, c.joints[i].Range = j.Limited, j.Range
		c.joints[i].Armature, c.joints[i].Damping, c.joints[i].Stiffness = j.Armature, j.Damping, j.Stiffness
		if err := c.joints[i].check(); err != nil {
			return nil, err
		}
	}
	if err := c.compile(); err != nil {
		return nil, err
	}
	return &c, nil
}
