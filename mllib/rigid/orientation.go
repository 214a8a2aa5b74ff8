package rigid

import (
	"math"
	"strings"
)

// units says how a file writes angles.
type units struct {
	degrees  bool
	eulerSeq string // three letters, small: axes that move, capital: fixed axes
}

func (u units) radians(x float64) float64 {
	if u.degrees {
		return x * math.Pi / 180
	}
	return x
}

// orientation reads the one of quat, axisangle, xyaxes, zaxis, euler that is
// given. If a class gives another than the element, MuJoCo takes the last in
// this order, whichever of them stands in the element.
func (r *reader) orientation(u units) [4]float64 {
	given := ""
	for _, name := range []string{"quat", "axisangle", "xyaxes", "zaxis", "euler"} {
		if r.has(name) {
			given = name
		}
	}
	if given == "" {
		return [4]float64{1, 0, 0, 0}
	}
	size := map[string]int{"quat": 4, "axisangle": 4, "euler": 3, "xyaxes": 6, "zaxis": 3}[given]
	x := r.numbers(given, size, size)
	if x == nil {
		return [4]float64{1, 0, 0, 0}
	}
	switch given {
	case "quat":
		if x[0]*x[0]+x[1]*x[1]+x[2]*x[2]+x[3]*x[3] < 1e-20 {
			r.fail("quat", "the quaternion is zero")
		}
		return unitQuat([4]float64(x))
	case "axisangle":
		return axisAngle(r.direction("axisangle", [3]float64(x[:3])), u.radians(x[3]))
	case "euler":
		return u.euler([3]float64(x))
	case "xyaxes":
		return r.xyAxes([6]float64(x))
	default:
		return quatFromZ(r.direction("zaxis", [3]float64(x)))
	}
}

// euler composes three rotations in the order of u.eulerSeq.
func (u units) euler(angle [3]float64) [4]float64 {
	q := [4]float64{1, 0, 0, 0}
	for i, letter := range u.eulerSeq {
		var axis [3]float64
		axis[strings.IndexRune("xyz", letter|0x20)] = 1
		turn := axisAngle(axis, u.radians(angle[i]))
		if letter >= 'a' {
			q = quatMul(q, turn)
		} else {
			q = quatMul(turn, q)
		}
	}
	return q
}

// xyAxes is the frame with the given x axis and, made orthogonal, y axis.
func (r *reader) xyAxes(xy [6]float64) [4]float64 {
	x := r.direction("xyaxes", [3]float64(xy[:3]))
	y := [3]float64(xy[3:])
	y = r.direction("xyaxes", sub(y, scale(dot3(x, y), x)))
	z := cross(x, y)
	return matQuat([9]float64{x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2]})
}

// validEulerSeq is true for three letters out of x, y, z, X, Y, Z.
func validEulerSeq(s string) bool {
	return len(s) == 3 && strings.Trim(s, "xyzXYZ") == ""
}
