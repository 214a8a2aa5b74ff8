package notebook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// failure returns how a command of a cell failed that the kernel replied "ok" to, or "":
// a shell line that fails does not fail its cell, nor does an unknown special command.
// statuses are those that the cell's programs ended with, stderr has all messages of
// the cell on that stream.
func failure(c commands, statuses, stderr []string) string {
	for _, name := range c.unknown {
		if slices.Contains(stderr, fmt.Sprintf("%q unknown or not implemented yet.", "%"+name)) {
			return "unknown special command %" + name
		}
	}
	for _, s := range statuses {
		if s == "0" {
			continue
		}
		before := strings.Join(stderr, "")
		if i := slices.Index(stderr, "exit status "+s+"\n"); i >= 0 {
			before = strings.Join(stderr[:i], "")
		}
		if said := lastLine(before); said != "" {
			return fmt.Sprintf("a shell line failed: %s (exit status %s)", said, s)
		}
		return "a shell line failed: exit status " + s
	}
	if n := c.shell - len(statuses); n > 0 {
		return fmt.Sprintf("%d of %d shell lines did not end by themselves", n, c.shell)
	}
	return ""
}

var (
	colours    = regexp.MustCompile("\x1b\\[[0-9;]*m")
	cellLine   = regexp.MustCompile(`^Cell\[(\d+)\]: Line (\d+)\n`)
	panicked   = regexp.MustCompile(`(?m)^(?:panic|fatal error): .*$`)
	failedTest = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)
	testSays   = regexp.MustCompile(`(?m)^\s*main_test\.go:\d+: (.*)$`)
	statusLine = regexp.MustCompile(`(?m)^exit status \d+\n?`)
)

// explain makes one line of what is known about a failed cell: value and
// trace as in the kernel's reply, and what the cell's program has printed.
func explain(value string, trace []string, stdout, stderr string) string {
	for _, t := range trace { // a compiler's error with its place
		if m := cellLine.FindStringSubmatch(t); m != nil {
			return fmt.Sprintf("line %s of cell [%s]: %s", m[2], m[1], colours.ReplaceAllString(lastLine(t), ""))
		}
	}
	value = strings.TrimSpace(value)
	said := lastLine(statusLine.ReplaceAllString(stderr, ""))
	if p := panicked.FindString(stderr); p != "" {
		return p
	}
	if m := failedTest.FindStringSubmatch(stdout); m != nil {
		if says := testSays.FindStringSubmatch(stdout); says != nil {
			said = says[1]
		}
		return strings.TrimSuffix(fmt.Sprintf("test %s fails: %s", m[1], said), ": ")
	}
	if said != "" && strings.HasPrefix(value, "exit status") {
		return fmt.Sprintf("%s (%s)", said, value)
	}
	return strings.Join(strings.Fields(value), " ")
}
