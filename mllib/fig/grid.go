package fig

import (
	"fmt"
	"image"
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Grid puts panels side by side, columns in a row, from left to right and from
// top to bottom. Each keeps its size; a column is as wide as its widest panel
// and a row as high as its highest.
func Grid(name string, columns int, panels ...Panel) (Panel, error) {
	if len(panels) == 0 || columns < 1 {
		return Panel{}, fmt.Errorf("fig: panel %s: a grid of %d panels in %d columns", name, len(panels), columns)
	}
	rows := (len(panels) + columns - 1) / columns
	widths, heights := make([]float64, columns), make([]float64, rows)
	for i, p := range panels {
		widths[i%columns] = max(widths[i%columns], p.Width)
		heights[i/columns] = max(heights[i/columns], p.Height)
	}
	all := Panel{Name: name, Title: joined(panels, "; ", func(p Panel) string { return p.Title }), Alt: joined(panels, " | ", func(p Panel) string { return p.Alt }), Width: total(widths), Height: total(heights)}
	all.draw = func(c draw.Canvas) {
		for i, p := range panels {
			w, h := p.size()
			left := c.Min.X + vg.Length(total(widths[:i%columns]))*vg.Centimeter
			top := c.Max.Y - vg.Length(total(heights[:i/columns]))*vg.Centimeter
			p.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{X: left, Y: top - h}, Max: vg.Point{X: left + w, Y: top}}})
		}
	}
	return all, nil
}

func total(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s
}

// Picture is a grey image with a caption, such as a digit: Pixels has Rows×Columns
// values from 0 (black) to 1 (white), row by row from the top.
type Picture struct {
	Caption       string
	Rows, Columns int
	Pixels        []float64
}

// Pictures lays out grey images in columns, each with its caption below.
// Pixels outside [0, 1] and a wrong number of them are errors.
func Pictures(name, title string, columns int, pictures []Picture) (Panel, error) {
	if len(pictures) == 0 || columns < 1 {
		return Panel{}, fmt.Errorf("fig: panel %s: %d pictures in %d columns", name, len(pictures), columns)
	}
	images := make([]image.Image, len(pictures))
	var captions []string
	for i, p := range pictures {
		img, err := p.gray()
		if err != nil {
			return Panel{}, fmt.Errorf("fig: panel %s: picture %d: %w", name, i, err)
		}
		images[i] = img
		captions = append(captions, p.Caption)
	}
	const side, caption, margin = 1.7, 0.55, 0.25 // cm
	rows := (len(pictures) + columns - 1) / columns
	head := 0.2
	if title != "" {
		head = 0.9
	}
	all := Panel{Name: name, Title: title, Width: max(float64(columns)*(side+margin)+margin, 4), Height: float64(rows)*(side+caption) + head + 0.1}
	all.Alt = strings.TrimPrefix(title+"; "+strings.Join(captions, ", "), "; ")
	all.draw = func(c draw.Canvas) {
		if title != "" {
			write(c, bold(textStyle(titleSize, draw.XCenter, draw.YTop)), vg.Point{X: c.Center().X, Y: c.Max.Y - 4}, title)
		}
		cm := vg.Centimeter
		first := c.Center().X - vg.Length(float64(columns)*(side+margin)-margin)*cm/2
		for i, img := range images {
			left := first + vg.Length(float64(i%columns)*(side+margin))*cm
			top := c.Max.Y - vg.Length(head+float64(i/columns)*(side+caption))*cm
			r := vg.Rectangle{Min: vg.Point{X: left, Y: top - side*cm}, Max: vg.Point{X: left + side*cm, Y: top}}
			c.DrawImage(r, img)
			write(c, textStyle(noteSize, draw.XCenter, draw.YTop), vg.Point{X: left + side*cm/2, Y: top - side*cm - 2}, pictures[i].Caption)
		}
	}
	return all, nil
}

// gray returns the picture enlarged with sharp pixels.
func (p Picture) gray() (image.Image, error) {
	if p.Rows < 1 || p.Columns < 1 || len(p.Pixels) != p.Rows*p.Columns {
		return nil, fmt.Errorf("%d pixels for %d×%d", len(p.Pixels), p.Rows, p.Columns)
	}
	img := image.NewNRGBA(image.Rect(0, 0, p.Columns, p.Rows))
	for i, v := range p.Pixels {
		if !(v >= 0 && v <= 1) {
			return nil, fmt.Errorf("pixel %d is %v, outside [0, 1]", i, v)
		}
		g := uint8(v*255 + 0.5)
		img.SetNRGBA(i%p.Columns, i/p.Columns, color.NRGBA{g, g, g, 255})
	}
	return enlarge(img, max(1, 224/max(p.Rows, p.Columns))), nil
}
