package paper

import "testing"

// benchShapedSine times one update of φ: an inner step on M_φ 3-10-10-10-1 over 64
// points, the shaped loss, its second-order gradient and Adam, with a fresh task
// after ten.
func benchShapedSine(b *testing.B) {
	updates(b, shapedSineExperiment().Paper.(ShapedSine).Training(true, true))
}
