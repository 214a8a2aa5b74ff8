// Package rigid simulates trees of rigid bodies joined by hinges, slides and
// free joints, with joint limits and contacts.
//
// A [Model] is read from a subset of MJCF by [Parse] or [Load] and never
// changes afterwards; any number of goroutines may share it. A [State] holds
// positions, velocities, controls and all work space of one goroutine; none of
// its methods allocates.
//
// # Conventions
//
// SI units, world z usually up, angles in radians, quaternions (w, x, y, z),
// matrices row major. Pose and velocity of the joints, in the order of the file:
//
//	hinge   q: angle                 v: its rate
//	slide   q: displacement          v: its rate
//	free    q: x y z, quaternion     v: linear velocity of the body origin in
//	                                    WORLD axes, then angular velocity in BODY axes
//
// so the number of positions NQ exceeds the number of degrees of freedom NV by
// one for each free joint. Forces, accelerations, rows and columns of the mass
// matrix and columns of Jacobians are ordered as velocities are.
//
// The equation of motion is
//
//	M(q) a + c(q, v) = gear·clamp(ctrl) − damping·v − stiffness·(q − springref) + Jᵀf
//
// with M including the joints' armature, c the bias force (gravity, Coriolis
// and centrifugal terms) and f the constraint forces of MuJoCo's soft-constraint
// model (Todorov, "Convex and analytically-invertible dynamics with contacts
// and constraints", ICRA 2014). What a file may contain is said at [Parse].
//
// # Algorithms
//
// Spatial vectors (angular, linear) are kept in world axes about one reference
// point per tree, the origin of its root link, so composite inertias are sums
// and nothing is transformed between links (Featherstone, "Rigid Body Dynamics
// Algorithms", 2008: recursive Newton-Euler section 5.3, composite rigid body
// section 6.2, factorization M = LᵀDL without fill-in section 6.5). Contacts are
// found by MuJoCo's formulas, those of boxes with capsules and boxes from its
// choice of faces, edges and corners, those of cylinders with other solids by
// Minkowski portal refinement.
package rigid
