package notebook

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Tools are the programs behind a notebook, at the versions that go.mod pins.
type Tools struct {
	GoNB      string // path of the kernel
	GoImports string // path of goimports, which the kernel looks for on PATH
}

// FindTools returns the tools of the module in the folder root; Go builds
// them if its cache does not have them.
func FindTools(ctx context.Context, root string) (Tools, error) {
	if runtime.GOOS == "windows" {
		return Tools{}, fmt.Errorf("the Go kernel GoNB needs named pipes, which Windows lacks: use WSL")
	}
	gonb, err := toolPath(ctx, root, "gonb")
	if err != nil {
		return Tools{}, err
	}
	imports, err := toolPath(ctx, root, "goimports")
	if err != nil {
		return Tools{}, err
	}
	return Tools{GoNB: gonb, GoImports: imports}, nil
}

// toolPath builds the named tool of the module in root and returns its path.
func toolPath(ctx context.Context, root, name string) (string, error) {
	var out bytes.Buffer
	var said tail
	if err := goCommand(ctx, root, &out, &said, "tool", "-n", name); err != nil {
		return "", fmt.Errorf("go tool -n %s: %w; %s", name, err, &said)
	}
	return strings.TrimSpace(out.String()), nil
}

// Compile compiles what cells import of the module in the folder root, so that the
// first cell need not wait for it; what go says goes to log.
func Compile(ctx context.Context, root string, log io.Writer) error {
	if err := goCommand(ctx, root, log, log, "build", "./mllib/..."); err != nil {
		return fmt.Errorf("go build ./mllib/...: %w", err)
	}
	return nil
}

// goCommand runs go in a folder, outside of workspaces.
func goCommand(ctx context.Context, dir string, out, errs io.Writer, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, errs
	cmd.Env = append(os.Environ(), "GOWORK=off")
	return runGroup(ctx, cmd)
}

// runGroup runs a command of the context. If that ends, so do the command and all that
// it has started, and the error is the context's. Ctrl-C in the terminal reaches the
// command only that way: it would end before we know why.
func runGroup(ctx context.Context, cmd *exec.Cmd) error {
	cmd.WaitDelay = stopGrace
	ownGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }
	err := cmd.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// environment returns the kernel's environment: hooks and goimports on PATH, fast
// links, the module's workspace, temporary files in the folder of the hooks.
func (t Tools) environment(h hooks) []string {
	path := strings.Join([]string{h.bin(), filepath.Dir(t.GoImports), os.Getenv("PATH")}, string(os.PathListSeparator))
	return append(os.Environ(),
		"PATH="+path,
		"BASH_ENV="+h.env(),
		"GOFLAGS="+KernelGoFlags,
		"GOWORK=", // the kernel makes its own go.work; GOWORK=off would hide it
		"TMPDIR="+h.dir,
	)
}

// KernelGoFlags is GOFLAGS for compiling cells: no debug information, which
// halves the time to link one, and none of the reader's flags, some of which
// (-mod=mod) a workspace does not allow.
const KernelGoFlags = "-ldflags=-w"

// lastLine returns the last line of s that is not blank.
func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}
