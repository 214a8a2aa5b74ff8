package notebook

import (
	"bytes"
	"context"
	"fmt"
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
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "tool", "-n", name)
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, &out, &errs
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("go tool -n %s: %w: %s", name, err, lastLine(errs.String()))
	}
	return strings.TrimSpace(out.String()), nil
}

// environment returns the kernel's environment: goimports on PATH, fast
// links, the module's workspace, temporary files in dir.
func (t Tools) environment(dir string) []string {
	path := filepath.Dir(t.GoImports) + string(os.PathListSeparator) + os.Getenv("PATH")
	return append(os.Environ(),
		"PATH="+path,
		"GOFLAGS="+KernelGoFlags,
		"GOWORK=", // the kernel makes its own go.work; GOWORK=off would hide it
		"TMPDIR="+dir,
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
