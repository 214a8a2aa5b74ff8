package digits

import (
	"fmt"
	"math"

	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/dejavu/dejavusansextralight"
	"github.com/go-fonts/dejavu/dejavusansmono"
	"github.com/go-fonts/dejavu/dejavusansoblique"
	"github.com/go-fonts/dejavu/dejavuserif"
	"github.com/go-fonts/latin-modern/lmmonolt10oblique"
	"github.com/go-fonts/latin-modern/lmroman10italic"
	"github.com/go-fonts/latin-modern/lmsans10regular"
	"github.com/go-fonts/latin-modern/lmsansdemicond10regular"
	"github.com/go-fonts/liberation/liberationmonoregular"
	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansitalic"
	"github.com/go-fonts/liberation/liberationsansregular"
	"github.com/go-fonts/liberation/liberationserifitalic"
	"github.com/go-fonts/liberation/liberationserifregular"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// face is a font file; zero is the character drawn for the digit 0: the
// capital O where the font puts a dot or a slash into its zero.
type face struct {
	name string
	data []byte
	zero rune
}

func faces() []face {
	return []face{
		{"Liberation Sans", liberationsansregular.TTF, '0'},
		{"Liberation Sans Italic", liberationsansitalic.TTF, '0'},
		{"Liberation Sans Bold", liberationsansbold.TTF, '0'},
		{"Liberation Serif", liberationserifregular.TTF, '0'},
		{"Liberation Serif Italic", liberationserifitalic.TTF, '0'},
		{"Liberation Mono", liberationmonoregular.TTF, 'O'},
		{"DejaVu Sans", dejavusans.TTF, '0'},
		{"DejaVu Sans Oblique", dejavusansoblique.TTF, '0'},
		{"DejaVu Sans ExtraLight", dejavusansextralight.TTF, '0'},
		{"DejaVu Sans Mono", dejavusansmono.TTF, 'O'},
		{"DejaVu Serif", dejavuserif.TTF, '0'},
		{"Latin Modern Roman Italic", lmroman10italic.TTF, '0'},
		{"Latin Modern Sans", lmsans10regular.TTF, '0'},
		{"Latin Modern Sans Demi Condensed", lmsansdemicond10regular.TTF, '0'},
		{"Latin Modern Mono Light Oblique", lmmonolt10oblique.TTF, '0'},
		{"Go", goregular.TTF, '0'},
		{"Go Italic", goitalic.TTF, '0'},
		{"Go Mono", gomono.TTF, 'O'},
	}
}

// outlines returns the face's ten digits as closed polygons scaled to height 1.
func (f face) outlines() (digits [10][][]point) {
	parsed, err := sfnt.Parse(f.data)
	if err != nil {
		panic(fmt.Sprintf("digits: the built-in font %s: %v", f.name, err))
	}
	var buffer sfnt.Buffer
	for d := range digits {
		char := '0' + rune(d)
		if d == 0 {
			char = f.zero
		}
		glyph, err := parsed.GlyphIndex(&buffer, char)
		if err != nil || glyph == 0 {
			panic(fmt.Sprintf("digits: the built-in font %s lacks %c: %v", f.name, char, err))
		}
		segments, err := parsed.LoadGlyph(&buffer, glyph, fixed.I(1024), nil)
		if err != nil {
			panic(fmt.Sprintf("digits: the built-in font %s, %c: %v", f.name, char, err))
		}
		digits[d] = flattenGlyph(segments)
		fitHeight(digits[d])
	}
	return digits
}

// flattenGlyph turns lines, quadratic and cubic Bézier curves into polygons
// whose last point is the first again.
func flattenGlyph(segments []sfnt.Segment) (polygons [][]point) {
	var line []point
	finish := func() {
		if len(line) > 1 {
			polygons = append(polygons, append(line, line[0]))
		}
		line = nil
	}
	for _, s := range segments {
		a, b, c := toPoint(s.Args[0]), toPoint(s.Args[1]), toPoint(s.Args[2])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			finish()
			line = append(line, a)
		case sfnt.SegmentOpLineTo:
			from := line[len(line)-1] // in pieces, so that it can bend
			line = appendBezier(line, mix(from, a, 1./3), mix(from, a, 2./3), a, 4)
		case sfnt.SegmentOpQuadTo: // raised to a cubic curve
			from := line[len(line)-1]
			line = appendBezier(line, mix(from, a, 2./3), mix(b, a, 2./3), b, 4)
		case sfnt.SegmentOpCubeTo:
			line = appendBezier(line, a, b, c, 6)
		}
	}
	finish()
	return polygons
}

func toPoint(p fixed.Point26_6) point { return point{float64(p.X) / 64, float64(p.Y) / 64} }

// mix returns the point at fraction t of the way from a to b.
func mix(a, b point, t float64) point {
	return point{a.x + t*(b.x-a.x), a.y + t*(b.y-a.y)}
}

// appendBezier continues the line by a cubic curve with controls b, c and end d.
func appendBezier(line []point, b, c, d point, pieces int) []point {
	a := line[len(line)-1]
	for k := 1; k <= pieces; k++ {
		t := float64(k) / float64(pieces)
		ab, bc, cd := mix(a, b, t), mix(b, c, t), mix(c, d, t)
		line = append(line, mix(mix(ab, bc, t), mix(bc, cd, t), t))
	}
	return line
}

// fitHeight scales the polygons to height 1 and moves their box to the origin.
func fitHeight(polygons [][]point) {
	low, high := bounds(polygons)
	for _, polygon := range polygons {
		for i, p := range polygon {
			polygon[i] = point{(p.x - low.x) / (high.y - low.y), (p.y - low.y) / (high.y - low.y)}
		}
	}
}

// bounds returns the corners of the smallest box around all points.
func bounds(lines [][]point) (low, high point) {
	low, high = lines[0][0], lines[0][0]
	for _, line := range lines {
		for _, p := range line {
			low = point{min(low.x, p.x), min(low.y, p.y)}
			high = point{max(high.x, p.x), max(high.y, p.y)}
		}
	}
	return low, high
}

// meanStem returns the mean width of the stems that make up a glyph: twice its
// area over its perimeter, which is exact for a closed ribbon. Holes turn the
// other way round, so that their area counts negative.
func meanStem(polygons [][]point) float64 {
	var area, perimeter float64
	for _, polygon := range polygons {
		for k := range len(polygon) - 1 {
			a, b := polygon[k], polygon[k+1]
			area += (a.x*b.y - b.x*a.y) / 2
			perimeter += math.Sqrt((b.x-a.x)*(b.x-a.x) + (b.y-a.y)*(b.y-a.y))
		}
	}
	return 2 * math.Abs(area) / perimeter
}
