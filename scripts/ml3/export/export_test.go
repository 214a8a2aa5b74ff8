package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/paper"
	"ml3/mllib/random"
)

// seen is a task that a loss sees as rows of features, which are θ.
type seen struct{}

func (seen) Init(*ad.Tape, *rand.Rand) nn.Params              { return nil }
func (seen) Features(theta nn.Params, _ *rand.Rand) *ad.Value { return theta[0] }
func (seen) Loss(theta nn.Params, _ *rand.Rand) *ad.Value     { return ad.Sum(theta[0]) }

// answers are what a module says of a loss.
type answers struct {
	Loss, Rate float64
	Gradient   [][]float64
	TorchLoss  float64
	Torch      [][]float64
}

// program evaluates exported losses, each on the features in a file of its folder.
const program = `
import json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from ml3_loss import Loss
try:
    import torch
except ImportError:
    torch = None
for folder in sys.argv[1:]:
    loss = Loss(folder + "/loss.safetensors")
    x = np.array(json.load(open(folder + "/x.json")))
    out = {"Loss": loss(x), "Rate": loss.rate(x), "Gradient": loss.gradient(x).tolist()}
    if torch:
        t = torch.tensor(x, requires_grad=True)
        l = loss.torch(t)
        out["TorchLoss"] = l.item()
        out["Torch"] = torch.autograd.grad(l, t)[0].tolist()
    print(json.dumps(out))
`

// python is Debian's, which sees Debian's numpy; others may be without.
func python(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(path, "-c", "import numpy").Run() == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no Python with numpy")
	}
	t.Skip("no Python with numpy")
	return ""
}

// TestModule: numpy, and PyTorch where it is, give every stored kind of loss the same
// loss, gradient and rate as this project does.
func TestModule(t *testing.T) {
	python := python(t)
	root := filepath.Join("..", "..", "..", "data", "losses")
	kinds := map[string]int{}
	var losses []Loss
	for _, e := range paper.All() {
		found, err := filepath.Glob(filepath.Join(root, e.Name, "*"+paper.LossExt))
		if err != nil || len(found) == 0 {
			continue
		}
		names, err := paper.LossNames(found[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			phi, err := paper.ReadLoss(found[0], name)
			if err != nil {
				t.Fatal(err)
			}
			learner, sees, err := paper.LearnerOf(e.Paper, name)
			if err != nil {
				t.Errorf("%s: %v", e.Name, err)
				continue
			}
			l := Loss{name, sees, learner, phi}
			if _, err := l.encode(); err != nil {
				t.Logf("%s: %v", e.Name, err)
				continue
			}
			kinds[fmt.Sprintf("%T", learner)]++
			losses = append(losses, l)
		}
	}
	if kinds["meta.Loss"] == 0 || kinds["meta.LossAndRate"] == 0 {
		t.Fatalf("losses of these kinds only: %v", kinds)
	}
	args := []string{"-c", program}
	features := make([][]float64, len(losses))
	for i, l := range losses {
		dir := t.TempDir()
		if err := l.Write(dir); err != nil {
			t.Fatal(err)
		}
		features[i] = writeFeatures(t, dir, l.Phi[0].Rows)
		args = append(args, dir)
	}
	cmd := exec.Command(python, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &stderr)
	}
	said := json.NewDecoder(bytes.NewReader(out))
	for i, l := range losses {
		var got answers
		if err := said.Decode(&got); err != nil {
			t.Fatal(err)
		}
		if !same(got, l, features[i]) {
			t.Errorf("%s: other numbers", l.Name)
		}
	}
}

// rows is the number of rows of features.
const rows = 17

// writeFeatures writes features that reach where activations bend and saturate.
func writeFeatures(t *testing.T, dir string, columns int) (flat []float64) {
	t.Helper()
	rng := random.Stream(5, "features")
	x := make([][]float64, rows)
	for i := range x {
		for range columns {
			x[i] = append(x[i], rng.NormFloat64()*math.Pow(10, float64(i%4-2)))
		}
		flat = append(flat, x[i]...)
	}
	text, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "x.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	return flat
}

// same compares what a module says with what this project does.
func same(got answers, l Loss, features []float64) bool {
	theta := nn.Params{ad.NewTape().Leaf(rows, len(features)/rows, features)}
	objective, alpha := l.Learner.At(l.Phi)(seen{}, theta, nil)
	gradient := ad.Grad(objective, theta...)[0].Data
	size := math.Abs(objective.Item())
	ok := near(got.Loss, objective.Item(), size) && near(got.Rate, alpha.Item(), 1) && alike(got.Gradient, gradient)
	if got.Torch != nil {
		ok = ok && near(got.TorchLoss, objective.Item(), size) && alike(got.Torch, gradient)
	}
	return ok
}

// alike compares gradients, relative to the largest number.
func alike(got [][]float64, want []float64) bool {
	scale := 0.0
	for _, g := range want {
		scale = max(scale, math.Abs(g))
	}
	flat := slices.Concat(got...)
	ok := len(flat) == len(want)
	for i, g := range want {
		ok = ok && near(flat[i], g, scale)
	}
	return ok
}

// near says whether two numbers are equal to 1e-12 of a scale: orders of summation and
// last digits of exp and log differ.
func near(a, b, scale float64) bool { return math.Abs(a-b) <= 1e-12*max(scale, 1e-300) }

// TestNotExported: a learner that the module does not know is refused.
func TestNotExported(t *testing.T) {
	if err := (Loss{Name: "other", Learner: other{}}).Write(t.TempDir()); err == nil || !strings.Contains(err.Error(), "knows nothing") {
		t.Errorf("got error %v", err)
	}
}

type other struct{ meta.Loss }
