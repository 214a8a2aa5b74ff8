// Package tidy holds results as long tables, one measurement a row: lossless CSV
// files, selections and groups, statistics over seeds, and gota dataframes.
//
// Every sum of the package runs from left to right over rows in sorted order, so
// a statistic has the same bits on every machine and however the rows arrived.
package tidy

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Row is one measurement. All fields but Value are its key: a table holds a key
// at most once.
type Row struct {
	Experiment string
	Method     string
	Seed       uint64
	Task       string
	Step       int
	Metric     string
	Value      float64
}

// Table is a list of measurements.
type Table []Row

// compareKeys orders rows by experiment, method, seed, task, step and metric.
func compareKeys(a, b Row) int {
	return cmp.Or(
		cmp.Compare(a.Experiment, b.Experiment),
		cmp.Compare(a.Method, b.Method),
		cmp.Compare(a.Seed, b.Seed),
		cmp.Compare(a.Task, b.Task),
		cmp.Compare(a.Step, b.Step),
		cmp.Compare(a.Metric, b.Metric))
}

// Sorted returns the rows ordered by the columns from left to right: text by
// bytes, seed, step and value as numbers.
func (t Table) Sorted() Table {
	s := slices.Clone(t)
	slices.SortStableFunc(s, func(a, b Row) int {
		return cmp.Or(compareKeys(a, b), cmp.Compare(a.Value, b.Value))
	})
	return s
}

// Check reports the first row that a file cannot hold: NaN or Inf, a text that is
// empty, longer than 200 bytes, not UTF-8, has control characters or says NaN
// (which gota takes for a missing value), or a key that occurs twice.
func (t Table) Check() error {
	for i, r := range t {
		if err := r.check(); err != nil {
			return fmt.Errorf("tidy: row %d (%v): %w", i, r.key(), err)
		}
	}
	return t.Sorted().checkKeys()
}

// checkKeys wants t sorted and reports a key that occurs twice.
func (t Table) checkKeys() error {
	for i := 1; i < len(t); i++ {
		if compareKeys(t[i-1], t[i]) == 0 {
			return fmt.Errorf("tidy: %v is measured twice: %v and %v", t[i].key(), t[i-1].Value, t[i].Value)
		}
	}
	return nil
}

// maxText bounds a text field, in bytes.
const maxText = 200

// check reports why a file cannot hold r.
func (r Row) check() error {
	if math.IsNaN(r.Value) || math.IsInf(r.Value, 0) {
		return fmt.Errorf("value %v is not finite; record a diverged run as such, not by its value", r.Value)
	}
	texts := [...]string{r.Experiment, r.Method, r.Task, r.Metric}
	for i, column := range [...]string{"experiment", "method", "task", "metric"} {
		if err := checkText(texts[i]); err != nil {
			return fmt.Errorf("%s %w", column, err)
		}
	}
	return nil
}

func checkText(s string) error {
	switch {
	case s == "":
		return fmt.Errorf("is empty")
	case s == "NaN":
		return fmt.Errorf("is NaN, which dataframes take for a missing value")
	case len(s) > maxText:
		return fmt.Errorf("has %d bytes, more than %d", len(s), maxText)
	case !utf8.ValidString(s):
		return fmt.Errorf("%q is not UTF-8", s)
	}
	for _, c := range s {
		if unicode.IsControl(c) {
			return fmt.Errorf("%q has a control character", s)
		}
	}
	return nil
}

// key names a row in errors.
func (r Row) key() string {
	return fmt.Sprintf("%s, %s, seed %d, %s, step %d, %s", r.Experiment, r.Method, r.Seed, r.Task, r.Step, r.Metric)
}
