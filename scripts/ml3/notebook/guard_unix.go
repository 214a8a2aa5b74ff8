//go:build unix

package notebook

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// guardScript waits until the program that started it has ended, in whatever way, which
// is when the pipe that is its input has no writer any more. Then it kills the process
// group whose number it has read, and, where the system tells, what else has the
// kernel's folder in its environment; last it removes the folder.
const guardScript = `
read -r group
while read -r _; do :; done
[ -z "$group" ] || kill -KILL "-$group" 2>/dev/null
for _ in 1 2 3 4 5; do
  left=$(grep -alsF "/$2" /proc/[0-9]*/environ 2>/dev/null) # fails if a process ends meanwhile
  [ -n "$left" ] || break
  for p in $left; do
    p=${p#/proc/}
    kill -KILL "${p%/environ}" 2>/dev/null
  done
done
rm -rf "$1"
`

// guard is a process that outlives this one to clear up after it.
type guard struct {
	cmd  *exec.Cmd
	pipe *os.File
}

// startGuard starts a guard of a kernel's folder, whose name no other environment has.
func startGuard(dir string) (*guard, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	cmd := exec.Command("/bin/sh", "-c", guardScript, "ml3-guard", dir, filepath.Base(dir))
	cmd.Dir, cmd.Stdin = "/", r
	ownGroup(cmd) // whoever kills our group does not kill it
	if err := cmd.Start(); err != nil {
		w.Close()
		return nil, err
	}
	return &guard{cmd, w}, nil
}

// watch tells the guard which process group to kill.
func (g *guard) watch(cmd *exec.Cmd) error {
	_, err := fmt.Fprintln(g.pipe, cmd.Process.Pid)
	return err
}

// finish lets the guard clear up and waits until it has.
func (g *guard) finish() {
	g.pipe.Close()
	g.cmd.Wait()
}

// ownGroup makes cmd the leader of a process group: Ctrl-C in the terminal
// does not reach it, and the group can be ended together.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup ends cmd and everything it has started.
func killGroup(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
