package digits

// point is a position; x points right, y down.
type point struct{ x, y float64 }

// stroke is a pen's path through given points: a Catmull–Rom spline, that is a
// chain of cubic Bézier curves with tangents (next − previous)/2. A closed
// stroke is a loop.
type stroke struct {
	points []point
	closed bool
}

func open(p ...point) stroke { return stroke{points: p} }
func loop(p ...point) stroke { return stroke{points: p, closed: true} }

// handwritten returns ways to write each digit by hand, in a box of width and
// height 1. A corner is where one stroke ends and the next begins.
func handwritten() [10][][]stroke {
	return [10][][]stroke{
		{ // 0: a loop, a loop whose end crosses its start, a narrow one
			{loop(point{.52, 0}, point{.22, .12}, point{.06, .48}, point{.18, .86}, point{.48, 1}, point{.80, .84}, point{.94, .48}, point{.80, .12})},
			{open(point{.72, .10}, point{.42, .02}, point{.14, .28}, point{.06, .62}, point{.30, .97}, point{.70, .90}, point{.94, .50}, point{.80, .12}, point{.50, .04}, point{.34, .12})},
			{loop(point{.58, 0}, point{.36, .10}, point{.20, .48}, point{.24, .88}, point{.44, 1}, point{.66, .86}, point{.80, .46}, point{.76, .10})},
		},
		{ // 1: a stem, slanted by the shear, a flag, a flag and a foot
			{open(point{.5, 0}, point{.5, .5}, point{.5, 1})},
			{open(point{.54, 0}, point{.51, .5}, point{.46, 1})},
			{open(point{.36, .20}, point{.44, .14}, point{.52, .02}), open(point{.52, .02}, point{.51, .5}, point{.50, 1})},
			{open(point{.32, .24}, point{.42, .16}, point{.52, .02}), open(point{.52, .02}, point{.51, .5}, point{.50, .98}), open(point{.28, .98}, point{.5, .97}, point{.74, .98})},
		},
		{ // 2: a sharp foot, a looped foot, a wavy foot
			{open(point{.10, .26}, point{.30, .04}, point{.66, .03}, point{.86, .26}, point{.70, .56}, point{.40, .80}, point{.06, .98}), open(point{.06, .98}, point{.5, .96}, point{.96, .97})},
			{open(point{.12, .20}, point{.40, .01}, point{.76, .12}, point{.78, .42}, point{.48, .80}, point{.18, .97}, point{.06, .86}, point{.26, .76}, point{.60, .92}, point{.96, .94})},
			{open(point{.08, .16}, point{.40, .00}, point{.74, .16}, point{.66, .50}, point{.16, .92}), open(point{.16, .92}, point{.40, .86}, point{.68, .96}, point{.94, .88})},
		},
		{ // 3: round, with a flat top, with a small loop in the middle
			{open(point{.12, .14}, point{.44, .00}, point{.78, .14}, point{.72, .36}, point{.40, .47}), open(point{.40, .47}, point{.80, .56}, point{.88, .80}, point{.54, 1}, point{.08, .88})},
			{open(point{.12, .04}, point{.48, .03}, point{.84, .04}), open(point{.84, .04}, point{.64, .22}, point{.42, .42}), open(point{.42, .42}, point{.78, .48}, point{.90, .74}, point{.62, .98}, point{.10, .92})},
			{open(point{.16, .10}, point{.52, .00}, point{.80, .18}, point{.56, .44}, point{.36, .48}, point{.44, .40}, point{.78, .56}, point{.86, .82}, point{.50, 1}, point{.08, .84})},
		},
		{ // 4: open with a separate stem, closed, open and round
			{open(point{.20, .04}, point{.16, .30}, point{.10, .56}), open(point{.10, .56}, point{.48, .57}, point{.92, .52}), open(point{.74, .00}, point{.70, .48}, point{.66, 1})},
			{open(point{.66, .00}, point{.36, .32}, point{.04, .64}), open(point{.04, .64}, point{.48, .65}, point{.96, .62}), open(point{.66, .00}, point{.66, .5}, point{.64, 1})},
			{open(point{.18, .04}, point{.10, .36}, point{.24, .56}, point{.56, .52}, point{.80, .34}), open(point{.86, .00}, point{.80, .46}, point{.70, 1})},
		},
		{ // 5: with a bar, in one stroke, with a long bar and a small belly
			{open(point{.88, .03}, point{.58, .04}, point{.26, .03}), open(point{.26, .03}, point{.23, .22}, point{.18, .42}), open(point{.18, .42}, point{.52, .36}, point{.86, .56}, point{.82, .84}, point{.48, 1}, point{.08, .88})},
			{open(point{.88, .02}, point{.50, .03}, point{.24, .24}, point{.40, .44}, point{.76, .62}, point{.70, .90}, point{.38, 1}, point{.10, .92})},
			{open(point{.96, .00}, point{.64, .05}, point{.34, .06}), open(point{.34, .06}, point{.26, .26}, point{.22, .44}), open(point{.22, .44}, point{.50, .44}, point{.68, .64}, point{.58, .88}, point{.30, 1}, point{.04, .94})},
		},
		{ // 6: a wide loop, a narrow loop, a straight back
			{open(point{.72, .00}, point{.36, .22}, point{.12, .60}, point{.20, .92}, point{.50, 1}, point{.82, .84}, point{.76, .60}, point{.46, .54}, point{.18, .74})},
			{open(point{.56, .00}, point{.26, .32}, point{.14, .72}, point{.36, 1}, point{.66, .92}, point{.72, .70}, point{.48, .58}, point{.18, .78})},
			{open(point{.40, .00}, point{.24, .36}, point{.18, .76}, point{.44, 1}, point{.80, .88}, point{.80, .64}, point{.48, .60}, point{.22, .80})},
		},
		{ // 7: plain, with a bar through the stem, with a hook
			{open(point{.08, .06}, point{.50, .05}, point{.90, .04}), open(point{.90, .04}, point{.62, .46}, point{.42, 1})},
			{open(point{.08, .06}, point{.50, .06}, point{.90, .04}), open(point{.90, .04}, point{.62, .46}, point{.40, 1}), open(point{.32, .52}, point{.58, .50}, point{.84, .48})},
			{open(point{.08, .22}, point{.12, .06}, point{.50, .06}, point{.86, .04}), open(point{.86, .04}, point{.76, .36}, point{.58, .66}, point{.52, 1})},
		},
		{ // 8: one stroke, two loops, one stroke left open at the top
			{loop(point{.52, .00}, point{.20, .16}, point{.30, .38}, point{.66, .58}, point{.84, .80}, point{.50, 1}, point{.16, .82}, point{.32, .58}, point{.68, .38}, point{.82, .16})},
			{loop(point{.50, .00}, point{.22, .10}, point{.22, .36}, point{.50, .46}, point{.78, .36}, point{.78, .10}), loop(point{.50, .46}, point{.16, .58}, point{.16, .90}, point{.50, 1}, point{.84, .90}, point{.84, .58})},
			{open(point{.84, .12}, point{.52, .00}, point{.22, .16}, point{.34, .40}, point{.68, .60}, point{.78, .84}, point{.46, 1}, point{.18, .84}, point{.36, .56}, point{.70, .34}, point{.90, .06})},
		},
		{ // 9: a straight stem, a curved stem, one stroke
			{open(point{.80, .18}, point{.50, .00}, point{.18, .20}, point{.26, .46}, point{.58, .48}, point{.80, .20}), open(point{.80, .14}, point{.76, .56}, point{.70, 1})},
			{open(point{.82, .20}, point{.52, .00}, point{.16, .18}, point{.22, .46}, point{.56, .48}, point{.82, .22}), open(point{.82, .16}, point{.82, .56}, point{.60, .92}, point{.18, .96})},
			{open(point{.78, .10}, point{.46, .02}, point{.20, .24}, point{.34, .46}, point{.66, .38}, point{.78, .12}, point{.74, .50}, point{.62, .80}, point{.54, 1})},
		},
	}
}

// flatten replaces the spline by a polyline with pieces chords per segment.
func (s stroke) flatten(pieces int) []point {
	p := s.points
	n := len(p)
	at := func(i int) point {
		switch {
		case s.closed:
			return p[(i+n)%n]
		case i < 0:
			return point{2*p[0].x - p[1].x, 2*p[0].y - p[1].y}
		case i >= n:
			return point{2*p[n-1].x - p[n-2].x, 2*p[n-1].y - p[n-2].y}
		}
		return p[i]
	}
	segments := n - 1
	if s.closed {
		segments = n
	}
	line := make([]point, 0, segments*pieces+1)
	for i := range segments {
		for k := range pieces {
			line = append(line, catmullRom(at(i-1), at(i), at(i+1), at(i+2), float64(k)/float64(pieces)))
		}
	}
	return append(line, at(segments))
}

// catmullRom returns the point at t ∈ [0, 1] between b and c.
func catmullRom(a, b, c, d point, t float64) point {
	spline := func(a, b, c, d float64) float64 {
		return b + t/2*(c-a+t*(2*a-5*b+4*c-d+t*(3*(b-c)+d-a)))
	}
	return point{spline(a.x, b.x, c.x, d.x), spline(a.y, b.y, c.y, d.y)}
}
