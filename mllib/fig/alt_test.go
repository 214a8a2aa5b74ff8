package fig

import (
	"bytes"
	"encoding/xml"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAlt: saved files say what they show, can still be read, and are otherwise as before.
func TestAlt(t *testing.T) {
	c := Curve{Label: "a < b", Style: LineStyle(Blue, Solid, NoMarker), X: []float64{0, 1}, Y: []float64{1, 2}}
	p := must(Plot{Name: "p", Title: `The "title"`, Width: 8, Height: 6, X: Axis{Label: "time (s)"}, Y: Axis{Label: "mean ‖x‖"}, Layers: []Layer{c}}.Panel())
	want := `The "title"; mean ‖x‖ against time (s); a < b`
	if p.Alt != want {
		t.Errorf("says %q", p.Alt)
	}
	two := must(Grid("two", 2, p, p, must(Pictures("d", "Digits", 1, []Picture{{"seven", 1, 1, []float64{1}}}))))
	if two.Alt != want+" | Digits; seven" {
		t.Errorf("two say %q", two.Alt)
	}
	dir := t.TempDir()
	if err := p.Save(dir); err != nil {
		t.Fatal(err)
	}
	pixels := must(os.ReadFile(filepath.Join(dir, "p.png")))
	img := must(png.Decode(bytes.NewReader(pixels)))
	if n, _ := differing(img, p.Image(printDPI)); n != 0 || !bytes.Contains(pixels, []byte("iTXtDescription\x00\x00\x00\x00\x00"+want)) {
		t.Errorf("%d pixels differ; the file has no description", n)
	}
	var svg struct {
		Label string `xml:"aria-label,attr"`
		Title string `xml:"title"`
	}
	if err := xml.Unmarshal(must(os.ReadFile(filepath.Join(dir, "p.svg"))), &svg); err != nil || svg.Label != want || svg.Title != want {
		t.Errorf("%v: %+v", err, svg)
	}
}

// TestAltOfNothing leaves files as they are.
func TestAltOfNothing(t *testing.T) {
	if got := string(titled([]byte("<svg >"), "")) + string(described([]byte(strings.Repeat("x", 40)), "")) + string(titled([]byte("none"), "a")); got != "<svg >"+strings.Repeat("x", 40)+"none" {
		t.Errorf("%s", got)
	}
}
