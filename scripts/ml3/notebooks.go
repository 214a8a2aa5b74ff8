package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"ml3/mllib/files"
	"ml3/scripts/ml3/notebook"
)

// notebookOptions are the flags of ml3 notebooks.
type notebookOptions struct {
	check   bool
	timeout time.Duration
}

func (a *app) notebooksCommand() *cobra.Command {
	var o notebookOptions
	c := &cobra.Command{
		Use:   "notebooks [file...]",
		Short: "Execute the notebooks and store their outputs",
		Long: `Execute notebooks without Jupyter, all of the folder notebooks by default, and
store their outputs in the files. A cell that does not compile, panics, fails a
test or has a failing shell line is an error, and its file stays as it is; so it
does if it was saved while it ran. A cell tagged raises-exception may fail, one
tagged skip-execution is left alone. Cells read an empty input and may print 16 MB.`,
		Example: `  ml3 notebooks
  ml3 notebooks notebooks/01_sine_regression.ipynb
  ml3 notebooks --check`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"ipynb"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(c *cobra.Command, files []string) error {
			return a.notebooks(c.Context(), files, o)
		},
	}
	c.Flags().BoolVar(&o.check, "check", false, "execute and compare with the stored outputs, but store nothing")
	c.Flags().DurationVar(&o.timeout, "timeout", 10*time.Minute, "the `time` a cell may take")
	return c
}

// notebooks executes the files one after the other. One that fails does not
// keep the others from running; the errors are joined.
func (a *app) notebooks(ctx context.Context, files []string, o notebookOptions) error {
	if o.timeout <= 0 {
		return fmt.Errorf("--timeout %s: a cell needs some time", o.timeout)
	}
	if len(files) == 0 {
		folder := filepath.Join(a.root, "notebooks")
		files, _ = filepath.Glob(filepath.Join(globEscape(folder), "*.ipynb")) // sorted; the pattern is well-formed
		if len(files) == 0 {
			return fmt.Errorf("no notebook in %s", folder)
		}
	}
	for _, file := range files { // nothing runs if one cannot be read
		if _, _, err := readNotebook(file); err != nil {
			return err
		}
	}
	tools, err := a.prepareKernel(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, file := range files {
		err := a.execNotebook(ctx, tools, file, o)
		if ctx.Err() != nil {
			return cmp.Or(err, ctx.Err())
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", a.relative(file), err))
		}
	}
	return errors.Join(failed...)
}

// notebookBytes bounds a notebook file.
const notebookBytes = 256 << 20

// readNotebook reads a notebook file, and also returns its bytes.
func readNotebook(file string) (*notebook.File, []byte, error) {
	data, err := files.Read(file, notebookBytes)
	if err != nil {
		return nil, nil, err
	}
	f, err := notebook.Parse(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	return f, data, nil
}

// execNotebook executes one notebook in a kernel of its own, in the
// notebook's folder, and stores it unless told not to.
func (a *app) execNotebook(ctx context.Context, tools notebook.Tools, file string, o notebookOptions) error {
	f, before, err := readNotebook(file)
	if err != nil {
		return err
	}
	k, err := notebook.Start(ctx, tools, a.root, filepath.Dir(file))
	if err != nil {
		return err
	}
	defer k.Close()
	start := time.Now()
	name, total := filepath.Base(file), len(f.Code())
	done := a.working(fmt.Sprintf("%s  cell 1 of %d", name, total))
	err = k.Run(ctx, f, notebook.Options{
		Timeout: o.timeout, Root: a.root,
		Progress: func(cell, total int, spent time.Duration) {
			done()
			fmt.Fprintf(a.progress, "%s  cell %d of %d  %.1f s\n", name, cell, total, spent.Seconds())
			done = a.working(fmt.Sprintf("%s  cell %d of %d", name, min(cell+1, total), total))
		},
	})
	done()
	if err != nil {
		return err
	}
	fmt.Fprintf(a.progress, "%s  done in %.1f s\n", filepath.Base(file), time.Since(start).Seconds())
	if o.check {
		return stale(f, before, file)
	}
	after, err := f.Bytes()
	if err != nil {
		return err
	}
	return replace(file, before, after)
}

// replace writes a file that must still be what it was before: what somebody has saved
// meanwhile is not lost.
func replace(file string, before, after []byte) error {
	if err := unchanged(file, before); err != nil || bytes.Equal(before, after) {
		return err
	}
	return files.WriteAtomic(file, func(w io.Writer) error {
		if _, err := w.Write(after); err != nil {
			return err
		}
		return unchanged(file, before) // once more, as late as can be
	})
}

// unchanged checks that a file is what it was.
func unchanged(file string, before []byte) error {
	now, err := files.Read(file, notebookBytes)
	if err != nil {
		return fmt.Errorf("it was removed or replaced while it ran, so its outputs are not stored: %w", err)
	}
	if !bytes.Equal(now, before) {
		return errors.New("it was saved by another program while it ran, so it stays as it is now and the outputs are not stored: run it again")
	}
	return nil
}

// stale is the error of a file whose stored outputs are not what its cells print now.
func stale(executed *notebook.File, before []byte, file string) error {
	stored, err := notebook.Parse(before)
	if err != nil {
		return err
	}
	if cells := executed.Stale(stored); len(cells) > 0 {
		return fmt.Errorf("the stored outputs of the code cells %v are not what they print now; store them with ml3 notebooks %s", cells, filepath.Base(file))
	}
	return nil
}

// globEscape quotes what has a meaning in patterns of filepath.Glob.
func globEscape(path string) string {
	var b []byte
	for i := range len(path) {
		switch path[i] {
		case '*', '?', '[', '\\':
			if filepath.Separator != '\\' {
				b = append(b, '\\')
			}
		}
		b = append(b, path[i])
	}
	return string(b)
}
