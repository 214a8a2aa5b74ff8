package rigid

import "math"

// Two boxes touch along the axis of least overlap: of the six of their faces and
// the nine that are normal to an edge of each (Gottschalk, Lin and Manocha,
// "OBBTree", 1996). Seen from above a face, what is close of the other box is
// clipped to it: crossings of borders, corners of either within the other. The
// choices are MuJoCo's, whose contacts are the same points.

// boxes are two boxes, the second in the axes of the first, and the axis along
// which they overlap least.
type boxes struct {
	size    [2][3]float64
	between [2][3]float64 // from each box to the other, in its axes
	turn    [9]float64    // axes of the second in those of the first
	margin  float64

	overlap float64
	face    int        // 3·[negative side] + axis; 6 more if of the second box; −1: an edge of each
	edge    [2]int     // axes of the edges
	corner  [2]int     // where the edges are: a bit for each axis on whose positive side
	normal  [3]float64 // across both edges
	flipped bool       // the normal points from the second box to the first
}

// mostBoxContacts: sixteen crossings, four corners of each face.
const mostBoxContacts = 24

func bit(mask, k int) bool { return mask>>k&1 == 1 }

// sign is 1 or −1.
func sign(positive bool) float64 {
	if positive {
		return 1
	}
	return -1
}

func (s *State) boxBox(pair int, a, b *shape) {
	p := &s.m.pairs[pair]
	apart := sub(b.pos, a.pos)
	if norm3(apart) > norm3(a.size)+norm3(b.size)+p.outer {
		return
	}
	backA, backB := transpose(&a.rot), transpose(&b.rot)
	x := boxes{
		size: [2][3]float64{a.size, b.size}, turn: mulMat(&backA, &b.rot), margin: p.outer,
		between: [2][3]float64{mulVec(&backA, apart), mulVec(&backB, scale(-1, apart))},
	}
	if !x.leastOverlap() {
		return
	}
	start := len(s.contacts)
	if x.face >= 0 {
		s.boxFace(pair, &x, a, b)
	} else {
		s.boxEdges(pair, &x, a)
	}
	s.dropRepeated(start)
}

// dropRepeated leaves out contacts at the place of a later one.
func (s *State) dropRepeated(start int) {
	kept := s.contacts[:start]
	for i := start; i < len(s.contacts); i++ {
		again := false
		for j := i + 1; j < len(s.contacts) && !again; j++ {
			again = s.contacts[i].Pos == s.contacts[j].Pos
		}
		if !again {
			kept = append(kept, s.contacts[i])
		}
	}
	s.contacts = kept
}

// leastOverlap finds the axis; false if the boxes are apart along one.
func (x *boxes) leastOverlap() bool {
	for k := range 3 {
		x.overlap += 3 * (x.size[0][k] + x.size[1][k])
	}
	x.overlap += x.margin
	for i := range 3 {
		for box := range 2 {
			other := &x.size[1-box]
			reach := 0.0 // of the other box
			for k := range 3 {
				cos := x.turn[3*i+k]
				if box == 1 {
					cos = x.turn[3*k+i]
				}
				reach += math.Abs(cos) * other[k]
			}
			o := x.size[box][i] - math.Abs(x.between[box][i]) + reach
			if o < -x.margin {
				return false
			}
			if o < x.overlap {
				x.overlap, x.face = o, 6*box+i
				if x.between[box][i] < 0 {
					x.face += 3
				}
			}
		}
	}
	for i := range 3 {
		for k := range 3 {
			if !x.overlapAcross(i, k) {
				return false
			}
		}
	}
	return true
}

// overlapAcross tries the axis across edge i of the first box and edge k of the
// second.
func (x *boxes) overlapAcross(i, k int) bool {
	var e [3]float64
	e[i] = 1
	n := cross(e, column(&x.turn, k))
	l := norm3(n)
	if l < tiny {
		return true // parallel edges
	}
	n = scale(1/l, n)
	centre := dot3(x.between[0], n)
	flipped := centre < 0
	o := 0.0
	corner := [2]int{}
	for j := range 3 {
		if j != i {
			o += x.size[0][j] * math.Abs(n[j])
			if (n[j] > 0) != flipped {
				corner[0] |= 1 << j
			}
		}
		if j != k {
			cos := x.turn[3*i+3-k-j] // of the normal and axis j, but for sign and l
			o += x.size[1][j] * math.Abs(cos) / l
			if (cos > 0) != flipped != ((j-k+3)%3 == 1) {
				corner[1] |= 1 << j
			}
		}
	}
	if o -= math.Abs(centre); o < -x.margin {
		return false
	}
	if o < x.overlap*(1-1e-12) {
		x.overlap, x.face, x.edge = o, -1, [2]int{i, k}
		x.corner, x.normal, x.flipped = corner, n, flipped
	}
	return true
}

// faceFrame turns a box such that a face, as numbered in boxes, is up.
func faceFrame(face int) [9]float64 {
	s := sign(face < 3)
	switch face % 3 {
	case 0:
		return [9]float64{0, 0, -s, 0, 1, 0, s, 0, 0}
	case 1:
		return [9]float64{1, 0, 0, 0, 0, -s, 0, s, 0}
	}
	return [9]float64{s, 0, 0, 0, 1, 0, 0, 0, s}
}

// patch is a parallelogram, or if only one or none of the edges is known a
// segment or a point, above a face.
type patch struct {
	at   [3]float64
	edge [2][3]float64
	n    int
}

// sides of a patch: each is from a corner along one of the edges.
func (p *patch) sides() (from, way [4][3]float64, n int) {
	from = [4][3]float64{p.at, p.at, add(p.at, p.edge[0]), add(p.at, p.edge[1])}
	way = [4][3]float64{p.edge[0], p.edge[1], p.edge[1], p.edge[0]}
	return from, way, [3]int{0, 1, 4}[p.n]
}

// within are the coordinates of a point of the plane along the edges.
func (p *patch) within(x, y, area float64) (u, v float64) {
	x, y = x-p.at[0], y-p.at[1]
	a, b := &p.edge[0], &p.edge[1]
	return (x*b[1] - y*b[0]) * (1 / area), (y*a[0] - x*a[1]) * (1 / area)
}

func (p *patch) area() float64 { return p.edge[0][0]*p.edge[1][1] - p.edge[1][0]*p.edge[0][1] }

// crossings calls put where from + t·way, 0 ≤ t ≤ 1, crosses the border of the
// rectangle ±size, seen from above.
func crossings(from, way, size [3]float64, put func(t float64, at [3]float64)) {
	for q := range 2 {
		if math.Abs(way[q]) <= tiny {
			continue
		}
		for _, side := range [2]float64{-size[q], size[q]} {
			t := (side - from[q]) * (1 / way[q])
			if t < 0 || t > 1 {
				continue
			}
			var at [3]float64
			at[q], at[1-q] = side, from[1-q]+way[1-q]*t
			if math.Abs(at[1-q]) <= size[1-q] {
				put(t, at)
			}
		}
	}
}

func absVec(x [3]float64) [3]float64 {
	return [3]float64{math.Abs(x[0]), math.Abs(x[1]), math.Abs(x[2])}
}

// boxFace are the contacts at a face of one box: of the other's lowest corner
// and the edges and the face there that are flat enough.
func (s *State) boxFace(pair int, x *boxes, a, b *shape) {
	own, up := x.face/6, faceFrame(x.face%6)
	base, turn := a, mulMat(&up, &x.turn)
	if own == 1 {
		base = b
		back := transpose(&x.turn)
		turn = mulMat(&up, &back)
	}
	size := absVec(mulVec(&up, x.size[own]))
	other := x.size[1-own]
	p := patch{at: mulVec(&up, x.between[own])}
	p.at[2] -= size[2]
	for k := range 3 {
		away := sign(turn[6+k] < 0) // to the lowest corner
		axis := column(&turn, k)
		p.at = add(p.at, scale(away*other[k], axis))
		if math.Abs(turn[6+k]) < 0.5 {
			p.edge[p.n] = scale(-2*away*other[k], axis)
			p.n++
		}
	}
	back := transpose(&up)
	frame := mulMat(&base.rot, &back)
	normal := scale(sign(own == 0), column(&frame, 2))
	put := func(y [3]float64) {
		if y[2] > x.margin {
			return
		}
		y[2] /= 2 // half way between the surfaces; MuJoCo takes that for the distance, too
		dist := y[2]
		y[2] += size[2]
		s.addHit(pair, dist, add(mulVec(&frame, y), base.pos), normal, [3]float64{})
	}
	p.clip(size, put)
}

// clip calls put for the points of a patch that are over the rectangle ±size:
// where it crosses the border, where it is over the rectangle's corners, and its
// own corners, of which the first counts wherever it is.
func (p *patch) clip(size [3]float64, put func([3]float64)) {
	from, way, n := p.sides()
	for i := range n {
		crossings(from[i], way[i], size, func(t float64, _ [3]float64) { put(add(from[i], scale(t, way[i]))) })
	}
	if p.n == 2 {
		for i := range 4 {
			x, y := size[0]*sign(i/2 == 1), size[1]*sign(i%2 == 1)
			if u, v := p.within(x, y, p.area()); u > 0 && v > 0 && u < 1 && v < 1 {
				put([3]float64{x, y, p.at[2] + u*p.edge[0][2] + v*p.edge[1][2]})
			}
		}
	}
	put(p.at)
	for i := 1; i < 1<<p.n; i++ {
		y := p.at
		for k := range 2 {
			if bit(i, k) {
				y = add(y, p.edge[k])
			}
		}
		if math.Abs(y[0]) < size[0] && math.Abs(y[1]) < size[1] {
			put(y)
		}
	}
}
