package notebook

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// value builds what encoding/json would decode from the nodes of a text.
func value(data []byte, n *node) any {
	switch data[n.start] {
	case '{':
		all := map[string]any{}
		for _, m := range n.members {
			all[m.name] = value(data, m.value)
		}
		return all
	case '[':
		all := []any{}
		for _, item := range n.items {
			all = append(all, value(data, item))
		}
		return all
	}
	var v any
	mustDecode(data[n.start:n.end], &v)
	return v
}

// checkNodes compares the nodes of a text with encoding/json.
func checkNodes(t *testing.T, data []byte) {
	t.Helper()
	n, err := parseJSON(data)
	if valid := json.Valid(data); valid != (err == nil) {
		t.Errorf("%q: valid %v, error %v", data, valid, err)
	}
	if err != nil {
		return
	}
	var want any
	mustDecode(data, &want)
	if got := value(data, n); !reflect.DeepEqual(got, want) {
		t.Errorf("%q: got %v, want %v", data, got, want)
	}
	if inner := strings.Trim(string(data), " \t\r\n"); inner != string(data[n.start:n.end]) {
		t.Errorf("%q: the value is %q", data, data[n.start:n.end])
	}
}

// randomJSON writes a random value with random space between its tokens.
func randomJSON(rng *rand.Rand, depth int) string {
	space := func() string { return []string{"", "", " ", "\n\t", "\r\n  "}[rng.IntN(5)] }
	scalars := []string{`"a\"b\\"`, `"]},:["`, `""`, `"\u00e9\ud83d\ude00"`, "1.50", "-0", "1e+9", "true", "null", "{}", "[ ]"}
	if depth == 0 {
		return space() + scalars[rng.IntN(len(scalars))] + space()
	}
	var parts []string
	object := rng.IntN(2) == 0
	for i := range rng.IntN(4) {
		part := randomJSON(rng, rng.IntN(depth))
		if object {
			part = space() + string([]byte{'"', byte('a' + i), '"'}) + space() + ":" + part
		}
		parts = append(parts, part)
	}
	if object {
		return space() + "{" + strings.Join(parts, ",") + space() + "}" + space()
	}
	return space() + "[" + strings.Join(parts, ",") + space() + "]" + space()
}

func TestParseJSON(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		checkNodes(t, []byte(randomJSON(rng, 5)))
	}
	for _, text := range []string{"", " ", "{", `{"a"}`, `{"a":1,}`, "[1 2]", "1 2", "nul", `"a`, "\ufeff1", "01", strings.Repeat("[", 20000)} {
		checkNodes(t, []byte(text))
	}
}

func FuzzParseJSON(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":"\""}]}`))
	f.Fuzz(checkNodes)
}

// TestEncodeJSON compares with what Python 3.11 prints for
// json.dumps(v, indent=1, ensure_ascii=False, sort_keys=True).
func TestEncodeJSON(t *testing.T) {
	v := map[string]any{"z": []any{}, "a": map[string]any{}, "s": "<&>\u2028\\u2028\x7f\b\f\x01é\"", "l": []any{json.Number("1.50"), nil, true}}
	want := "{\n \"a\": {},\n \"l\": [\n  1.50,\n  null,\n  true\n ],\n \"s\": \"<&>\u2028\\\\u2028\x7f\\b\\f\\u0001é\\\"\",\n \"z\": []\n}"
	if got, err := encodeJSON(v, "", " "); err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if got, err := encodeJSON([]any{"a", json.Number("1")}, "", ""); err != nil || string(got) != `["a",1]` {
		t.Errorf("on one line: %s, %v", got, err)
	}
	if _, err := encodeJSON(func() {}, "", " "); err == nil {
		t.Error("a function was encoded")
	}
}
