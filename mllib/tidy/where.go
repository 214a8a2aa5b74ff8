package tidy

import (
	"cmp"
	"maps"
	"slices"
)

// Filter says whether a row is wanted.
type Filter func(Row) bool

// Experiment keeps the rows of the named experiments.
func Experiment(names ...string) Filter {
	return func(r Row) bool { return slices.Contains(names, r.Experiment) }
}

// Method keeps the rows of the named methods.
func Method(names ...string) Filter {
	return func(r Row) bool { return slices.Contains(names, r.Method) }
}

// Seed keeps the rows of the given seeds.
func Seed(seeds ...uint64) Filter {
	return func(r Row) bool { return slices.Contains(seeds, r.Seed) }
}

// Task keeps the rows of the named tasks.
func Task(names ...string) Filter {
	return func(r Row) bool { return slices.Contains(names, r.Task) }
}

// Metric keeps the rows of the named metrics.
func Metric(names ...string) Filter {
	return func(r Row) bool { return slices.Contains(names, r.Metric) }
}

// Steps keeps the rows with first ≤ step ≤ last.
func Steps(first, last int) Filter {
	return func(r Row) bool { return first <= r.Step && r.Step <= last }
}

// Not keeps the rows that f drops.
func Not(f Filter) Filter {
	return func(r Row) bool { return !f(r) }
}

// Where returns the rows that every filter keeps, in the order they have.
func (t Table) Where(filters ...Filter) Table {
	var kept Table
rows:
	for _, r := range t {
		for _, f := range filters {
			if !f(r) {
				continue rows
			}
		}
		kept = append(kept, r)
	}
	return kept
}

// distinct returns the different values of a column, sorted.
func distinct[T cmp.Ordered](t Table, column func(Row) T) []T {
	set := map[T]bool{}
	for _, r := range t {
		set[column(r)] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// Experiments returns the names of the experiments, sorted.
func (t Table) Experiments() []string {
	return distinct(t, func(r Row) string { return r.Experiment })
}

// Methods returns the names of the methods, sorted.
func (t Table) Methods() []string { return distinct(t, func(r Row) string { return r.Method }) }

// Seeds returns the seeds, sorted.
func (t Table) Seeds() []uint64 { return distinct(t, func(r Row) uint64 { return r.Seed }) }

// Tasks returns the names of the tasks, sorted.
func (t Table) Tasks() []string { return distinct(t, func(r Row) string { return r.Task }) }

// Metrics returns the names of the metrics, sorted.
func (t Table) Metrics() []string { return distinct(t, func(r Row) string { return r.Metric }) }

// Steps returns the steps, sorted.
func (t Table) Steps() []int { return distinct(t, func(r Row) int { return r.Step }) }

// Series is one metric of one method on one task under one seed: Values[i] was
// measured at Steps[i], and the steps increase.
type Series struct {
	Experiment string
	Method     string
	Seed       uint64
	Task       string
	Metric     string
	Steps      []int
	Values     []float64
}

// Series splits t into its series, ordered by experiment, method, seed, task
// and metric.
func (t Table) Series() []Series {
	key := func(r Row) Row { r.Step, r.Value = 0, 0; return r }
	rows := t.Sorted()
	slices.SortStableFunc(rows, func(a, b Row) int { return compareKeys(key(a), key(b)) })
	var all []Series
	for i, r := range rows {
		if i == 0 || key(r) != key(rows[i-1]) {
			all = append(all, Series{Experiment: r.Experiment, Method: r.Method, Seed: r.Seed, Task: r.Task, Metric: r.Metric})
		}
		s := &all[len(all)-1]
		s.Steps = append(s.Steps, r.Step)
		s.Values = append(s.Values, r.Value)
	}
	return all
}

// Sample is what was measured at one step.
type Sample struct {
	Step   int
	Values []float64
}

// ByStep collects the values of each step, in the order of seed, then task, then
// the other columns; the steps increase. Filter method and metric first.
func (t Table) ByStep() []Sample {
	rows := t.Sorted()
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Seed, b.Seed), cmp.Compare(a.Task, b.Task))
	})
	var all []Sample
	for _, r := range rows {
		if len(all) == 0 || all[len(all)-1].Step != r.Step {
			all = append(all, Sample{Step: r.Step})
		}
		s := &all[len(all)-1]
		s.Values = append(s.Values, r.Value)
	}
	return all
}

// Last returns the rows of the greatest step of each series: where every run ended.
func (t Table) Last() Table {
	var last Table
	for _, s := range t.Series() {
		n := len(s.Steps) - 1
		last = append(last, Row{s.Experiment, s.Method, s.Seed, s.Task, s.Steps[n], s.Metric, s.Values[n]})
	}
	return last
}

// MeanOverTasks replaces the tasks of each experiment, method, seed, step and
// metric by one row with their mean, under the task name given.
func (t Table) MeanOverTasks(name string) Table {
	rows := t.Sorted()
	key := func(r Row) Row { r.Task, r.Value = name, 0; return r }
	slices.SortStableFunc(rows, func(a, b Row) int { return compareKeys(key(a), key(b)) })
	var means Table
	for i := 0; i < len(rows); {
		var values []float64
		k := key(rows[i])
		for ; i < len(rows) && key(rows[i]) == k; i++ {
			values = append(values, rows[i].Value)
		}
		k.Value = Mean(values)
		means = append(means, k)
	}
	return means
}

// PerSeed returns the seeds in order and the mean of each seed's rows. Filter
// first: one method, one metric, the step that matters.
func (t Table) PerSeed() (seeds []uint64, means []float64) {
	values := map[uint64][]float64{}
	for _, r := range t.Sorted() {
		values[r.Seed] = append(values[r.Seed], r.Value)
	}
	seeds = t.Seeds()
	for _, s := range seeds {
		means = append(means, Mean(values[s]))
	}
	return seeds, means
}
