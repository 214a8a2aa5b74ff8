package notebook

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// sent makes a message about the request with the given id.
func sent(id, msgType, content string) message {
	return message{header: header{Type: msgType}, parent: header{ID: id}, content: json.RawMessage(content)}
}

func TestOutputs(t *testing.T) {
	first, second := &cellOutput{}, &cellOutput{}
	o := &outputs{
		cells:    map[string]*cellOutput{"1": first, "2": second},
		displays: map[string][]display{},
		clean:    cleaner("/tmp/ml3-kernel-7", "/home/reader/ml 3"),
	}
	for _, m := range []message{
		sent("1", "stream", `{"name":"stdout","text":"a"}`),
		sent("1", "stream", `{"name":"stdout","text":"b\n"}`),
		sent("1", "stream", `{"name":"stderr","text":"/tmp/ml3-kernel-7/gonb_0a1b2c3d/x /home/reader/ml 3/data"}`),
		sent("1", "display_data", `{"data":{"text/html":"10 %"},"metadata":{},"transient":{"display_id":"bar"}}`),
		sent("1", "display_data", `{"data":{"image/png":"AA=="},"metadata":{"n":1}}`),
		sent("other", "stream", `{"name":"stdout","text":"not ours"}`),
		sent("2", "display_data", `{"data":{"text/html":"0"},"transient":{"display_id":"live"}}`),
		sent("2", "error", `{"ename":"ERROR","evalue":"/tmp/ml3-kernel-7/bin/go","traceback":["# gonb_0a1b2c3d","/home/reader/ml 3/x"]}`),
		sent("2", "update_display_data", `{"data":{"text/html":""},"metadata":{},"transient":{"display_id":"bar"}}`),
		sent("2", "update_display_data", `{"data":{"text/html":"<b>1</b>"},"metadata":{},"transient":{"display_id":"live"}}`),
		sent("1", "stream", `{"name":"stdout","text":"late"}`),
	} {
		if err := o.add(m); err != nil {
			t.Error(err)
		}
	}
	want := []map[string]any{
		{"output_type": "stream", "name": "stdout", "text": "ab\n"},
		{"output_type": "stream", "name": "stderr", "text": "/tmp/gonb/x ml3/data"},
		{"output_type": "display_data", "data": map[string]any{"image/png": "AA=="}, "metadata": map[string]any{"n": json.Number("1")}},
		{"output_type": "stream", "name": "stdout", "text": "late"},
	}
	if got := o.stored(first); !reflect.DeepEqual(got, want) {
		t.Errorf("first cell: got %v, want %v", got, want)
	}
	want = []map[string]any{
		{"output_type": "display_data", "data": map[string]any{"text/html": "<b>1</b>"}, "metadata": map[string]any{}},
		{"output_type": "error", "ename": "ERROR", "evalue": "/tmp/gonb/bin/go", "traceback": []any{"# gonb", "ml3/x"}},
	}
	if got := o.stored(second); !reflect.DeepEqual(got, want) {
		t.Errorf("second cell: got %v, want %v", got, want)
	}
}

func TestClean(t *testing.T) {
	clean := cleaner("/tmp/ml3-kernel-7", "/")
	for text, want := range map[string]string{
		"--- PASS: TestX (0.13s)\n    --- SKIP: TestX/a (0.00s)\n": "--- PASS: TestX\n    --- SKIP: TestX/a\n",
		"took (0.13s)\n":           "took (0.13s)\n",
		" 10 %\r 90 %\r100 %\nend": "100 %\nend",
		"dos\r\nline\r\n":          "dos\nline\n",
		"  50 %\r 100 %\r":         " 100 %",
		"/data":                    "/data",
		"/tmp/ml3-kernel-7/gonb_0a1b2c3d/program/gonb_0a1b2c3d -h":             "/tmp/gonb/gonb -h",
		"\t \x1b[7m[[ Cell [11] Line 2 ]]\x1b[0m /tmp/ml3-kernel-7/main.go:13": "\t/tmp/gonb/main.go:13",
	} {
		if got := clean(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestBound: a cell may show 16 MB, in whatever pieces, and an update replaces what it
// updates.
func TestBound(t *testing.T) {
	for _, piece := range []int{100, 4 << 10, 1 << 20} {
		c := &cellOutput{}
		o := &outputs{cells: map[string]*cellOutput{"1": c}, displays: map[string][]display{}}
		stream := sent("1", "stream", `{"name":"stdout","text":"`+strings.Repeat("a", piece)+`"}`)
		n := 0
		for ; n < 1<<20; n++ {
			if err := o.add(stream); err != nil {
				if !errors.Is(err, errOutput) || err.Error() != "more than 16 MB of output" {
					t.Error(err)
				}
				break
			}
		}
		if n != maxOutput/piece {
			t.Errorf("refused after %d pieces of %d bytes", n, piece)
		}
	}
	o := &outputs{cells: map[string]*cellOutput{"1": {}}, displays: map[string][]display{}}
	image := `{"data":{"image/png":"` + strings.Repeat("A", 1<<20) + `"},"transient":{"display_id":"d"}}`
	if err := o.add(sent("1", "display_data", image)); err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if err := o.add(sent("1", "update_display_data", image)); err != nil {
			t.Fatalf("updating: %v", err)
		}
	}
	for range 14 {
		if err := o.add(sent("1", "display_data", image)); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.add(sent("1", "display_data", image)); !errors.Is(err, errOutput) {
		t.Errorf("16 displays of more than 1 MB: %v", err)
	}
}
