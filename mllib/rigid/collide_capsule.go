package rigid

import "math"

// A capsule and a box touch at up to two balls of the capsule's radius on its
// segment: one where the segment comes closest to the box, and, if the capsule
// lies along the box, one at the far end of what is over the box. Where the
// second is depends on what of the box is closest, as in MuJoCo.

// beam is a capsule's segment in a box's axes: centre + t·half for |t| ≤ 1.
type beam struct {
	centre, half, axis [3]float64
	length             float64    // half of the segment's
	box                [3]float64 // half sizes
	signs              int        // a bit for each axis along which the segment points up
}

// closest is where a beam comes closest to the box.
type closest struct {
	dist2  float64 // distance from the segment, squared
	t      float64 // on the segment
	face   int     // axis of the face that an end of the segment is over; −1: it is inside
	edge   int     // axis of the edge that is closest, −1 if a face is
	part   int     // of the edge: 0 its lower end, 1 the middle, 2 its upper end
	corner int     // the corner at that end, or the lower: a bit for each positive coordinate
	along  float64 // on the edge, from −1 to 1
}

func newBeam(capsule, box *shape) beam {
	back := transpose(&box.rot)
	b := beam{
		centre: mulVec(&back, sub(capsule.pos, box.pos)), length: capsule.size[1], box: box.size,
		axis: mulVec(&back, column(&capsule.rot, 2)),
	}
	b.half = scale(b.length, b.axis)
	for k, x := range b.half {
		if x > 0 {
			b.signs |= 1 << k
		}
	}
	return b
}

func (b *beam) at(t float64) [3]float64 { return add(b.centre, scale(t, b.half)) }

func (s *State) capsuleBox(pair int, capsule, box *shape) {
	b := newBeam(capsule, box)
	c, ok := b.closest(s.m.pairs[pair].outer + 2*(capsule.size[0]+b.length+b.box[0]+b.box[1]+b.box[2]))
	if !ok {
		return
	}
	ball := *capsule
	put := func(t float64) {
		ball.pos = add(mulVec(&box.rot, b.at(t)), box.pos)
		s.ballBox(pair, &ball, box)
	}
	put(c.t)
	if step, ok := b.second(&c); ok {
		put(c.t + step)
	}
}

// closest tries the ends of the segment that are over a face, then the edges.
func (b *beam) closest(most float64) (c closest, ok bool) {
	c = closest{dist2: most, edge: -1}
	for _, t := range [2]float64{-1, 1} {
		x := b.at(t)
		within, face, outside := x, -1, 0
		for k := range x {
			if math.Abs(x[k]) > b.box[k] {
				within[k], face = math.Copysign(b.box[k], x[k]), k
				outside++
			}
		}
		d := sub(within, x)
		if d2 := dot3(d, d); outside <= 1 && d2 < c.dist2 {
			c, ok = closest{dist2: d2, t: t, face: face, edge: -1}, true
		}
	}
	for axis := range 3 {
		for corner := range 8 {
			if corner>>axis&1 == 0 {
				if e, crosses := b.toEdge(axis, corner); crosses && e.dist2 < c.dist2-tiny {
					c, ok = e, true
				}
			}
		}
	}
	return c, ok
}

// toEdge is where the segment is closest to the edge along axis that starts at
// a corner; false if they are parallel.
func (b *beam) toEdge(axis, corner int) (c closest, ok bool) {
	var mid [3]float64
	for k := range mid {
		if k != axis {
			mid[k] = b.box[k] * float64(2*(corner>>k&1)-1)
		}
	}
	l := b.box[axis]
	d := sub(mid, b.centre)
	ee, es, ss := l*l, -l*b.half[axis], b.length*b.length
	ed, sd := -l*d[axis], dot3(b.half, d)
	det := ee*ss - es*es
	if math.Abs(det) < tiny {
		return c, false
	}
	x, t, part := (ss*ed-es*sd)*(1/det), (ee*sd-es*ed)*(1/det), 1
	clip := func() {
		if math.Abs(x) > 1 {
			x, part = math.Copysign(1, x), 1+int(math.Copysign(1, x))
		}
	}
	if clip(); part != 1 {
		t = (sd - x*es) * (1 / ss)
	}
	if math.Abs(t) > 1 {
		t = math.Copysign(1, t)
		x = (ed - t*es) * (1 / ee)
		clip()
	}
	d = sub(d, scale(t, b.half))
	d[axis] += l * x
	return closest{dist2: dot3(d, d), t: t, edge: axis, part: part, corner: corner | part/2<<axis, along: x}, true
}

// second is how far along the segment from the closest point the second ball
// is; false if there is none.
func (b *beam) second(c *closest) (step float64, ok bool) {
	switch {
	case c.edge >= 0 && c.part != 1:
		return b.fromCorner(c)
	case c.edge >= 0:
		return b.fromEdge(c)
	case c.face >= 0:
		return b.fromFace(c), true
	}
	return 0, false
}

// over is how far along the segment it takes to pass length d of a box's axis.
func (b *beam) over(axis int, d float64) float64 { return d / math.Abs(b.half[axis]) }

// fromCorner follows the box's edge, or the face, that the segment lies along;
// one that points away from the corner or to it has no second ball.
func (b *beam) fromCorner(c *closest) (float64, bool) {
	turned := b.signs ^ c.corner // axes along which the segment leads over the box
	sign := 1.0
	switch turned {
	case 0, 7:
		return 0, false
	case 3, 5, 6:
		turned, sign = 7-turned, -1
	}
	ax := turned >> 1 // of the one that differs from the others
	if b.axis[ax]*b.axis[ax] > 0.5 {
		return sign * min(1-sign*c.t, b.over(ax, 2*b.box[ax])), true
	}
	i, k := (ax+1)%3, (ax+2)%3
	return -sign * min(1+sign*c.t, b.over(i, 2*b.box[i]), b.over(k, 2*b.box[k])), true
}

// fromEdge follows the face that the segment, crossing an edge, is closer to; a
// segment that only ends at the edge has no second ball.
func (b *beam) fromEdge(c *closest) (float64, bool) {
	turned := (b.signs ^ c.corner) &^ (1 << c.edge)
	if turned != 1 && turned != 2 && turned != 4 {
		return 0, false
	}
	in := (c.edge + 2) % 3 // the face's other axis
	if k := (c.edge + 1) % 3; math.Abs(b.axis[k]) > math.Abs(b.axis[in]) {
		in = k
	}
	sign := -1.0
	if turned>>in&1 == 1 {
		sign = 1
	}
	left := 1 - c.along // of the edge, in the direction the segment goes
	if (b.signs>>c.edge&1 == 1) != (sign > 0) {
		left = 1 + c.along
	}
	return sign * min(1-sign*c.t, b.over(in, 2*b.box[in]), b.over(c.edge, b.box[c.edge]*left)), true
}

// fromFace goes from an end of the segment to where it leaves the face.
func (b *beam) fromFace(c *closest) float64 {
	start, step := b.at(c.t), 2.0
	for k := range start {
		if k == c.face {
			continue
		}
		for _, side := range [2]float64{b.box[k], -b.box[k]} {
			if x := (side - start[k]) / b.half[k] * -c.t; x > 0 && x < step {
				step = x
			}
		}
	}
	return -c.t * step
}
