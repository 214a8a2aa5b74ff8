package tidy

import (
	"fmt"
	"slices"
	"strings"
)

// A task is named by what sets it apart, key=value/key=value…, such as
//
//	net=paper 40-40/split=meta-test/x=[-5,5]
//
// Keys are lower-case words; values have no slash.

// TaskOf names a task by its keys and values in turn. What is no key or no value
// panics.
func TaskOf(pairs ...string) string {
	if len(pairs) == 0 || len(pairs)%2 != 0 {
		panic(fmt.Sprintf("tidy: a task of the keys and values %q", pairs))
	}
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		parts = append(parts, pairs[i]+"="+pairs[i+1])
	}
	task := strings.Join(parts, "/")
	if _, err := ParseTask(task); err != nil {
		panic(err.Error())
	}
	return task
}

// ParseTask returns the keys of a task with their values.
func ParseTask(task string) (map[string]string, error) {
	values := map[string]string{}
	for part := range strings.SplitSeq(task, "/") {
		key, value, ok := strings.Cut(part, "=")
		if !ok || value == "" || !isKey(key) {
			return nil, fmt.Errorf("tidy: task %q: %q is not key=value with a key of lower-case letters", task, part)
		}
		if _, twice := values[key]; twice {
			return nil, fmt.Errorf("tidy: task %q has the key %s twice", task, key)
		}
		values[key] = value
	}
	return values, nil
}

func isKey(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool { return (c < 'a' || c > 'z') && c != '-' })
}

// TaskValue is the value of a key in a task's name, "" if it has none.
func TaskValue(task, key string) string {
	for part := range strings.SplitSeq(task, "/") {
		if k, v, ok := strings.Cut(part, "="); ok && k == key {
			return v
		}
	}
	return ""
}

// Has keeps the rows whose task has the key with one of the values, or with any if
// none is given.
func Has(key string, values ...string) Filter {
	return func(r Row) bool {
		v := TaskValue(r.Task, key)
		return v != "" && (len(values) == 0 || slices.Contains(values, v))
	}
}

// DivergedMetric is the metric of the rows that say that a run has diverged: the
// method, seed and task of the run, the step it got to, and 1 as the value. What
// would have been measured from there on has no rows.
const DivergedMetric = "diverged"

// Diverged returns the seeds, in order, with which a method diverged on a task or
// on a part of it (a task whose name goes on).
func (t Table) Diverged(method, task string) []uint64 {
	return t.Where(Metric(DivergedMetric), Method(method), func(r Row) bool {
		return r.Task == task || strings.HasPrefix(r.Task, task+"/")
	}).Seeds()
}
