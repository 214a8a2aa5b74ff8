package digits

import (
	"errors"
	"io/fs"
	"math"
	"testing"
)

// centroids returns the mean picture of each digit, [10][784].
func centroids(s Set) (means [10][]float64) {
	counts := [10]float64{}
	for d := range means {
		means[d] = make([]float64, Size)
	}
	for i, l := range s.Labels {
		counts[l]++
		for j, v := range s.Image(i) {
			means[l][j] += float64(v)
		}
	}
	for d := range means {
		for j := range means[d] {
			means[d][j] /= counts[d]
		}
	}
	return means
}

func distance2(image []uint8, mean []float64) (sum float64) {
	for j, v := range image {
		d := float64(v) - mean[j]
		sum += d * d
	}
	return sum
}

// nearestCentroid returns the share of test pictures closest to the mean of
// their own digit.
func nearestCentroid(train, test Set) float64 {
	means := centroids(train)
	right := 0
	for i, l := range test.Labels {
		best := 0
		for d := range means {
			if distance2(test.Image(i), means[d]) < distance2(test.Image(i), means[best]) {
				best = d
			}
		}
		if best == int(l) {
			right++
		}
	}
	return float64(right) / float64(test.Len())
}

// logistic fits a logistic regression to the pair (a, b) by stochastic gradient
// descent and returns its accuracy on test.
func logistic(train, test Set, a, b uint8) float64 {
	x, y := converted(train, a, b)
	w := make([]float64, Size+1)
	score := func(row []float64) float64 {
		s := w[Size]
		for j, v := range row {
			s += w[j] * v
		}
		return s
	}
	for range 15 {
		for i, target := range y {
			row := x[i*Size : (i+1)*Size]
			g := 0.002 * (1/(1+math.Exp(-score(row))) - target)
			for j, v := range row {
				w[j] -= g * v
			}
			w[Size] -= g
		}
	}
	x, y = converted(test, a, b)
	right := 0
	for i, target := range y {
		if (score(x[i*Size:(i+1)*Size]) > 0) == (target == 1) {
			right++
		}
	}
	return float64(right) / float64(len(y))
}

// The rendered digits can be learned but are not trivial: their class means
// alone tell about as many apart as MNIST's do (82 %), far above chance (10 %)
// and far below certainty; a linear classifier separates pairs, hard ones not
// without error.
func TestRenderedAreLearnable(t *testing.T) {
	train, test := RenderSet(21, "train", 300), RenderSet(21, "test", 100)
	if got := nearestCentroid(train, test); got < 0.7 || got > 0.9 {
		t.Errorf("nearest centroid: %.3f", got)
	}
	worst := 1.
	for _, pair := range [][2]uint8{{0, 1}, {2, 3}, {3, 8}, {4, 9}, {5, 6}} {
		got := logistic(train, test, pair[0], pair[1])
		if got < 0.95 {
			t.Errorf("logistic regression of %v: %.3f", pair, got)
		}
		worst = min(worst, got)
	}
	if worst == 1 {
		t.Error("a linear classifier makes no error on any pair")
	}
}

// variation returns how much of the pixels' variance around the global mean
// lies within the classes.
func variation(s Set) float64 {
	means := centroids(s)
	global := make([]float64, Size)
	for _, m := range means {
		for j, v := range m {
			global[j] += v / 10
		}
	}
	var within, total float64
	for i, l := range s.Labels {
		within += distance2(s.Image(i), means[l])
		total += distance2(s.Image(i), global)
	}
	return within / total
}

// Pictures of one digit differ from each other about as MNIST's do, where 79 %
// of the variance lies within the classes.
func TestRenderedVaryWithinClasses(t *testing.T) {
	if got := variation(RenderSet(22, "train", 300)); abs(got-0.79) > 0.05 {
		t.Errorf("%.3f of the variance lies within the classes", got)
	}
}

// What is learned from renderings carries over to real handwriting, here to
// 2000 pictures of MNIST's test set.
func TestRenderedTeachMNIST(t *testing.T) {
	if testing.Short() {
		t.Skip("reads MNIST")
	}
	_, real, err := Load("../../data/mnist")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no MNIST in data/mnist")
	}
	if err != nil {
		t.Fatal(err)
	}
	real = Set{real.Pixels[:2000*Size], real.Labels[:2000]}
	train := RenderSet(23, "train", 300)
	if got := nearestCentroid(train, real); got < 0.5 {
		t.Errorf("nearest centroid: %.3f", got)
	}
	for _, pair := range [][2]uint8{{0, 1}, {2, 3}, {3, 8}, {4, 9}, {5, 6}, {7, 9}} {
		got := logistic(train, real, pair[0], pair[1])
		t.Logf("logistic regression of %v: %.3f", pair, got)
		if got < 0.8 {
			t.Errorf("logistic regression of %v: %.3f", pair, got)
		}
	}
}
