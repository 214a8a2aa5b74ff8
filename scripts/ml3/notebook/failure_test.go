package notebook

import "testing"

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

func TestShellFailure(t *testing.T) {
	for text, want := range map[string]string{
		"exit status 2\n":                        "a shell line failed: ls: no such file (exit status 2)",
		"^C\nexit status 130\n":                  "a shell line failed: ls: no such file (exit status 130)",
		"signal: killed\n":                       "a shell line failed: ls: no such file (signal: killed)",
		"the exit status 2\n":                    "",
		"exit status 2, says the log\n":          "",
		"ls: exit status 2\nexit status\n":       "",
		`"%nix" unknown or not implemented yet.`: "unknown special command %nix",
	} {
		if got := shellFailure(text, "one\nls: no such file\n"); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for code, want := range map[string]bool{
		"!ls": true, "x := 1\n%%\n": true, "%%bash\nfalse": true, "//gonb:!ls": true,
		"x := !ok": false, "\ty % 2": false, "fmt.Println(\"!\")": false,
	} {
		if hasCommand(code) != want {
			t.Errorf("hasCommand(%q) = %v", code, !want)
		}
	}
}
