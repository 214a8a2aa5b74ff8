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

	"ml3/mllib/fig"
	"ml3/mllib/files"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
	"ml3/scripts/ml3/store"
)

// app is what the commands share. Tests make their own, with small experiments.
type app struct {
	experiments []paper.Experiment
	// draw makes the figures of an experiment's tables.
	draw func(ctx context.Context, experiment string, rows, pictures tidy.Table, o fig.Output) error
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
	out := &checked{w: a.out}
	defer func(w io.Writer) { a.out = w }(a.out)
	a.out = out
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if out.err != nil && (err == nil || errors.Is(err, errNotReproduced)) {
		err = fmt.Errorf("cannot write the output: %w", out.err)
	}
	switch {
	case err == nil:
		return statusOK
	case errors.Is(err, errNotReproduced):
		return statusNotReproduced
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "ml3: interrupted; all files are whole, and seeds that ml3 run has finished are not computed again")
		return statusInterrupted
	}
	for _, e := range split(err) {
		fmt.Fprintln(stderr, "ml3:", oneLine(e.Error()))
	}
	return statusError
}

// checked remembers that writing has failed, for those who do not look.
type checked struct {
	w   io.Writer
	err error
}

func (c *checked) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	if err != nil && c.err == nil {
		c.err = err
	}
	return n, err
}

// maxWord bounds a word of a message: a longer one repeats what somebody else wrote.
const maxWord = 300

// oneLine makes a message one line of words that can be read.
func oneLine(message string) string {
	words := strings.Fields(message)
	for i, w := range words {
		if r := []rune(w); len(r) > maxWord {
			words[i] = string(r[:maxWord/2]) + "…" + string(r[len(r)-maxWord/4:])
		}
	}
	return strings.Join(words, " ")
}

// split returns the errors that errors.Join has joined: each gets a line of its own.
func split(err error) []error {
	if err == nil {
		return nil
	}
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
  ml3 status                      what is stored, what is missing
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
	root.AddCommand(a.runCommand(), a.listCommand(), a.statusCommand(), a.figuresCommand(), a.claimsCommand(),
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
		data, err := files.Read(filepath.Join(dir, "go.mod"), 1<<20)
		if err == nil && isModule(string(data)) {
			a.root = dir
			return nil
		}
		if dir == filepath.Dir(dir) {
			return fmt.Errorf("%s is not inside a clone of ml3 (no go.mod of module ml3 here or above): change into the clone", start)
		}
	}
}

// isModule says whether a go.mod, with line ends of any system, is that of ml3.
func isModule(text string) bool {
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "module ml3" {
			return true
		}
	}
	return false
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
			return nil, fmt.Errorf("unknown experiment %q; known: %s", store.Clip(n), strings.Join(known, ", "))
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
