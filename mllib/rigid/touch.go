package rigid

import "math"

// Whether surfaces that just touch push each other is decided by the last bit
// of their distance: MuJoCo has no contact at a distance equal to the margin,
// and a pyramid of friction that brakes at once one bit below. Distances that
// close to the margin are therefore computed again, in MuJoCo's order of
// operations: body by body from the root, with quaternions; and so are the poses
// of solids, which decide which corners and edges touch.

// touchBand is how close to the margin, relative to the lengths of the sum,
// rounding may decide.
const touchBand = 1e-13

// floorDistance is the distance of a sphere, or of the capsule's end that sign
// says, from a fixed plane.
func (s *State) floorDistance(p *pair, sign float64) float64 {
	pos, rot := s.geomPose(p.geom)
	plane, upright := s.geomPose(s.m.floors[p.floor].geom)
	g := &s.m.geoms[p.geom]
	if p.capsule {
		half := scale(g.Size[1], column(&rot, 2))
		pos = add(pos, scale(sign, half))
	}
	return dot3(sub(pos, plane), column(&upright, 2)) - g.Size[0]
}

// pose is place and orientation of a body in world axes, as MuJoCo computes it.
type pose struct {
	pos  [3]float64
	quat [4]float64
}

// geomPose is place and axes of a geom.
func (s *State) geomPose(i int) ([3]float64, [9]float64) {
	return s.m.geoms[i].on(s.bodyPose(s.m.geoms[i].Body))
}

// on is place and axes of a geom of a body.
func (g *Geom) on(body pose) ([3]float64, [9]float64) {
	rot := quatMat(body.quat)
	return add(mulVec(&rot, g.Pos), body.pos), quatMat(quatMul(body.quat, g.Quat))
}

func (s *State) bodyPose(b int) pose {
	if b == 0 {
		return pose{quat: [4]float64{1, 0, 0, 0}}
	}
	return s.carried(b, s.bodyPose(s.m.bodies[b].Parent))
}

// placeBodies finds the poses of all bodies.
func (s *State) placeBodies() {
	for b := range s.poses {
		if b == 0 {
			s.poses[0] = s.bodyPose(0)
			continue
		}
		s.poses[b] = s.carried(b, s.poses[s.m.bodies[b].Parent])
	}
}

// carried is the pose of body b, which its parent in the pose up carries.
func (s *State) carried(b int, up pose) pose {
	body := &s.m.bodies[b]
	pos, quat := body.Pos, body.Quat
	if body.Parent != 0 {
		rot := quatMat(up.quat)
		pos, quat = add(mulVec(&rot, pos), up.pos), quatMul(up.quat, quat)
	}
	for i := s.m.mounts[b].first; i < s.m.mounts[b].end; i++ {
		j := &s.m.joints[i]
		rot := quatMat(quat)
		switch j.Type {
		case Free:
			pos, quat = [3]float64(s.Q[j.QIndex:]), [4]float64(s.Q[j.QIndex+3:])
		case Slide:
			pos = add(pos, scale(s.Q[j.QIndex]-j.Ref, mulVec(&rot, j.Axis)))
		case Hinge:
			anchor := add(mulVec(&rot, j.Pos), pos)
			if angle := s.Q[j.QIndex] - j.Ref; angle != 0 {
				quat = quatMul(quat, axisAngleExact(j.Axis, angle))
			}
			rot = quatMat(quat)
			pos = sub(anchor, mulVec(&rot, j.Pos))
		}
	}
	n := 1 / math.Sqrt(quat[0]*quat[0]+quat[1]*quat[1]+quat[2]*quat[2]+quat[3]*quat[3])
	return pose{pos, [4]float64{quat[0] * n, quat[1] * n, quat[2] * n, quat[3] * n}}
}

// axisAngleExact is axisAngle with sine and cosine rounded correctly, as those
// of the C library nearly always are.
func axisAngleExact(axis [3]float64, angle float64) [4]float64 {
	s, c := sincosExact(angle / 2)
	return [4]float64{c, s * axis[0], s * axis[1], s * axis[2]}
}

// double is the unevaluated sum of two numbers, a number of 106 bits (Dekker,
// "A floating-point technique for extending the available precision", 1971).
type double struct{ hi, lo float64 }

func twoSum(a, b float64) double {
	s := a + b
	t := s - a
	return double{s, (a - (s - t)) + (b - t)}
}

func (a double) mul(b double) double {
	p := a.hi * b.hi
	return twoSum(p, math.FMA(a.hi, b.hi, -p)+(a.hi*b.lo+a.lo*b.hi))
}

// over is a/n.
func (a double) over(n float64) double {
	q := a.hi / n
	return twoSum(q, (math.FMA(-q, n, a.hi)+a.lo)/n)
}

// oneMinus is 1 − a.
func (a double) oneMinus() double {
	s := twoSum(1, -a.hi)
	return twoSum(s.hi, s.lo-a.lo)
}

// sincosExact is the Taylor series of what remains of x after whole quarter turns.
func sincosExact(x float64) (sin, cos float64) {
	if !(math.Abs(x) < 1e5) {
		return math.Sincos(x)
	}
	const halfPi, halfPiLow = math.Pi / 2, 6.123233995736766e-17
	k := math.Round(x / halfPi)
	p := k * halfPi
	r := twoSum(x, -p)
	r = twoSum(r.hi, r.lo-math.FMA(k, halfPi, -p)-k*halfPiLow)
	square := r.mul(r)
	s, c := double{1, 0}, double{1, 0}
	for n := 27.0; n > 2; n -= 2 {
		s = square.mul(s).over(n * (n - 1)).oneMinus()
		c = square.mul(c).over((n - 1) * (n - 2)).oneMinus()
	}
	s = r.mul(s)
	switch int64(k) & 3 {
	case 0:
		return s.hi, c.hi
	case 1:
		return c.hi, -s.hi
	case 2:
		return -s.hi, -c.hi
	}
	return -c.hi, s.hi
}
