package fig

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"ml3/mllib/tidy"
)

// Panel is one picture, ready to be drawn.
type Panel struct {
	Name          string  // stem of the file names, such as "fig2-sine-test"
	Width, Height float64 // cm
	draw          func(draw.Canvas)

	frames []Panel // see Moving
	delay  time.Duration
}

// printDPI is the resolution of saved PNG files.
const printDPI = 200

func (p Panel) size() (w, h vg.Length) {
	return vg.Length(p.Width) * vg.Centimeter, vg.Length(p.Height) * vg.Centimeter
}

// Image draws p at a resolution in dots per inch.
func (p Panel) Image(dpi int) image.Image {
	w, h := p.size()
	c := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	p.draw(draw.NewCanvas(c, w, h))
	return c.Image()
}

// PNG returns p as a PNG file of so many dots per inch, the smallest that the encoder can make.
func (p Panel) PNG(dpi int) ([]byte, error) { return p.png(dpi, png.BestCompression) }

func (p Panel) png(dpi int, level png.CompressionLevel) ([]byte, error) {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: level}).Encode(&b, p.Image(dpi)); err != nil {
		return nil, fmt.Errorf("fig: %s: %w", p.Name, err)
	}
	return b.Bytes(), nil
}

// SVG returns p as an SVG file. Text is drawn as outlines.
func (p Panel) SVG() ([]byte, error) {
	w, h := p.size()
	c := vgsvg.New(w, h)
	p.draw(draw.NewCanvas(outlined{c}, w, h))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("fig: %s: %w", p.Name, err)
	}
	return b.Bytes(), nil
}

// Save writes Name.png and Name.svg to the folder, each as a whole file, and
// Name.gif if p is moving; it makes the folder if there is none.
func (p Panel) Save(dir string) error { return p.save(dir, png.BestCompression) }

func (p Panel) save(dir string, level png.CompressionLevel) error {
	if p.Name == "" || strings.ContainsAny(p.Name, `/\:`) {
		return fmt.Errorf("fig: %q is no stem of a file name", p.Name)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("figures: %w", err)
	}
	pixels, err := p.png(printDPI, level)
	if err != nil {
		return err
	}
	vectors, err := p.SVG()
	if err != nil {
		return err
	}
	path := filepath.Join(dir, p.Name)
	if err := saveBytes(path+".png", pixels); err != nil {
		return err
	}
	if err := saveBytes(path+".svg", vectors); err != nil || len(p.frames) == 0 {
		return err
	}
	return SaveGIF(dir, p.Name, p.frames, p.delay)
}

func saveBytes(path string, data []byte) error {
	return tidy.WriteFileAtomic(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}
