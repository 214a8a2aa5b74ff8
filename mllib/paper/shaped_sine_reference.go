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

// shapedSineReference has the landscapes that the authors' code learned, seed 0,
// ν = 0.5.
func shapedSineReference(data string) (tidy.Table, error) {
	var t tidy.Table
	for _, c := range []struct{ file, method string }{
		{"shaped_sine_landscape_True.csv", "reference shaped"},
		{"shaped_sine_landscape_False.csv", "reference unshaped"},
	} {
		path := filepath.Join(data, "reference", "pytorch", "curves", c.file)
		theta, v, err := readLandscapeFile(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for i := range theta {
			t = append(t, tidy.Row{Experiment: "shaped-sine", Method: c.method, Task: frequencyTask(0.5),
				Step: int(math.Round(100 * theta[i])), Metric: "landscape", Value: v[i]})
		}
	}
	return t, nil
}

func readLandscapeFile(path string) (theta, v []float64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	return readLandscape(f)
}

// readLandscape reads the columns theta and meta_loss of the authors' landscapes;
// θ increases, in [−100, 100].
func readLandscape(r io.Reader) (theta, v []float64, err error) {
	const maxBytes = 1 << 20
	c := csv.NewReader(io.LimitReader(r, maxBytes))
	c.FieldsPerRecord = 3
	head, err := c.Read()
	if err != nil || !slices.Equal(head, []string{"theta", "meta_loss", "mse_half"}) {
		return nil, nil, fmt.Errorf("line 1 is %q (%v); want theta,meta_loss,mse_half", head, err)
	}
	for {
		record, err := c.Read()
		if err == io.EOF {
			return theta, v, nil
		}
		if err != nil {
			return nil, nil, err
		}
		line, _ := c.FieldPos(0)
		x, err1 := strconv.ParseFloat(record[0], 64)
		y, err2 := strconv.ParseFloat(record[1], 64)
		if err1 != nil || err2 != nil || !(math.Abs(x) <= 100) || math.IsNaN(y) || math.IsInf(y, 0) {
			return nil, nil, fmt.Errorf("line %d: θ %q and loss %q are no finite numbers with |θ| ≤ 100", line, record[0], record[1])
		}
		if n := len(theta); n > 0 && math.Round(100*x) <= math.Round(100*theta[n-1]) {
			return nil, nil, fmt.Errorf("line %d: θ = %g after %g; it must increase by 0.01 or more", line, x, theta[n-1])
		}
		theta, v = append(theta, x), append(v, y)
	}
}
