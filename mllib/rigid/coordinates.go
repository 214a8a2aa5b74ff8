package rigid

// placed is a frame in world axes.
type placed struct {
	pos  [3]float64
	quat [4]float64
}

// local turns a place as the file gives it into one in the frame of a body:
// with coordinate="global", files give places in world axes, for the reference
// configuration.
func (p *parser) local(body int, pos [3]float64, quat [4]float64) ([3]float64, [4]float64) {
	if !p.global {
		return pos, quat
	}
	at := &p.frames[body]
	back := conjugate(at.quat)
	rot := quatMat(back)
	return mulVec(&rot, sub(pos, at.pos)), quatMul(back, quat)
}

// localAxis turns a direction as the file gives it into one in a body's axes.
func (p *parser) localAxis(body int, axis [3]float64) [3]float64 {
	if !p.global {
		return axis
	}
	rot := quatMat(conjugate(p.frames[body].quat))
	return mulVec(&rot, axis)
}

// conjugate is the inverse rotation.
func conjugate(q [4]float64) [4]float64 { return [4]float64{q[0], -q[1], -q[2], -q[3]} }
