package digits

import (
	"math"
	"testing"
)

func abs(x float64) float64 { return math.Abs(x) }

// moments returns mean and standard deviation of the pixels, from integer sums.
func moments(s Set) (mean, std float64) {
	var sum, squares int64
	for _, v := range s.Pixels {
		sum += int64(v)
		squares += int64(v) * int64(v)
	}
	n := float64(len(s.Pixels))
	mean = float64(sum) / n / 255
	return mean, math.Sqrt(float64(squares)/n/255/255 - mean*mean)
}

// converted are all pictures of digits a and b, normalized, and their labels.
func converted(s Set, a, b uint8) (images, labels []float64) {
	pair := Select(s, a, b)
	index := make([]int, pair.Len())
	for i := range index {
		index[i] = i
	}
	images, labels = make([]float64, len(index)*Size), make([]float64, len(index))
	pair.Batch(index, images, labels)
	return images, labels
}

func TestSelectAndBatch(t *testing.T) {
	s := Set{Pixels: make([]uint8, 6*Size), Labels: []uint8{3, 7, 3, 1, 7, 7}}
	for i := range s.Len() {
		s.Image(i)[i] = uint8(40 * (i + 1))
	}
	images, labels := converted(s, 7, 3)
	want := []float64{1, 0, 1, 0, 0} // pictures 0, 1, 2, 4, 5
	if len(images) != 5*Size || len(labels) != 5 {
		t.Fatalf("%d pixels and %d labels", len(images), len(labels))
	}
	for k, i := range []int{0, 1, 2, 4, 5} {
		if labels[k] != want[k] {
			t.Errorf("label %d is %g, want %g", k, labels[k], want[k])
		}
		for j := range Size {
			pixel := images[k*Size+j]*Std + Mean // undo the normalization
			truth := 0.
			if j == i {
				truth = 40 * float64(i+1) / 255
			}
			if abs(pixel-truth) > 1e-15 {
				t.Fatalf("pixel %d of picture %d is %g, want %g", j, i, pixel, truth)
			}
		}
	}
}

func TestBatchConvertsWhatIsAsked(t *testing.T) {
	s := RenderSet(3, "test", 2)
	images, labels := make([]float64, 2*Size), make([]float64, 2)
	s.Batch([]int{17, 4}, images, labels)
	if labels[0] != 7 || labels[1] != 4 {
		t.Errorf("labels %v, want 7 and 4", labels)
	}
	for j, v := range s.Image(4) {
		if got := (images[Size+j]*Std + Mean) * 255; abs(got-float64(v)) > 1e-12 {
			t.Fatalf("pixel %d is %g, want %d", j, got, v)
		}
	}
}
