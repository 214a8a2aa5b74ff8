package fig

import (
	"fmt"
	"image"
	"image/color"
	"sync"

	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/dejavu/dejavusansbold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	xfont "golang.org/x/image/font"
)

// Sizes of text, in points.
const (
	titleSize  = 11
	labelSize  = 10
	tickSize   = 9
	legendSize = 9
	noteSize   = 8
)

const face = "DejaVu Sans" // has Greek, subscripts and operators; no LaTeX is involved

// handler sets text in DejaVu Sans. The embedded fonts are parsed at first use.
var handler = sync.OnceValue(func() text.Plain {
	var all font.Collection
	for weight, data := range map[xfont.Weight][]byte{xfont.WeightNormal: dejavusans.TTF, xfont.WeightBold: dejavusansbold.TTF} {
		f, err := opentype.Parse(data)
		if err != nil {
			panic(fmt.Sprintf("fig: embedded font: %v", err))
		}
		all = append(all, font.Face{Font: font.Font{Typeface: face, Weight: weight}, Face: f})
	}
	return text.Plain{Fonts: font.NewCache(all)}
})

// textStyle is a style of text of a size in points; positions refer to the point
// of the text that the alignments name.
func textStyle(size float64, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color:  color.NRGBA(Black),
		Font:   font.Font{Typeface: face, Size: vg.Points(size)},
		XAlign: x, YAlign: y,
		Handler: handler(),
	}
}

func bold(s text.Style) text.Style {
	s.Font.Weight = xfont.WeightBold
	return s
}

func colored(s text.Style, c color.Color) text.Style {
	s.Color = c
	return s
}

// write puts one line of text with its visual middle (not its baseline) at pt
// when the style is centred vertically.
func write(c draw.Canvas, s text.Style, pt vg.Point, line string) {
	c.FillText(s, pt, line)
}

// outlined is a canvas that draws text as the outlines of its glyphs, so that an
// SVG looks the same where the font is missing, and that stretches images to
// their rectangle, which SVG does not.
type outlined struct{ vg.Canvas }

// DrawImage implements vg.Canvas.
func (o outlined) DrawImage(r vg.Rectangle, img image.Image) {
	natural := vg.Point{X: vg.Length(img.Bounds().Dx()), Y: vg.Length(img.Bounds().Dy())}
	o.Push()
	o.Translate(r.Min)
	o.Scale(float64(r.Size().X/natural.X), float64(r.Size().Y/natural.Y))
	o.Canvas.DrawImage(vg.Rectangle{Max: natural}, img)
	o.Pop()
}

// FillString implements vg.Canvas.
func (o outlined) FillString(f font.Face, pt vg.Point, s string) {
	ppem := fixed.Int26_6(f.Face.UnitsPerEm())
	scale := f.Font.Size / vg.Length(ppem)
	var buf sfnt.Buffer
	var path vg.Path
	var previous sfnt.GlyphIndex
	for i, r := range s {
		g, err := f.Face.GlyphIndex(&buf, r)
		if err != nil {
			panic(fmt.Sprintf("fig: glyph of %q: %v", r, err))
		}
		if k, err := f.Face.Kern(&buf, previous, g, ppem, xfont.HintingNone); i > 0 && err == nil {
			pt.X += vg.Length(k) * scale
		}
		segments, err := f.Face.LoadGlyph(&buf, g, ppem, nil)
		if err != nil {
			panic(fmt.Sprintf("fig: glyph of %q: %v", r, err))
		}
		path = appendGlyph(path, segments, pt, scale)
		advance, err := f.Face.GlyphAdvance(&buf, g, ppem, xfont.HintingNone)
		if err != nil {
			panic(fmt.Sprintf("fig: advance of %q: %v", r, err))
		}
		pt.X += vg.Length(advance) * scale
		previous = g
	}
	if len(path) > 0 {
		o.Fill(path)
	}
}

// appendGlyph appends the outline of a glyph whose origin is at pt; the font's
// y axis points down.
func appendGlyph(path vg.Path, segments sfnt.Segments, pt vg.Point, scale vg.Length) vg.Path {
	at := func(p fixed.Point26_6) vg.Point {
		return vg.Point{X: pt.X + vg.Length(p.X)*scale, Y: pt.Y - vg.Length(p.Y)*scale}
	}
	for i, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				path.Close()
			}
			path.Move(at(s.Args[0]))
		case sfnt.SegmentOpLineTo:
			path.Line(at(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			path.QuadTo(at(s.Args[0]), at(s.Args[1]))
		case sfnt.SegmentOpCubeTo:
			path.CubeTo(at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
		}
	}
	if len(segments) > 0 {
		path.Close()
	}
	return path
}
