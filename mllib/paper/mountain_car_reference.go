package paper

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"ml3/mllib/tidy"
)

// carReference has the curves of the authors' code, seed 0: the task loss in
// meta-training, and the final distance at meta-test, which starts from the policy
// of meta-training.
func carReference(data string) (tidy.Table, error) {
	var t tidy.Table
	for _, c := range []struct{ file, column, method, task, metric string }{
		{"mountain_car_shaped_test.csv", "dist_last_state_to_goal", "reference", "released/policy of meta-training", "final distance"},
		{"mountain_car_plain_test.csv", "dist_last_state_to_goal", "reference without extra goal", "released/policy of meta-training", "final distance"},
		{"mountain_car_shaped_train_task_loss.csv", "task_loss", "reference", "released/meta-training", "task loss"},
		{"mountain_car_plain_train_task_loss.csv", "task_loss", "reference without extra goal", "released/meta-training", "task loss"},
	} {
		path := filepath.Join(data, "reference", "pytorch", "curves", c.file)
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		values, err := readColumn(f, c.column)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for step, v := range values {
			t = append(t, tidy.Row{Experiment: "mountain-car", Method: c.method, Task: c.task, Step: step, Metric: c.metric, Value: v})
		}
	}
	return t, nil
}

// readColumn reads the numbers below a heading of a CSV file, one for each step
// from 0 on.
func readColumn(r io.Reader, heading string) ([]float64, error) {
	const maxBytes = 1 << 20
	c := csv.NewReader(io.LimitReader(r, maxBytes))
	head, err := c.Read()
	if err != nil {
		return nil, fmt.Errorf("no heading: %w", err)
	}
	column := slices.Index(head, heading)
	if column < 0 {
		return nil, fmt.Errorf("line 1 has no column %q among %q", heading, head)
	}
	var values []float64
	for {
		record, err := c.Read()
		if err == io.EOF {
			return values, nil
		}
		if err != nil {
			return nil, err
		}
		x, err := strconv.ParseFloat(record[column], 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			line, _ := c.FieldPos(column)
			return nil, fmt.Errorf("line %d: %s %q is no finite number", line, heading, record[column])
		}
		values = append(values, x)
	}
}
