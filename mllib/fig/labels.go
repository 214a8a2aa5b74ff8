package fig

import (
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// axisLabel is the label of an axis, in lines. It is not gonum's, which keeps room for
// a label about the arithmetic middle of an axis: near the end of a logarithmic one.
type axisLabel struct {
	text  string
	style text.Style
}

// labelPadding is between a label and the numbers of the ticks, points.
const labelPadding = 3

func labelStyle() text.Style { return textStyle(labelSize, draw.XCenter, draw.YBottom) }

// newAxisLabel breaks a label between words if it would have to be smaller than notes
// to be no longer than an axis.
func newAxisLabel(label string, length vg.Length) axisLabel {
	l := axisLabel{label, labelStyle()}
	if l.style.Width(label)*noteSize > length*labelSize {
		l.text = wrapped(label, l.style, length)
	}
	return l
}

// fitted is the style of l that makes it no longer than an axis.
func (l axisLabel) fitted(length vg.Length) text.Style {
	s := l.style
	if w := s.Width(l.text); w > length {
		s.Font.Size *= length / w
	}
	return s
}

// wrapped breaks a text between words into lines that are no longer than they have to
// be, and no more than they have to be.
func wrapped(label string, s text.Style, length vg.Length) string {
	var lines []string
	for _, word := range strings.Fields(label) {
		if n := len(lines); n > 0 && s.Width(lines[n-1]+" "+word) <= length {
			lines[n-1] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return strings.Join(lines, "\n")
}

// room is what a label takes of a canvas across its lines.
func (l axisLabel) room() vg.Length {
	if l.text == "" {
		return 0
	}
	return l.style.Height(l.text) + labelPadding
}

// axisLabels are the labels of a plot.
type axisLabels struct{ x, y axisLabel }

// fitLabels fits the labels of p to axes that are drawn by g in c, and returns what
// they leave of c.
func (p Plot) fitLabels(g *plot.Plot, c draw.Canvas) (axisLabels, draw.Canvas) {
	unbounded := vg.Length(math.Inf(1))
	l := axisLabels{newAxisLabel(p.X.Label, unbounded), newAxisLabel(p.Y.Label, unbounded)}
	l.x = newAxisLabel(p.X.Label, g.DataCanvas(l.rest(c)).Size().X)
	l.y = newAxisLabel(p.Y.Label, g.DataCanvas(l.rest(c)).Size().Y)
	return l, l.rest(c)
}

// rest is what the labels leave of c, on which they are at the left and below.
func (l axisLabels) rest(c draw.Canvas) draw.Canvas {
	left := l.y.room()
	if left > 0 {
		left += l.y.style.FontExtents().Descent
	}
	return draw.Crop(c, left, 0, l.x.room(), 0)
}

// draw draws the labels in the middle of the axes of data, which have the canvas rest
// with the numbers of their ticks. Labels longer than the axes are made smaller.
func (l axisLabels) draw(rest, data draw.Canvas) {
	descent := labelStyle().FontExtents().Descent
	if l.x.text != "" {
		at := vg.Point{X: data.Center().X, Y: rest.Min.Y - l.x.room() + descent}
		write(rest, l.x.fitted(data.Size().X), at, l.x.text)
	}
	if l.y.text != "" {
		s := l.y.fitted(data.Size().Y)
		s.Rotation = math.Pi / 2
		write(rest, s, vg.Point{X: rest.Min.X - labelPadding - 2*descent, Y: data.Center().Y}, l.y.text)
	}
}
