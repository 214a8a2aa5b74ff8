package notebook

import (
	"slices"
	"strings"
)

// commands are the lines of a cell that GoNB does not take as Go.
type commands struct {
	shell   int      // how many programs it starts: lines with !, or the cell of %%bash
	unknown []string // special commands that GoNB v0.11.4 does not have
}

// special are the special commands of GoNB v0.11.4, without their %.
var special = []string{
	"%", "main", "args", "test", "exec", "wasm", "widgets", "widgets_hb", "env", "cd", "goflags", "autoget", "noautoget",
	"help", "version", "reset", "ls", "list", "rm", "remove", "with_inputs", "with_password", "track", "untrack",
	"goworkfix", "capture",
}

// magic are the special commands that take the whole cell, and whether they start a
// program.
var magic = map[string]bool{"%%writefile": false, "%%script": true, "%%bash": true, "%%sh": true, "%%gx": false}

// commandsOf reads a cell as GoNB's internal/specialcmd does: line by line, whatever
// they mean in Go, a line that ends with a backslash together with the next.
func commandsOf(code string) commands {
	list := strings.Split(code, "\n")
	if starts, ok := magic[firstWord(uncomment(list[0]))]; ok {
		if starts {
			return commands{shell: 1}
		}
		return commands{}
	}
	var c commands
	for i := 0; i < len(list); i++ {
		line := uncomment(list[i])
		if len(line) < 2 || line[0] != '%' && line[0] != '!' {
			continue
		}
		for strings.HasSuffix(line, `\`) && i+1 < len(list) {
			i++
			line = line[:len(line)-1] + " " + uncomment(list[i])
		}
		switch name := firstWord(line[1:]); {
		case name == "":
		case line[0] == '!':
			c.shell++
		case !slices.Contains(special, name):
			c.unknown = append(c.unknown, name)
		}
	}
	return c
}

// uncomment removes what may hide a command from tools for Go.
func uncomment(line string) string { return strings.TrimPrefix(line, "//gonb:") }

// firstWord returns the first word of a line.
func firstWord(line string) string {
	if words := strings.Fields(line); len(words) > 0 {
		return words[0]
	}
	return ""
}

// through makes the program that a cell of %%bash, %%sh or %%script starts be started by
// another one, which gets its command line; other cells stay as they are.
func through(program, code string) string {
	line, rest, _ := strings.Cut(code, "\n")
	words := strings.Fields(uncomment(line))
	if len(words) == 0 {
		return code
	}
	command := ""
	switch {
	case len(words) == 1 && (words[0] == "%%bash" || words[0] == "%%sh"):
		command = words[0][len("%%"):]
	case len(words) > 1 && words[0] == "%%script":
		_, command, _ = strings.Cut(line, words[0])
	default:
		return code
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(program)
	return `%%script "` + quoted + `" ` + strings.TrimSpace(command) + "\n" + rest
}
