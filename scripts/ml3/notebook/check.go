package notebook

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Parse reads a notebook of nbformat 4. What it does not understand is kept as it is;
// what it needs and cannot read for certain is an error, which says in which cell (of
// all, from 1) and what: a source that is not text, a member that is there twice, bytes
// that are not UTF-8.
func Parse(data []byte) (*File, error) {
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		return nil, fmt.Errorf("not a notebook: it begins with a byte-order mark: save it as UTF-8 without one")
	}
	root, err := parseJSON(data)
	if err != nil {
		return nil, fmt.Errorf("not a notebook: %w", err)
	}
	f := &File{data: data, root: root}
	if err := f.checkRoot(); err != nil {
		return nil, err
	}
	for i, n := range root.get("cells").items {
		c, err := f.cell(n)
		if err != nil {
			return nil, fmt.Errorf("cell %d: %w", i+1, err)
		}
		f.cells = append(f.cells, c)
	}
	return f, f.checkUTF8()
}

// checkRoot checks the members of the notebook but for its cells.
func (f *File) checkRoot() error {
	if f.data[f.root.start] != '{' {
		return fmt.Errorf("not a notebook: %s, want an object", f.clip(f.root))
	}
	if err := unique(f.root); err != nil {
		return err
	}
	format := f.root.get("nbformat")
	if format == nil {
		return fmt.Errorf("not a notebook: no nbformat")
	}
	if text := f.text(format); text != "4" {
		return fmt.Errorf("nbformat is %s, want 4: save it with a current Jupyter", f.clip(format))
	}
	if minor := f.root.get("nbformat_minor"); minor != nil {
		if _, err := strconv.ParseUint(f.text(minor), 10, 31); err != nil {
			return fmt.Errorf("nbformat_minor is %s, want a number", f.clip(minor))
		}
	}
	if cells := f.root.get("cells"); cells == nil || f.data[cells.start] != '[' {
		return fmt.Errorf("not a notebook: no list of cells")
	}
	return f.checkObject(f.root.get("metadata"), "metadata")
}

// cell reads a cell.
func (f *File) cell(n *node) (*Cell, error) {
	if f.data[n.start] != '{' {
		return nil, fmt.Errorf("%s, want an object", f.clip(n))
	}
	if err := unique(n); err != nil {
		return nil, err
	}
	c := &Cell{node: n}
	kind := n.get("cell_type")
	if kind == nil || f.data[kind.start] != '"' {
		return nil, fmt.Errorf("no cell_type")
	}
	mustDecode(f.data[kind.start:kind.end], &c.kind)
	metadata := n.get("metadata")
	if err := f.checkObject(metadata, "metadata"); err != nil {
		return nil, err
	}
	var err error
	if c.source, err = f.strings(n.get("source"), "source"); err != nil {
		return nil, err
	}
	if c.kind != "code" {
		return c, nil
	}
	if halfPair(f.data[n.get("source").start:n.get("source").end]) {
		return nil, fmt.Errorf("source has half of a surrogate pair, which is no character")
	}
	if tags := metadata.get("tags"); tags != nil {
		if f.data[tags.start] != '[' || !f.allStrings(tags) {
			return nil, fmt.Errorf("tags are %s, want a list of strings", f.clip(tags))
		}
		mustDecode(f.data[tags.start:tags.end], &c.tags)
	}
	return c, f.checkOutputs(n.get("outputs"))
}

// checkOutputs checks that a cell's outputs, if it has any, are a list of objects.
func (f *File) checkOutputs(outputs *node) error {
	if outputs == nil {
		return nil
	}
	if f.data[outputs.start] != '[' {
		return fmt.Errorf("outputs are %s, want a list", f.clip(outputs))
	}
	for i, o := range outputs.items {
		if f.data[o.start] != '{' {
			return fmt.Errorf("output %d is %s, want an object", i+1, f.clip(o))
		}
	}
	return nil
}

// checkObject checks that a member, if it is there, is an object without ambiguity.
func (f *File) checkObject(n *node, name string) error {
	if n == nil {
		return nil
	}
	if f.data[n.start] != '{' {
		return fmt.Errorf("%s is %s, want an object", name, f.clip(n))
	}
	return unique(n)
}

// unique checks that no member of an object is there twice.
func unique(n *node) error {
	seen := map[string]bool{}
	for _, m := range n.members {
		if seen[m.name] {
			return fmt.Errorf("the member %.40q is there twice", m.name)
		}
		seen[m.name] = true
	}
	return nil
}

// strings returns a text that may be stored as a list of lines.
func (f *File) strings(n *node, name string) (string, error) {
	switch {
	case n == nil:
		return "", fmt.Errorf("no %s", name)
	case f.data[n.start] == '"':
		var text string
		mustDecode(f.data[n.start:n.end], &text)
		return text, nil
	case f.data[n.start] == '[' && f.allStrings(n):
		var list []any
		mustDecode(f.data[n.start:n.end], &list)
		return joined(list), nil
	}
	return "", fmt.Errorf("%s is %s, want a string or a list of strings", name, f.clip(n))
}

// allStrings says whether a list has nothing but strings.
func (f *File) allStrings(list *node) bool {
	for _, n := range list.items {
		if f.data[n.start] != '"' {
			return false
		}
	}
	return true
}

// checkUTF8 checks that all bytes are UTF-8.
func (f *File) checkUTF8() error {
	at := 0
	for rest := f.data; ; {
		r, size := utf8.DecodeRune(rest)
		if size == 0 {
			return nil
		}
		if r == utf8.RuneError && size == 1 {
			break
		}
		at, rest = at+size, rest[size:]
	}
	for i, c := range f.cells {
		if c.node.start <= at && at < c.node.end {
			return fmt.Errorf("cell %d: the byte %#x on line %d of the file is not UTF-8", i+1, f.data[at], lineOf(f.data, at))
		}
	}
	return fmt.Errorf("the byte %#x on line %d of the file is not UTF-8", f.data[at], lineOf(f.data, at))
}

// halfPair says whether a JSON text has an escape of a surrogate without its other half.
func halfPair(text []byte) bool {
	high := false // whether the character before is a first half
	for i := 0; i < len(text); i++ {
		unit := uint64(0)
		if text[i] == '\\' {
			if text[i+1] == 'u' {
				unit, _ = strconv.ParseUint(string(text[i+2:i+6]), 16, 16)
				i += 4
			}
			i++
		}
		low := 0xdc00 <= unit && unit < 0xe000
		if low != high {
			return true
		}
		high = 0xd800 <= unit && unit < 0xdc00
	}
	return high
}

// text returns the JSON text of a value.
func (f *File) text(n *node) string { return string(f.data[n.start:n.end]) }

// clip returns the beginning of the JSON text of a value, for messages.
func (f *File) clip(n *node) string {
	r := []rune(string(f.data[n.start:min(n.end, n.start+200)]))
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return string(r)
}
