package paper

import (
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
)

// givenPictures is a classification task with one explicit batch.
type givenPictures struct {
	net            nn.LeNet
	theta          nn.Params
	images, onehot *ad.Value
	probabilities  bool // M_φ sees these, not their logarithms
}

func (g givenPictures) Init(*ad.Tape, *rand.Rand) nn.Params { return g.theta.Clone() }
func (g givenPictures) Features(theta nn.Params, _ *rand.Rand) *ad.Value {
	out := g.net.Apply(theta, g.images)
	if g.probabilities {
		out = ad.Exp(out)
	}
	return ad.ConcatCols(out, g.onehot)
}
func (g givenPictures) Loss(theta nn.Params, _ *rand.Rand) *ad.Value {
	return nn.CrossEntropy(g.net.Apply(theta, g.images), g.onehot)
}

// parityLeNet: some inner steps of LeNet on M_φ (log-probabilities or
// probabilities, one-hot targets), cross-entropy on the same batch. Small files
// list the parameters, full ones give a formula for them and sums of the results.
func parityLeNet(t *testing.T, f *parityFile) {
	theta, phi, images := lenetInputs(t, f)
	net := lenetOf(theta)
	task := givenPictures{net, theta, images, ad.Zeros(images.Rows, net.Classes), lenetProbabilities(t, f)}
	for i, class := range lenetLabels(t, f) {
		task.onehot.Row(i)[int(class)] = 1
	}
	obj := meta.Loss{Net: mlpOf(phi, activation(t, f.text(t, "meta_loss.activation", "relu")), activation(t, f.text(t, "meta_loss.output", "softplus")))}.Objective(phi)

	sameOutput(t, f, "before", task.net.Apply(theta, images))
	same(t, "task loss before", task.Loss(theta, nil).Data, f.matrix(t, "expected.task_loss_before").Data)
	g := ad.Grad(obj(task, theta, nil), theta...)
	sameLeNet(t, f, "gradient of the meta-loss for θ", g, f.either(t, "expected.grad_meta_loss_wrt_theta_step0", "expected.grad_meta_loss_wrt_theta"))
	after := theta
	var losses []float64
	for range f.steps(t) {
		var l *ad.Value
		after, l, _ = obj.At(f.number(t, "inner_lr")).Step(task, after, nil)
		losses = append(losses, l.Item())
	}
	f.sameSteps(t, "meta-loss", losses, "expected.meta_loss")
	sameLeNet(t, f, "θ after", after, f.either(t, "expected.theta_after_last_step", "expected.theta_after"))
	sameOutput(t, f, "after", task.net.Apply(after, images))
	taskLoss := task.Loss(after, nil)
	same(t, "task loss", taskLoss.Data, f.matrix(t, "expected.task_loss").Data)
	sameParams(t, "gradient of the task loss for φ", ad.Grad(taskLoss, phi...), f.linear(t, "expected.grad_task_loss_wrt_phi"))
}

// lenetProbabilities tells whether M_φ sees probabilities or their logarithms, as
// meta_loss.input says or, in files without it, the description.
func lenetProbabilities(t *testing.T, f *parityFile) bool {
	t.Helper()
	text := f.text(t, "meta_loss.input", "")
	if text == "" {
		input := regexp.MustCompile(` on \(([^,]+), one-hot\)`).FindStringSubmatch(f.text(t, "description", ""))
		if input == nil {
			t.Fatalf("%s: neither meta_loss.input nor the description says what the meta-loss sees", f.name)
		}
		text = input[1]
	}
	switch {
	case strings.Contains(text, "exp(log_softmax"):
		return true
	case strings.Contains(text, "log_softmax"):
		return false
	case strings.Contains(text, "softmax"):
		return true
	}
	t.Fatalf("%s: no rule for the input %q of the meta-loss", f.name, text)
	return false
}

// sameOutput compares log-probabilities with the file's or, if it has only
// probabilities, these.
func sameOutput(t *testing.T, f *parityFile, when string, logp *ad.Value) {
	t.Helper()
	path := f.either(t, "expected.log_softmax_"+when, "expected.softmax_"+when)
	if strings.HasPrefix(path, "expected.softmax") {
		logp = ad.Exp(logp)
	}
	same(t, "output "+when, logp.Data, f.matrix(t, path).Data)
}

func lenetLabels(t *testing.T, f *parityFile) []float64 {
	t.Helper()
	if f.has("y") {
		return f.matrix(t, "y").Data
	}
	return f.matrix(t, "inputs.y").Data
}

// lenetInputs reads or computes θ₀, φ and the images.
func lenetInputs(t *testing.T, f *parityFile) (theta, phi nn.Params, images *ad.Value) {
	t.Helper()
	if !f.has("weight_formula") {
		images = f.matrix(t, "inputs.x_times_64_flat")
		side := 28
		images = ad.Clone(ad.Reshape(ad.Scale(1./64, images), images.Len()/(side*side), side*side))
		return lenetParams(t, f, "theta0"), f.linear(t, "phi"), images
	}
	var tensors []struct {
		Name  string
		Shape []int
		K     int
		Scale float64
	}
	f.into(t, "tensors", &tensors)
	for _, x := range tensors {
		n := 1
		for _, s := range x.Shape {
			n *= s
		}
		d := make([]float64, n)
		for i := range d { // weight_formula
			d[i] = float64((i*7919+x.K*104729+i*i*31)%2001-1000) / 1000 * x.Scale
		}
		var first []float64
		f.into(t, "first_values."+x.Name, &first)
		same(t, "first values of "+x.Name, d[:len(first)], first)
		if strings.HasPrefix(x.Name, "phi.") {
			phi = append(phi, lenetTensor(x.Name, d, x.Shape))
		} else {
			theta = append(theta, lenetTensor(x.Name, d, x.Shape))
		}
	}
	images = ad.Zeros(len(lenetLabels(t, f)), 784)
	for i := range images.Data { // image_formula
		images.Data[i] = float64((i*i*13+i*101)%257) / 256
	}
	return theta, phi, images
}

// lenetTensor brings torch's layout to ours: filters [co, ci·25] with bias
// [co, 1], weights [out, in] transposed with bias [1, out].
func lenetTensor(name string, d []float64, shape []int) *ad.Value {
	switch {
	case len(shape) == 4:
		return ad.New(shape[0], len(d)/shape[0], d)
	case len(shape) == 2:
		return ad.Clone(ad.Transpose(ad.New(shape[0], shape[1], d)))
	case strings.HasPrefix(name, "conv"):
		return ad.Column(d...)
	default:
		return ad.RowVector(d...)
	}
}

func lenetParams(t *testing.T, f *parityFile, path string) nn.Params {
	t.Helper()
	var p nn.Params
	for _, name := range f.keys(t, path) {
		d, shape := flat(t, f.raw(path+"."+name))
		p = append(p, lenetTensor(name, d, shape))
	}
	return p
}

// lenetOf describes the network that has the parameters.
func lenetOf(p nn.Params) nn.LeNet {
	return nn.LeNet{Side: 28, Filter: 5, Conv1: p[0].Rows, Conv2: p[2].Rows, Hidden: p[4].Cols, Classes: p[6].Cols}
}

// sameLeNet compares parameters with those below path, or with their sums and norms.
func sameLeNet(t *testing.T, f *parityFile, what string, got []*ad.Value, path string) {
	t.Helper()
	names := f.keys(t, path)
	if len(names) != len(got) {
		t.Fatalf("%s: %d parameters, want %d", what, len(got), len(names))
	}
	if !f.has(path + ".conv1.W.norm") {
		sameParams(t, what, got, lenetParams(t, f, path))
		return
	}
	for i, name := range names {
		at, d := path+"."+name+".", torchOrder(name, got[i])
		var sum, squares, abs float64
		for _, x := range d {
			sum, squares, abs = sum+x, squares+x*x, abs+math.Abs(x)
		}
		if want := f.number(t, at+"sum"); !(math.Abs(sum-want) <= 1e-10*abs) { // sums cancel
			t.Errorf("%s %s: sum %.17g, want %.17g", what, name, sum, want)
		}
		same(t, what+" "+name+": norm", []float64{math.Sqrt(squares)}, []float64{f.number(t, at+"norm")})
		if f.has(at + "abs_sum") {
			same(t, what+" "+name+": sum of absolute values", []float64{abs}, []float64{f.number(t, at+"abs_sum")})
		}
		if f.has(at + "first") {
			want := f.matrix(t, at+"first").Data
			for j, w := range want {
				if !(math.Abs(d[j]-w) <= 1e-10*math.Sqrt(squares)) {
					t.Errorf("%s %s: entry %d is %.17g, want %.17g", what, name, j, d[j], w)
				}
			}
		}
	}
}

// torchOrder returns the entries in torch's order.
func torchOrder(name string, v *ad.Value) []float64 {
	if strings.HasPrefix(name, "fc") && strings.HasSuffix(name, ".W") {
		v = ad.Transpose(v)
	}
	return v.Data
}
