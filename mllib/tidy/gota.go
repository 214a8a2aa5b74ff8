package tidy

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// ToFrame returns t as a dataframe with the columns of the file in their order
// and the rows sorted. Step is an Int column and Value a Float column. Seed is a
// String column of decimal digits, because gota's integers end at 2⁶³−1 and a
// seed is data to compare, not to add. A row that Check rejects sets Err of the
// frame, as gota does. Export a frame with FromFrame and WriteFile: gota's own
// WriteCSV keeps six decimals and makes 1e-9 zero.
func ToFrame(t Table) dataframe.DataFrame {
	if err := t.Check(); err != nil {
		return dataframe.DataFrame{Err: err}
	}
	n := len(t)
	var texts [5][]string // experiment, method, seed, task, metric
	for i := range texts {
		texts[i] = make([]string, n)
	}
	steps, values := make([]int, n), make([]float64, n)
	for i, r := range t.Sorted() {
		for j, s := range [...]string{r.Experiment, r.Method, strconv.FormatUint(r.Seed, 10), r.Task, r.Metric} {
			texts[j][i] = s
		}
		steps[i], values[i] = r.Step, r.Value
	}
	return dataframe.New(
		series.New(texts[0], series.String, "experiment"),
		series.New(texts[1], series.String, "method"),
		series.New(texts[2], series.String, "seed"),
		series.New(texts[3], series.String, "task"),
		series.New(steps, series.Int, "step"),
		series.New(texts[4], series.String, "metric"),
		series.New(values, series.Float, "value"))
}

// FromFrame returns the rows of a frame that has the seven columns (further ones
// and another order do not matter), sorted. Seed may be a String or an Int
// column. A missing column, a missing value or a number of the wrong kind is an
// error that names the row, counted from 0.
func FromFrame(df dataframe.DataFrame) (Table, error) {
	if df.Err != nil {
		return nil, fmt.Errorf("tidy: dataframe: %w", df.Err)
	}
	col := map[string]series.Series{}
	for _, name := range strings.Split(header, ",") {
		kinds := []series.Type{series.String}
		switch name {
		case "seed":
			kinds = []series.Type{series.String, series.Int}
		case "step":
			kinds = []series.Type{series.Int}
		case "value":
			kinds = []series.Type{series.Float, series.Int}
		}
		c, err := column(df, name, kinds)
		if err != nil {
			return nil, err
		}
		col[name] = c
	}
	t := make(Table, df.Nrow())
	for i := range t {
		seed, err := strconv.ParseUint(col["seed"].Elem(i).String(), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("tidy: dataframe row %d: seed %q is no whole number from 0 to 2^64-1", i, col["seed"].Elem(i))
		}
		step, err := col["step"].Elem(i).Int()
		if err != nil {
			return nil, fmt.Errorf("tidy: dataframe row %d: step: %w", i, err)
		}
		text := func(name string) string { return col[name].Elem(i).String() }
		t[i] = Row{text("experiment"), text("method"), seed, text("task"), step, text("metric"), col["value"].Elem(i).Float()}
	}
	if err := t.Check(); err != nil {
		return nil, err
	}
	return t.Sorted(), nil
}

// column returns the named column of df if it has one of the kinds and no holes.
func column(df dataframe.DataFrame, name string, kinds []series.Type) (series.Series, error) {
	c := df.Col(name)
	if c.Err != nil {
		return c, fmt.Errorf("tidy: the dataframe has no column %s; its columns are %v", name, df.Names())
	}
	for _, k := range kinds {
		if c.Type() == k {
			if !c.HasNaN() {
				return c, nil
			}
			return c, fmt.Errorf("tidy: column %s of the dataframe has missing values", name)
		}
	}
	return c, fmt.Errorf("tidy: column %s of the dataframe is of type %s; want %v", name, c.Type(), kinds)
}
