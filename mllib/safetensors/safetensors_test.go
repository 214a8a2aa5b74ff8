package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// byHand puts a file together from a header and numbers.
func byHand(header string, numbers ...float64) []byte {
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, uint64(len(header)))
	b.WriteString(header)
	binary.Write(&b, binary.LittleEndian, numbers)
	return b.Bytes()
}

// sample has what is easily lost: a sign, the largest, the smallest, infinity, an
// empty array, a single number.
func sample() File {
	return File{
		Metadata: map[string]string{"seed": "7", "note": "φ <b>"},
		Tensors: map[string]Tensor{
			"b/phi.1": {Shape: []int{2, 3}, Data: []float64{1, math.Copysign(0, -1), math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(-1), 1.0 / 3}},
			"a":       {Data: []float64{-2}},
			"c":       {Shape: []int{0, 4}},
		},
	}
}

func encoded(t *testing.T, f File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestWrite compares with bytes put together by hand: sorted names, spaces up to a
// multiple of eight.
func TestWrite(t *testing.T) {
	header := `{"__metadata__":{"note":"φ <b>","seed":"7"},"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]},` +
		`"b/phi.1":{"dtype":"F64","shape":[2,3],"data_offsets":[8,56]},"c":{"dtype":"F64","shape":[0,4],"data_offsets":[56,56]}}`
	header += strings.Repeat(" ", (8-len(header)%8)%8)
	want := byHand(header, append([]float64{-2}, sample().Tensors["b/phi.1"].Data...)...)
	if got := encoded(t, sample()); !bytes.Equal(got, want) {
		t.Errorf("wrote\n%q\nwant\n%q", got, want)
	}
}

func same(a, b File) bool {
	return maps.Equal(a.Metadata, b.Metadata) && maps.EqualFunc(a.Tensors, b.Tensors, func(x, y Tensor) bool {
		return slices.Equal(x.Shape, y.Shape) && slices.EqualFunc(x.Data, y.Data, func(x, y float64) bool {
			return math.Float64bits(x) == math.Float64bits(y)
		})
	})
}

func TestReadGivesBackEveryBit(t *testing.T) {
	got, err := Read(bytes.NewReader(encoded(t, sample())))
	if err != nil || !same(got, sample()) {
		t.Errorf("read %v, %v", got, err)
	}
	// Another writer: no padding, another order of names and bytes.
	other := byHand(`{"b":{"shape":[1],"data_offsets":[0,8],"dtype":"F64"},"a":{"dtype":"F64","data_offsets":[8,24],"shape":[2,1]}}`, 5, 6, 7)
	got, err = Read(bytes.NewReader(other))
	if err != nil || !slices.Equal(got.Tensors["a"].Data, []float64{6, 7}) || !slices.Equal(got.Tensors["b"].Shape, []int{1}) {
		t.Errorf("read %v, %v", got, err)
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	good := encoded(t, sample())
	for want, data := range map[string][]byte{
		"length of its header":    good[:7],
		"cut short: a header":     good[:100],
		"cut short: array \"b/":   good[:len(good)-1],
		"1 bytes after the last":  append(slices.Clone(good), 0),
		"no safetensors file":     []byte("experiment,method"),
		"does not begin with {":   byHand(` {}`),
		"header: ":                byHand(`{"a":`),
		"not UTF-8":               byHand("{\"\xff\":1}"),
		"type \"F32\"":            byHand(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 1),
		"has bytes 0 to 8":        byHand(`{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}`, 1),
		"has bytes 0 to -8":       byHand(`{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,-8]}}`, 1),
		"begins at byte 8, want":  byHand(`{"a":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}`, 1, 2),
		"follow each other":       byHand(`{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}`, 1),
		"shape [4294967296":       byHand(`{"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`),
		"shape [-1":               byHand(`{"a":{"dtype":"F64","shape":[-1],"data_offsets":[0,8]}}`, 1),
		"9 dimensions":            byHand(`{"a":{"dtype":"F64","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,8]}}`, 1),
		"__metadata__: ":          byHand(`{"__metadata__":{"a":1}}`),
		`"a" twice`:               byHand(`{"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}`, 1),
		"array \"a\": json: cann": byHand(`{"a":{"dtype":"F64","shape":[0.5],"data_offsets":[0,8]}}`, 1),
	} {
		f, err := Read(bytes.NewReader(data))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "safetensors: ") || f.Tensors != nil {
			t.Errorf("%.60q: %v, error %v; want %q", data, f, err, want)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	one := []float64{1}
	for name, f := range map[string]File{
		"reserved": {Tensors: map[string]Tensor{"__metadata__": {Data: one}}},
		"not text": {Tensors: map[string]Tensor{"\xff": {Data: one}}},
		"shape":    {Tensors: map[string]Tensor{"a": {Shape: []int{2}, Data: one}}},
		"negative": {Tensors: map[string]Tensor{"a": {Shape: []int{-1, -1}, Data: one}}},
		"metadata": {Metadata: map[string]string{"a": "\xff"}},
	} {
		var b bytes.Buffer
		if err := f.Write(&b); err == nil || b.Len() != 0 {
			t.Errorf("%s: %d bytes, error %v", name, b.Len(), err)
		}
	}
}

// python decodes a file by the description of the format, with nothing but its
// standard library, and prints it as JSON with the bits of the numbers.
const python = `
import json, struct, sys
data = open(sys.argv[1], 'rb').read()
n, = struct.unpack('<Q', data[:8])
assert n % 8 == 0
header, body = json.loads(data[8:8+n]), data[8+n:]
out = {}
for name, t in header.items():
    if name == '__metadata__': continue
    begin, end = t['data_offsets']
    assert t['dtype'] == 'F64'
    out[name] = {'shape': t['shape'], 'bits': [str(b) for b in struct.unpack('<%dQ' % ((end-begin)//8), body[begin:end])]}
print(json.dumps({'metadata': header['__metadata__'], 'tensors': out}))
`

// TestPython has a file decoded by a program of another language. It is left out
// only where there is no python3.
func TestPython(t *testing.T) {
	interpreter, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 on PATH:", err)
	}
	path := filepath.Join(t.TempDir(), "a.safetensors")
	if err := os.WriteFile(path, encoded(t, sample()), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(interpreter, "-c", python, path)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Metadata map[string]string
		Tensors  map[string]struct {
			Shape []int
			Bits  []string
		}
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	f := File{Metadata: got.Metadata, Tensors: map[string]Tensor{}}
	for name, x := range got.Tensors {
		y := Tensor{Shape: x.Shape}
		for _, text := range x.Bits {
			bits, err := strconv.ParseUint(text, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			y.Data = append(y.Data, math.Float64frombits(bits))
		}
		f.Tensors[name] = y
	}
	if !same(f, sample()) {
		t.Errorf("python3 reads %v", f)
	}
}

// FuzzRead: what is accepted survives being written and read again.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := sample().Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(byHand(`{}`))
	f.Add(byHand(`{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}`, 1, 2))
	f.Add(byHand(`{"__metadata__":null,"a":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		again, err := Read(bytes.NewReader(encoded(t, file)))
		if err != nil || !same(again, file) {
			t.Fatalf("%q: read %v, again %v, %v", data, file, again, err)
		}
	})
}
