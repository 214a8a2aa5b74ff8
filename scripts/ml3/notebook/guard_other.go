//go:build !unix

package notebook

import "os/exec"

// guard does nothing: there is no kernel here either.
type guard struct{}

func startGuard(string) (*guard, error) { return &guard{}, nil }
func (*guard) watch(*exec.Cmd) error    { return nil }
func (*guard) finish()                  {}

// ownGroup does nothing: there are no process groups here.
func ownGroup(*exec.Cmd) {}

// killGroup ends cmd.
func killGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }
