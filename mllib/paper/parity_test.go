package paper

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
)

// parityKinds has the test of each kind of reference file, by the start of its name.
var parityKinds = []struct {
	prefix string
	test   func(*testing.T, *parityFile)
}{
	{"sine_", paritySine},
	{"tiny_", paritySine},
	{"shaped_sine_", parityShapedSine},
	{"mountain_car_", parityMountainCar},
	{"lenet_", parityLeNet},
}

// TestParity recomputes every meta-gradient in the reference folder, which is
// that of ML3_REFERENCE if set, to 1e-10 relative to the largest entry of each
// tensor.
func TestParity(t *testing.T) {
	dir := referenceDir(t)
	files, err := filepath.Glob(filepath.Join(dir, "pytorch", "gradients", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no reference gradients in %s (%v)", dir, err)
	}
	for _, path := range files {
		f := openParity(t, path)
		t.Run(f.name, func(t *testing.T) {
			for _, k := range parityKinds {
				if strings.HasPrefix(f.name, k.prefix) {
					k.test(t, f)
					return
				}
			}
			t.Errorf("no test for this kind of file")
		})
	}
}

// referenceDir is the folder of reference data: ML3_REFERENCE, from the root of
// the repository or from here, or the one that comes with the repository. A
// folder that is not there is a failure; one without PyTorch's files is not if it
// has MuJoCo's.
func referenceDir(t *testing.T) string {
	t.Helper()
	const repository = "../.."
	given := os.Getenv("ML3_REFERENCE")
	if given == "" {
		return filepath.Join(repository, "data", "reference")
	}
	dir := given
	if fromRoot := filepath.Join(repository, given); !filepath.IsAbs(given) && isFolder(fromRoot) {
		dir = fromRoot
	}
	if !isFolder(dir) {
		t.Fatalf("ML3_REFERENCE=%s: no such folder, neither from here nor from the root of the repository", given)
	}
	if !isFolder(filepath.Join(dir, "pytorch")) && isFolder(filepath.Join(dir, "mujoco")) {
		t.Skipf("no files of PyTorch in %s", dir)
	}
	return dir
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// parityFile is a reference file. Its values are named by their path, such as
// "expected.theta_after".
type parityFile struct {
	name string
	data []byte
}

func openParity(t *testing.T, path string) *parityFile {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return &parityFile{strings.TrimSuffix(filepath.Base(path), ".json"), data}
}

// raw returns the value at path, or nil.
func (f *parityFile) raw(path string) json.RawMessage {
	raw := json.RawMessage(f.data)
	for path != "" {
		var m map[string]json.RawMessage
		if json.Unmarshal(raw, &m) != nil {
			return nil
		}
		key := path // keys may hold dots, so try the longest first
		for m[key] == nil {
			i := strings.LastIndexByte(key, '.')
			if i < 0 {
				return nil
			}
			key = key[:i]
		}
		raw, path = m[key], strings.TrimPrefix(path[len(key):], ".")
	}
	return raw
}

func (f *parityFile) has(path string) bool { return f.raw(path) != nil }

func (f *parityFile) into(t *testing.T, path string, v any) {
	t.Helper()
	raw := f.raw(path)
	if raw == nil {
		t.Fatalf("%s: no value %q", f.name, path)
	}
	if err := json.Unmarshal(raw, v); err != nil {
		t.Fatalf("%s: %q: %v", f.name, path, err)
	}
}

func (f *parityFile) number(t *testing.T, path string) float64 {
	t.Helper()
	var x float64
	f.into(t, path, &x)
	return x
}

// text returns the string at path, or the default if there is none.
func (f *parityFile) text(t *testing.T, path, otherwise string) string {
	t.Helper()
	if !f.has(path) {
		return otherwise
	}
	var s string
	f.into(t, path, &s)
	return s
}

// either returns the path that the file has: results have two spellings.
func (f *parityFile) either(t *testing.T, paths ...string) string {
	t.Helper()
	for _, p := range paths {
		if f.has(p) {
			return p
		}
	}
	t.Fatalf("%s: none of the values %q", f.name, paths)
	return ""
}

// keys returns the names at path in the order of the file.
func (f *parityFile) keys(t *testing.T, path string) []string {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(f.raw(path)))
	if _, err := dec.Token(); err != nil {
		t.Fatalf("%s: %q: %v", f.name, path, err)
	}
	var names []string
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, key.(string))
		var skip json.RawMessage
		if err := dec.Decode(&skip); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

// flat returns the numbers of nested lists (or of a number) in order, and their shape.
func flat(t *testing.T, raw json.RawMessage) ([]float64, []int) {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	var out []float64
	var shape []int
	var walk func(v any, depth int)
	walk = func(v any, depth int) {
		switch v := v.(type) {
		case float64:
			out = append(out, v)
		case []any:
			if depth == len(shape) {
				shape = append(shape, len(v))
			}
			for _, x := range v {
				walk(x, depth+1)
			}
		default:
			t.Fatalf("not a number: %v", v)
		}
	}
	walk(v, 0)
	return out, shape
}

// matrix returns the value at path as [rows, cols]; a list is one row.
func (f *parityFile) matrix(t *testing.T, path string) *ad.Value {
	t.Helper()
	raw := f.raw(path)
	if raw == nil {
		t.Fatalf("%s: no value %q", f.name, path)
	}
	d, shape := flat(t, raw)
	switch len(shape) {
	case 0:
		return ad.New(1, 1, d)
	case 1:
		return ad.New(1, shape[0], d)
	case 2:
		return ad.New(shape[0], shape[1], d)
	}
	t.Fatalf("%s: %q has %d dimensions", f.name, path, len(shape))
	return nil
}

// linear returns the parameters below path, in the order of the file, as this
// package keeps them: weights [out, in] transposed to [in, out].
func (f *parityFile) linear(t *testing.T, path string) nn.Params {
	t.Helper()
	var p nn.Params
	for _, name := range f.keys(t, path) {
		_, shape := flat(t, f.raw(path+"."+name))
		v := f.matrix(t, path+"."+name)
		if len(shape) == 2 {
			v = ad.Clone(ad.Transpose(v))
		}
		p = append(p, v)
	}
	return p
}

// same compares got with want, relative to the largest entry of want.
func same(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	largest, worst, at := 0.0, 0.0, 0
	for i, w := range want {
		largest = max(largest, math.Abs(w))
		if d := math.Abs(got[i] - w); !(d <= worst) {
			worst, at = d, i
		}
	}
	if !(worst <= 1e-10*largest) {
		t.Errorf("%s: entry %d is %.17g, want %.17g (off by %.2g of the largest entry %.3g)", what, at, got[at], want[at], worst/largest, largest)
	}
}

func sameParams(t *testing.T, what string, got []*ad.Value, want nn.Params) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d parameters, want %d", what, len(got), len(want))
	}
	for i := range want {
		same(t, fmt.Sprintf("%s %d", what, i), got[i].Data, want[i].Data)
	}
}

func activation(t *testing.T, name string) nn.Activation {
	t.Helper()
	a, ok := map[string]nn.Activation{"relu": ad.ReLU, "elu": ad.ELU, "tanh": ad.Tanh, "softplus": ad.Softplus,
		"linear": nn.Linear, "sigmoid": ad.Sigmoid, "sin": ad.Sin}[name]
	if !ok {
		t.Fatalf("unknown activation %q", name)
	}
	return a
}

// mlpOf describes the network whose parameters, with or without biases, are p.
func mlpOf(p nn.Params, hidden, out nn.Activation) nn.MLP {
	m := nn.MLP{Hidden: hidden, Out: out, Sizes: []int{p[0].Rows}, Weights: nn.Xavier}
	m.Bias = len(p) > 1 && p[1].Rows == 1 // a second weight would have as many rows as there are hidden units
	per := 1
	if m.Bias {
		per = 2
	}
	for i := 0; i < len(p); i += per {
		m.Sizes = append(m.Sizes, p[i].Cols)
	}
	return m
}
