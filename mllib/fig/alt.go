package fig

import (
	"slices"
	"strings"
)

// alt says in words what a plot shows, for those who do not see it: title, axes, and
// what the legend names.
func (p Plot) alt() string {
	var s strings.Builder
	s.WriteString(p.Title)
	if p.Title != "" {
		s.WriteString(": ")
	}
	s.WriteString(p.Y.words("vertical") + " against " + p.X.words("horizontal"))
	var names []string
	for _, l := range p.Layers {
		if name, _ := l.entry(); name != "" {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		s.WriteString("; " + strings.Join(names, ", "))
	}
	return s.String()
}

// words is the label of an axis; unlabelled names the axis if it has none.
func (a Axis) words(unlabelled string) string {
	label := a.Label
	if label == "" {
		label = "the " + unlabelled + " axis"
	}
	if a.Log {
		label += " (logarithmic)"
	}
	return label
}

// joined is what several panels say, once each.
func joined(panels []Panel, between string, say func(Panel) string) string {
	var parts []string
	for _, p := range panels {
		if text := say(p); text != "" && !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, between)
}
