package notebook

import (
	"fmt"
	"regexp"
	"strings"
)

// command matches the lines that the kernel does not take as Go: shell lines
// and special commands.
var command = regexp.MustCompile(`(?m)^(?://gonb:)?[!%].`)

// hasCommand says whether a cell has lines that are not Go.
func hasCommand(code string) bool { return command.MatchString(code) }

// A shell line that fails does not fail its cell. The kernel only publishes
// its status, and a special command that it does not know, as a message of
// its own on stderr.
var (
	exitStatus     = regexp.MustCompile(`^(?:\^C\n)?(exit status \d+|signal: .*)\n$`)
	unknownCommand = regexp.MustCompile(`^"(%.*)" unknown or not implemented yet\.$`)
)

// shellFailure returns what a message on stderr says about the failure of a
// shell line or special command, or "" if it is ordinary output; before is
// what went to stderr earlier.
func shellFailure(text, before string) string {
	if m := unknownCommand.FindStringSubmatch(text); m != nil {
		return "unknown special command " + m[1]
	}
	m := exitStatus.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	if said := lastLine(before); said != "" {
		return fmt.Sprintf("a shell line failed: %s (%s)", said, m[1])
	}
	return "a shell line failed: " + m[1]
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
