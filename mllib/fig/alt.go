package fig

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"html"
	"slices"
	"strings"
)

// alt is what p shows, for those who cannot see it: its title, what bands are, the axes
// and what is drawn.
func (p Plot) alt() string {
	var parts []string
	if p.Title != "" {
		parts = append(parts, p.Title)
	}
	if n := p.spreads(); n != "" {
		parts = append(parts, n)
	}
	if p.X.Label != "" && p.Y.Label != "" {
		axes := p.Y.Label + " against " + p.X.Label
		if p.Y.Log {
			axes += ", logarithmic"
		}
		parts = append(parts, axes)
	}
	if labels := newLegend(p.Layers).labels; len(labels) > 0 {
		parts = append(parts, strings.Join(labels, " · "))
	}
	return strings.Join(parts, "; ")
}

// joined is what several panels say, once each.
func joined(panels []Panel, between string, say func(Panel) string) string {
	var all []string
	for _, p := range panels {
		if text := say(p); text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return strings.Join(all, between)
}

// titled puts a description into an SVG file, whose text is outlines.
func titled(svg []byte, alt string) []byte {
	if alt == "" {
		return svg
	}
	open := bytes.Index(svg, []byte("<svg "))
	if open < 0 {
		return svg
	}
	end := open + bytes.IndexByte(svg[open:], '>')
	text := html.EscapeString(alt)
	return slices.Concat(svg[:end], []byte(` role="img" aria-label="`+text+`">`+"\n<title>"+text+"</title>"), svg[end+1:])
}

// described puts a description into a PNG file: the chunk iTXt Description of the PNG
// specification (third edition, section 11.3.3.4), in UTF-8, before the pixels.
func described(png []byte, alt string) []byte {
	const header = 8 + 4 + 4 + 13 + 4 // signature and IHDR
	if alt == "" || len(png) < header {
		return png
	}
	body := append([]byte("iTXtDescription\x00\x00\x00\x00\x00"), alt...)
	var chunk bytes.Buffer
	binary.Write(&chunk, binary.BigEndian, uint32(len(body)-4)) // into memory
	chunk.Write(body)
	binary.Write(&chunk, binary.BigEndian, crc32.ChecksumIEEE(body))
	return slices.Concat(png[:header], chunk.Bytes(), png[header:])
}
