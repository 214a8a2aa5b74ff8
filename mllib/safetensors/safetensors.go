// Package safetensors reads and writes named arrays of float64 in the safetensors
// format (https://huggingface.co/docs/safetensors), which other frameworks load.
//
//	8 bytes          length n of the header, little-endian
//	n bytes          JSON: {"__metadata__": {"key": "text"}, "name": {"dtype": "F64", "shape": [2, 3], "data_offsets": [0, 48]}, …}
//	the rest         the numbers, row by row, little-endian; offsets count from here
//
// The arrays follow each other without a gap, so that every byte belongs to one.
package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"unicode/utf8"
)

// Tensor is an array of float64, row by row.
type Tensor struct {
	Shape []int // none for a single number
	Data  []float64
}

// File is what a file holds.
type File struct {
	Metadata map[string]string
	Tensors  map[string]Tensor
}

// Bounds of a file. The first is the format's own, which is also the largest that
// other readers accept.
const (
	MaxHeader = 100_000_000 // bytes
	MaxBytes  = 1 << 30     // of a file
	maxRank   = 8
)

// metadataKey is the one name that no array can have.
const metadataKey = "__metadata__"

// entry is what the header says about an array.
type entry struct {
	DType   string   `json:"dtype"`
	Shape   []int64  `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// Write writes f: always the same bytes for the same content. Arrays are sorted by
// name, and the header is filled with spaces so that the numbers begin at a
// multiple of eight. A name that is reserved or not UTF-8, and a shape that does not
// fit its data, are errors, and nothing is written.
func (f File) Write(w io.Writer) error {
	header, err := f.header()
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	for len(header)%8 != 0 {
		header = append(header, ' ')
	}
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	out = append(out, header...)
	for _, name := range slices.Sorted(maps.Keys(f.Tensors)) {
		for _, x := range f.Tensors[name].Data {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(x))
		}
	}
	_, err = w.Write(out)
	return err
}

// header is the JSON header without padding.
func (f File) header() ([]byte, error) {
	fields := map[string]any{}
	if len(f.Metadata) > 0 {
		for key, text := range f.Metadata {
			if !utf8.ValidString(key) || !utf8.ValidString(text) {
				return nil, fmt.Errorf("metadata %q: %q is not UTF-8", key, text)
			}
		}
		fields[metadataKey] = f.Metadata
	}
	at := int64(0)
	for _, name := range slices.Sorted(maps.Keys(f.Tensors)) {
		t := f.Tensors[name]
		if name == metadataKey || !utf8.ValidString(name) {
			return nil, fmt.Errorf("an array cannot be named %q", name)
		}
		e := entry{DType: "F64", Shape: make([]int64, 0, len(t.Shape)), Offsets: [2]int64{at, at + 8*int64(len(t.Data))}}
		for _, n := range t.Shape {
			e.Shape = append(e.Shape, int64(n))
		}
		if n, err := e.numbers(); err != nil || n != int64(len(t.Data)) {
			return nil, fmt.Errorf("array %q of shape %v has %d numbers", name, t.Shape, len(t.Data))
		}
		fields[name], at = e, e.Offsets[1]
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b) // sorts the names
	enc.SetEscapeHTML(false)
	if err := enc.Encode(fields); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// numbers is how many numbers the shape of e has.
func (e entry) numbers() (int64, error) {
	if len(e.Shape) > maxRank {
		return 0, fmt.Errorf("%d dimensions, more than %d", len(e.Shape), maxRank)
	}
	n := int64(1)
	for _, d := range e.Shape {
		if d < 0 || d > MaxBytes || n*d > MaxBytes { // both factors are below 2³¹
			return 0, fmt.Errorf("shape %v", e.Shape)
		}
		n *= d
	}
	return n, nil
}

// Read reads a file whose arrays are all F64. Other types, overlapping arrays,
// bytes that belong to none, a file cut short or of more than MaxBytes are errors.
func Read(r io.Reader) (File, error) {
	f, err := read(r)
	if err != nil {
		return File{}, fmt.Errorf("safetensors: %w", err)
	}
	return f, nil
}

func read(r io.Reader) (File, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	switch {
	case err != nil:
		return File{}, err
	case len(data) > MaxBytes:
		return File{}, fmt.Errorf("more than %d bytes", MaxBytes)
	case len(data) < 8:
		return File{}, errors.New("cut short in the length of its header")
	}
	n := binary.LittleEndian.Uint64(data)
	data = data[8:]
	switch {
	case n > MaxHeader:
		return File{}, fmt.Errorf("a header of %d bytes, more than %d: this is no safetensors file", n, MaxHeader)
	case n > uint64(len(data)):
		return File{}, fmt.Errorf("cut short: a header of %d bytes in %d", n, len(data))
	}
	fields, metadata, err := parseHeader(data[:n])
	if err != nil {
		return File{}, err
	}
	return decode(fields, metadata, data[n:])
}

// parseHeader splits the header into arrays and metadata.
func parseHeader(header []byte) (map[string]entry, map[string]string, error) {
	if len(header) == 0 || header[0] != '{' {
		return nil, nil, errors.New("the header does not begin with {")
	}
	if !utf8.Valid(header) {
		return nil, nil, errors.New("the header is not UTF-8")
	}
	if err := checkTwice(header); err != nil {
		return nil, nil, err
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(header, &raw); err != nil {
		return nil, nil, fmt.Errorf("header: %w", err)
	}
	var metadata map[string]string
	if text, ok := raw[metadataKey]; ok {
		if err := json.Unmarshal(text, &metadata); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", metadataKey, err)
		}
		delete(raw, metadataKey)
	}
	fields := make(map[string]entry, len(raw))
	for name, text := range raw {
		var e entry
		if err := json.Unmarshal(text, &e); err != nil {
			return nil, nil, fmt.Errorf("array %.80q: %w", name, err)
		}
		fields[name] = e
	}
	return fields, metadata, nil
}

// checkTwice reports a name that the header has twice: json.Unmarshal takes the
// last and says nothing.
func checkTwice(header []byte) error {
	dec := json.NewDecoder(bytes.NewReader(header))
	seen := map[string]bool{}
	for depth, key := 0, true; ; {
		token, err := dec.Token()
		if err != nil {
			return nil // the end, or what json.Unmarshal is going to report
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
			continue
		case json.Delim('}'), json.Delim(']'):
			if depth--; depth == 1 {
				key = true
			}
			continue
		}
		if name, ok := token.(string); ok && depth == 1 && key {
			if seen[name] {
				return fmt.Errorf("the header has %.80q twice", name)
			}
			seen[name], key = true, false
		}
	}
}

// decode reads the numbers of the arrays, which must fill data.
func decode(fields map[string]entry, metadata map[string]string, data []byte) (File, error) {
	names := slices.SortedFunc(maps.Keys(fields), func(a, b string) int {
		x, y := fields[a].Offsets, fields[b].Offsets
		return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1]))
	})
	f := File{Metadata: metadata, Tensors: make(map[string]Tensor, len(fields))}
	at := int64(0)
	for _, name := range names {
		e := fields[name]
		n, err := e.numbers()
		begin, end := e.Offsets[0], e.Offsets[1]
		switch {
		case err != nil:
			return File{}, fmt.Errorf("array %.80q: %w", name, err)
		case e.DType != "F64":
			return File{}, fmt.Errorf("array %.80q has type %.20q; only F64 is read", name, e.DType)
		case begin != at:
			return File{}, fmt.Errorf("array %.80q begins at byte %d, want %d: arrays must follow each other", name, begin, at)
		case end < begin || end-begin != 8*n:
			return File{}, fmt.Errorf("array %.80q of shape %v has bytes %d to %d", name, e.Shape, begin, end)
		case end > int64(len(data)):
			return File{}, fmt.Errorf("cut short: array %.80q ends at byte %d of %d", name, end, len(data))
		}
		t := Tensor{Shape: make([]int, len(e.Shape)), Data: make([]float64, n)}
		for i, d := range e.Shape {
			t.Shape[i] = int(d)
		}
		for i := range t.Data {
			t.Data[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[begin+8*int64(i):]))
		}
		f.Tensors[name], at = t, end
	}
	if at != int64(len(data)) {
		return File{}, fmt.Errorf("%d bytes after the last array", int64(len(data))-at)
	}
	return f, nil
}
