// Package notebook reads, executes and writes Jupyter notebooks of Go cells.
//
// It starts the GoNB kernel and speaks the Jupyter protocol with it (version
// 5.4, https://jupyter-client.readthedocs.io/en/latest/messaging.html), so that
// executing a notebook needs nothing but Go.
package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// File is a notebook of nbformat 4, kept as parsed JSON so that what this
// package does not know survives.
type File struct {
	root  map[string]any
	cells []Cell
}

// Cell is one cell of a File.
type Cell struct{ fields map[string]any }

// Parse reads a notebook. The error says what is wrong with the data.
func Parse(data []byte) (*File, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var root map[string]any
	if err := dec.Decode(&root); err != nil {
		return nil, fmt.Errorf("not a notebook: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("not a notebook: more data after the JSON object")
	}
	if v := fmt.Sprint(root["nbformat"]); v != "4" {
		return nil, fmt.Errorf("nbformat is %.40s, want 4: save it with a current Jupyter", v)
	}
	list, ok := root["cells"].([]any)
	if !ok {
		return nil, fmt.Errorf("not a notebook: no list of cells")
	}
	f := &File{root: root}
	for i, c := range list {
		fields, ok := c.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("not a notebook: cell %d is not an object", i+1)
		}
		f.cells = append(f.cells, Cell{fields})
	}
	return f, nil
}

// Code returns the code cells in order.
func (f *File) Code() []Cell {
	var code []Cell
	for _, c := range f.cells {
		if c.fields["cell_type"] == "code" {
			code = append(code, c)
		}
	}
	return code
}

// SetLanguage stores what the kernel says about itself, as Jupyter does.
func (f *File) SetLanguage(info map[string]any) {
	meta, ok := f.root["metadata"].(map[string]any)
	if !ok {
		meta = map[string]any{}
		f.root["metadata"] = meta
	}
	meta["language_info"] = info
}

// Bytes formats the notebook as Jupyter's own tools do: sorted keys,
// indentation by one space, long texts split into lines, a newline at the end.
func (f *File) Bytes() ([]byte, error) {
	for _, c := range f.cells {
		c.split()
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(f.root); err != nil {
		return nil, err
	}
	// encoding/json escapes these two for JavaScript's sake; Jupyter does not.
	return unescapeSeparators(b.Bytes()), nil
}

// unescapeSeparators replaces \u2028 and \u2029 by the characters themselves,
// leaving an escaped backslash before the letter u alone.
func unescapeSeparators(data []byte) []byte {
	if !bytes.Contains(data, []byte(`\u202`)) {
		return data
	}
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			out = append(out, data[i])
			continue
		}
		switch {
		case bytes.HasPrefix(data[i:], []byte(`\u2028`)):
			out = append(out, "\u2028"...)
			i += 5
		case bytes.HasPrefix(data[i:], []byte(`\u2029`)):
			out = append(out, "\u2029"...)
			i += 5
		default:
			out = append(out, data[i], data[i+1])
			i++
		}
	}
	return out
}

// Source returns the text of the cell.
func (c Cell) Source() string { return joined(c.fields["source"]) }

// Store replaces the cell's outputs and execution count, and drops the times
// of day that Jupyter may have noted.
func (c Cell) Store(count int, outputs []map[string]any) {
	if meta, ok := c.fields["metadata"].(map[string]any); ok {
		delete(meta, "execution")
	}
	c.fields["execution_count"] = count
	list := make([]any, len(outputs))
	for i, o := range outputs {
		list[i] = o
	}
	c.fields["outputs"] = list
}

// Stale returns the numbers, from 1, of the code cells whose outputs differ from
// those in the other file, which has the same cells.
func (f *File) Stale(other *File) []int {
	var stale []int
	theirs := other.Code()
	for i, c := range f.Code() {
		if i >= len(theirs) || c.outputs() != theirs[i].outputs() {
			stale = append(stale, i+1)
		}
	}
	return stale
}

// outputs are the cell's outputs as text, without the count of executions.
func (c Cell) outputs() string {
	c.split()
	outputs, _ := c.fields["outputs"].([]any)
	list := make([]any, len(outputs))
	for i, o := range outputs {
		list[i] = o
		if out, ok := o.(map[string]any); ok {
			list[i] = maps.Clone(out)
			delete(list[i].(map[string]any), "execution_count")
		}
	}
	text, err := json.Marshal(list) // what was parsed from JSON can be written
	if err != nil {
		panic(err)
	}
	return string(text)
}

// split turns the multi-line texts of the cell into lists of lines.
func (c Cell) split() {
	c.fields["source"] = lines(c.Source())
	outputs, _ := c.fields["outputs"].([]any)
	for _, o := range outputs {
		out, ok := o.(map[string]any)
		if !ok {
			continue
		}
		if text, ok := out["text"]; ok {
			out["text"] = lines(joined(text))
		}
		data, _ := out["data"].(map[string]any)
		for mime, v := range data {
			if isText(mime) {
				data[mime] = lines(joined(v))
			}
		}
	}
}

// isText says whether values of the MIME type are stored as lists of lines.
func isText(mime string) bool {
	return strings.HasPrefix(mime, "text/") || slices.Contains([]string{"application/javascript", "image/svg+xml"}, mime)
}

// joined returns a text that may be stored as a list of lines.
func joined(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var b strings.Builder
		for _, s := range v {
			b.WriteString(joined(s))
		}
		return b.String()
	}
	return ""
}

// lines splits a text after every end of line; the empty text has no lines.
// Jupyter splits with Python's splitlines, so its ends of line are meant.
func lines(s string) []any {
	list := []any{}
	for s != "" {
		n := len(s)
		if i := strings.IndexAny(s, "\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029"); i >= 0 {
			_, size := utf8.DecodeRuneInString(s[i:])
			n = i + size
			if strings.HasPrefix(s[i:], "\r\n") {
				n++
			}
		}
		list = append(list, s[:n])
		s = s[n:]
	}
	return list
}
