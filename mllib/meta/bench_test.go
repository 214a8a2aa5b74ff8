package meta_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

// fit is the task of fitting y [n, 1] at x [n, k] by a network. M_φ sees the
// prediction, the target and, with seesX, x.
type fit struct {
	net   nn.MLP
	seesX bool
	x, y  *ad.Value
}

// newFit has n points of y = sin(x − π) with x in [−2, 2]; further inputs are noise.
func newFit(net nn.MLP, seesX bool, n int) fit {
	rng, k := random.Stream(0, "points"), net.Sizes[0]
	f := fit{net, seesX, ad.Zeros(n, k), ad.Zeros(n, 1)}
	for i := range f.x.Data {
		f.x.Data[i] = 4*rng.Float64() - 2
	}
	for i := range n {
		f.y.Data[i] = math.Sin(f.x.Data[i*k] - math.Pi)
	}
	return f
}

func (f fit) Init(tape *ad.Tape, rng *rand.Rand) nn.Params { return f.net.Init(tape, rng) }

func (f fit) Features(theta nn.Params, _ *rand.Rand) *ad.Value {
	p := f.net.Apply(theta, f.x)
	if f.seesX {
		return ad.ConcatCols(f.x, p, f.y)
	}
	return ad.ConcatCols(p, f.y)
}

func (f fit) Loss(theta nn.Params, _ *rand.Rand) *ad.Value {
	return ad.Mean(ad.Square(ad.Sub(f.net.Apply(theta, f.x), f.y)))
}

// images is the classification of random images of two classes by LeNet.
type images struct {
	net       nn.LeNet
	x, onehot *ad.Value
}

func newImages(batch int) images {
	rng := random.Stream(1, "images")
	t := images{nn.PaperLeNet(), ad.Zeros(batch, 784), ad.Zeros(batch, 2)}
	for i := range t.x.Data {
		t.x.Data[i] = rng.NormFloat64()
	}
	for i := range batch {
		t.onehot.Data[2*i+i%2] = 1
	}
	return t
}

func (t images) Init(tape *ad.Tape, rng *rand.Rand) nn.Params { return t.net.Init(tape, rng) }

func (t images) Features(theta nn.Params, _ *rand.Rand) *ad.Value {
	return ad.ConcatCols(t.net.Apply(theta, t.x), t.onehot)
}

func (t images) Loss(theta nn.Params, _ *rand.Rand) *ad.Value {
	return nn.CrossEntropy(t.net.Apply(theta, t.x), t.onehot)
}

func relu(sizes ...int) nn.MLP {
	return nn.MLP{Sizes: sizes, Hidden: ad.ReLU, Out: nn.Linear, Bias: true, Weights: nn.Xavier}
}

// learnedLoss is M_φ as in the experiments with ReLU units.
func learnedLoss(sizes ...int) nn.MLP {
	return nn.MLP{Sizes: sizes, Hidden: ad.ReLU, Out: ad.Softplus, Bias: false, Weights: nn.Xavier}
}

func elu(out nn.Activation, sizes ...int) nn.MLP {
	return nn.MLP{Sizes: sizes, Hidden: ad.ELU, Out: out, Bias: true, Weights: nn.TorchDefault}
}

// metaSteps are updates of φ of the size that the experiments have; lifetime 1
// draws θ afresh for each.
var metaSteps = []struct {
	name     string
	task     meta.Task
	loss     nn.MLP
	lifetime int
}{
	{"sine", newFit(relu(1, 100, 10, 1), false, 100), learnedLoss(2, 50, 50, 1), 1},
	{"sine-40-40", newFit(relu(1, 40, 40, 1), false, 100), learnedLoss(2, 40, 40, 1), 1},
	{"shaped-sine", newFit(relu(1, 10, 10, 1), true, 64), elu(nn.Linear, 3, 10, 10, 10, 1), 10},
	{"mountain-car", newFit(elu(nn.Linear, 2, 1), false, 35), elu(nn.Linear, 2, 400, 400, 1), 1},
	{"inverse-dynamics", newFit(elu(nn.Linear, 7, 64, 64, 1), false, 256), elu(ad.Softplus, 2, 48, 48, 1), 1},
	{"lenet-1", newImages(1), learnedLoss(4, 40, 40, 1), 1 << 30},
	{"lenet-64", newImages(64), learnedLoss(4, 40, 40, 1), 1 << 30},
}

// BenchmarkMetaStep times one update of φ: inner step, task loss, second-order
// gradient, Adam, with a fresh θ where the experiment draws one.
func BenchmarkMetaStep(b *testing.B) {
	for _, s := range metaSteps {
		b.Run(s.name, func(b *testing.B) {
			loss := meta.Loss{Net: s.loss, Rate: 1e-3}
			c := meta.TrainConfig{OuterSteps: math.MaxInt, Unroll: 1, Lifetime: s.lifetime, Population: 1, Outer: nn.DefaultAdam(1e-3), Clip: math.Inf(1)}
			rng := random.Stream(1, "bench")
			t := meta.NewTrainer(loss, loss.Init(rng), func(*rand.Rand) meta.Task { return s.task }, c, rng)
			for range 3 { // let the tape grow
				t.Next(context.Background())
			}
			b.ReportAllocs()
			for b.Loop() {
				if !t.Next(context.Background()) {
					b.Fatal(t.Err())
				}
			}
		})
	}
}

var numbers = flag.String("numbers", "", "file for the numbers of TestSineNumbers")

// The gradient that BenchmarkMetaStep/sine takes agrees with differences. With
// -numbers its inputs and results are written for the programs in testdata.
func TestSineNumbers(t *testing.T) {
	s := metaSteps[0]
	task, loss := s.task.(fit), meta.Loss{Net: s.loss, Rate: 1e-3}
	rng := random.Stream(1, "numbers")
	phi, theta := loss.Init(rng), task.Init(nil, rng)
	after := func(phi []*ad.Value) *ad.Value {
		next, _, _ := loss.At(phi).Step(task, theta, rng)
		return task.Loss(next, rng)
	}
	adtest.CheckGrads(t, after, phi, 1)
	if *numbers == "" {
		return
	}
	var text bytes.Buffer
	write := func(name string, vs ...*ad.Value) {
		for _, v := range vs {
			fmt.Fprintln(&text, name, v.Rows, v.Cols, strings.Trim(fmt.Sprint(v.Data), "[]"))
		}
	}
	l := after(phi)
	write("x", task.x)
	write("y", task.y)
	write("theta", theta...)
	write("phi", phi...)
	write("loss", l)
	write("gradient", ad.Grad(l, phi...)...)
	if err := os.WriteFile(*numbers, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkDescentStep times one gradient step of the optimizee 40-40 on 100
// points, and of LeNet on 64 images.
func BenchmarkDescentStep(b *testing.B) {
	loss := meta.Loss{Net: learnedLoss(2, 40, 40, 1), Rate: 1e-3}
	sine := newFit(relu(1, 40, 40, 1), false, 100)
	for _, c := range []struct {
		name string
		task meta.Task
		rule meta.Rule
	}{
		{"mse", sine, meta.Objective(meta.TaskLoss).At(1e-3)},
		{"learned", sine, loss.At(loss.Init(random.Stream(0, "loss init")))},
		{"lenet-64", newImages(64), meta.Objective(meta.TaskLoss).At(1e-3)},
	} {
		b.Run(c.name, func(b *testing.B) {
			var d meta.Descent
			d.Start(c.rule, c.task, random.Stream(0, "optimizee"))
			b.ReportAllocs()
			for b.Loop() {
				if !d.Next(context.Background(), math.MaxInt) {
					b.Fatal(d.Err())
				}
			}
		})
	}
}
