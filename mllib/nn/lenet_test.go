package nn

import (
	"math"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
	"ml3/mllib/random"
)

func smallLeNet() LeNet { return LeNet{Side: 12, Filter: 3, Conv1: 2, Conv2: 3, Hidden: 4, Classes: 2} }

func pictures(n, side int) *ad.Value {
	rng := random.Stream(1, "pictures")
	x := ad.Zeros(n, side*side)
	for i := range x.Data {
		x.Data[i] = rng.NormFloat64()
	}
	return x
}

func TestLeNetSizes(t *testing.T) {
	l := PaperLeNet()
	if l.Flat() != 320 {
		t.Errorf("%d inputs of the first fully connected layer, want 320", l.Flat())
	}
	p := l.Init(nil, random.Stream(1, "θ"))
	if want := 10*25 + 10 + 20*250 + 20 + 320*50 + 50 + 50*2 + 2; p.Len() != want {
		t.Errorf("%d parameters, want %d", p.Len(), want)
	}
	for i, in := range []float64{25, 25, 250, 250, 320, 320, 50, 50} { // uniform within ±1/√in
		bound, largest := 1/math.Sqrt(in), 0.0
		for _, x := range p[i].Data {
			largest = max(largest, math.Abs(x))
		}
		if largest > bound || p[i].Len() > 40 && largest < 0.9*bound {
			t.Errorf("parameter %d: largest entry %v, bound %v", i, largest, bound)
		}
	}
}

// plain computes LeNet for one picture by its definition, channel by channel.
func plain(l LeNet, p Params, picture []float64) []float64 {
	layer := func(in [][]float64, side int, w, b *ad.Value) ([][]float64, int) {
		size := (side - l.Filter + 1) / 2
		out := make([][]float64, w.Rows)
		for o := range out {
			out[o] = make([]float64, size*size)
			for k := range out[o] {
				best := math.Inf(-1)
				for window := range 4 {
					y, x := 2*(k/size)+window/2, 2*(k%size)+window%2
					s := b.Data[o]
					for c := range in {
						for f := range l.Filter * l.Filter {
							s += w.At(o, c*l.Filter*l.Filter+f) * in[c][(y+f/l.Filter)*side+x+f%l.Filter]
						}
					}
					best = max(best, s)
				}
				out[o][k] = max(best, 0)
			}
		}
		return out, size
	}
	h, side := layer([][]float64{picture}, l.Side, p[0], p[1])
	h, _ = layer(h, side, p[2], p[3])
	var flat []float64
	for _, channel := range h {
		flat = append(flat, channel...)
	}
	connected := func(in []float64, w, b *ad.Value) []float64 {
		out := make([]float64, w.Cols)
		for j := range out {
			out[j] = b.Data[j]
			for i, x := range in {
				out[j] += x * w.At(i, j)
			}
		}
		return out
	}
	hidden := connected(flat, p[4], p[5])
	for i, x := range hidden {
		hidden[i] = max(x, 0)
	}
	out := connected(hidden, p[6], p[7])
	sum := 0.0
	for _, x := range out {
		sum += math.Exp(x)
	}
	for i := range out {
		out[i] -= math.Log(sum)
	}
	return out
}

func TestLeNetIsItsDefinition(t *testing.T) {
	for _, l := range []LeNet{smallLeNet(), PaperLeNet(), {Side: 13, Filter: 2, Conv1: 3, Conv2: 1, Hidden: 5, Classes: 3}} {
		p := l.Init(nil, random.Stream(2, "θ"))
		x := pictures(3, l.Side)
		y := l.Apply(p, x)
		for i := range x.Rows {
			for j, want := range plain(l, p, x.Row(i)) {
				if got := y.At(i, j); math.Abs(got-want) > 1e-13 {
					t.Errorf("%+v: picture %d, class %d: %v, want %v", l, i, j, got, want)
				}
			}
		}
	}
}

func TestLeNetGradients(t *testing.T) {
	l := smallLeNet()
	x, onehot := pictures(3, l.Side), ad.New(3, 2, []float64{1, 0, 0, 1, 1, 0})
	adtest.CheckGrads(t, func(p []*ad.Value) *ad.Value { return CrossEntropy(l.Apply(p, x), onehot) }, l.Init(nil, random.Stream(3, "θ")), 2)
}

// TestLeNetMetaGradient: the loss after a gradient step, as a function of θ.
func TestLeNetMetaGradient(t *testing.T) {
	l := smallLeNet()
	x, onehot := pictures(3, l.Side), ad.New(3, 2, []float64{1, 0, 0, 1, 1, 0})
	after := func(p []*ad.Value) *ad.Value {
		inner := CrossEntropy(l.Apply(p, x), onehot)
		return CrossEntropy(l.Apply(Descend(p, ad.Grad(inner, p...), ad.Scalar(0.1)), x), onehot)
	}
	adtest.CheckGrads(t, after, l.Init(nil, random.Stream(3, "θ")), 1)
}

func TestCrossEntropy(t *testing.T) {
	logp := ad.LogSoftmax(ad.New(2, 2, []float64{7, 7, 0, math.Log(3)})) // ½, ½ and ¼, ¾
	got := CrossEntropy(logp, ad.New(2, 2, []float64{0, 1, 1, 0})).Item()
	if want := (math.Log(2) + math.Log(4)) / 2; math.Abs(got-want) > 1e-15 {
		t.Errorf("cross-entropy %v, want %v", got, want)
	}
}

// A class that is impossible and not the true one leaves cross-entropy and gradient finite.
func TestCrossEntropyOfImpossibleClass(t *testing.T) {
	logits := ad.RowVector(math.Inf(-1), 0, 1)
	c := CrossEntropy(ad.LogSoftmax(logits), ad.RowVector(0, 0, 1))
	if want := math.Log(1 + math.Exp(-1)); math.Abs(c.Item()-want) > 1e-15 {
		t.Errorf("cross-entropy %v, want %v", c.Item(), want)
	}
	p := 1 / (1 + math.Exp(-1))
	for i, want := range []float64{0, 1 - p, p - 1} {
		if got := ad.Grad(c, logits)[0].Data[i]; !(math.Abs(got-want) < 1e-15) {
			t.Errorf("derivative of logit %d: %v, want %v", i, got, want)
		}
	}
}
