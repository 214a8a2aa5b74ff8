package main

import (
	"encoding/json"
	"fmt"
	"io"

	"ml3/mllib/paper"
)

// profile2 is where version 2.0 of the Data Package standard has its profiles.
const profile2 = "https://datapackage.org/profiles/2.0/"

// dataPackage describes the stored tables as a Frictionless Data Package.
type dataPackage struct {
	Schema      string         `json:"$schema"`
	Name        string         `json:"name"`
	Title       string         `json:"title"`
	Description string         `json:"description"`
	Licenses    []license      `json:"licenses"`
	Sources     []source       `json:"sources"`
	Resources   []dataResource `json:"resources"`
}

type license struct {
	Name string `json:"name"`
	Path string `json:"path"`
}

type source struct {
	Title string `json:"title"`
	Path  string `json:"path"`
}

type dataResource struct {
	Schema      string      `json:"$schema"`
	Name        string      `json:"name"`
	Type        string      `json:"type"`
	Path        string      `json:"path"`
	Title       string      `json:"title"`
	Format      string      `json:"format"`
	Mediatype   string      `json:"mediatype"`
	Encoding    string      `json:"encoding"`
	TableSchema tableSchema `json:"schema"`
}

type tableSchema struct {
	Schema     string   `json:"$schema"`
	Fields     []field  `json:"fields"`
	PrimaryKey []string `json:"primaryKey"`
}

type field struct {
	Name        string            `json:"name"`
	Type        string            `json:"type"`
	Description string            `json:"description"`
	Constraints map[string]any    `json:"constraints"`
	Categories  []metricOfPackage `json:"ml3:metrics,omitempty"`
}

// metricOfPackage is an entry of paper.Metrics.
type metricOfPackage struct {
	Name   string `json:"name"`
	Unit   string `json:"unit"`
	Better string `json:"better"`
	Step   string `json:"step"`
	Text   string `json:"text"`
}

// resultFields are the columns of every table of results, and what they mean.
func resultFields() []field {
	required := map[string]any{"required": true}
	var metrics []metricOfPackage
	for _, m := range paper.Metrics() {
		metrics = append(metrics, metricOfPackage{m.Name, m.Unit, string(m.Better), m.Step, m.Text})
	}
	return []field{
		{Name: "experiment", Type: "string", Description: "sine, digits, …", Constraints: required},
		{Name: "method", Type: "string", Description: "learned, task loss, …; the same name is the same method in every experiment", Constraints: required},
		{Name: "seed", Type: "integer", Description: "from seeds/<experiment>.csv; decides tasks, initial θ and φ", Constraints: map[string]any{"required": true, "minimum": 0}},
		{Name: "task", Type: "string", Description: "what was measured on: key=value, several with a slash between", Constraints: map[string]any{"required": true, "pattern": "[a-z-]+=[^/]+(/[a-z-]+=[^/]+)*"}},
		{Name: "step", Type: "integer", Description: "what it counts depends on the metric", Constraints: required},
		{Name: "metric", Type: "string", Description: "what was measured", Constraints: required, Categories: metrics},
		{Name: "value", Type: "number", Description: "float64 in its shortest exact form, never NaN", Constraints: required},
	}
}

// describeData describes the tables of experiments, which are in the data folder.
func describeData(experiments []paper.Experiment) dataPackage {
	p := dataPackage{
		Schema: profile2 + "datapackage.json", Name: "ml3", Title: "Meta Learning via Learned Loss, recomputed",
		Description: "Results of the experiments of the paper, recomputed in Go from the seeds in seeds/.",
		Licenses:    []license{{Name: "MIT", Path: "https://opensource.org/license/mit"}},
		Sources:     []source{{Title: "Bechtle et al., Meta Learning via Learned Loss (2019)", Path: "https://arxiv.org/abs/1906.05374"}},
	}
	for _, e := range experiments {
		for _, t := range []struct{ suffix, title string }{{"", "what was measured"}, {".pictures", "what is drawn and not measured"}} {
			p.Resources = append(p.Resources, dataResource{
				Schema: profile2 + "dataresource.json", Name: e.Name + t.suffix, Type: "table", Path: "results/" + e.Name + t.suffix + ".csv",
				Title: fmt.Sprintf("%s (%s): %s", e.Title, e.Figure, t.title), Format: "csv", Mediatype: "text/csv", Encoding: "utf-8",
				TableSchema: tableSchema{Schema: profile2 + "tableschema.json", Fields: resultFields(),
					PrimaryKey: []string{"experiment", "method", "seed", "task", "step", "metric"}},
			})
		}
	}
	return p
}

// write writes p as JSON for people.
func (p dataPackage) write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(p)
}
