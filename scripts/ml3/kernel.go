package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

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
	var check bool
	install := &cobra.Command{
		Use: "install", Short: "Write the kernel to Jupyter's data folder",
		Long: `Write the kernel to Jupyter's data folder. With --check write nothing: see whether
the kernel that is installed is that of this clone, start it and run a cell.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if check {
				return a.checkKernel(c.Context())
			}
			if _, err := a.prepareKernel(c.Context()); err != nil {
				return err
			}
			return a.installKernel()
		},
	}
	install.Flags().BoolVar(&check, "check", false, "only see whether what is installed works")
	c.AddCommand(install, &cobra.Command{
		Use: "uninstall", Short: "Remove it from there, from any folder", Args: cobra.NoArgs,
		Annotations: map[string]string{anywhere: "yes"},
		RunE:        func(*cobra.Command, []string) error { return a.uninstallKernel() },
	})
	return c
}

// prepareKernel finds the programs of the kernel; Go compiles them the first time.
func (a *app) prepareKernel(ctx context.Context) (notebook.Tools, error) {
	done := a.working("preparing the kernel (the first time takes a minute)")
	defer done()
	return notebook.FindTools(ctx, a.root)
}

// installKernel writes the kernel of this clone to Jupyter's data folder.
func (a *app) installKernel() error {
	dir, err := kernelFolder()
	if err != nil {
		return err
	}
	content, err := a.kernelFiles()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot install the kernel: %w; set JUPYTER_DATA_DIR to another folder", err)
	}
	for name, data := range content {
		if err := files.WriteAtomic(filepath.Join(dir, name), func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		}); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.out, "%s of %s is installed in %s\n", kernelDisplay, a.root, dir)
	return nil
}

// kernelFiles are the files of the installed kernel by their names: how to start it, and
// its logos.
func (a *app) kernelFiles() (map[string][]byte, error) {
	goDir := ""
	if path, err := exec.LookPath("go"); err == nil {
		goDir = filepath.Dir(path)
	}
	spec, err := kernelSpec(a.root, goDir)
	if err != nil {
		return nil, err
	}
	content := map[string][]byte{"kernel.json": spec}
	for _, name := range []string{"logo-svg.svg", "logo-64x64.png", "logo-32x32.png"} {
		if content[name], err = files.Read(filepath.Join(a.root, "scripts", "jupyter", "kernels", kernelName, name), 1<<20); err != nil {
			return nil, fmt.Errorf("the clone is not whole: %w; git checkout scripts/jupyter restores it", err)
		}
	}
	return content, nil
}

// checkCell is what a kernel that works can do: compile a package of the clone and run it.
const checkCell = `{"cells": [
 {"cell_type": "code", "execution_count": null, "id": "a", "metadata": {}, "outputs": [], "source": "!*[ -f go.work ] || go work init . \"$(dirname \"$(cd \"$GONB_DIR\" && go env GOMOD)\")\"\n%noautoget"},
 {"cell_type": "code", "execution_count": null, "id": "b", "metadata": {}, "outputs": [], "source": "import \"ml3/mllib/ad\"\n\n%%\nif got := ad.Scalar(2).Item(); got != 2 {\n\tpanic(got)\n}"}
], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`

// checkKernel sees whether the kernel that Jupyter lists is that of this clone, and
// whether it runs cells.
func (a *app) checkKernel(ctx context.Context) error {
	dir, err := kernelFolder()
	if err != nil {
		return err
	}
	want, err := a.kernelFiles()
	if err != nil {
		return err
	}
	switch got, err := files.Read(filepath.Join(dir, "kernel.json"), 1<<20); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("no kernel %s in %s: install it with ml3 kernel install", kernelName, filepath.Dir(dir))
	case err != nil:
		return err
	case !bytes.Equal(got, want["kernel.json"]):
		return fmt.Errorf("%s is of another clone, another version of ml3 or another Go: ml3 kernel install replaces it", filepath.Join(dir, "kernel.json"))
	}
	tools, err := a.prepareKernel(ctx)
	if err != nil {
		return err
	}
	done := a.working("running a cell")
	defer done()
	cell, err := notebook.Parse([]byte(checkCell))
	if err != nil {
		return err
	}
	k, err := notebook.Start(ctx, tools, a.root, filepath.Join(a.root, "notebooks"))
	if err != nil {
		return err
	}
	defer k.Close()
	if err := k.Run(ctx, cell, notebook.Options{Timeout: 5 * time.Minute, Root: a.root}); err != nil {
		return fmt.Errorf("the kernel starts, but a cell fails: %w", err)
	}
	fmt.Fprintf(a.out, "%s in %s starts and runs cells of %s\n", kernelDisplay, dir, a.root)
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
