package notebook

import (
	"fmt"
	"strings"
	"testing"
)

// TestExplain feeds what GoNB v0.11.4 publishes for cells that fail.
func TestExplain(t *testing.T) {
	trace := []string{
		"\x1b[31m# gonb_e0c1\x1b[0m",
		"Cell[4]: Line 2\nfunc main() {\n  fmt.Println(y)\n              ^\n}\n\x1b[31mundefined: y\x1b[0m",
	}
	for _, c := range []struct {
		name, value    string
		trace          []string
		stdout, stderr string
		want           string
	}{
		{"compiler", "# gonb_e0c1\n./main.go:11:14: undefined: y\n", trace, "", "", "line 2 of cell [4]: undefined: y"},
		{"panic", "exit status 2", nil, "before\n", "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/tmp/main.go:6\nexit status 2\n", "panic: boom"},
		{"fatal", "exit status 1", nil, "", "2026/01/02 03:04:05 no table\nexit status 1\n", "2026/01/02 03:04:05 no table (exit status 1)"},
		{"silent exit", "exit status 3", nil, "", "exit status 3\n", "exit status 3"},
		{"test", "exit status 1", nil, "=== RUN   TestY\n    main_test.go:9: got 4, want 3\n--- FAIL: TestY (0.00s)\nFAIL\n", "exit status 1\n", "test TestY fails: got 4, want 3"},
		{"kernel", "`%cd \"x\"` failed:\n chdir x: no such file", nil, "", "", "`%cd \"x\"` failed: chdir x: no such file"},
	} {
		if got := explain(c.value, c.trace, c.stdout, c.stderr); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestFailure judges cells whose reply was "ok" by the statuses of their commands; what
// programs print does not matter.
func TestFailure(t *testing.T) {
	for _, c := range []struct {
		code, statuses string
		stderr         []string
		want           string
	}{
		{"%%\nf()", "", []string{"exit status 1\n"}, ""},
		{"%%\nf()", "", []string{"signal: killed\n"}, ""},
		{"%test\nf()", "", []string{`"%test" unknown or not implemented yet.`}, ""},
		{"!a\n%%\nf()", "0", []string{"exit status 1\n"}, ""},
		{"!echo exit status 1 >&2", "0", []string{"exit status 1\n"}, ""},
		{"!a\n!b", "0 2", []string{"warning\n", "ls: no such file\n", "exit status 2\n", "later"}, "a shell line failed: ls: no such file (exit status 2)"},
		{"!a", "130", []string{"^C\nexit status 130\n"}, "a shell line failed: exit status 130 (exit status 130)"},
		{"!a", "3", nil, "a shell line failed: exit status 3"},
		{"!a\n!b", "0", []string{"signal: killed\n"}, "1 of 2 shell lines did not end by themselves"},
		{"%%bash\nfalse", "1", []string{"exit status 1\n"}, "a shell line failed: exit status 1"},
		{"%nix\n%%", "", []string{`"%nix" unknown or not implemented yet.`}, "unknown special command %nix"},
		{"%nix\n%%", "", []string{`"%nux" unknown or not implemented yet.`}, ""},
	} {
		if got := failure(commandsOf(c.code), strings.Fields(c.statuses), c.stderr); got != c.want {
			t.Errorf("%q, %s: got %q, want %q", c.code, c.statuses, got, c.want)
		}
	}
}

// TestCommands reads cells as GoNB does.
func TestCommands(t *testing.T) {
	for code, want := range map[string]string{
		"!ls":                                "1 []",
		"//gonb:!ls\n//gonb:%env A b":        "1 []",
		"!ls \\\n!of the line before\n!*pwd": "2 []",
		"!ls \\":                             "1 []",
		"x := 1\n%%\ny := !ok\n\t!z\n !z\n!": "0 []",
		"%%bash\n!a\n%nix":                   "1 []",
		"%%script  python3 -u\n!a":           "1 []",
		"//gonb:%%sh\n!a":                    "1 []",
		"%%writefile a\n!a\n%nix":            "0 []",
		"\n%%bash\n":                         "0 [%bash]",
		"%nix a\n% main\n%nux":               "0 [nix nux]",
		"`\n!in a string`":                   "1 []",
		"! \n!\t\nf()":                       "0 []",
	} {
		c := commandsOf(code)
		if got := fmt.Sprint(c.shell, c.unknown); got != want {
			t.Errorf("%q: got %s, want %s", code, got, want)
		}
	}
}

// TestThrough rewrites the first line of cells that are one program's.
func TestThrough(t *testing.T) {
	for code, want := range map[string]string{
		"%%bash\necho":                  "%%script \"/a b/s\" bash\necho",
		"%%sh":                          "%%script \"/a b/s\" sh\n",
		"//gonb:%%script perl -e 1\n1;": "%%script \"/a b/s\" perl -e 1\n1;",
		"%%bash -x\n1":                  "%%bash -x\n1", // GoNB says what is wrong with it
		"%%script\n1":                   "%%script\n1",
		"!ls\n%%\n":                     "!ls\n%%\n",
		"\n%%bash\n":                    "\n%%bash\n",
	} {
		if got := through("/a b/s", code); got != want {
			t.Errorf("%q: got %q, want %q", code, got, want)
		}
	}
}
