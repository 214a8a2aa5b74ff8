package rigid

import (
	"maps"
	"strings"
)

// class holds inherited attributes: tag, then attribute.
type class map[string]map[string]attr

// topDefault reads an outermost class. Several such sections are one class,
// which has the name of the last.
func (p *parser) topDefault(n *node) error {
	name := "main"
	if c, ok := n.attr["class"]; ok && c.text != "" {
		name = c.text
	}
	c := p.defaults[p.top]
	delete(p.defaults, p.top)
	if _, twice := p.defaults[name]; twice {
		return n.errorf("class %q: a new name is needed", shorten(name))
	}
	p.top = name
	p.defaults[name] = c
	return p.class(n, c)
}

// class adds the defaults of n and of the classes inside it.
func (p *parser) class(n *node, c class) error {
	for _, k := range n.kids {
		if err := c.take(k); err != nil {
			return err
		}
	}
	for _, k := range n.kids { // after the outer class is complete
		if k.tag != "default" {
			continue
		}
		name := k.attr["class"].text
		if _, twice := p.defaults[name]; name == "" || twice {
			return k.errorf("class %q: a new name is needed", shorten(name))
		}
		inner := class{}
		for tag, attrs := range c {
			inner[tag] = maps.Clone(attrs)
		}
		p.defaults[name] = inner
		if err := p.class(k, inner); err != nil {
			return err
		}
	}
	return nil
}

// take adds what an element of a default section says.
func (c class) take(k *node) error {
	switch k.tag {
	case "joint", "geom", "site", "motor":
	case "default":
		return checkAttributes(k)
	case "mesh", "material", "light", "camera", "pair", "equality", "tendon":
		return noKids(k) // of elements that are refused or without effect
	default:
		return k.errorf("this element is not supported in <default>")
	}
	if err := checkNames(k); err != nil {
		return err
	}
	if err := noKids(k); err != nil {
		return err
	}
	if k.attr["name"].text != "" || k.attr["class"].text != "" {
		return k.errorf("name and class are not supported in <default>")
	}
	if c[k.tag] == nil {
		c[k.tag] = map[string]attr{}
	}
	override(c[k.tag], k.attr)
	return nil
}

// override puts attributes in the place of inherited ones. Fewer numbers than
// were inherited leave the last ones as they are, where MuJoCo reads them so.
func override(dst, src map[string]attr) {
	for name, a := range src {
		old, ok := dst[name]
		switch name {
		case "size", "friction", "gear", "solref", "solimp", "solreflimit", "solimplimit":
			if !ok || len(a.text) > maxAttribute || len(old.text) > maxAttribute {
				break
			}
			if n, all := len(strings.Fields(a.text)), strings.Fields(old.text); n > 0 && n < len(all) {
				a.text = strings.Join(append(strings.Fields(a.text), all[n:]...), " ")
			}
		}
		dst[name] = a
	}
}

// inherit is the element with the attributes of its class filled in.
func (p *parser) inherit(n *node, childClass string) (*reader, error) {
	if err := checkNames(n); err != nil {
		return nil, err
	}
	if err := noKids(n); err != nil {
		return nil, err
	}
	name := childClass
	if c, ok := n.attr["class"]; ok {
		name = c.text
	}
	c, ok := p.defaults[name]
	if !ok {
		return nil, n.errorf("there is no default class %q", shorten(name))
	}
	full := &node{tag: n.tag, place: n.place, attr: maps.Clone(c[n.tag])}
	if full.attr == nil {
		full.attr = map[string]attr{}
	}
	override(full.attr, n.attr)
	if err := checkFixed(full); err != nil {
		return nil, err
	}
	r := &reader{n: full}
	if name := n.attr["name"].text; name != "" {
		key := n.tag + " " + name
		if n.tag == "freejoint" {
			key = "joint " + name
		}
		if p.names[key] {
			r.fail("name", "%q is used twice", shorten(name))
		}
		p.names[key] = true
	}
	return r, r.err
}
