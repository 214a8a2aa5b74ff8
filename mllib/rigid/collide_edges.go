package rigid

import "math"

// shadow is a face of the second box, at is a corner of it, cast along the
// normal of two edges on a face of the first that is up at height 0.
type shadow struct {
	above, cast patch
	corners     [4][3]float64 // of the face: at, and after the first, the second, both edges
	shadows     [4][3]float64
	size        [3]float64 // of the first box
	normal      [3]float64
	toward      float64 // signed heights times this are distances along the normal
	margin      float64
}

// boxEdges are the contacts of boxes whose edges are closest: of the faces that
// meet there, those that are the most across the normal.
func (s *State) boxEdges(pair int, x *boxes, a *shape) {
	i, k := x.edge[0], x.edge[1]
	// The face of the first box whose plane is the flatter to the second's edge,
	// and the other way round.
	flat := steeper(i, func(j int) float64 { return math.Abs(x.turn[3*j+k]) })
	side := steeper(k, func(j int) float64 { return math.Abs(x.turn[3*i+j]) })
	face := flat
	if !bit(x.corner[0], flat) {
		face += 3
	}
	up := faceFrame(face)
	h := shadow{size: absVec(mulVec(&up, x.size[0])), normal: mulVec(&up, x.normal), margin: x.margin}
	if math.Abs(h.normal[2]) < tiny {
		return
	}
	h.toward = 1 / h.normal[2] * sign(!x.flipped)
	turn := mulMat(&up, &x.turn)
	centre := mulVec(&up, x.between[0])
	centre[2] -= h.size[2]
	h.lay(x, &turn, centre, side)

	back := transpose(&up)
	frame := mulMat(&a.rot, &back)
	normal := scale(sign(!x.flipped), mulVec(&frame, h.normal))
	h.contacts(func(y [3]float64, dist float64) {
		y[2] += h.size[2]
		s.addHit(pair, dist, add(mulVec(&frame, y), a.pos), normal, [3]float64{})
	})
}

// steeper is the axis other than i of which the value is smaller, in MuJoCo's
// order if they are equal.
func steeper(i int, value func(int) float64) int {
	first, second := 1, 2
	switch i {
	case 1:
		first = 0
	case 2:
		second = 0
	}
	if value(first) < value(second) {
		return first
	}
	return second
}

// lay sets the face of the second box whose normal is its axis side.
func (h *shadow) lay(x *boxes, turn *[9]float64, centre [3]float64, side int) {
	k := x.edge[1]
	j := 3 - k - side
	size, axis := x.size[1], func(i int) [3]float64 { return column(turn, i) }
	n := 0
	for _, far := range [2]float64{1, -1} {
		at := add(centre, scale(far*size[j]*sign(bit(x.corner[1], j)), axis(j)))
		at = add(at, scale(size[side]*sign(bit(x.corner[1], side)), axis(side)))
		h.corners[n], h.corners[n+1] = add(at, scale(size[k], axis(k))), add(at, scale(-size[k], axis(k)))
		n += 2
	}
	for i, c := range h.corners {
		h.shadows[i] = add(c, scale(-c[2]*(1/h.normal[2]), h.normal))
	}
	span := func(c *[4][3]float64) patch {
		return patch{at: c[0], edge: [2][3]float64{sub(c[1], c[0]), sub(c[2], c[0])}, n: 2}
	}
	h.above, h.cast = span(&h.corners), span(&h.shadows)
}

// contacts calls put with places and distances: where the shadow's border crosses
// the face's, at corners of the face in the shadow, and at corners of the shadow
// on the face. If there are no crossings, corners count that are off along one
// edge only.
func (h *shadow) contacts(put func(y [3]float64, dist float64)) {
	crossed := 0
	from, way, n := h.cast.sides()
	above, rise, _ := h.above.sides()
	for i := range n {
		crossings(from[i], way[i], h.size, func(t float64, at [3]float64) {
			y := add(above[i], scale(t, rise[i]))
			if y[2]*h.toward <= h.margin {
				crossed++
				put(scale(0.5, add(y, at)), y[2]*h.toward)
			}
		})
	}
	inside := h.faceCorners(crossed > 0, put)
	h.shadowCorners(crossed > 0, inside > 0, put)
}

// far is true if a distance, of the sign of the height, is beyond the margin.
func (h *shadow) far(height, dist2 float64) bool { return height > 0 && dist2 > h.margin*h.margin }

func signed(height, dist2 float64) float64 { return math.Sqrt(dist2) * sign(!(height < 0)) }

func (h *shadow) faceCorners(crossed bool, put func([3]float64, float64)) (n int) {
	area := h.cast.area()
	for i := range 4 {
		at := [3]float64{h.size[0] * sign(i/2 == 1), h.size[1] * sign(i%2 == 1)}
		u, v := h.cast.within(at[0], at[1], area)
		offU, offV := u < 0 || u > 1, v < 0 || v > 1
		if offU && offV || crossed && (offU || offV) {
			continue
		}
		u, v = min(max(u, 0), 1), min(max(v, 0), 1)
		y := scale(1-u-v, h.corners[0])
		y = add(add(y, scale(u, h.corners[1])), scale(v, h.corners[2]))
		d := sub(at, y)
		d2 := dot3(d, d)
		area = d2 // MuJoCo's variable: the next corners are measured by it
		if h.far(y[2], d2) {
			continue
		}
		n++
		put(scale(0.5, add(at, y)), signed(y[2], d2))
	}
	return n
}

func (h *shadow) shadowCorners(crossed, inside bool, put func([3]float64, float64)) {
	for i, c := range h.corners {
		at := h.shadows[i]
		offX, offY := math.Abs(at[0]) > h.size[0], math.Abs(at[1]) > h.size[1]
		if crossed && (offX || offY) || !crossed && inside && offX && offY {
			continue
		}
		d2 := 0.0
		var on [3]float64
		for k := range 2 {
			on[k] = min(max(at[k], -h.size[k]), h.size[k])
			d2 += (at[k] - on[k]) * (at[k] - on[k])
		}
		rise := c[2] * h.toward
		d2 += rise * rise
		if h.far(c[2], d2) {
			continue
		}
		put(scale(0.5, add(on, c)), signed(c[2], d2))
	}
}
