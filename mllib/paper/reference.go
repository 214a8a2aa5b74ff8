package paper

import (
	"fmt"
	"path/filepath"

	"ml3/mllib/files"
	"ml3/mllib/tidy"
)

// theirs says where a curve of the authors' code is, in the folder
// reference/pytorch/curves of the data, and which rows it becomes.
type theirs struct {
	file                 string
	columns              tidy.Wide
	method, task, metric string
}

// readCurves returns the authors' curves as rows.
func readCurves(data, experiment string, curves []theirs) (tidy.Table, error) {
	var t tidy.Table
	for _, c := range curves {
		path := filepath.Join(data, "reference", "pytorch", "curves", c.file)
		f, err := files.Open(path, tidy.WideBytes)
		if err != nil {
			return nil, err
		}
		rows, err := c.columns.Read(f)
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
