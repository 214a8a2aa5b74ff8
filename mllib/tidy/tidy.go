// Package tidy holds results as long tables: one measurement a row.
package tidy

// Row is one measurement.
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
