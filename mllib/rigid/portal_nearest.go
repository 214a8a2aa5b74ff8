package rigid

// nearestOfTriangle is the point of a triangle nearest to the origin.
func nearestOfTriangle(a, b, c [3]float64) [3]float64 {
	d, e := sub(b, a), sub(c, a)
	v, w, p, q, r := dot3(d, d), dot3(e, e), dot3(a, d), dot3(a, e), dot3(d, e)
	s, t := -1.0, -1.0
	if div := w*v - r*r; !nearZero(div) {
		s = (q*r - w*p) / div
		t = (-s*r - q) / w
	}
	inside := func(x float64) bool { return nearZero(x) || x > 0 }
	below := func(x float64) bool { return nearEqual(x, 1) || x < 1 }
	if inside(s) && below(s) && inside(t) && below(t) && below(s+t) {
		return add(add(a, scale(s, d)), scale(t, e))
	}
	best := nearestOfSegment(a, b)
	for _, x := range [][3]float64{nearestOfSegment(a, c), nearestOfSegment(b, c)} {
		if dot3(x, x) < dot3(best, best) {
			best = x
		}
	}
	return best
}

// nearestOfSegment is the point of a segment nearest to the origin.
func nearestOfSegment(a, b [3]float64) [3]float64 {
	d := sub(b, a)
	t := -dot3(a, d) / dot3(d, d)
	switch {
	case t < 0 || nearZero(t):
		return a
	case t > 1 || nearEqual(t, 1):
		return b
	}
	return add(scale(t, d), a)
}
