package notebook

import (
	"encoding/json"
	"reflect"
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
		displays: map[string][]map[string]any{},
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
		sent("2", "update_display_data", `{"data":{"text/html":""},"metadata":{},"transient":{"display_id":"bar"}}`),
		sent("2", "update_display_data", `{"data":{"text/html":"<b>1</b>"},"metadata":{},"transient":{"display_id":"live"}}`),
		sent("1", "stream", `{"name":"stdout","text":"late"}`),
	} {
		o.add(m)
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
	} {
		if got := clean(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
