package fig

import "testing"

// TestAlt: words say what a panel shows, and those of a grid what its parts do.
func TestAlt(t *testing.T) {
	curve := func(label string) Layer { return Curve{Label: label, X: []float64{1, 2}, Y: []float64{1, 3}} }
	a, err := Plot{Name: "a", Title: "Errors", Width: 8, Height: 6, X: Axis{Label: "steps"}, Y: Axis{Label: "error", Log: true},
		Layers: []Layer{curve("ours"), curve(""), curve("theirs")}}.Panel()
	if err != nil {
		t.Fatal(err)
	}
	if want := "Errors: error (logarithmic) against steps; ours, theirs"; a.Alt != want || a.Title != "Errors" {
		t.Errorf("%q, %q, want %q", a.Title, a.Alt, want)
	}
	b, err := Plot{Name: "b", Width: 8, Height: 6, X: Axis{Label: "x"}, Layers: []Layer{curve("")}}.Panel()
	if err != nil {
		t.Fatal(err)
	}
	g, err := Grid("g", 2, a, b, a)
	if err != nil {
		t.Fatal(err)
	}
	if want := "Errors: error (logarithmic) against steps; ours, theirs. the vertical axis against x"; g.Alt != want || g.Title != "Errors" {
		t.Errorf("%q, %q, want %q", g.Title, g.Alt, want)
	}
}
