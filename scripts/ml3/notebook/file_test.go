package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// corpus returns notebooks as various programs write them, and those of the project, by
// name.
func corpus(t testing.TB) map[string][]byte {
	t.Helper()
	ours, _ := filepath.Glob("../../../notebooks/*.ipynb") // the pattern is well-formed
	paths, err := filepath.Glob("testdata/corpus/*.ipynb")
	paths = append(paths, ours...)
	if err != nil || len(paths) < 15 {
		t.Fatalf("%d notebooks, %v", len(paths), err)
	}
	all := map[string][]byte{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(path)] = data
	}
	return all
}

// parse reads a notebook that is in order.
func parse(t testing.TB, data []byte) *File {
	t.Helper()
	f, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// text returns a notebook's bytes.
func text(t testing.TB, f *File) []byte {
	t.Helper()
	data, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// decoded is a notebook as encoding/json reads it.
func decoded(t testing.TB, data []byte) map[string]any {
	t.Helper()
	var all map[string]any
	mustDecode(data, &all)
	return all
}

// TestUnchanged: if nothing is stored, or what is there already, every byte stays.
func TestUnchanged(t *testing.T) {
	for name, data := range corpus(t) {
		f := parse(t, data)
		if got := text(t, f); !bytes.Equal(got, data) {
			t.Errorf("%s: got\n%s", name, got)
		}
		for _, c := range f.Code() {
			if count := c.node.get("execution_count"); count != nil && f.text(count) != "null" && c.node.get("metadata").get("execution") == nil {
				var n int
				mustDecode(data[count.start:count.end], &n)
				var outputs []map[string]any
				mustDecode(data[c.node.get("outputs").start:c.node.get("outputs").end], &outputs)
				c.Store(n, outputs)
			}
		}
		if got := text(t, f); !bytes.Equal(got, data) {
			t.Errorf("%s: what was there is stored otherwise:\n%s", name, got)
		}
	}
}

// TestStore stores outputs in all notebooks and expects, by another reader of JSON, that
// these have changed and nothing else; a second time changes no byte, and so does
// storing nothing else afterwards.
func TestStore(t *testing.T) {
	for name, data := range corpus(t) {
		f := parse(t, data)
		store := func(f *File) []byte {
			for i, c := range f.Code() {
				c.Store(i+1, []map[string]any{{"output_type": "stream", "name": "stdout", "text": "a <b>\n\u2028c"}})
			}
			f.SetLanguage(map[string]any{"name": "go", "version": "go9"})
			return text(t, f)
		}
		got := store(f)
		want := decoded(t, data)
		if want["metadata"] == nil {
			want["metadata"] = map[string]any{}
		}
		want["metadata"].(map[string]any)["language_info"] = map[string]any{"name": "go", "version": "go9"}
		n := 0
		for _, c := range want["cells"].([]any) {
			cell := c.(map[string]any)
			if cell["cell_type"] != "code" {
				continue
			}
			n++
			cell["execution_count"] = json.Number(fmt.Sprint(n))
			cell["outputs"] = []any{map[string]any{"output_type": "stream", "name": "stdout", "text": []any{"a <b>\n", "\u2028", "c"}}}
			if metadata, ok := cell["metadata"].(map[string]any); ok {
				delete(metadata, "execution")
			}
		}
		if !json.Valid(got) || !reflect.DeepEqual(decoded(t, got), want) {
			t.Errorf("%s: got\n%s\nwant %v", name, got, want)
		}
		if again := store(parse(t, got)); !bytes.Equal(again, got) {
			t.Errorf("%s: the second time gives other bytes:\n%s", name, again)
		}
		for _, word := range []string{`\/`, `\ud800"`, "1.50", "1E+400", `"a":1,"a":2`, "\r\n", "日", "of the future"} {
			if bytes.Count(data, []byte(word)) > bytes.Count(got, []byte(word)) {
				t.Errorf("%s: %s is lost:\n%s", name, word, got)
			}
		}
	}
}

// TestLayout empties notebooks that Jupyter's nbformat 5 or Python's json.dump wrote and
// stores again what was there: it comes back to the byte, laid out like the rest.
func TestLayout(t *testing.T) {
	for _, name := range []string{"jupyter.ipynb", "indent1.ipynb", "indent2.ipynb", "tabs.ipynb", "crlf.ipynb", "one_line.ipynb"} {
		f := parse(t, corpus(t)[name])
		var kept []*result
		for _, c := range f.Code() {
			r := &result{}
			mustDecode([]byte(f.text(c.node.get("execution_count"))), &r.count)
			mustDecode([]byte(f.text(c.node.get("outputs"))), &r.outputs)
			kept, c.result = append(kept, r), r
		}
		want := text(t, f) // without times of day
		for _, c := range f.Code() {
			c.clear()
		}
		empty := parse(t, text(t, f))
		for i, c := range empty.Code() {
			if got := empty.outputs(c); len(got) != 0 {
				t.Errorf("%s: cell %d still has outputs: %v", name, i+1, got)
			}
			c.result = kept[i]
		}
		if got := text(t, empty); !bytes.Equal(got, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}

// TestParse reads sources and tags.
func TestParse(t *testing.T) {
	code := parse(t, corpus(t)["jupyter.ipynb"]).Code()
	if len(code) != 2 || code[0].Source() != "x := \"a\\n\"\n\nfmt.Println(x)\n" || code[1].Source() != "" {
		t.Errorf("code cells: %v", code)
	}
	code = parse(t, corpus(t)["errors_stored.ipynb"]).Code()
	if !code[0].tagged(tagRaises) || code[0].tagged(tagSkip) || !code[1].tagged(tagSkip) {
		t.Errorf("tags %v and %v", code[0].tags, code[1].tags)
	}
	if got := parse(t, corpus(t)["escapes.ipynb"]).Code()[0].Source(); got != `fmt.Print("é😀\ud800")` {
		t.Errorf("source %q", got)
	}
}

// cellText is a notebook of a good cell and another one.
func cellText(cell string) string {
	return `{"nbformat":4,"cells":[{"cell_type":"markdown","source":"a"},` + "\n" + cell + `]}`
}

// TestParseErrors: what cannot be read for certain is refused, with its place.
func TestParseErrors(t *testing.T) {
	for data, want := range map[string]string{
		``:                               "not a notebook: EOF",
		`[]`:                             "not a notebook: [], want an object",
		`7`:                              "not a notebook: 7, want an object",
		`{}`:                             "not a notebook: no nbformat",
		"{\n\n\"a\":}":                   "not a notebook: line 3: invalid character",
		`{"nbformat":4,"cells":[NaN]}`:   "not a notebook: line 1: invalid character 'N'",
		`{"nbformat":3,"worksheets":[]}`: "nbformat is 3, want 4",
		`{"nbformat":"4","cells":[]}`:    `nbformat is "4", want 4`,
		`{"nbformat":4.0,"cells":[]}`:    "nbformat is 4.0, want 4",
		`{"nbformat":[4],"cells":[]}`:    "nbformat is [4], want 4",
		`{"nbformat":4,"nbformat_minor":"5","cells":[]}`: `nbformat_minor is "5", want a number`,
		`{"nbformat":4}`:                                                            "no list of cells",
		`{"nbformat":4,"cells":{}}`:                                                 "no list of cells",
		`{"nbformat":4,"cells":[1]}`:                                                "cell 1: 1, want an object",
		`{"nbformat":4,"cells":[]} trail`:                                           "line 1: more data after the JSON object",
		"{\"nbformat\":4,\"cells\":[]}\n{\"a\":1}":                                  "line 2: more data after the JSON object",
		`{"nbformat":4,"cells":[],"metadata":[]}`:                                   "metadata is [], want an object",
		`{"nbformat":4,"cells":[],"cells":[]}`:                                      `the member "cells" is there twice`,
		"\ufeff" + `{"nbformat":4,"cells":[]}`:                                      "byte-order mark",
		"{\"nbformat\":4,\"cells\":[],\n\"x\":\"\xff\"}":                            "the byte 0xff on line 2 of the file is not UTF-8",
		cellText(`{"cell_type":"code","source":{"a":1}}`):                           `cell 2: source is {"a":1}, want a string or a list of strings`,
		cellText(`{"cell_type":"code","source":12345}`):                             "cell 2: source is 12345, want",
		cellText(`{"cell_type":"code","source":["a",1]}`):                           `cell 2: source is ["a",1], want`,
		cellText(`{"cell_type":"code","source":null}`):                              "cell 2: source is null, want",
		cellText(`{"cell_type":"code","source":[["a"]]}`):                           `cell 2: source is [["a"]], want`,
		cellText(`{"cell_type":"code"}`):                                            "cell 2: no source",
		cellText(`{"cell_type":"markdown","source":false}`):                         "cell 2: source is false, want",
		cellText(`{"source":"a"}`):                                                  "cell 2: no cell_type",
		cellText(`{"cell_type":["code"],"source":"a"}`):                             "cell 2: no cell_type",
		cellText(`{"cell_type":"code","source":"a","source":"b"}`):                  `cell 2: the member "source" is there twice`,
		cellText(`{"cell_type":"code","source":"a","sour\u0063e":"b"}`):             `cell 2: the member "source" is there twice`,
		cellText(`{"cell_type":"code","source":"a","metadata":7}`):                  "cell 2: metadata is 7, want an object",
		cellText(`{"cell_type":"code","source":"a","metadata":{"tags":"a"}}`):       `cell 2: tags are "a", want a list`,
		cellText(`{"cell_type":"code","source":"a","metadata":{"tags":["a",1]}}`):   `cell 2: tags are ["a",1], want a list`,
		cellText(`{"cell_type":"code","source":"a","outputs":7}`):                   "cell 2: outputs are 7, want a list",
		cellText(`{"cell_type":"code","source":"a","outputs":[{},null]}`):           "cell 2: output 2 is null, want an object",
		cellText("{\"cell_type\":\"code\",\"source\":\"\xc3(\"}"):                   "cell 2: the byte 0xc3 on line 2 of the file is not UTF-8",
		cellText(`{"cell_type":"code","source":"a\ud800b"}`):                        "cell 2: source has half of a surrogate pair",
		cellText(`{"cell_type":"code","source":"\udc00\ud800"}`):                    "half of a surrogate pair",
		cellText(`{"cell_type":"code","source":` + strings.Repeat("9", 5000) + `}`): "cell 2: source is " + strings.Repeat("9", 40) + "…, want",
	} {
		_, err := Parse([]byte(data))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || len(err.Error()) > 300 {
			t.Errorf("Parse(%.200q): got error %v, want %q", data, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, data := range corpus(f) {
		if len(data) < 4096 { // others are slow to vary
			f.Add(data)
		}
	}
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"code","source":"\\u2028\u2029","outputs":[{"data":{"text/plain":7}}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		nb, err := Parse(data)
		if err != nil {
			return
		}
		if same, err := nb.Bytes(); err != nil || !bytes.Equal(same, data) {
			t.Fatalf("%v; changed although nothing was stored:\n%s", err, same)
		}
		nb.SetLanguage(map[string]any{"name": "go"})
		for _, c := range nb.Code() {
			c.Store(3, []map[string]any{{"output_type": "stream", "text": "x\ny"}})
		}
		once := text(t, nb)
		again, err := Parse(once)
		if err != nil {
			t.Fatalf("cannot read what was written: %v\n%s", err, once)
		}
		for i, c := range again.Code() {
			if c.source != nb.Code()[i].source {
				t.Errorf("the source of cell %d has changed to %q", i+1, c.source)
			}
		}
		if stale := again.Stale(nb); stale != nil {
			t.Errorf("the outputs of cells %v were not stored:\n%s", stale, once)
		}
	})
}

// A cell is stale if an output differs, in whatever form its text is stored, and
// not for its count of executions.
func TestStale(t *testing.T) {
	read := func(cells string) *File { return parse(t, []byte(cellText(cells))) }
	cell := func(count, text string) string {
		return `{"cell_type":"code","execution_count":` + count + `,"source":"1","outputs":[{"output_type":"execute_result","execution_count":` + count + `,"text":` + text + `}]}`
	}
	stored := read(cell("1", `["a\n","b"]`) + "," + cell("2", `"c"`))
	for want, now := range map[string]string{
		"[]":    cell("7", `"a\nb"`) + "," + cell("8", `["c"]`),
		"[2]":   cell("1", `"a\nb"`) + "," + cell("2", `"d"`),
		"[1 2]": cell("1", `"a\nb\n"`) + `,{"cell_type":"code","source":"1","outputs":[]}`,
	} {
		if got := fmt.Sprint(read(now).Stale(stored)); got != want {
			t.Errorf("stale cells %s, want %s", got, want)
		}
	}
	if got := read(cell("1", `"x"`) + "," + cell("2", `"c"`) + "," + cell("3", `"c"`)).Stale(stored); fmt.Sprint(got) != "[1 3]" {
		t.Errorf("stale cells %v", got)
	}
}

// TestSetLanguage: Go is highlighted as Go where the kernel says nothing, and what another
// kernel says stays.
func TestSetLanguage(t *testing.T) {
	for _, c := range []struct{ name, says, want string }{{"go", "", "go"}, {"go", "text", "text"}, {"python", "", ""}} {
		f, info := &File{}, map[string]any{"name": c.name, "pygments_lexer": c.says}
		f.SetLanguage(info)
		if got := f.language["pygments_lexer"]; got != c.want || info["pygments_lexer"] != c.says {
			t.Errorf("%s says %q: %q is stored, and the kernel's answer is now %q", c.name, c.says, got, info["pygments_lexer"])
		}
	}
}
