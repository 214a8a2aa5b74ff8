//go:build unix

package notebook

import (
	"os/exec"
	"syscall"
	"time"
)

// groupAlive says whether a process of cmd's group still runs after a second's patience.
func groupAlive(cmd *exec.Cmd) bool {
	for range 100 {
		if syscall.Kill(-cmd.Process.Pid, 0) != nil {
			return false
		}
		time.Sleep(10 * time.Millisecond)
	}
	return true
}
