package report

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
)

// TestEncode: a picture of few colours stays what it is to within the rounding, and
// one of many has no more than a palette does.
func TestEncode(t *testing.T) {
	few := image.NewRGBA(image.Rect(3, 4, 23, 14))
	for y := 4; y < 14; y++ {
		for x := 3; x < 23; x++ {
			few.Set(x, y, color.RGBA{uint8(x * 10), 250, uint8(y), 255})
		}
	}
	text, err := Encode(few)
	if err != nil {
		t.Fatal(err)
	}
	got, err := png.Decode(bytes.NewReader(text))
	if err != nil || got.Bounds() != image.Rect(0, 0, 20, 10) {
		t.Fatalf("%v, %v", got.Bounds(), err)
	}
	for y := range 10 {
		for x := range 20 {
			r, g, b, _ := got.At(x, y).RGBA()
			wr, wg, wb, _ := few.At(x+3, y+4).RGBA()
			for _, d := range []int{int(r) - int(wr), int(g) - int(wg), int(b) - int(wb)} {
				if d > 0xffff/30+257 || d < -0xffff/30-257 { // half a level
					t.Fatalf("pixel %d, %d is off by %d", x, y, d)
				}
			}
		}
	}
	many := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range many.Pix {
		many.Pix[i] = uint8(i * i >> 3)
	}
	text, err = Encode(many)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := decoded.(*image.Paletted); !ok || len(p.Palette) > Colours {
		t.Errorf("a picture of %T", decoded)
	}
}

// TestPage: text is text, whatever it has, and nothing is loaded or run.
func TestPage(t *testing.T) {
	p := Page{Summary: []Count{{"reproduced", 1}}, Claims: []Claim{{ID: "a", Text: "<b>x</b> < y", Verdict: "not reproduced"}},
		Experiments: []Experiment{{Name: "sine", Title: "\"Sine\" & more", Settings: []string{"A = <script>"}, Figures: []Figure{{Name: "f", Alt: `a "b"`, PNG: []byte{1}}}}}}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"&lt;b&gt;x&lt;/b&gt; &lt; y", "&#34;Sine&#34; &amp; more", "A = &lt;script&gt;", `alt="a &#34;b&#34;"`, "src=\"data:image/png;base64,AQ==\"", `class="verdict no"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page has no %s", want)
		}
	}
	for _, bad := range []string{"<script", "http:", "https:", "onload"} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("the page has %s", bad)
		}
	}
}
