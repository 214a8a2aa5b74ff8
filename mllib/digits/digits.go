// Package digits provides pictures of handwritten digits: the MNIST database
// of Y. LeCun, C. Cortes and C. Burges where the reader has it (Fetch, Import,
// Load), and otherwise digits rendered from a seed (RenderSet); Open returns the
// one or the other.
//
// A picture is 28×28 bytes, row-major from the top left, 0 for paper and 255
// for ink. Sets keep bytes, 784 per picture; batches become float64 on demand.
package digits

import "fmt"

const (
	// Side is the width and the height of a picture in pixels.
	Side = 28
	// Size is the number of pixels of a picture.
	Size = Side * Side
	// Mean and Std are the mean and the standard deviation of MNIST's training
	// pixels as fractions of 255; every network here sees (pixel/255 − Mean)/Std.
	Mean = 0.1307
	Std  = 0.3081
)

// Set is a list of n labelled pictures.
type Set struct {
	Pixels []uint8 // [n, 784], row-major
	Labels []uint8 // [n], the digit shown, or the class after Select
}

// Len returns the number of pictures n.
func (s Set) Len() int { return len(s.Labels) }

// Image returns the 784 pixels of picture i, sharing memory with the set.
func (s Set) Image(i int) []uint8 { return s.Pixels[i*Size : (i+1)*Size : (i+1)*Size] }

// Select returns the pictures of digits a and b in their order, labelled 0 for
// a and 1 for b: a task of two classes.
func Select(s Set, a, b uint8) Set {
	if a == b || a > 9 || b > 9 {
		panic(fmt.Sprintf("digits: a pair of digits %d and %d; want two different ones of 0 to 9", a, b))
	}
	n := 0
	for _, l := range s.Labels {
		if l == a || l == b {
			n++
		}
	}
	pair := Set{Pixels: make([]uint8, 0, n*Size), Labels: make([]uint8, 0, n)}
	for i, l := range s.Labels {
		if l != a && l != b {
			continue
		}
		class := uint8(0)
		if l == b {
			class = 1
		}
		pair.Pixels = append(pair.Pixels, s.Image(i)...)
		pair.Labels = append(pair.Labels, class)
	}
	return pair
}

// Batch writes the pictures with the given indices, normalized, to images
// [len(index), 784] and their labels to labels [len(index)].
func (s Set) Batch(index []int, images, labels []float64) {
	if len(images) != len(index)*Size || len(labels) != len(index) {
		panic(fmt.Sprintf("digits: a batch of %d pictures into %d pixels and %d labels", len(index), len(images), len(labels)))
	}
	var normalized [256]float64
	for v := range normalized {
		normalized[v] = (float64(v)/255 - Mean) / Std
	}
	for k, i := range index {
		row := images[k*Size : (k+1)*Size]
		for j, v := range s.Image(i) {
			row[j] = normalized[v]
		}
		labels[k] = float64(s.Labels[i])
	}
}
