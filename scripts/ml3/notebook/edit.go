package notebook

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// edit replaces data[start:end] by text.
type edit struct {
	start, end int
	text       string
}

// style is how the text of a file is laid out.
type style struct {
	newline string // "" if everything is on one line
	indent  string // one level
}

// Bytes returns the text of the notebook: as it was read, but for what Store and
// SetLanguage have changed. That is formatted as Jupyter's own tools do (sorted names,
// long texts as lists of lines), indented like the rest.
func (f *File) Bytes() ([]byte, error) {
	e := editor{File: f, style: f.style()}
	for _, c := range f.cells {
		if c.result != nil {
			e.cell(c)
		}
	}
	if f.language != nil {
		e.metadata()
	}
	if e.err != nil {
		return nil, e.err
	}
	slices.SortStableFunc(e.edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	var out bytes.Buffer
	at := 0
	for _, d := range e.edits {
		out.Write(f.data[at:d.start])
		out.WriteString(d.text)
		at = d.end
	}
	out.Write(f.data[at:])
	return out.Bytes(), nil
}

// style finds out how the file is laid out, by its first member.
func (f *File) style() style {
	space := f.data[f.root.start+1 : f.root.members[0].start]
	newline := "\n"
	i := bytes.IndexByte(space, '\n')
	switch {
	case i < 0:
		return style{}
	case i > 0 && space[i-1] == '\r':
		newline = "\r\n"
	}
	return style{newline, string(space[bytes.LastIndexByte(space, '\n')+1:])}
}

// editor collects the edits of a file.
type editor struct {
	*File
	style style
	edits []edit
	err   error
}

// cell stores a cell's result.
func (e *editor) cell(c *Cell) {
	e.set(c.node, 2, "execution_count", c.result.count)
	before := &Cell{node: c.node}
	if now := e.outputs(c); c.node.get("outputs") == nil || !sameJSON(now, e.outputs(before)) {
		e.set(c.node, 2, "outputs", now)
	}
	e.remove(c.node.get("metadata"), "execution")
}

// metadata stores the language.
func (e *editor) metadata() {
	if metadata := e.root.get("metadata"); metadata != nil {
		e.set(metadata, 1, "language_info", e.language)
		return
	}
	e.set(e.root, 0, "metadata", map[string]any{"language_info": e.language})
}

// set gives a member of an object, which is so many levels deep, a value. A value that
// says the same stays as it is written; a new member goes where the alphabet wants it.
func (e *editor) set(object *node, depth int, name string, value any) {
	if old := object.get(name); old != nil {
		var was any
		mustDecode(e.data[old.start:old.end], &was)
		if !sameJSON(was, value) {
			e.edits = append(e.edits, edit{old.start, old.end, e.format(value, depth+1)})
		}
		return
	}
	outer, inner := e.breakLine(depth), e.breakLine(depth+1)
	colon := ":"
	if inner != "" {
		colon = ": "
	}
	text := e.format(name, depth+1) + colon + e.format(value, depth+1)
	if len(object.members) == 0 {
		e.edits = append(e.edits, edit{object.start, object.end, "{" + inner + text + outer + "}"})
		return
	}
	for _, m := range object.members {
		if m.name > name {
			e.edits = append(e.edits, edit{m.start, m.start, text + "," + inner})
			return
		}
	}
	end := object.members[len(object.members)-1].value.end
	e.edits = append(e.edits, edit{end, end, "," + inner + text})
}

// remove removes a member of an object, if it is there.
func (e *editor) remove(object *node, name string) {
	if object == nil {
		return
	}
	i := slices.IndexFunc(object.members, func(m member) bool { return m.name == name })
	switch last := len(object.members) - 1; {
	case i < 0:
	case last == 0:
		e.edits = append(e.edits, edit{object.start, object.end, "{}"})
	case i == last:
		e.edits = append(e.edits, edit{object.members[i-1].value.end, object.members[i].value.end, ""})
	default:
		e.edits = append(e.edits, edit{object.members[i].start, object.members[i+1].start, ""})
	}
}

// breakLine begins a line at a depth, if the file has lines.
func (e *editor) breakLine(depth int) string {
	if e.style.newline == "" {
		return ""
	}
	return e.style.newline + strings.Repeat(e.style.indent, depth)
}

// format returns the JSON text of a value at a depth.
func (e *editor) format(value any, depth int) string {
	var text []byte
	var err error
	if e.style.newline == "" {
		text, err = encodeJSON(value, "", "")
	} else if text, err = encodeJSON(value, strings.Repeat(e.style.indent, depth), e.style.indent); e.style.newline != "\n" {
		text = bytes.ReplaceAll(text, []byte("\n"), []byte(e.style.newline))
	}
	e.err = cmp.Or(e.err, err)
	return string(text)
}
