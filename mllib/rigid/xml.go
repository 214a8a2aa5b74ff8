package rigid

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Bounds on what a file may contain, far above any robot.
const (
	maxFileBytes = 4 << 20
	maxDepth     = 200
	maxElements  = 5000
)

// A ParseError says where in a model file something is wrong or unsupported.
type ParseError struct {
	File    string // empty when the model did not come from a file
	Line    int
	Element string // such as <joint name="hip">
	Problem string
}

func (e *ParseError) Error() string {
	where := fmt.Sprintf("line %d", e.Line)
	if e.File != "" {
		where = fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	if e.Element == "" {
		return fmt.Sprintf("%s: %s", where, e.Problem)
	}
	return fmt.Sprintf("%s: %s: %s", where, e.Element, e.Problem)
}

// place is a line of a file; of the file that is read itself, the name is empty.
type place struct {
	file string
	line int
}

// attr is the text of an attribute and the place of the tag it stands in, which
// for an inherited attribute is in the default section.
type attr struct {
	text string
	place
}

// node is an element of the file.
type node struct {
	tag string
	place
	attr map[string]attr
	kids []*node
}

// String is how errors call the element.
func (n *node) String() string { return label(n.tag, n.attr["name"].text) }

// label is a tag with the element's name, if it has one.
func label(tag, name string) string {
	if name == "" {
		return "<" + shorten(tag) + ">"
	}
	return fmt.Sprintf("<%s name=%q>", shorten(tag), shorten(name))
}

func (n *node) errorf(format string, args ...any) error {
	return &ParseError{File: n.file, Line: n.line, Element: n.String(), Problem: fmt.Sprintf(format, args...)}
}

// names are those of the attributes, sorted, so that errors do not vary.
func (n *node) names() []string { return slices.Sorted(maps.Keys(n.attr)) }

// source counts what has been read, over all files of a model.
type source struct {
	bytes, elements int
}

// readXML reads the one root element of r, which errors call file.
func (c *source) readXML(r io.Reader, file string) (*node, error) {
	limited := &io.LimitedReader{R: r, N: int64(maxFileBytes - c.bytes + 1)}
	fail := func(line int, problem string) (*node, error) {
		return nil, &ParseError{File: file, Line: line, Problem: problem}
	}
	text, problem := plainText(limited)
	if problem != "" {
		return fail(1, problem)
	}
	d := xml.NewDecoder(text)
	d.CharsetReader = charset
	t := &treeBuilder{file: file, source: c}
	for {
		line, _ := d.InputPos()
		token, err := d.Token()
		if limited.N <= 0 {
			return fail(line, fmt.Sprintf("the file is longer than %d bytes", maxFileBytes))
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			var syntax *xml.SyntaxError
			if errors.As(err, &syntax) {
				return fail(syntax.Line, "not well-formed XML: "+clip(syntax.Msg, 200))
			}
			return fail(line, decodingProblem(err))
		}
		if err := t.take(token, line); err != nil {
			return nil, err
		}
	}
	c.bytes = maxFileBytes + 1 - int(limited.N)
	if t.root == nil {
		return fail(1, "the file has no element; a model starts with <mujoco>")
	}
	return t.root, nil
}

// plainText leaves out the mark that some editors put before UTF-8.
func plainText(r io.Reader) (text *bufio.Reader, problem string) {
	text = bufio.NewReader(r)
	head, _ := text.Peek(3)
	switch {
	case string(head) == "\ufeff":
		_, _ = text.Discard(3) // it is there
	case len(head) >= 2 && (head[0] == 0xfe && head[1] == 0xff || head[0] == 0xff && head[1] == 0xfe):
		return nil, "the encoding UTF-16 is not supported; save the file as UTF-8"
	}
	return text, ""
}

// charset reads the encodings of which ASCII is the common part.
func charset(label string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf8", "utf-8", "us-ascii", "ascii":
		return r, nil
	case "iso-8859-1", "latin1", "latin-1":
		return &latin1{r: bufio.NewReader(r)}, nil
	}
	return nil, fmt.Errorf("the encoding %q is not supported; save the file as UTF-8", shorten(label))
}

// latin1 turns bytes into the characters with these numbers.
type latin1 struct {
	r    *bufio.Reader
	rest []byte
}

func (l *latin1) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(l.rest) == 0 {
			b, err := l.r.ReadByte()
			if err != nil {
				if n > 0 {
					return n, nil
				}
				return 0, err
			}
			l.rest = []byte(string(rune(b)))
		}
		k := copy(p[n:], l.rest)
		l.rest = l.rest[k:]
		n += k
	}
	return n, nil
}

// treeBuilder makes a tree of nodes from a stream of tokens.
type treeBuilder struct {
	file string
	root *node
	open []*node
	*source
}

func (t *treeBuilder) take(token xml.Token, line int) error {
	switch k := token.(type) {
	case xml.StartElement:
		return t.start(k, line)
	case xml.EndElement:
		t.open = t.open[:len(t.open)-1]
	case xml.CharData:
		if text := strings.TrimSpace(string(k)); text != "" {
			return &ParseError{File: t.file, Line: line, Problem: fmt.Sprintf("text outside of tags: %.20q", text)}
		}
	case xml.Directive:
		return &ParseError{File: t.file, Line: line, Problem: "directives (<!…>) are not supported"}
	}
	return nil
}

func (t *treeBuilder) start(k xml.StartElement, line int) error {
	at := place{t.file, line}
	n := &node{tag: k.Name.Local, place: at, attr: make(map[string]attr, len(k.Attr))}
	for _, a := range k.Attr {
		if a.Name.Space != "" {
			return n.errorf("attribute %s:%s: name spaces are not supported", shorten(a.Name.Space), shorten(a.Name.Local))
		}
		if _, twice := n.attr[a.Name.Local]; twice {
			return n.errorf("attribute %s is given twice", shorten(a.Name.Local))
		}
		n.attr[a.Name.Local] = attr{a.Value, at}
	}
	t.elements++
	switch {
	case k.Name.Space != "":
		return n.errorf("name spaces are not supported")
	case t.elements > maxElements:
		return n.errorf("more than %d elements", maxElements)
	case len(t.open) >= maxDepth:
		return n.errorf("nested deeper than %d", maxDepth)
	case len(t.open) > 0:
		parent := t.open[len(t.open)-1]
		parent.kids = append(parent.kids, n)
	case t.root != nil:
		return n.errorf("a second root element")
	default:
		t.root = n
	}
	t.open = append(t.open, n)
	return nil
}

// decodingProblem is what charset says, without what the decoder puts before it.
func decodingProblem(err error) string {
	if cause := errors.Unwrap(err); cause != nil {
		err = cause
	}
	text := err.Error()
	if _, after, ok := strings.Cut(text, ": the encoding "); ok {
		text = "the encoding " + after
	}
	return clip(strings.TrimPrefix(text, "xml: "), 200)
}
