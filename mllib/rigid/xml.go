package rigid

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
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

// attr is the text of an attribute and the line of the tag it stands in, which
// for an inherited attribute is a line of the default section.
type attr struct {
	text string
	line int
}

// node is an element of the file.
type node struct {
	tag  string
	line int
	attr map[string]attr
	kids []*node
}

// String is how errors call the element.
func (n *node) String() string { return label(n.tag, n.attr["name"].text) }

// label is a tag with the element's name, if it has one.
func label(tag, name string) string {
	if name == "" {
		return "<" + tag + ">"
	}
	return fmt.Sprintf("<%s name=%q>", tag, name)
}

func (n *node) errorf(format string, args ...any) error {
	return &ParseError{Line: n.line, Element: n.String(), Problem: fmt.Sprintf(format, args...)}
}

// readXML reads the one root element of r.
func readXML(r io.Reader) (*node, error) {
	limited := &io.LimitedReader{R: r, N: maxFileBytes + 1}
	d := xml.NewDecoder(limited)
	t := &treeBuilder{}
	for {
		line, _ := d.InputPos()
		token, err := d.Token()
		if limited.N <= 0 {
			return nil, &ParseError{Line: line, Problem: fmt.Sprintf("the file is longer than %d bytes", maxFileBytes)}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			var syntax *xml.SyntaxError
			if errors.As(err, &syntax) {
				return nil, &ParseError{Line: syntax.Line, Problem: "not well-formed XML: " + syntax.Msg}
			}
			return nil, &ParseError{Line: line, Problem: err.Error()}
		}
		if err := t.take(token, line); err != nil {
			return nil, err
		}
	}
	if t.root == nil {
		return nil, &ParseError{Line: 1, Problem: "the file has no element; a model starts with <mujoco>"}
	}
	return t.root, nil
}

// treeBuilder makes a tree of nodes from a stream of tokens.
type treeBuilder struct {
	root  *node
	open  []*node
	count int
}

func (t *treeBuilder) take(token xml.Token, line int) error {
	switch k := token.(type) {
	case xml.StartElement:
		return t.start(k, line)
	case xml.EndElement:
		t.open = t.open[:len(t.open)-1]
	case xml.CharData:
		if text := strings.TrimSpace(string(k)); text != "" {
			return &ParseError{Line: line, Problem: fmt.Sprintf("text outside of tags: %.20q", text)}
		}
	case xml.Directive:
		return &ParseError{Line: line, Problem: "directives (<!…>) are not supported"}
	}
	return nil
}

func (t *treeBuilder) start(k xml.StartElement, line int) error {
	n := &node{tag: k.Name.Local, line: line, attr: make(map[string]attr, len(k.Attr))}
	for _, a := range k.Attr {
		if a.Name.Space != "" {
			return n.errorf("attribute %s:%s: name spaces are not supported", a.Name.Space, a.Name.Local)
		}
		if _, twice := n.attr[a.Name.Local]; twice {
			return n.errorf("attribute %s is given twice", a.Name.Local)
		}
		n.attr[a.Name.Local] = attr{a.Value, line}
	}
	t.count++
	switch {
	case k.Name.Space != "":
		return n.errorf("name spaces are not supported")
	case t.count > maxElements:
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
