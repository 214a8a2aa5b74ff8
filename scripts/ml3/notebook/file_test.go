package notebook

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestFormat reads a notebook that Jupyter's nbformat 5 wrote and expects the
// same bytes back.
func TestFormat(t *testing.T) {
	want, err := os.ReadFile("testdata/jupyter.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	code := f.Code()
	if len(code) != 2 || code[0].Source() != "x := \"a\\n\"\n\nfmt.Println(x)\n" || code[1].Source() != "" {
		t.Errorf("code cells: %v", code)
	}
}

func TestParseErrors(t *testing.T) {
	for data, want := range map[string]string{
		``:                                 "not a notebook",
		`[]`:                               "not a notebook",
		`{"nbformat":3,"worksheets":[]}`:   "nbformat is 3, want 4",
		`{"nbformat":4}`:                   "no list of cells",
		`{"nbformat":4,"cells":[1]}`:       "cell 1 is not an object",
		`{"nbformat":4,"cells":[]} trail`:  "not a notebook",
		`{"nbformat":4,"cells":[]}{"a":1}`: "more data after the JSON object",
	} {
		if _, err := Parse([]byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%s): got error %v, want %q", data, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"code","source":["a\n","b"],"outputs":[{"text":"x"}]}]}`))
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"code","source":"\\u2028\u2029","outputs":[{"data":{"text/plain":7}}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		nb, err := Parse(data)
		if err != nil {
			return
		}
		once, err := nb.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(once)
		if err != nil {
			t.Fatalf("cannot read what was written: %v\n%s", err, once)
		}
		if twice, _ := again.Bytes(); !bytes.Equal(once, twice) {
			t.Errorf("writing twice differs:\n%s\n%s", once, twice)
		}
	})
}

// A cell is stale if an output differs, in whatever form its text is stored, and
// not for its count of executions.
func TestStale(t *testing.T) {
	parse := func(cells string) *File {
		f, err := Parse([]byte(`{"nbformat":4,"cells":[{"cell_type":"markdown","source":"a"},` + cells + `]}`))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	cell := func(count, text string) string {
		return `{"cell_type":"code","execution_count":` + count + `,"source":"1","outputs":[{"output_type":"execute_result","execution_count":` + count + `,"text":` + text + `}]}`
	}
	stored := parse(cell("1", `["a\n","b"]`) + "," + cell("2", `"c"`))
	for want, now := range map[string]string{
		"[]":    cell("7", `"a\nb"`) + "," + cell("8", `["c"]`),
		"[2]":   cell("1", `"a\nb"`) + "," + cell("2", `"d"`),
		"[1 2]": cell("1", `"a\nb\n"`) + `,{"cell_type":"code","source":"1","outputs":[]}`,
	} {
		if got := fmt.Sprint(parse(now).Stale(stored)); got != want {
			t.Errorf("stale cells %s, want %s", got, want)
		}
	}
	if got := parse(cell("1", `"x"`) + "," + cell("2", `"c"`) + "," + cell("3", `"c"`)).Stale(stored); fmt.Sprint(got) != "[1 3]" {
		t.Errorf("stale cells %v", got)
	}
}
