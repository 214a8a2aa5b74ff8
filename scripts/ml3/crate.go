package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"ml3/mllib/paper"
)

// entity is an entity of an RO-Crate: a node of JSON-LD, by the names of schema.org.
type entity map[string]any

// ref refers to an entity.
func ref(id string) entity { return entity{"@id": id} }

// crateSpec is the version of RO-Crate that describeCrate follows.
const crateSpec = "https://w3id.org/ro/crate/1.1"

// formats are the media types of files, by their ends.
var formats = map[string]string{
	".csv": "text/csv", ".json": "application/json", ".ipynb": "application/x-ipynb+json", ".png": "image/png",
	".svg": "image/svg+xml", ".gif": "image/gif", ".md": "text/markdown", ".safetensors": "application/octet-stream",
}

// describeCrate is the metadata of an archive: the folders, each table, notebook and
// figure, the paper, and how each experiment's results were made.
func describeCrate(experiments []paper.Experiment, all []packed, date string) ([]byte, error) {
	const article, license, program = "https://arxiv.org/abs/1906.05374", "https://spdx.org/licenses/MIT", "scripts/ml3/"
	var parts, actions []entity
	for _, d := range []struct{ id, name string }{
		{"mllib/", "The library: automatic differentiation, learned losses, worlds, experiments, figures"},
		{"scripts/", "The command line ml3, and scripts for clusters"},
		{"data/", "Seeds, results, learned losses, robots, reference data"},
		{"figures/", "The figures, drawn from the results"},
		{"notebooks/", "The experiments, step by step"},
	} {
		if has(all, d.id) {
			parts = append(parts, entity{"@id": d.id, "@type": "Dataset", "name": d.name})
		}
	}
	for _, p := range all {
		format := formats[path.Ext(p.path)]
		shown := strings.HasPrefix(p.path, "data/results/") || strings.HasPrefix(p.path, "figures/") || strings.HasPrefix(p.path, "notebooks/") ||
			p.path == "data/claims.csv" || p.path == "data/datapackage.json" || p.path == "README.md" || p.path == sbomFile
		if format == "" || !shown {
			continue
		}
		parts = append(parts, entity{"@id": p.path, "@type": "File", "name": path.Base(p.path), "encodingFormat": format,
			"contentSize": fmt.Sprint(len(p.content)), "sha256": p.sum()})
	}
	for _, e := range experiments {
		table := "data/results/" + e.Name + ".csv"
		if !has(all, table) {
			continue
		}
		actions = append(actions, entity{"@id": "#run-" + e.Name, "@type": "CreateAction", "name": fmt.Sprintf("ml3 run %s --profile paper", e.Name),
			"description": fmt.Sprintf("%s (%s); data/results/manifest.json has settings, machine and time of every seed", e.Title, e.Figure),
			"instrument":  ref(program), "object": ref("data/seeds/" + e.Name + ".csv"), "result": ref(table)})
	}
	root := entity{"@id": "./", "@type": "Dataset", "name": "Meta Learning via Learned Loss, recomputed in Go",
		"description":   "Sources, seeds, results, figures and notebooks of a recomputation of the paper's experiments.",
		"datePublished": date, "license": ref(license), "citation": ref(article), "hasPart": refs(parts), "mentions": refs(actions)}
	graph := []entity{
		{"@id": crateFile, "@type": "CreativeWork", "conformsTo": ref(crateSpec), "about": ref("./")},
		root,
		{"@id": license, "@type": "CreativeWork", "name": "MIT License"},
		{"@id": article, "@type": "ScholarlyArticle", "name": "Meta Learning via Learned Loss", "author": "Bechtle et al."},
		{"@id": program, "@type": "SoftwareSourceCode", "name": "ml3", "programmingLanguage": "Go"},
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(map[string]any{"@context": crateSpec + "/context", "@graph": append(append(graph, parts...), actions...)})
	return text.Bytes(), err
}

// has says whether an archive has a file, or files in a folder.
func has(all []packed, name string) bool {
	for _, p := range all {
		if p.path == name || strings.HasSuffix(name, "/") && strings.HasPrefix(p.path, name) {
			return true
		}
	}
	return false
}

// refs refers to entities.
func refs(all []entity) []entity {
	list := []entity{}
	for _, e := range all {
		list = append(list, ref(e["@id"].(string)))
	}
	return list
}
