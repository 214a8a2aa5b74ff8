package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// app is what the commands share. Tests make their own, with small experiments.
type app struct {
	experiments []paper.Experiment
	// draw makes the figures of an experiment's table in the folder dir.
	draw func(experiment string, t tidy.Table, dir string) error
	// drawOthers makes the figures that need no table.
	drawOthers func(dir string) error
	out        io.Writer // results that were asked for
	progress   io.Writer // what is going on
	terminal   bool      // whether progress is a terminal
	root       string    // the clone; found before a command runs if empty
}

// Exit statuses of the command.
const (
	statusOK            = 0
	statusNotReproduced = 1   // ml3 claims: at least one claim is not reproduced
	statusError         = 2   // one line on stderr says what is wrong
	statusInterrupted   = 130 // Ctrl-C
)

// errNotReproduced makes the exit status tell that a claim is not reproduced.
var errNotReproduced = errors.New("a claim is not reproduced")

// execute runs the command line args and returns the exit status.
func (a *app) execute(ctx context.Context, args []string, stderr io.Writer) int {
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetOut(a.out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return statusOK
	case errors.Is(err, errNotReproduced):
		return statusNotReproduced
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "ml3: interrupted; the files of unfinished work are as they were before")
		return statusInterrupted
	}
	for _, e := range split(err) {
		fmt.Fprintln(stderr, "ml3:", strings.Join(strings.Fields(e.Error()), " "))
	}
	return statusError
}

// split returns the errors that errors.Join has joined: each gets a line of its own.
func split(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// rootCommand assembles the command line.
func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "ml3",
		Short: "Recompute and plot Meta Learning via Learned Loss",
		Long: `Recompute, plot and judge the experiments of "Meta Learning via Learned Loss" (ML3).

Results are tables in data/results, figures are drawn from them into figures/.
The stored ones were computed at the paper's size (--profile paper); a quick run
takes seconds and writes to data/results/quick and figures/quick instead.`,
		Example: `  ml3 run                         all experiments, quick
  ml3 run sine --profile paper    one experiment at the paper's size
  ml3 claims                      what the stored results say about the paper
  ml3 jupyter                     read the notebooks`,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return a.findRoot()
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w; %s --help lists the flags", err, c.CommandPath())
	})
	root.AddCommand(a.runCommand(), a.listCommand(), a.figuresCommand(), a.claimsCommand(),
		a.mnistCommand(), a.notebooksCommand(), a.jupyterCommand(), a.kernelCommand())
	return root
}

// findRoot walks up from the working directory to the module's go.mod.
func (a *app) findRoot() error {
	if a.root != "" {
		return nil
	}
	start, err := os.Getwd()
	if err != nil {
		return err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && slices.Contains(strings.Split(string(data), "\n"), "module ml3") {
			a.root = dir
			return nil
		}
		if dir == filepath.Dir(dir) {
			return fmt.Errorf("%s is not inside a clone of ml3 (no go.mod of module ml3 here or above): change into the clone", start)
		}
	}
}

// lookup returns the named experiments in the order of the paper, or all.
func (a *app) lookup(names []string) ([]paper.Experiment, error) {
	if len(names) == 0 {
		return a.experiments, nil
	}
	var known []string
	for _, e := range a.experiments {
		known = append(known, e.Name)
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return nil, fmt.Errorf("unknown experiment %q; known: %s", n, strings.Join(known, ", "))
		}
	}
	var chosen []paper.Experiment
	for _, e := range a.experiments {
		if slices.Contains(names, e.Name) {
			chosen = append(chosen, e)
		}
	}
	return chosen, nil
}

// completeExperiments offers the names of experiments to the shell.
func (a *app) completeExperiments(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, e := range a.experiments {
		names = append(names, e.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// relative shortens a path inside the clone for people.
func (a *app) relative(path string) string {
	if r, err := filepath.Rel(a.root, path); err == nil && !strings.HasPrefix(r, "..") {
		return r
	}
	return path
}
