package rigid

import "math"

// identity is the rotation that does nothing.
func identity() [9]float64 { return [9]float64{1, 0, 0, 0, 1, 0, 0, 0, 1} }

func add(a, b [3]float64) [3]float64 { return [3]float64{a[0] + b[0], a[1] + b[1], a[2] + b[2]} }
func sub(a, b [3]float64) [3]float64 { return [3]float64{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }
func scale(k float64, a [3]float64) [3]float64 {
	return [3]float64{k * a[0], k * a[1], k * a[2]}
}
func dot3(a, b [3]float64) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
func norm3(a [3]float64) float64   { return math.Sqrt(dot3(a, a)) }
func cross(a, b [3]float64) [3]float64 {
	return [3]float64{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

// mulVec is R x.
func mulVec(r *[9]float64, x [3]float64) [3]float64 {
	return [3]float64{
		r[0]*x[0] + r[1]*x[1] + r[2]*x[2],
		r[3]*x[0] + r[4]*x[1] + r[5]*x[2],
		r[6]*x[0] + r[7]*x[1] + r[8]*x[2],
	}
}

// mulMat is A B.
func mulMat(a, b *[9]float64) [9]float64 {
	var c [9]float64
	for i := 0; i < 9; i += 3 {
		for j := range 3 {
			c[i+j] = a[i]*b[j] + a[i+1]*b[3+j] + a[i+2]*b[6+j]
		}
	}
	return c
}

func transpose(a *[9]float64) [9]float64 {
	return [9]float64{a[0], a[3], a[6], a[1], a[4], a[7], a[2], a[5], a[8]}
}

// column is column j of R: axis j of the rotated frame in the outer frame.
func column(r *[9]float64, j int) [3]float64 { return [3]float64{r[j], r[3+j], r[6+j]} }

// rotateTensor is R T Rᵀ for a symmetric tensor (xx yy zz xy xz yz).
func rotateTensor(r *[9]float64, t *[6]float64) [6]float64 {
	full := [9]float64{t[0], t[3], t[4], t[3], t[1], t[5], t[4], t[5], t[2]}
	rt := transpose(r)
	a := mulMat(r, &full)
	a = mulMat(&a, &rt)
	return [6]float64{a[0], a[4], a[8], a[1], a[2], a[5]}
}

// pointTensor is the inertia tensor of mass m at x about the origin,
// m (x·x 1 − x xᵀ).
func pointTensor(m float64, x [3]float64) [6]float64 {
	a, b, c := x[0], x[1], x[2]
	return [6]float64{m * (b*b + c*c), m * (a*a + c*c), m * (a*a + b*b), -m * a * b, -m * a * c, -m * b * c}
}

// quatMul is the rotation q after r (r expressed in the frame q makes).
func quatMul(q, r [4]float64) [4]float64 {
	return [4]float64{
		q[0]*r[0] - q[1]*r[1] - q[2]*r[2] - q[3]*r[3],
		q[0]*r[1] + q[1]*r[0] + q[2]*r[3] - q[3]*r[2],
		q[0]*r[2] - q[1]*r[3] + q[2]*r[0] + q[3]*r[1],
		q[0]*r[3] + q[1]*r[2] - q[2]*r[1] + q[3]*r[0],
	}
}

// unitQuat is q/|q|; the zero quaternion becomes the identity, as in MuJoCo.
func unitQuat(q [4]float64) [4]float64 {
	n := math.Sqrt(q[0]*q[0] + q[1]*q[1] + q[2]*q[2] + q[3]*q[3])
	if n < tiny {
		return [4]float64{1, 0, 0, 0}
	}
	return [4]float64{q[0] / n, q[1] / n, q[2] / n, q[3] / n}
}

// axisAngle is the rotation by angle about the unit vector axis.
func axisAngle(axis [3]float64, angle float64) [4]float64 {
	s, c := math.Sincos(angle / 2)
	return [4]float64{c, s * axis[0], s * axis[1], s * axis[2]}
}

// quatMat is the rotation matrix of a unit quaternion.
func quatMat(q [4]float64) [9]float64 {
	w, x, y, z := q[0], q[1], q[2], q[3]
	return [9]float64{
		w*w + x*x - y*y - z*z, 2 * (x*y - w*z), 2 * (x*z + w*y),
		2 * (x*y + w*z), w*w - x*x + y*y - z*z, 2 * (y*z - w*x),
		2 * (x*z - w*y), 2 * (y*z + w*x), w*w - x*x - y*y + z*z,
	}
}

// quatFromZ is the smallest rotation that turns the z axis into the unit vector u.
func quatFromZ(u [3]float64) [4]float64 {
	axis := cross([3]float64{0, 0, 1}, u)
	s := norm3(axis)
	if s < 1e-10 {
		axis = [3]float64{1, 0, 0}
	} else {
		axis = scale(1/s, axis)
	}
	return axisAngle(axis, math.Atan2(s, u[2]))
}

// matQuat is the unit quaternion, w ≥ 0, of a rotation matrix (Shepperd's method).
func matQuat(r [9]float64) [4]float64 {
	t := [4]float64{r[0] + r[4] + r[8], r[0], r[4], r[8]}
	k := 0
	for i := 1; i < 4; i++ {
		if t[i] > t[k] {
			k = i
		}
	}
	var q [4]float64
	switch k {
	case 0:
		q = [4]float64{1 + t[0], r[7] - r[5], r[2] - r[6], r[3] - r[1]}
	case 1:
		q = [4]float64{r[7] - r[5], 1 + r[0] - r[4] - r[8], r[1] + r[3], r[2] + r[6]}
	case 2:
		q = [4]float64{r[2] - r[6], r[1] + r[3], 1 - r[0] + r[4] - r[8], r[5] + r[7]}
	default:
		q = [4]float64{r[3] - r[1], r[2] + r[6], r[5] + r[7], 1 - r[0] - r[4] + r[8]}
	}
	if q[0] < 0 {
		q = [4]float64{-q[0], -q[1], -q[2], -q[3]}
	}
	return unitQuat(q)
}

// tiny separates zero lengths from others (MuJoCo's mjMINVAL).
const tiny = 1e-15
