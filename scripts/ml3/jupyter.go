package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"ml3/scripts/ml3/notebook"
)

func (a *app) jupyterCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "jupyter [-- flags of Jupyter]",
		Short: "Open the notebooks in your Jupyter, with our Go kernel",
		Long: `Open the folder notebooks in JupyterLab or Jupyter Notebook, whichever there is,
with the Go kernel that go.mod pins. Nothing is installed. Ctrl-C ends it.`,
		Example: `  ml3 jupyter
  ml3 jupyter -- --no-browser --port 9000`,
		RunE: func(c *cobra.Command, args []string) error {
			if c.ArgsLenAtDash() != 0 && len(args) > 0 {
				return fmt.Errorf("unexpected argument %q; write flags of Jupyter after --", args[0])
			}
			return a.jupyter(c.Context(), args)
		},
	}
}

// jupyter runs the reader's Jupyter in the notebooks folder until it ends.
func (a *app) jupyter(ctx context.Context, flags []string) error {
	command, err := findJupyter(ctx)
	if err != nil {
		return err
	}
	if _, err := a.prepareKernel(ctx); err != nil {
		return err
	}
	done := a.working("compiling what cells import")
	err = notebook.Compile(ctx, a.root, a.progress)
	done()
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	command = append(command, flags...)
	fmt.Fprintln(a.progress, "starting", command[0])
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // ends its kernels, too
	cmd.WaitDelay = 10 * time.Second
	cmd.Dir = filepath.Join(a.root, "notebooks")
	cmd.Env = append(os.Environ(), "JUPYTER_PATH="+jupyterPath(a.root, os.Getenv("JUPYTER_PATH")))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, a.out, a.stderr()
	if err := cmd.Run(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("%s: %w", command[0], err)
	}
	return nil // Ctrl-C is how one leaves Jupyter
}

// jupyterPath puts the clone's kernel before the folders of the reader.
func jupyterPath(root, before string) string {
	ours := filepath.Join(root, "scripts", "jupyter")
	if before == "" {
		return ours
	}
	return ours + string(os.PathListSeparator) + before
}

// findJupyter returns the command that starts JupyterLab or, if there is none,
// Jupyter Notebook.
func findJupyter(ctx context.Context) ([]string, error) {
	for _, name := range []string{"jupyter-lab", "jupyter-notebook"} {
		if path, err := exec.LookPath(name); err == nil {
			return []string{path}, nil
		}
	}
	if path, err := exec.LookPath("jupyter"); err == nil {
		for _, sub := range []string{"lab", "notebook"} {
			if exec.CommandContext(ctx, path, sub, "--version").Run() == nil {
				return []string{path, sub}, nil
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
		}
	}
	return nil, errors.New("no Jupyter on PATH: install it with `pipx install jupyterlab`, or run the notebooks without it: ml3 notebooks")
}
