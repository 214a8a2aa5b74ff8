package fig

import (
	"fmt"
	"math"
)

// Every finite number can be drawn or is refused: what follows bounds the numbers
// that reach an axis, so that its arithmetic neither overflows nor loses the
// difference between its ends.
const (
	mostValue    = 1e300 // size of a number
	leastValue   = 1e-300
	leastSpan    = 1e-9  // of an axis, relative to its ends: six ticks differ in ten digits
	mostUnequal  = 1e6   // ratio of the lengths of axes with equal units
	mostLogRatio = 1e300 // of the ends of a log axis
)

// drawable says whether v is a number that a layer may have.
func drawable(v float64) bool { return math.Abs(v) <= mostValue }

// limits are the ends of an axis.
type limits [2]float64

// axisRange is what an axis shows of data from low to high.
func (p Plot) axisRange(spec Axis, low, high float64) limits {
	if spec.Limits != nil {
		return *spec.Limits
	}
	if _, ok := p.field(); ok {
		return limits{low, high}
	}
	low, high = widened(low, high, 0.03, 0.03, spec.Log)
	return limits{low, high}
}

// check says what is wrong with the ends of an axis, if anything.
func (l limits) check(name string, spec Axis) error {
	low, high := l[0], l[1]
	switch {
	case spec.Log && !(low >= leastValue && high/low <= mostLogRatio):
		return fmt.Errorf("its logarithmic %s axis goes from %v to %v", name, low, high)
	case !drawable(low) || !drawable(high) || !(low < high):
		return fmt.Errorf("its %s axis goes from %v to %v", name, low, high)
	case high-low < leastSpan*max(math.Abs(low), math.Abs(high)) || high-low < leastValue:
		return fmt.Errorf("the ends of its %s axis, %v and %v, are too close to each other", name, low, high)
	}
	return nil
}

// constant says whether the ends of a range are next to equal, as those of a
// constant are but for rounding: there is nothing to see between them.
func constant(a, b float64) bool {
	return !(b-a > max(leastValue, leastSpan*max(math.Abs(a), math.Abs(b))))
}

// widened moves the ends of a range by fractions of its length, or of some length
// if it is constant.
func widened(a, b, low, high float64, log bool) (from, to float64) {
	if log {
		ratio := b / a
		if !(ratio > 1+leastSpan) {
			ratio = 10
		}
		return a * math.Pow(ratio, -low), b * math.Pow(ratio, high)
	}
	d := b - a
	if constant(a, b) {
		d = max(1, math.Abs(b))
	}
	return a - low*d, b + high*d
}
