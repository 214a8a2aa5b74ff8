package paper

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestPairOf: every pair of a seed's digits has the two digits of its name, and other
// names are none.
func TestPairOf(t *testing.T) {
	pairs := 0
	for b := '0'; b <= '9'; b++ {
		for a := '0'; a <= '9'; a++ {
			got, ok := PairOf(string(a) + "-" + string(b))
			if ok != (a < b) || ok && got != [2]uint8{uint8(a - '0'), uint8(b - '0')} {
				t.Errorf("%c-%c: %v, %t", a, b, got, ok)
			}
			if ok {
				pairs++
			}
		}
	}
	if pairs != 45 {
		t.Errorf("%d pairs of ten digits", pairs)
	}
	for _, name := range []string{"", "1", "1-", "-7", "1-7-9", "01-7", "1 7", "1-10"} {
		if got, ok := PairOf(name); ok {
			t.Errorf("%q is the pair %v", name, got)
		}
	}
}

// TestReferenceCurvesAreNamed: the authors' curves, and they alone, have methods of
// theirs.
func TestReferenceCurvesAreNamed(t *testing.T) {
	count := 0
	for _, read := range All() {
		if read.Reference == nil {
			continue
		}
		rows, err := read.Reference(filepath.Join("..", "..", "data"))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range rows.Methods() {
			if count++; !IsReference(m) || !strings.HasPrefix(m, "reference") {
				t.Errorf("%s: a curve of the authors is called %q", read.Name, m)
			}
		}
	}
	if count < 5 {
		t.Errorf("%d methods of the authors", count)
	}
	for _, m := range []string{LearnedLoss, LearnedShaped, TaskLoss, BestRate, AtRate(0.1), WithoutX(LearnedLoss), Truth} {
		if IsReference(m) {
			t.Errorf("%q is no curve of the authors", m)
		}
	}
}
