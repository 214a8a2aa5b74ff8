// Package report writes results as one HTML page without scripts, that needs no
// network: what the paper claims and what the results say, every figure, the settings
// in full, machines and times. It can be read with a screen reader and on a telephone.
package report

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"io"
	"maps"
	"slices"
)

// Page is what a page says.
type Page struct {
	Summary     []Count
	Claims      []Claim
	Framework   *Figure // the diagram of the method
	Experiments []Experiment
	Go          string // version of Go and of the program
}

// Count is how often a verdict was given.
type Count struct {
	Verdict string
	N       int
}

// Claim is one sentence of the paper and its verdict.
type Claim struct {
	ID, Figure, Text, Effect, Value, Interval, Verdict string
	Seeds                                              int
}

// Class is the name of the verdict's style.
func (c Claim) Class() string { return className(c.Verdict) }

// Class is the name of the verdict's style.
func (c Count) Class() string { return className(c.Verdict) }

func className(verdict string) string {
	switch verdict {
	case "reproduced":
		return "yes"
	case "not reproduced":
		return "no"
	}
	return "open"
}

// Experiment is what is known of one experiment.
type Experiment struct {
	Name, Title, Figure, Profile string
	Revision                     int
	Seeds                        []string
	Seconds                      string // of a seed, on average
	Machines                     []string
	Claims                       []Claim
	Figures                      []Figure
	Settings                     []string // lines
}

// Figure is a picture with what it shows in words.
type Figure struct {
	Name, Caption, Alt string
	Width, Height      int
	Whole              bool // as wide as the page
	PNG                []byte
}

// URL is the picture inside the page.
func (f Figure) URL() template.URL {
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(f.PNG))
}

//go:embed page.html
var page string

var pageTemplate = template.Must(template.New("page").Parse(page))

// Write writes the page.
func (p Page) Write(w io.Writer) error { return pageTemplate.Execute(w, p) }

// Colours are how many a picture of a page has at most, so that 80 figures are small.
const Colours = 32

// levels are the values that a channel of a colour takes.
const levels = 16

// Encode is an image as a PNG file of few colours: those that are in most pixels, after
// rounding; the others are drawn in the nearest of these.
func Encode(img image.Image) ([]byte, error) {
	b := img.Bounds()
	rounded := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	count := map[color.RGBA]int{}
	for y := range b.Dy() {
		for x := range b.Dx() {
			r, g, bl, _ := img.At(b.Min.X+x, b.Min.Y+y).RGBA() // figures have a background
			c := color.RGBA{round(r), round(g), round(bl), 255}
			rounded.SetRGBA(x, y, c)
			count[c]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		if d := count[b] - count[a]; d != 0 {
			return d
		}
		return int(a.R)<<16 + int(a.G)<<8 + int(a.B) - int(b.R)<<16 - int(b.G)<<8 - int(b.B)
	})
	var palette color.Palette
	for _, c := range colours[:min(len(colours), Colours)] {
		palette = append(palette, c)
	}
	nearest := map[color.RGBA]uint8{}
	for c := range count {
		nearest[c] = uint8(palette.Index(c))
	}
	few := image.NewPaletted(rounded.Rect, palette)
	for y := range b.Dy() {
		for x := range b.Dx() {
			few.SetColorIndex(x, y, nearest[rounded.RGBAAt(x, y)])
		}
	}
	var text bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&text, few); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return text.Bytes(), nil
}

// round is a channel of 16 bits, rounded to one of the levels, in 8 bits.
func round(v uint32) uint8 {
	const most = 0xffff
	level := (v*(levels-1) + most/2) / most
	return uint8(level * 255 / (levels - 1))
}
