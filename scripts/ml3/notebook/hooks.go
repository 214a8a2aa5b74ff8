package notebook

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// GoNB gives the programs of a cell a pipe as their input that nobody writes to, and
// tells how a shell line ended on stderr only, where any program may say the same. So
// the programs that GoNB starts are replaced by scripts that make the input empty and
// note how a line ended: bash by way of BASH_ENV, the program of %script by name, and
// the program of a cell, which go builds, by a go that GoNB finds first on PATH.
const (
	hookBash = `# bash reads this before a shell line of a cell, and runs the line here.
@reset@
if [ -n "${BASH_EXECUTION_STRING+x}" ]; then
  SHLVL=$((SHLVL - 1))
  { /bin/bash -c "$BASH_EXECUTION_STRING" </dev/null 2>&3 3>&-; status=$?; } 3>&2 2>/dev/null
  echo $status >>@statuses@
  exit $status
fi
`
	hookScript = `#!/bin/sh
# starts the program of a cell that begins with %%script or the like
@reset@
"$@"
status=$?
echo $status >>@statuses@
exit $status
`
	hookProgram = `#!/bin/sh
# starts the program of a Go cell
@reset@
exec "${0%/*}/program/${0##*/}" "$@" </dev/null
`
	hookGo = `#!/bin/sh
# go, but the program that it builds for a cell is started by another one
@reset@
case "$1 $2 $3" in
"build -o "*) out=$3 n=3 ;;
"test -c -o") out=$4 n=4 ;;
*) out= ;;
esac
case $out in
@dir@/gonb_*/gonb_*) ;;
*) exec @go@ "$@" ;;
esac
program=${out%/*}/program/${out##*/}
mkdir -p "${out%/*}/program" && rm -f "$out" || exit
if [ $n = 3 ]; then
  shift 3
  @go@ build -o "$program" "$@" || exit
else
  shift 4
  @go@ test -c -o "$program" "$@" || exit
fi
exec cp @dir@/bin/program "$out"
`
)

// hooks are the scripts in a kernel's folder.
type hooks struct{ dir string }

// bin is the folder of programs, env what BASH_ENV names, statuses where exit statuses
// are noted, script what starts the program of %%script.
func (h hooks) bin() string      { return filepath.Join(h.dir, "bin") }
func (h hooks) env() string      { return filepath.Join(h.dir, "bash_env") }
func (h hooks) statuses() string { return filepath.Join(h.dir, "statuses") }
func (h hooks) script() string   { return filepath.Join(h.bin(), "script") }

// write makes the scripts.
func (h hooks) write() error {
	realGo, err := exec.LookPath("go")
	if err != nil {
		return err
	}
	if realGo, err = filepath.Abs(realGo); err != nil {
		return err
	}
	reset := "unset BASH_ENV" // what cells start must not be taken for a shell line
	if env, ok := os.LookupEnv("BASH_ENV"); ok {
		reset = "export BASH_ENV=" + word(env)
	}
	fill := strings.NewReplacer("@reset@", reset, "@statuses@", word(h.statuses()), "@dir@", word(h.dir), "@go@", word(realGo))
	if err := os.MkdirAll(h.bin(), 0o700); err != nil {
		return err
	}
	for path, text := range map[string]string{
		h.env(): hookBash, h.script(): hookScript,
		filepath.Join(h.bin(), "program"): hookProgram, filepath.Join(h.bin(), "go"): hookGo,
	} {
		text = fill.Replace(text)
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// take returns the exit statuses that were noted since it was called last.
func (h hooks) take() ([]string, error) {
	data, err := os.ReadFile(h.statuses())
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return strings.Fields(string(data)), os.Remove(h.statuses())
}

// word makes s one word of the shell.
func word(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
