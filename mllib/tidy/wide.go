package tidy

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Wide reads a CSV file in which a curve is a column, as other programs write them:
// the values of Column, or of <column>0, <column>1, … one for each seed if it ends in
// "#", against the column Step, or the lines' numbers from 0 if that is "".
type Wide struct {
	Step, Column string
	// Index gives the step of what the step column says; nil if it says it itself.
	Index func(at float64) int
}

// Bounds of a wide file.
const (
	WideBytes = 1 << 20
	wideStep  = 1e9
)

// Read reads seed, step and value of every row; the other columns are empty. A file
// without the columns or with what is no finite number is an error with its line.
func (w Wide) Read(r io.Reader) (Table, error) {
	records, err := csv.NewReader(io.LimitReader(r, WideBytes)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(records) < 2 {
		return nil, fmt.Errorf("no data")
	}
	step := -1
	seeds := map[int]uint64{} // of the columns
	for i, name := range records[0] {
		number, numbered := strings.CutPrefix(name, strings.TrimSuffix(w.Column, "#"))
		seed, err := strconv.ParseUint(number, 10, 32)
		switch {
		case name == w.Step && w.Step != "":
			step = i
		case name == w.Column:
			seeds[i] = 0
		case strings.HasSuffix(w.Column, "#") && numbered && err == nil:
			seeds[i] = seed
		}
	}
	if len(seeds) == 0 || step < 0 && w.Step != "" {
		return nil, fmt.Errorf("line 1 has no columns %q and %q among %q", w.Step, w.Column, records[0])
	}
	var t Table
	for line, rec := range records[1:] {
		at := float64(line)
		if step >= 0 {
			if at, err = finiteNumber(rec[step], wideStep); err != nil {
				return nil, fmt.Errorf("line %d: %s %w", line+2, w.Step, err)
			}
		}
		for i := range rec {
			seed, ok := seeds[i]
			if !ok {
				continue
			}
			v, err := finiteNumber(rec[i], math.MaxFloat64)
			if err != nil {
				return nil, fmt.Errorf("line %d: %s %w", line+2, records[0][i], err)
			}
			t = append(t, Row{Seed: seed, Step: w.stepOf(at), Value: v})
		}
	}
	return t, nil
}

func (w Wide) stepOf(at float64) int {
	if w.Index != nil {
		return w.Index(at)
	}
	return int(at)
}

// finiteNumber is a finite number of at most the given size.
func finiteNumber(s string, most float64) (float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !(math.Abs(x) <= most) {
		return 0, fmt.Errorf("%q is no finite number of size at most %g", s, most)
	}
	return x, nil
}
