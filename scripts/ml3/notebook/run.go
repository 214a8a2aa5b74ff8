package notebook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// late is how long to wait, after the last cell, for output on its way.
const late = 100 * time.Millisecond

// Options say how to run a notebook.
type Options struct {
	Timeout  time.Duration                              // of each cell
	Root     string                                     // the clone, whose path is kept out of the outputs
	Progress func(cell, total int, spent time.Duration) // after each cell; may be nil
}

// CellError is a cell that failed.
type CellError struct {
	Cell int    // as numbered by Jupyter: code cells from 1
	Code string // its first line
	Why  string // one line
}

// Error implements error.
func (e *CellError) Error() string { return fmt.Sprintf("cell [%d] (%s): %s", e.Cell, e.Code, e.Why) }

// Run executes the code cells in order and stores their outputs in f. It
// stops with a *CellError at the first cell that does not compile, panics,
// fails a test, exits with a status other than 0, has a failing shell line,
// takes longer than the timeout, or has more than 16 MB of output; f is then not to be
// written. As in nbclient, a cell tagged raises-exception may fail in the first ways,
// and one tagged skip-execution is left as it is.
func (k *Kernel) Run(ctx context.Context, f *File, o Options) error {
	out := &outputs{
		cells: map[string]*cellOutput{}, displays: map[string][]display{},
		clean: cleaner(k.dir, o.Root),
	}
	cells := f.Code()
	results := make([]*cellOutput, len(cells))
	counts := make([]int, len(cells))
	for i, c := range cells {
		if strings.TrimSpace(c.source) == "" || c.tagged(tagSkip) {
			continue
		}
		start := time.Now()
		id := newID()
		results[i] = &cellOutput{}
		out.cells[id] = results[i]
		count, why, err := k.execute(ctx, id, c, out, o.Timeout)
		if err != nil {
			return fmt.Errorf("cell [%d] (%s): %w", i+1, firstLine(c.source), err)
		}
		if why != "" {
			return &CellError{Cell: i + 1, Code: firstLine(c.source), Why: out.clean(why)}
		}
		counts[i] = count
		if o.Progress != nil {
			o.Progress(i+1, len(cells), time.Since(start))
		}
	}
	if err := k.drain(out); err != nil {
		return fmt.Errorf("after the last cell: %w", err)
	}
	for i, c := range cells {
		switch {
		case results[i] != nil:
			c.Store(counts[i], out.stored(results[i]))
		case !c.tagged(tagSkip):
			c.clear()
		}
	}
	f.SetLanguage(k.language)
	return nil
}

// execute runs one cell and returns its execution count and, if it failed and must not,
// why.
func (k *Kernel) execute(ctx context.Context, id string, c *Cell, out *outputs, timeout time.Duration) (count int, why string, err error) {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	reply, err := k.request(limited, id, "execute_request", map[string]any{
		"code": through(k.hooks.script(), c.source), "silent": false, "store_history": true, "allow_stdin": false,
		"stop_on_error": true, "user_expressions": map[string]any{},
	}, out.add)
	switch {
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return 0, fmt.Sprintf("not finished after %s; allow more with --timeout", timeout), nil
	case errors.Is(err, errOutput):
		return 0, err.Error(), nil
	case err != nil:
		return 0, "", err
	}
	var result struct {
		Status string   `json:"status"`
		Count  int      `json:"execution_count"`
		Value  string   `json:"evalue"`
		Trace  []string `json:"traceback"`
	}
	if err := json.Unmarshal(reply.content, &result); err != nil {
		return 0, "", fmt.Errorf("execute_reply: %w", err)
	}
	statuses, err := k.hooks.take()
	if err != nil {
		return 0, "", err
	}
	cell := out.cells[id]
	if result.Status != "ok" {
		why = explain(result.Value, result.Trace, cell.text("stdout"), cell.text("stderr"))
	} else {
		why = failure(commandsOf(c.source), statuses, cell.stderr)
	}
	if c.tagged(tagRaises) {
		why = ""
	}
	return result.Count, why, nil
}

// drain collects output that arrives after the last cell has ended.
func (k *Kernel) drain(out *outputs) error {
	end := time.After(late)
	for {
		select {
		case m := <-k.published:
			if err := out.add(m); err != nil {
				return err
			}
		case <-end:
			return nil
		}
	}
}

// firstLine returns the first line of code that is not blank, shortened.
func firstLine(code string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(code), "\n")
	if r := []rune(line); len(r) > 50 {
		return string(r[:49]) + "…"
	}
	return line
}
