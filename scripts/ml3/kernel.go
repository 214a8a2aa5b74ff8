package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"ml3/mllib/files"
	"ml3/scripts/ml3/notebook"
)

// The kernel as Jupyter knows it; the notebooks name both.
const (
	kernelName    = "ml3"
	kernelDisplay = "Go (ML3)"
)

func (a *app) kernelCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "kernel",
		Short: "Tell Jupyter about the Go kernel of this clone",
		Long: `Tell Jupyter about the Go kernel of this clone, so that JupyterLab, Jupyter
Notebook and VS Code list it as "Go (ML3)". The kernel is GoNB at the version
that go.mod pins; nothing but Go need be installed for it.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(
		&cobra.Command{
			Use: "install", Short: "Write the kernel to Jupyter's data folder", Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				fmt.Fprintln(a.progress, "preparing the kernel (the first time takes a minute)")
				if _, err := notebook.FindTools(c.Context(), a.root); err != nil {
					return err
				}
				return a.installKernel()
			},
		},
		&cobra.Command{
			Use: "uninstall", Short: "Remove it from there", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error { return a.uninstallKernel() },
		})
	return c
}

// installKernel writes the kernel of this clone to Jupyter's data folder.
func (a *app) installKernel() error {
	dir, err := kernelFolder()
	if err != nil {
		return err
	}
	goDir := ""
	if path, err := exec.LookPath("go"); err == nil {
		goDir = filepath.Dir(path)
	}
	spec, err := kernelSpec(a.root, goDir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot install the kernel: %w; set JUPYTER_DATA_DIR to another folder", err)
	}
	if err := files.WriteAtomic(filepath.Join(dir, "kernel.json"), func(w io.Writer) error {
		_, err := w.Write(spec)
		return err
	}); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s of %s is installed in %s\n", kernelDisplay, a.root, dir)
	return nil
}

// uninstallKernel removes what installKernel has written.
func (a *app) uninstallKernel() error {
	dir, err := kernelFolder()
	if err != nil {
		return err
	}
	if !exists(filepath.Join(dir, "kernel.json")) {
		return fmt.Errorf("no kernel %s in %s: nothing to remove", kernelName, filepath.Dir(dir))
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "removed %s\n", dir)
	return nil
}

// kernelFolder is where Jupyter looks for our kernel in the reader's data
// folder (jupyter_core.paths.jupyter_data_dir).
func kernelFolder() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("cannot find Jupyter's data folder: %w; set JUPYTER_DATA_DIR", err)
	}
	return filepath.Join(jupyterData(runtime.GOOS, home, os.Getenv), "kernels", kernelName), nil
}

// jupyterData returns Jupyter's data folder on an operating system.
func jupyterData(goos, home string, env func(string) string) string {
	switch {
	case env("JUPYTER_DATA_DIR") != "":
		return env("JUPYTER_DATA_DIR")
	case goos == "darwin":
		return filepath.Join(home, "Library", "Jupyter")
	case goos == "windows" && env("APPDATA") != "":
		return filepath.Join(env("APPDATA"), "jupyter")
	case env("XDG_DATA_HOME") != "":
		return filepath.Join(env("XDG_DATA_HOME"), "jupyter")
	}
	return filepath.Join(home, ".local", "share", "jupyter")
}

// kernelSpec returns a kernel.json for the clone in the folder root, or, if
// root is empty, for whichever clone the notebook is in. goDir, if not empty,
// is searched for the go command after PATH: programs that are not started
// from a shell often do not have it there.
//
// The tools come from `go tool`, so that their versions are those of go.mod.
// Jupyter starts the kernel in the notebook's folder, where it must stay.
func kernelSpec(root, goDir string) ([]byte, error) {
	lines := []string{
		`root=$(dirname "$(GOWORK=off go env GOMOD)")`,
		`gonb=$(cd "$root" && GOWORK=off go tool -n gonb) && imports=$(cd "$root" && GOWORK=off go tool -n goimports) || exit 1`,
		`set -- -kernel "$0" -raw_error -logtostderr=false -log_file=/dev/null -stderrthreshold=FATAL`,
		`case $root in *[,\\]*) ;; *) set -- "$@" -go_work "$root" ;; esac`,
		`PATH=$(dirname "$imports"):$PATH GOFLAGS=` + notebook.KernelGoFlags + ` GOWORK= exec "$gonb" "$@"`,
	}
	if root != "" {
		lines[0] = "root=" + quote(root)
	}
	if goDir != "" {
		lines = append([]string{"PATH=$PATH:" + quote(goDir)}, lines...)
	}
	var spec bytes.Buffer
	enc := json.NewEncoder(&spec)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(map[string]any{
		"argv":           []string{"/bin/sh", "-c", strings.Join(lines, "\n"), "{connection_file}"},
		"display_name":   kernelDisplay,
		"language":       "go",
		"interrupt_mode": "message",
	})
	return spec.Bytes(), err
}

// quote makes s one word of the shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
