package notebook

import (
	"strings"
	"testing"
)

// TestEdit stores a result without outputs in notebooks of one cell and of various
// layouts, and compares the bytes.
func TestEdit(t *testing.T) {
	for _, c := range []struct{ name, before, after string }{
		{"one line, at the end and before",
			`{"nbformat":4,"cells":[{"cell_type":"code","source":"a"}]}`,
			`{"metadata":{"language_info":{"name":"go"}},"nbformat":4,"cells":[{"cell_type":"code","execution_count":5,"outputs":[],"source":"a"}]}`},
		{"lines",
			"{\n  \"cells\": [\n    {\n      \"cell_type\": \"code\",\n      \"metadata\": {},\n      \"source\": \"a\"\n    }\n  ],\n  \"metadata\": {},\n  \"nbformat\": 4\n}",
			"{\n  \"cells\": [\n    {\n      \"cell_type\": \"code\",\n      \"execution_count\": 5,\n      \"metadata\": {},\n      \"outputs\": [],\n      \"source\": \"a\"\n    }\n  ],\n  \"metadata\": {\n    \"language_info\": {\n      \"name\": \"go\"\n    }\n  },\n  \"nbformat\": 4\n}"},
		{"the first of members goes",
			`{"nbformat":4,"cells":[{"cell_type":"code","source":"a","outputs":[],"execution_count":5,"metadata":{"execution": {"x":1} , "b": 2}}],"metadata":{"language_info":{ "name" : "go" }}}`,
			`{"nbformat":4,"cells":[{"cell_type":"code","source":"a","outputs":[],"execution_count":5,"metadata":{"b": 2}}],"metadata":{"language_info":{ "name" : "go" }}}`},
		{"the last of members goes",
			`{"nbformat":4,"cells":[{"cell_type":"code","source":"a","outputs":[ ],"execution_count": 4 ,"metadata":{"b": 2 , "execution":[] }}],"metadata":{"language_info":7}}`,
			`{"nbformat":4,"cells":[{"cell_type":"code","source":"a","outputs":[ ],"execution_count": 5 ,"metadata":{"b": 2 }}],"metadata":{"language_info":{"name":"go"}}}`},
		{"the only member goes, a value after the alphabet comes",
			`{"nbformat":4,"cells":[{"cell_type":"code","source":"a","metadata":{ "execution":0 }}],"metadata":{"a":1}}`,
			`{"nbformat":4,"cells":[{"cell_type":"code","execution_count":5,"outputs":[],"source":"a","metadata":{}}],"metadata":{"a":1,"language_info":{"name":"go"}}}`},
		{"old outputs go",
			"{\"nbformat\":4,\r\n\"cells\":[{\"cell_type\":\"code\",\"source\":\"a\",\"outputs\":[{\"x\":[1,\r\n2]}],\"execution_count\":null}],\"metadata\":{\"language_info\":{\"name\":\"go\"}}}",
			"{\"nbformat\":4,\r\n\"cells\":[{\"cell_type\":\"code\",\"source\":\"a\",\"outputs\":[],\"execution_count\":5}],\"metadata\":{\"language_info\":{\"name\":\"go\"}}}"},
	} {
		f := parse(t, []byte(c.before))
		f.SetLanguage(map[string]any{"name": "go"})
		f.Code()[0].Store(5, nil)
		if got := string(text(t, f)); got != c.after {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.after)
		}
	}
}

// TestEditError: an output that is no JSON is an error and writes nothing.
func TestEditError(t *testing.T) {
	f := parse(t, []byte(cellText(`{"cell_type":"code","source":"a"}`)))
	f.Code()[0].Store(1, []map[string]any{{"data": make(chan int)}})
	if data, err := f.Bytes(); err == nil || data != nil || !strings.Contains(err.Error(), "unsupported type") {
		t.Errorf("got %q, %v", data, err)
	}
}

func TestStyle(t *testing.T) {
	for before, want := range map[string]style{
		`{"nbformat":4,"cells":[]}`:             {},
		"{ \"nbformat\":4,\n\"cells\":[]}":      {},
		"{\n\"nbformat\":4,\"cells\":[]}":       {"\n", ""},
		"{\n\n\t\t\"nbformat\":4,\"cells\":[]}": {"\n", "\t\t"},
		"{\r\n   \"nbformat\":4,\"cells\":[]}":  {"\r\n", "   "},
	} {
		if got := parse(t, []byte(before)).style(); got != want {
			t.Errorf("%q: got %q, want %q", before, got, want)
		}
	}
}
