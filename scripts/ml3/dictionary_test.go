package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// validate checks a package against the rules of the standard.
func validate(t *testing.T, text []byte) error {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("testdata", "datapackage-2.0.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(instance)
}

// The package follows the standard, and the schema refuses ones that do not.
func TestDataPackageIsValid(t *testing.T) {
	var b bytes.Buffer
	if err := describeData(paper.All()).write(&b); err != nil {
		t.Fatal(err)
	}
	if err := validate(t, b.Bytes()); err != nil {
		t.Error(err)
	}
	for _, change := range [][2]string{
		{`"type": "table"`, `"type": "tabel"`}, {`"type": "integer"`, `"type": "int"`}, {`"path": "results/sine.csv"`, `"path": "../sine.csv"`},
		{"profiles/2.0/dataresource", "profiles/1.0/dataresource"}, {`"name": "ml3"`, `"name": "ML 3"`}, {`"fields"`, `"columns"`},
	} {
		broken := strings.ReplaceAll(b.String(), change[0], change[1])
		if broken == b.String() {
			t.Errorf("the package has no %s", change[0])
		}
		if validate(t, []byte(broken)) == nil {
			t.Errorf("with %s for %s it is still valid", change[1], change[0])
		}
	}
}

// The stored description is what the code makes, and describes the stored tables:
// their columns, tasks and metrics.
func TestStoredDataPackage(t *testing.T) {
	data := filepath.Join("..", "..", "data")
	stored, err := os.ReadFile(filepath.Join(data, "datapackage.json"))
	if err != nil {
		t.Fatal(err)
	}
	there := slices.DeleteFunc(paper.All(), func(e paper.Experiment) bool { return !exists(filepath.Join(data, "results", e.Name+".csv")) })
	var b bytes.Buffer
	if err := describeData(there).write(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(stored, b.Bytes()) {
		t.Error("data/datapackage.json is stale: write it again with ml3 claims --write")
	}
	var p dataPackage
	if err := json.Unmarshal(stored, &p); err != nil {
		t.Fatal(err)
	}
	for _, r := range p.Resources {
		table, err := tidy.ReadFile(filepath.Join(data, filepath.FromSlash(r.Path)))
		if err != nil {
			t.Error(err)
			continue
		}
		head, err := os.ReadFile(filepath.Join(data, filepath.FromSlash(r.Path)))
		if err != nil {
			t.Fatal(err)
		}
		var names, known []string
		for _, f := range r.TableSchema.Fields {
			names = append(names, f.Name)
			for _, m := range f.Categories {
				known = append(known, m.Name)
			}
		}
		if first, _, _ := strings.Cut(string(head), "\n"); first != strings.Join(names, ",") {
			t.Errorf("%s has the columns %s, described are %s", r.Path, first, names)
		}
		for _, m := range table.Metrics() {
			if !slices.Contains(known, m) {
				t.Errorf("%s: the metric %q is not described", r.Path, m)
			}
		}
		for _, task := range table.Tasks() {
			if _, err := tidy.ParseTask(task); err != nil {
				t.Errorf("%s: %v", r.Path, err)
			}
		}
	}
}
