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
// fails a test, exits with a status other than 0, has a failing shell line, or
// takes longer than the timeout; f is then not to be written.
func (k *Kernel) Run(ctx context.Context, f *File, o Options) error {
	out := &outputs{
		cells: map[string]*cellOutput{}, displays: map[string][]map[string]any{},
		clean: cleaner(k.dir, o.Root),
	}
	cells := f.Code()
	results := make([]*cellOutput, len(cells))
	counts := make([]int, len(cells))
	for i, c := range cells {
		if strings.TrimSpace(c.Source()) == "" {
			continue
		}
		start := time.Now()
		id := newID()
		results[i] = &cellOutput{}
		out.cells[id] = results[i]
		count, why, err := k.execute(ctx, id, c.Source(), out, o.Timeout)
		if err != nil {
			return fmt.Errorf("cell [%d] (%s): %w", i+1, firstLine(c.Source()), err)
		}
		if why != "" {
			return &CellError{Cell: i + 1, Code: firstLine(c.Source()), Why: out.clean(why)}
		}
		counts[i] = count
		if o.Progress != nil {
			o.Progress(i+1, len(cells), time.Since(start))
		}
	}
	k.drain(out)
	for i, c := range cells {
		if results[i] == nil {
			c.clear()
			continue
		}
		c.Store(counts[i], out.stored(results[i]))
	}
	f.SetLanguage(k.language)
	return nil
}

// execute runs one cell and returns its execution count and, if it failed, why.
func (k *Kernel) execute(ctx context.Context, id, code string, out *outputs, timeout time.Duration) (count int, why string, err error) {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	reply, err := k.request(limited, id, "execute_request", map[string]any{
		"code": code, "silent": false, "store_history": true, "allow_stdin": false,
		"stop_on_error": true, "user_expressions": map[string]any{},
	}, out.add)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return 0, fmt.Sprintf("not finished after %s; allow more with --timeout", timeout), nil
	}
	if err != nil {
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
	cell := out.cells[id]
	switch {
	case result.Status != "ok":
		return 0, explain(result.Value, result.Trace, cell.text("stdout"), cell.text("stderr")), nil
	case cell.shell != "" && hasCommand(code):
		return 0, cell.shell, nil
	}
	return result.Count, "", nil
}

// drain collects output that arrives after the last cell has ended.
func (k *Kernel) drain(out *outputs) {
	end := time.After(late)
	for {
		select {
		case m := <-k.published:
			out.add(m)
		case <-end:
			return
		}
	}
}

// clear marks a cell as never executed.
func (c Cell) clear() {
	c.fields["execution_count"] = nil
	c.fields["outputs"] = []any{}
}

// firstLine returns the first line of code that is not blank, shortened.
func firstLine(code string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(code), "\n")
	if r := []rune(line); len(r) > 50 {
		return string(r[:49]) + "…"
	}
	return line
}
