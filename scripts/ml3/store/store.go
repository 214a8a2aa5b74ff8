// Package store keeps the results of experiments, seed by seed.
//
// The merged table of an experiment is its store:
//
//	<Tables>/<experiment>.csv            what was measured
//	<Tables>/<experiment>.pictures.csv   what is drawn and not measured, if anything
//	<Tables>/manifest.json               how they came about, seed by seed
//	<Losses>/<experiment>/<seed>.safetensors   the learned losses of a seed, if any
//
// A run computes the seeds that are missing. Each is written as one whole part file,
// <Tables>/.parts/<experiment>/<seed>, and when all are there the parts are merged
// and go. So a run that was killed goes on where it was.
//
// A merge writes the manifest twice: first with the new record as what is coming
// beside the old one, then the tables, then with the new record alone. Whenever it
// is killed, each table is the one of one of the two records, and the next run
// repeats the merge from the parts.
package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"ml3/mllib/files"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// Folder is where results are.
type Folder struct {
	Tables, Losses string

	// before is called before each change of a file; the tests stop there.
	before func(what string)
}

// Table is the file of what an experiment measured.
func (f Folder) Table(experiment string) string {
	return filepath.Join(f.Tables, experiment+".csv")
}

// Pictures is the file of what an experiment draws.
func (f Folder) Pictures(experiment string) string {
	return filepath.Join(f.Tables, experiment+".pictures.csv")
}

// Loss is the file of the losses that a seed of an experiment learned.
func (f Folder) Loss(experiment string, seed uint64) string {
	return paper.LossFile(f.Losses, experiment, seed)
}

func (f Folder) manifest() string { return filepath.Join(f.Tables, "manifest.json") }

// partsFolder is where parts are.
const partsFolder = ".parts"

// parts is the folder of the parts of an experiment.
func (f Folder) parts(experiment string) string {
	return filepath.Join(f.Tables, partsFolder, experiment)
}

func (f Folder) part(experiment string, seed uint64) string {
	return filepath.Join(f.parts(experiment), strconv.FormatUint(seed, 10))
}

// change tells the tests what is going to be changed.
func (f Folder) change(what string) {
	if f.before != nil {
		f.before(what)
	}
}

// remove removes a file if it is there.
func (f Folder) remove(path string) error {
	f.change("remove " + path)
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

// Clean removes the temporary files that runs which were killed left of the named
// experiments. The caller holds the lock of the folder.
func (f Folder) Clean(experiments []string) error {
	err := removeTemporary(f.manifest())
	for _, e := range experiments {
		for _, path := range []string{f.Table(e), f.Pictures(e)} {
			if err == nil {
				err = removeTemporary(path)
			}
		}
		for _, dir := range []string{f.parts(e), filepath.Join(f.Losses, e)} {
			if err == nil {
				err = files.RemoveTemporary(dir, func(name string) bool {
					_, ok := seedOf(strings.TrimSuffix(name, paper.LossExt))
					return ok
				})
			}
		}
	}
	return err
}

// removeTemporary removes the temporary files of one file, which may be a link.
func removeTemporary(path string) error {
	for _, p := range []string{path, resolved(path)} {
		err := files.RemoveTemporary(filepath.Dir(p), func(name string) bool { return name == filepath.Base(p) })
		if err != nil {
			return err
		}
	}
	return nil
}

// resolved is the file behind links, or path itself.
func resolved(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	return path
}

// seedOf reads the name of a seed's file as it is written.
func seedOf(name string) (uint64, bool) {
	seed, err := strconv.ParseUint(name, 10, 64)
	return seed, err == nil && strconv.FormatUint(seed, 10) == name
}

// ReadTable reads a table of results and refuses rows of another experiment.
func ReadTable(path, experiment string) (tidy.Table, error) {
	t, err := tidy.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for i, r := range t {
		if r.Experiment != experiment {
			return nil, fmt.Errorf("%s:%d: a row of the experiment %.40q in the table of %s; remove it or restore the file", path, i+2, r.Experiment, experiment)
		}
	}
	return t, nil
}
