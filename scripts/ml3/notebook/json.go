package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// node is a value of a JSON text and where the text has it.
type node struct {
	start, end int
	members    []member // of an object, in the order of the text
	items      []*node  // of an array
}

// member is a member of an object; its name begins at start.
type member struct {
	name  string
	start int
	value *node
}

// get returns the named member of an object, or nil.
func (n *node) get(name string) *node {
	if n == nil {
		return nil
	}
	for _, m := range n.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// parseJSON returns the only value of a JSON text.
func parseJSON(data []byte) (*node, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		if at := (*json.SyntaxError)(nil); errors.As(err, &at) {
			return nil, fmt.Errorf("line %d: %w", lineOf(data, int(at.Offset)), err)
		}
		return nil, err
	}
	end := dec.InputOffset()
	if rest := bytes.TrimLeft(data[end:], " \t\r\n"); len(rest) > 0 {
		return nil, fmt.Errorf("line %d: more data after the JSON object", lineOf(data, len(data)-len(rest)))
	}
	s := scanner{data: data}
	return s.value(), nil
}

// lineOf returns the number, from 1, of the line of an offset.
func lineOf(data []byte, offset int) int {
	return 1 + bytes.Count(data[:min(max(offset, 0), len(data))], []byte{'\n'})
}

// scanner walks through a JSON text that is known to be valid.
type scanner struct {
	data []byte
	at   int
}

// next skips what separates tokens and returns the first byte after it.
func (s *scanner) next() byte {
	for {
		switch s.data[s.at] {
		case ' ', '\t', '\r', '\n', ',', ':':
			s.at++
		default:
			return s.data[s.at]
		}
	}
}

// value reads a value.
func (s *scanner) value() *node {
	first := s.next()
	n := &node{start: s.at}
	switch first {
	case '{':
		for s.at++; s.next() != '}'; {
			m := member{start: s.at}
			s.text()
			mustDecode(s.data[m.start:s.at], &m.name)
			m.value = s.value()
			n.members = append(n.members, m)
		}
		s.at++
	case '[':
		for s.at++; s.next() != ']'; {
			n.items = append(n.items, s.value())
		}
		s.at++
	case '"':
		s.text()
	default: // a number or a word
		for s.at < len(s.data) && !bytes.ContainsRune([]byte(" \t\r\n,:]}"), rune(s.data[s.at])) {
			s.at++
		}
	}
	n.end = s.at
	return n
}

// text skips a string.
func (s *scanner) text() {
	for s.at++; s.data[s.at] != '"'; s.at++ {
		if s.data[s.at] == '\\' {
			s.at++
		}
	}
	s.at++
}

// mustDecode decodes a JSON text that is known to be valid; numbers keep their digits.
func mustDecode(text []byte, to any) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(to); err != nil && err != io.EOF {
		panic(fmt.Sprintf("notebook: %q of a valid text: %v", text, err))
	}
}

// encodeJSON formats a value like Python's json.dump does for Jupyter: no character is
// escaped that need not be; prefix and indent as of json.MarshalIndent, none of both
// gives one line.
func encodeJSON(v any, prefix, indent string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if prefix+indent != "" {
		enc.SetIndent(prefix, indent)
	}
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	// encoding/json escapes these two for JavaScript's sake; Jupyter does not.
	return unescapeSeparators(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
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
