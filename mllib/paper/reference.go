package paper

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"ml3/mllib/files"
	"ml3/mllib/tidy"
)

// theirs says where a curve of the authors' code is, in the folder
// reference/pytorch/curves of the data, and which rows it becomes: the values of
// the column, or of <column>0, <column>1, … one for each seed if it ends in "#",
// against the steps in the column step, or the lines' numbers from 0 if that is "".
type theirs struct {
	file, step, column   string
	method, task, metric string
	// index gives the step of what the step column says; nil if it says it itself.
	index func(at float64) int
}

// Bounds of a file of curves.
const (
	curveBytes = 1 << 20
	curveStep  = 1e9
)

// readCurves returns the authors' curves as rows.
func readCurves(data, experiment string, curves []theirs) (tidy.Table, error) {
	var t tidy.Table
	for _, c := range curves {
		path := filepath.Join(data, "reference", "pytorch", "curves", c.file)
		f, err := files.Open(path, curveBytes)
		if err != nil {
			return nil, err
		}
		rows, err := c.read(f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for _, r := range rows {
			r.Experiment, r.Method, r.Task, r.Metric = experiment, c.method, c.task, c.metric
			t = append(t, r)
		}
	}
	return t, nil
}

// read reads seed, step and value of every row.
func (c theirs) read(r io.Reader) (tidy.Table, error) {
	records, err := csv.NewReader(io.LimitReader(r, curveBytes)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(records) < 2 {
		return nil, fmt.Errorf("no data")
	}
	step := -1
	seeds := map[int]uint64{} // of the columns
	for i, name := range records[0] {
		number, numbered := strings.CutPrefix(name, strings.TrimSuffix(c.column, "#"))
		seed, err := strconv.ParseUint(number, 10, 32)
		switch {
		case name == c.step && c.step != "":
			step = i
		case name == c.column:
			seeds[i] = 0
		case strings.HasSuffix(c.column, "#") && numbered && err == nil:
			seeds[i] = seed
		}
	}
	if len(seeds) == 0 || step < 0 && c.step != "" {
		return nil, fmt.Errorf("line 1 has no columns %q and %q among %q", c.step, c.column, records[0])
	}
	var t tidy.Table
	for line, rec := range records[1:] {
		at := float64(line)
		if step >= 0 {
			if at, err = number(rec[step], curveStep); err != nil {
				return nil, fmt.Errorf("line %d: %s %w", line+2, c.step, err)
			}
		}
		for i := range rec {
			seed, ok := seeds[i]
			if !ok {
				continue
			}
			v, err := number(rec[i], math.MaxFloat64)
			if err != nil {
				return nil, fmt.Errorf("line %d: %s %w", line+2, records[0][i], err)
			}
			t = append(t, tidy.Row{Seed: seed, Step: c.stepOf(at), Value: v})
		}
	}
	return t, nil
}

func (c theirs) stepOf(at float64) int {
	if c.index != nil {
		return c.index(at)
	}
	return int(at)
}

// number is a finite number of at most the given size.
func number(s string, most float64) (float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !(math.Abs(x) <= most) {
		return 0, fmt.Errorf("%q is no finite number of size at most %g", s, most)
	}
	return x, nil
}
