package rigid

import "math"

// softness says how a constraint gives way: solref and solimp of MJCF.
type softness struct {
	ref [2]float64 // time constant and damping ratio; if not positive, minus stiffness and damping
	imp [5]float64 // impedance: low, high, width of the rise, where it is half way, power
}

// MuJoCo's values: a time constant of 0.02 s, critical damping, and an
// impedance that rises from 0.9 to 0.95 within 0.001.
func defaultSoftness() softness {
	return softness{[2]float64{0.02, 1}, [5]float64{0.9, 0.95, 0.001, 0.5, 2}}
}

// softness reads the two attributes.
func (r *reader) softness(ref, imp string) softness {
	s := defaultSoftness()
	r.overwrite(ref, s.ref[:])
	r.overwrite(imp, s.imp[:])
	if (s.ref[0] > 0) != (s.ref[1] > 0) {
		r.fail(ref, "%g: both numbers must be positive, or none", s.ref)
	}
	return s
}

// mixed is the softness of a contact of two geoms, with the weight w of a.
func mixed(w float64, a, b softness) softness {
	var s softness
	for i := range s.imp {
		s.imp[i] = w*a.imp[i] + (1-w)*b.imp[i]
	}
	for i := range s.ref {
		s.ref[i] = min(a.ref[i], b.ref[i])
		if a.ref[0] > 0 && b.ref[0] > 0 {
			s.ref[i] = w*a.ref[i] + (1-w)*b.ref[i]
		}
	}
	return s
}

// spring is a softness as the step needs it: with r the violation and d its
// impedance, the reference acceleration is aref = −b J v − k d r.
type spring struct {
	k, b                 float64
	low, high, rise      float64 // impedance: ends, and their difference
	width, middle, power float64
}

// spring keeps impedances away from 0 and 1 and the time constant above two
// steps, as MuJoCo does.
func (s softness) spring(timestep float64) spring {
	within := func(x float64) float64 { return min(max(x, 0.0001), 0.9999) }
	out := spring{
		low: within(s.imp[0]), high: within(s.imp[1]), width: max(s.imp[2], 0),
		middle: within(s.imp[3]), power: max(s.imp[4], 1),
	}
	out.rise = out.high - out.low
	if out.low == 0.9 && out.high == 0.95 {
		out.rise = 0.05 // the usual one, to the last digit
	}
	if s.ref[0] <= 0 {
		out.k, out.b = -s.ref[0]/(out.high*out.high), -s.ref[1]/out.high
		return out
	}
	tc := out.high * max(s.ref[0], 2*timestep)
	out.k, out.b = 1/max(tiny, tc*tc*s.ref[1]*s.ref[1]), 2/max(tiny, tc)
	return out
}

// impedance d of a constraint violated by r: from low to high in a smooth step.
func (s *spring) impedance(r float64) float64 {
	if s.low == s.high || s.width <= tiny {
		return (s.low + s.high) / 2
	}
	x := math.Abs(r) / s.width
	y := 1.0
	switch {
	case x >= 1:
	case s.power == 2 && s.middle == 0.5: // the usual one
		y = 2 * x * x
		if x > 0.5 {
			y = 1 - 2*(1-x)*(1-x)
		}
	case s.power == 1:
		y = x
	case x <= s.middle:
		y = math.Pow(x, s.power) / math.Pow(s.middle, s.power-1)
	default:
		y = 1 - math.Pow(1-x, s.power)/math.Pow(1-s.middle, s.power-1)
	}
	return s.low + s.rise*y
}
