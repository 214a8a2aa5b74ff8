package paper

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"ml3/mllib/tidy"
)

// referenceCurve says where a curve of the authors' code is and which rows it
// becomes: the columns <prefix>0, <prefix>1, … of the file, one for each seed, are
// the values at the step in its first column.
type referenceCurve struct {
	file, prefix         string
	method, task, metric string
}

// readReference returns the authors' curves as rows. They lie in
// reference/pytorch/curves below the data folder.
func readReference(data, experiment string, curves []referenceCurve) (tidy.Table, error) {
	var t tidy.Table
	for _, c := range curves {
		path := filepath.Join(data, "reference", "pytorch", "curves", c.file)
		rows, err := readCurve(path, c.prefix)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			r.Experiment, r.Method, r.Task, r.Metric = experiment, c.method, c.task, c.metric
			t = append(t, r)
		}
	}
	return t, nil
}

// readCurve reads seed, step and value from the columns with the prefix.
func readCurve(path, prefix string) (tidy.Table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(records) < 2 {
		return nil, fmt.Errorf("%s: no data", path)
	}
	var t tidy.Table
	for col, name := range records[0] {
		seed, err := strconv.ParseUint(strings.TrimPrefix(name, prefix), 10, 64)
		if !strings.HasPrefix(name, prefix) || err != nil {
			continue
		}
		for line, rec := range records[1:] {
			step, err := strconv.ParseFloat(rec[0], 64)
			value, err2 := strconv.ParseFloat(rec[col], 64)
			if err != nil || err2 != nil {
				return nil, fmt.Errorf("%s:%d: step %q or value %q is not a number", path, line+2, rec[0], rec[col])
			}
			t = append(t, tidy.Row{Seed: seed, Step: int(step), Value: value})
		}
	}
	if len(t) == 0 {
		return nil, fmt.Errorf("%s: no columns %s0, %s1, …", path, prefix, prefix)
	}
	return t, nil
}

// sineReference has the curves of the released code, five seeds.
func sineReference(data string) (tidy.Table, error) {
	const train, test = "released 100-10/train", "released 100-10/test [-5,5]"
	return readReference(data, "sine", []referenceCurve{
		{"per_seed_curves.csv", "ml3_s", "reference", train, "mse after 1 step"},
		{"per_seed_curves.csv", "reg_s", "reference task loss", train, "mse after 1 step"},
		{"per_seed_test_trace.csv", "ml3_s", "reference", test, "mse"},
		{"per_seed_test_trace.csv", "reg_s", "reference task loss", test, "mse"},
	})
}
