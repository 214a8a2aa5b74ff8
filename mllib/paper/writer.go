package paper

import "ml3/mllib/tidy"

// writer collects the rows of one seed of an experiment.
type writer struct {
	experiment string
	seed       uint64
	table      tidy.Table
}

func newWriter(experiment string, seed uint64) *writer {
	return &writer{experiment: experiment, seed: seed}
}

func (w *writer) add(method, task string, step int, metric string, value float64) {
	w.table = append(w.table, tidy.Row{Experiment: w.experiment, Method: method, Seed: w.seed, Task: task, Step: step, Metric: metric, Value: value})
}

// curve adds one row for each step, from 0.
func (w *writer) curve(method, task, metric string, values []float64) {
	for step, v := range values {
		w.add(method, task, step, metric, v)
	}
}
