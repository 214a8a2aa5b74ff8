//go:build unix

package notebook

import (
	"os/exec"
	"syscall"
)

// ownGroup makes cmd the leader of a process group: Ctrl-C in the terminal
// does not reach it, and the group can be ended together.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup ends cmd and everything it has started.
func killGroup(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
