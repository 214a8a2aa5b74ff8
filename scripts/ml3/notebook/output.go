package notebook

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// outputs collects what the kernel publishes for the cells of one notebook.
type outputs struct {
	cells    map[string]*cellOutput // by the id of the execute_request
	displays map[string][]map[string]any
	clean    func(string) string // takes what differs from run to run out of a text
}

// cellOutput is what one cell has published.
type cellOutput struct {
	list  []map[string]any // outputs as nbformat stores them
	shell string           // how a shell line or a special command failed, "" if none did
}

// published is the content of the messages that carry output.
type published struct {
	Name      string         `json:"name"` // stream
	Text      string         `json:"text"`
	Data      map[string]any `json:"data"` // display_data, execute_result, update_display_data
	Metadata  map[string]any `json:"metadata"`
	Count     json.Number    `json:"execution_count"`
	Transient struct {
		DisplayID string `json:"display_id"`
	} `json:"transient"`
}

// add records a message; those of unknown requests are dropped. Output that
// arrives after its cell has ended still goes to that cell.
func (o *outputs) add(m message) {
	cell := o.cells[m.parent.ID]
	if cell == nil {
		return
	}
	var p published
	dec := json.NewDecoder(bytes.NewReader(m.content))
	dec.UseNumber()
	if dec.Decode(&p) != nil {
		return
	}
	switch m.header.Type {
	case "stream":
		cell.stream(p.Name, p.Text)
	case "display_data", "execute_result":
		out := map[string]any{"output_type": m.header.Type, "data": p.Data, "metadata": p.Metadata}
		if m.header.Type == "execute_result" {
			out["execution_count"] = p.Count
		}
		cell.list = append(cell.list, out)
		if id := p.Transient.DisplayID; id != "" {
			o.displays[id] = append(o.displays[id], out)
		}
	case "update_display_data":
		for _, out := range o.displays[p.Transient.DisplayID] {
			out["data"], out["metadata"] = p.Data, p.Metadata
		}
	}
}

// stream appends text to the output of a stream, joining neighbours.
func (c *cellOutput) stream(name, text string) {
	if name == "stderr" && c.shell == "" {
		c.shell = shellFailure(text, c.text("stderr"))
	}
	if n := len(c.list); n > 0 && c.list[n-1]["output_type"] == "stream" && c.list[n-1]["name"] == name {
		c.list[n-1]["text"] = c.list[n-1]["text"].(string) + text
		return
	}
	c.list = append(c.list, map[string]any{"output_type": "stream", "name": name, "text": text})
}

// text returns all that went to the named stream.
func (c *cellOutput) text(name string) string {
	var b strings.Builder
	for _, out := range c.list {
		if out["output_type"] == "stream" && out["name"] == name {
			b.WriteString(out["text"].(string))
		}
	}
	return b.String()
}

// stored returns the outputs as they go to the file: cleaned, without
// displays that were emptied in the end, such as a progress bar's.
func (o *outputs) stored(c *cellOutput) []map[string]any {
	list := []map[string]any{}
	for _, out := range c.list {
		if text, ok := out["text"].(string); ok {
			out["text"] = o.clean(text)
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

// testTime is the time that a test took, which differs from run to run.
var testTime = regexp.MustCompile(`(?m)^(\s*--- (?:PASS|FAIL|SKIP): .*) \(\d+\.\d+s\)$`)

// cleaner returns a function that takes paths of the kernel's temporary
// folder and of the clone, the time of tests, and what a carriage return has
// overwritten out of a text.
func cleaner(kernelDir, root string) func(string) string {
	temp := regexp.MustCompile(regexp.QuoteMeta(kernelDir) + `(?:/gonb_[0-9a-f]+)?`)
	return func(s string) string {
		s = temp.ReplaceAllLiteralString(s, "/tmp/gonb")
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
