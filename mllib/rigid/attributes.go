package rigid

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// maxAttribute is the longest text of an attribute that is read; what is
// ignored may be longer.
const maxAttribute = 2000

// shorten is the beginning of a text, for errors.
func shorten(text string) string { return clip(text, 60) }

// clip is the beginning of a text, n bytes at most.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "") + "…"
}

// parseNumber reads a decimal number; Go's other ways to write one, such as
// 1_0, 0x10 or inf, are none in MJCF.
func parseNumber(text string) (float64, error) {
	if text == "" || strings.Trim(text, "0123456789+-.eE") != "" {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(text, 64)
}

// reader takes the values of one element's attributes and remembers the first
// problem, which finish reports.
type reader struct {
	n   *node
	err error
}

func (r *reader) fail(name, format string, args ...any) {
	if r.err != nil {
		return
	}
	where := r.n.place
	if a, ok := r.n.attr[name]; ok {
		where = a.place
	}
	problem := fmt.Sprintf(format, args...)
	if name != "" {
		problem = fmt.Sprintf("attribute %s: %s", name, problem)
	}
	r.err = &ParseError{File: where.file, Line: where.line, Element: r.n.String(), Problem: problem}
}

func (r *reader) has(name string) bool { _, ok := r.n.attr[name]; return ok }

// word is the text of an attribute, one of choices unless there are none.
func (r *reader) word(name, otherwise string, choices ...string) string {
	a, ok := r.n.attr[name]
	if !ok {
		return otherwise
	}
	if len(choices) > 0 && !slices.Contains(choices, a.text) {
		r.fail(name, "%q is not supported, only %s", shorten(a.text), strings.Join(choices, ", "))
		return otherwise
	}
	return a.text
}

func (r *reader) boolean(name string, otherwise bool) bool {
	return r.word(name, strconv.FormatBool(otherwise), "true", "false") == "true"
}

// overwrite puts the numbers of an attribute, if it is there, in the place of
// the first ones of dst.
func (r *reader) overwrite(name string, dst []float64) {
	copy(dst, r.numbers(name, 1, len(dst)))
}

// limited tells whether a range limits: if the element says so, or if it says
// "auto" or nothing and the compiler takes a range for a limit.
func (r *reader) limited(name, over string, auto bool) bool {
	word := r.word(name, "auto", "true", "false", "auto")
	ends := r.numbers(over, 2, 2)
	given := ends != nil && (ends[0] != 0 || ends[1] != 0)
	switch {
	case word != "auto":
		if word == "true" && ends == nil {
			r.fail(name, "the limit needs a %s", over)
		}
		return word == "true"
	case given && !auto:
		r.fail(over, `write %s="true" or "false" beside it, or autolimits="true" in <compiler>: versions of MuJoCo differ in what a range alone means`, name)
	}
	return given
}

// numbers are at least low and at most high finite numbers; nil if absent.
func (r *reader) numbers(name string, low, high int) []float64 {
	a, ok := r.n.attr[name]
	if !ok {
		return nil
	}
	if len(a.text) > maxAttribute {
		r.fail(name, "the text is longer than %d bytes", maxAttribute)
		return nil
	}
	fields := strings.Fields(a.text)
	if len(fields) < low || len(fields) > high {
		count := strconv.Itoa(low)
		if high > low {
			count = fmt.Sprintf("%d to %d", low, high)
		}
		r.fail(name, "%s numbers expected, got %q", count, shorten(a.text))
		return nil
	}
	out := make([]float64, len(fields))
	for i, f := range fields {
		x, err := parseNumber(f)
		if err != nil || math.Abs(x) > 1e10 {
			r.fail(name, "%q is not a number below 1e10 in size", shorten(f))
			return nil
		}
		out[i] = x
	}
	return out
}

func (r *reader) number(name string, otherwise float64) float64 {
	if x := r.numbers(name, 1, 1); x != nil {
		return x[0]
	}
	return otherwise
}

// notNegative is a number ≥ 0.
func (r *reader) notNegative(name string, otherwise float64) float64 {
	x := r.number(name, otherwise)
	if x < 0 {
		r.fail(name, "%g is negative", x)
	}
	return x
}

// mask is a set of collision bits.
func (r *reader) mask(name string, otherwise uint32) uint32 {
	x := r.number(name, float64(otherwise))
	if x < 0 || x > math.MaxInt32 || x != math.Trunc(x) {
		r.fail(name, "%g is not a whole number from 0 to 2147483647", x)
		return otherwise
	}
	return uint32(x)
}

func (r *reader) vec(name string, otherwise [3]float64) [3]float64 {
	if x := r.numbers(name, 3, 3); x != nil {
		return [3]float64(x)
	}
	return otherwise
}

// direction is a vector made one long.
func (r *reader) direction(name string, x [3]float64) [3]float64 {
	n := norm3(x)
	if n < 1e-10 {
		r.fail(name, "the vector has no direction")
		return [3]float64{0, 0, 1}
	}
	return scale(1/n, x)
}
