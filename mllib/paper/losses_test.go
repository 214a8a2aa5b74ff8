package paper

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/safetensors"
)

// TestLosses: what is encoded is read back bit for bit under its name, and stands in
// the file as any reader of the format sees it.
func TestLosses(t *testing.T) {
	net := nn.MLP{Sizes: []int{2, 4, 1}, Hidden: ad.Tanh, Out: nn.Linear, Bias: true, Weights: nn.Xavier}
	a, b := net.Init(nil, random.Stream(1, "a")), net.Init(nil, random.Stream(1, "b"))
	a[0].Data[0], a[0].Data[1] = math.Nextafter(1, 2), math.Copysign(0, -1)
	losses := []Learned{{"version=robust/method=learned", a}, {"version=robust/method=learned shaped", b}}
	data, err := EncodeLosses("walk", 7, losses)
	if err != nil {
		t.Fatal(err)
	}
	path := LossFile(t.TempDir(), "walk", 7)
	if !strings.HasSuffix(path, filepath.Join("walk", "7.safetensors")) {
		t.Errorf("the file is %s", path)
	}
	write(t, path, data)
	for _, l := range losses {
		phi, err := ReadLoss(path, l.Name)
		if err != nil || len(phi) != len(l.Phi) {
			t.Fatalf("%s: %d parameters, %v", l.Name, len(phi), err)
		}
		for i, v := range l.Phi {
			same := slices.EqualFunc(phi[i].Data, v.Data, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
			if phi[i].Rows != v.Rows || phi[i].Cols != v.Cols || !same {
				t.Errorf("%s: φ[%d] is %v, want %v", l.Name, i, phi[i].Data, v.Data)
			}
		}
	}
	f, err := safetensors.Read(bytes.NewReader(data))
	if err != nil || f.Metadata["experiment"] != "walk" || f.Metadata["seed"] != "7" || len(f.Tensors) != len(a)+len(b) {
		t.Errorf("metadata %v, %d arrays, %v", f.Metadata, len(f.Tensors), err)
	}
	if got := f.Tensors["version=robust/method=learned/phi.0"]; !slices.Equal(got.Shape, []int{2, 4}) || !slices.Equal(got.Data, a[0].Data) {
		t.Errorf("the first weights are %v of shape %v", got.Data, got.Shape)
	}
}

func TestNoLosses(t *testing.T) {
	if data, err := EncodeLosses("walk", 7, nil); data != nil || err != nil {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	twice := []Learned{{"a", nn.Params{ad.Scalar(1)}}, {"a", nn.Params{ad.Scalar(2)}}}
	if data, err := EncodeLosses("walk", 7, twice); len(data) > 0 || err == nil || !strings.Contains(err.Error(), `two learned losses are named "a"`) {
		t.Errorf("%d bytes, %v", len(data), err)
	}
}

// TestReadLoss: files of learned losses that another program wrote, or nobody.
func TestReadLoss(t *testing.T) {
	path := LossFile(t.TempDir(), "walk", 7)
	if _, err := ReadLoss(path, "a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	var flat bytes.Buffer
	if err := (safetensors.File{Tensors: map[string]safetensors.Tensor{
		"b/phi.0": {Shape: []int{2}, Data: []float64{1, 2}}, "a/phi.0": {Shape: []int{1, 2}, Data: []float64{1, 2}}, "a/phi.2": {Data: []float64{1}},
	}}).Write(&flat); err != nil {
		t.Fatal(err)
	}
	write(t, path, flat.Bytes())
	if phi, err := ReadLoss(path, "a"); err != nil || len(phi) != 1 || !slices.Equal(phi[0].Data, []float64{1, 2}) {
		t.Errorf("a: %v, %v", phi, err)
	}
	if _, err := ReadLoss(path, "b"); err == nil || !strings.Contains(err.Error(), "has shape [2], want two dimensions") {
		t.Errorf("b: %v", err)
	}
	if _, err := ReadLoss(path, "c"); err == nil || !strings.HasSuffix(err.Error(), "there are a, b") {
		t.Errorf("c: %v", err)
	}
	write(t, path, flat.Bytes()[:30])
	if _, err := ReadLoss(path, "a"); err == nil || !strings.Contains(err.Error(), path+": safetensors: cut short") {
		t.Errorf("cut: %v", err)
	}
}

// TestStoredLosses: the losses of the repository have the names and sizes that the
// settings of the experiment ask for, and are the same bytes when written again.
func TestStoredLosses(t *testing.T) {
	e, err := Lookup("sine")
	if err != nil {
		t.Fatal(err)
	}
	s := e.Paper.(Sine)
	path := LossFile(filepath.Join("..", "..", "data", "losses"), "sine", 0)
	for _, v := range s.Versions {
		phi, err := ReadLoss(path, s.Training(v, 0).LossName())
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range v.Loss.Init(random.Stream(0, "φ")) {
			if i >= len(phi) || phi[i].Rows != w.Rows || phi[i].Cols != w.Cols {
				t.Fatalf("%s: parameter %d of %d is not [%d, %d]", v.Name, i, len(phi), w.Rows, w.Cols)
			}
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var losses []Learned
	for _, name := range lossNames(f) {
		phi, err := ReadLoss(path, name)
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, Learned{name, phi})
	}
	if again, err := EncodeLosses("sine", 0, losses); err != nil || !bytes.Equal(again, data) {
		t.Errorf("%d losses written again are %d other bytes, %v", len(losses), len(again), err)
	}
}

// write writes a file and its folders.
func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
