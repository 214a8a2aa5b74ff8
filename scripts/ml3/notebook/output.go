package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// maxOutput bounds what a cell may publish and have shown at a time, in bytes.
const maxOutput = 16 << 20

// errOutput is a cell with more output.
var errOutput = fmt.Errorf("more than %d MB of output", maxOutput>>20)

// outputs collects what the kernel publishes for the cells of one notebook.
type outputs struct {
	cells    map[string]*cellOutput // by the id of the execute_request
	displays map[string][]display   // by display_id
	clean    func(string) string    // takes what differs from run to run out of a text
}

// cellOutput is what one cell has published.
type cellOutput struct {
	list   []map[string]any // outputs as nbformat stores them, but texts of streams as *strings.Builder
	stderr []string         // the messages on that stream
	size   int              // bytes of all that
}

// display is an output that can be updated.
type display struct {
	out  map[string]any
	cell *cellOutput
	size *int
}

// published is the content of the messages that carry output.
type published struct {
	Name      string         `json:"name"` // stream
	Text      string         `json:"text"`
	Data      map[string]any `json:"data"` // display_data, execute_result, update_display_data
	Metadata  map[string]any `json:"metadata"`
	Count     json.Number    `json:"execution_count"`
	ErrName   string         `json:"ename"` // error
	ErrValue  string         `json:"evalue"`
	Traceback []string       `json:"traceback"`
	Transient struct {
		DisplayID string `json:"display_id"`
	} `json:"transient"`
}

// add records a message; those of unknown requests are dropped. Output that
// arrives after its cell has ended still goes to that cell. If a cell has more than
// maxOutput the error is errOutput.
func (o *outputs) add(m message) error {
	cell := o.cells[m.parent.ID]
	if cell == nil {
		return nil
	}
	var p published
	dec := json.NewDecoder(bytes.NewReader(m.content))
	dec.UseNumber()
	if dec.Decode(&p) != nil {
		return nil
	}
	size := len(m.content)
	switch m.header.Type {
	case "stream":
		return cell.stream(p.Name, p.Text)
	case "error":
		cell.list = append(cell.list, map[string]any{"output_type": "error", "ename": p.ErrName, "evalue": p.ErrValue, "traceback": p.Traceback})
		return cell.grow(size)
	case "display_data", "execute_result":
		out := map[string]any{"output_type": m.header.Type, "data": p.Data, "metadata": p.Metadata}
		if m.header.Type == "execute_result" {
			out["execution_count"] = p.Count
		}
		cell.list = append(cell.list, out)
		if id := p.Transient.DisplayID; id != "" {
			o.displays[id] = append(o.displays[id], display{out, cell, &size})
		}
		return cell.grow(size)
	case "update_display_data":
		var errs []error
		for _, d := range o.displays[p.Transient.DisplayID] {
			d.out["data"], d.out["metadata"] = p.Data, p.Metadata
			errs = append(errs, d.cell.grow(size-*d.size))
			*d.size = size
		}
		return errors.Join(errs...)
	}
	return nil
}

// grow counts bytes of output.
func (c *cellOutput) grow(by int) error {
	if c.size += by; c.size > maxOutput {
		return errOutput
	}
	return nil
}

// stream appends text to the output of a stream, joining neighbours.
func (c *cellOutput) stream(name, text string) error {
	if name == "stderr" {
		c.stderr = append(c.stderr, text)
	}
	n := len(c.list)
	if n == 0 || c.list[n-1]["output_type"] != "stream" || c.list[n-1]["name"] != name {
		c.list = append(c.list, map[string]any{"output_type": "stream", "name": name, "text": &strings.Builder{}})
		n++
	}
	c.list[n-1]["text"].(*strings.Builder).WriteString(text)
	return c.grow(len(text))
}

// text returns all that went to the named stream.
func (c *cellOutput) text(name string) string {
	var b strings.Builder
	for _, out := range c.list {
		if out["output_type"] == "stream" && out["name"] == name {
			b.WriteString(out["text"].(*strings.Builder).String())
		}
	}
	return b.String()
}

// stored returns the outputs as they go to the file: cleaned, without
// displays that were emptied in the end, such as a progress bar's.
func (o *outputs) stored(c *cellOutput) []map[string]any {
	list := []map[string]any{}
	for _, out := range c.list {
		switch out["output_type"] {
		case "stream":
			out["text"] = o.clean(out["text"].(*strings.Builder).String())
		case "error":
			out["evalue"] = o.clean(out["evalue"].(string))
			trace := []any{}
			for _, line := range out["traceback"].([]string) {
				trace = append(trace, o.clean(line))
			}
			out["traceback"] = trace
		}
		data, isData := out["data"].(map[string]any)
		empty := isData
		for mime, v := range data {
			if text, ok := v.(string); ok && isText(mime) {
				data[mime] = o.clean(text)
			}
			empty = empty && v == ""
		}
		if !empty {
			list = append(list, out)
		}
	}
	return list
}

var (
	// testTime is the time that a test took, which differs from run to run.
	testTime = regexp.MustCompile(`(?m)^(\s*--- (?:PASS|FAIL|SKIP): .*) \(\d+\.\d+s\)$`)
	// packageName is what GoNB calls the package of the cells.
	packageName = regexp.MustCompile(`\bgonb_[0-9a-f]{8}\b`)
	// place is what GoNB writes before a line of a trace if it gets the line as a whole,
	// which is a matter of luck.
	place = regexp.MustCompile(` \x1b\[7m\[\[ Cell \[\d+\] Line \d+ \]\]\x1b\[0m `)
)

// cleaner returns a function that takes paths of the kernel's temporary
// folder and of the clone, the time of tests, what GoNB adds to traces, and what a
// carriage return has overwritten out of a text.
func cleaner(kernelDir, root string) func(string) string {
	temp := regexp.MustCompile(regexp.QuoteMeta(kernelDir) + `(?:/gonb_[0-9a-f]+(?:/program)?)?`)
	return func(s string) string {
		s = temp.ReplaceAllLiteralString(s, "/tmp/gonb")
		s = packageName.ReplaceAllLiteralString(s, "gonb")
		s = place.ReplaceAllLiteralString(s, "")
		if root != "/" {
			s = strings.ReplaceAll(s, root+"/", "ml3/")
		}
		s = testTime.ReplaceAllString(s, "$1")
		return overwrite(s)
	}
}

// overwrite applies carriage returns: of each line only what was written last remains.
func overwrite(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	var b strings.Builder
	for line := range strings.Lines(strings.ReplaceAll(s, "\r\n", "\n")) {
		text := strings.TrimRight(strings.TrimSuffix(line, "\n"), "\r")
		b.WriteString(text[strings.LastIndexByte(text, '\r')+1:])
		if strings.HasSuffix(line, "\n") {
			b.WriteByte('\n')
		}
	}
	return b.String()
}
