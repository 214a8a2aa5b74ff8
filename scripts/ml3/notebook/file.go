// Package notebook reads, executes and writes Jupyter notebooks of Go cells.
//
// It starts the GoNB kernel and speaks the Jupyter protocol with it (version
// 5.4, https://jupyter-client.readthedocs.io/en/latest/messaging.html), so that
// executing a notebook needs nothing but Go.
package notebook

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// File is a notebook of nbformat 4: its text, and what of it changes.
type File struct {
	data     []byte
	root     *node
	cells    []*Cell
	language map[string]any // what is to be stored about the language, nil to leave it
}

// Cell is one cell of a File.
type Cell struct {
	node   *node
	kind   string // cell_type
	source string
	tags   []string
	result *result // what is to be stored, nil to leave the cell as it is
}

// result is what a cell has given.
type result struct {
	count   any // execution_count, nil for a cell without code
	outputs []map[string]any
}

// Tags of cells that nbclient knows (https://nbclient.readthedocs.io/en/latest/client.html).
const (
	tagRaises = "raises-exception" // an error is an output and does not end the notebook
	tagSkip   = "skip-execution"   // the cell is not executed and stays as it is
)

// Code returns the code cells in order.
func (f *File) Code() []*Cell {
	var code []*Cell
	for _, c := range f.cells {
		if c.kind == "code" {
			code = append(code, c)
		}
	}
	return code
}

// SetLanguage stores what the kernel says about itself, as Jupyter does. GoNB does not
// say how Go is highlighted; without that, exported pages show Python.
func (f *File) SetLanguage(info map[string]any) {
	if info["pygments_lexer"] == "" && info["name"] == "go" {
		info = maps.Clone(info)
		info["pygments_lexer"] = "go"
	}
	f.language = info
}

// Source returns the text of the cell.
func (c *Cell) Source() string { return c.source }

// tagged says whether the cell has a tag.
func (c *Cell) tagged(tag string) bool { return slices.Contains(c.tags, tag) }

// Store replaces the cell's outputs and execution count, and drops the times
// of day that Jupyter may have noted.
func (c *Cell) Store(count int, outputs []map[string]any) { c.result = &result{count, outputs} }

// clear marks the cell as never executed.
func (c *Cell) clear() { c.result = &result{nil, []map[string]any{}} }

// outputs returns a cell's outputs as values of encoding/json, long texts as lists of lines.
func (f *File) outputs(c *Cell) []any {
	list := []any{}
	if c.result != nil {
		for _, o := range c.result.outputs {
			list = append(list, o)
		}
	} else if n := c.node.get("outputs"); n != nil {
		mustDecode(f.data[n.start:n.end], &list)
	}
	for _, o := range list {
		splitTexts(o.(map[string]any)) // Parse has seen that they are objects
	}
	return list
}

// Stale returns the numbers, from 1, of the code cells whose outputs differ from
// those in the other file, which has the same cells. The count of executions is no
// difference.
func (f *File) Stale(other *File) []int {
	var stale []int
	theirs := other.Code()
	for i, c := range f.Code() {
		if i >= len(theirs) || !sameOutputs(f.outputs(c), other.outputs(theirs[i])) {
			stale = append(stale, i+1)
		}
	}
	return stale
}

// sameOutputs compares outputs but for the count of executions.
func sameOutputs(a, b []any) bool { return sameJSON(uncounted(a), uncounted(b)) }

// uncounted returns outputs without the count of executions.
func uncounted(outputs []any) []any {
	list := make([]any, len(outputs))
	for i, o := range outputs {
		out := maps.Clone(o.(map[string]any))
		delete(out, "execution_count")
		list[i] = out
	}
	return list
}

// sameJSON says whether two values have the same JSON text.
func sameJSON(a, b any) bool {
	if reflect.DeepEqual(a, b) {
		return true
	}
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// splitTexts turns the texts of an output into lists of lines.
func splitTexts(out map[string]any) {
	if text, ok := out["text"]; ok && isLines(text) {
		out["text"] = lines(joined(text))
	}
	data, _ := out["data"].(map[string]any)
	for mime, v := range data {
		if isText(mime) && isLines(v) {
			data[mime] = lines(joined(v))
		}
	}
}

// isText says whether values of the MIME type are stored as lists of lines.
func isText(mime string) bool {
	return strings.HasPrefix(mime, "text/") || slices.Contains([]string{"application/javascript", "image/svg+xml"}, mime)
}

// isLines says whether a value is a string or a list of strings.
func isLines(v any) bool {
	list, ok := v.([]any)
	if !ok {
		_, ok = v.(string)
		return ok
	}
	return !slices.ContainsFunc(list, func(l any) bool { _, ok := l.(string); return !ok })
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
