package fig

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"math"
	"path/filepath"
	"time"
)

// gifDPI is the resolution of animations.
const gifDPI = 96

// GIF returns an animation of the frames, which must have equal sizes, repeated
// for ever. Give all frames the same axis limits, or the axes will move. The
// palette is fixed: shades of the method colours, greys and Viridis.
func GIF(frames []Panel, delay time.Duration) ([]byte, error) {
	if len(frames) == 0 {
		return nil, fmt.Errorf("fig: an animation of no frames")
	}
	colors := gifPalette()
	nearest := map[color.RGBA]uint8{}
	g := gif.GIF{Config: image.Config{ColorModel: colors}}
	var shown *image.Paletted // what is on the screen
	for i, p := range frames {
		if p.Width != frames[0].Width || p.Height != frames[0].Height {
			return nil, fmt.Errorf("fig: frame %d is %v×%v cm and frame 0 %v×%v", i, p.Width, p.Height, frames[0].Width, frames[0].Height)
		}
		next := toPalette(p.Image(gifDPI), colors, nearest)
		if i == 0 {
			g.Config.Width, g.Config.Height = next.Rect.Dx(), next.Rect.Dy()
			g.Image = append(g.Image, next)
		} else {
			g.Image = append(g.Image, changes(shown, next))
		}
		shown = next
		g.Disposal = append(g.Disposal, gif.DisposalNone)
		g.Delay = append(g.Delay, max(2, int(math.Round(delay.Seconds()*100))))
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		return nil, fmt.Errorf("fig: animation: %w", err)
	}
	return b.Bytes(), nil
}

// Moving returns p with an animation, which Save writes beside the still picture
// and Frames returns.
func (p Panel) Moving(frames []Panel, delay time.Duration) Panel {
	p.frames, p.delay = frames, delay
	return p
}

// Frames returns the animation of p, none if it does not move.
func (p Panel) Frames() ([]Panel, time.Duration) { return p.frames, p.delay }

// SaveGIF writes the animation of the frames to folder/name.gif.
func SaveGIF(dir, name string, frames []Panel, delay time.Duration) error {
	data, err := GIF(frames, delay)
	if err != nil {
		return err
	}
	return saveBytes(filepath.Join(dir, name+".gif"), data)
}

// gifPalette has 15 shades of each colour on its way to white, 48 greys and 64
// steps of Viridis: 247 colours, and last what lets the frame before through.
func gifPalette() color.Palette {
	var p color.Palette
	for _, c := range []color.NRGBA{Blue, Orange, Green, Vermilion, Purple, Sky, Black, Gray, Red} {
		for i := range 15 {
			t := float64(i) / 15
			fade := func(v uint8) uint8 { return uint8(math.Round(float64(v) + t*(255-float64(v)))) }
			p = append(p, color.RGBA{fade(c.R), fade(c.G), fade(c.B), 255})
		}
	}
	for i := range 48 {
		g := uint8(math.Round(float64(i) * 255 / 47))
		p = append(p, color.RGBA{g, g, g, 255})
	}
	for i := range 64 {
		c := viridis(float64(i) / 63)
		p = append(p, color.RGBA{c.R, c.G, c.B, 255})
	}
	return append(p, color.RGBA{})
}

// changes is what must be drawn over the frame before to make the next, of the same
// size: the smallest rectangle of all changes, with holes where nothing has changed.
func changes(before, next *image.Paletted) *image.Paletted {
	var where image.Rectangle
	for y := next.Rect.Min.Y; y < next.Rect.Max.Y; y++ {
		for x := next.Rect.Min.X; x < next.Rect.Max.X; x++ {
			if next.ColorIndexAt(x, y) != before.ColorIndexAt(x, y) {
				where = where.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if where.Empty() {
		where = image.Rectangle{next.Rect.Min, next.Rect.Min.Add(image.Pt(1, 1))}
	}
	out := image.NewPaletted(where, next.Palette)
	hole := uint8(len(next.Palette) - 1)
	for y := where.Min.Y; y < where.Max.Y; y++ {
		for x := where.Min.X; x < where.Max.X; x++ {
			c := next.ColorIndexAt(x, y)
			if c == before.ColorIndexAt(x, y) {
				c = hole
			}
			out.SetColorIndex(x, y, c)
		}
	}
	return out
}

// toPalette maps every pixel to the nearest colour; nearest remembers which.
func toPalette(src image.Image, colors color.Palette, nearest map[color.RGBA]uint8) *image.Paletted {
	b := src.Bounds()
	out := image.NewPaletted(b, colors)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.RGBAModel.Convert(src.At(x, y)).(color.RGBA)
			i, ok := nearest[c]
			if !ok {
				i = uint8(colors[:len(colors)-1].Index(c)) // any but the hole
				nearest[c] = i
			}
			out.SetColorIndex(x, y, i)
		}
	}
	return out
}
