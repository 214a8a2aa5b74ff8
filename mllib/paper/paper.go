// Package paper defines the experiments of the paper: settings, runs and claims.
//
// What all experiments do stands once: lab.go (meta-training, descents, measuring,
// what happens when something diverges), claims.go (judging), metrics.go (what is
// measured), reference.go (the authors' curves). An experiment is four files:
//
//	<name>.go         settings, Paper beside Quick
//	<name>_task.go    the task: θ₀, what M_φ sees, the task loss, where it is not one of package rl
//	<name>_run.go     what one seed does, in rows
//	<name>_claims.go  the paper's sentences as numbers
package paper

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"

	"ml3/mllib/files"
	"ml3/mllib/tidy"
)

// Input is what one run of an experiment depends on besides its settings.
type Input struct {
	Seed uint64
	Data string // the data folder (robots, mnist)
}

// Output is what one seed of an experiment found.
type Output struct {
	Rows     tidy.Table // what was measured; see Metrics
	Pictures tidy.Table // what is drawn and not measured: points, pixels, landscapes, poses, drives
	Losses   []Learned  // the learned losses
}

// Run recomputes one seed of an experiment; its fields are the settings. It is
// deterministic: the same settings and input give the same output, bit for bit. It
// stops early with ctx's error when ctx is cancelled. report is called with the
// work done so far; it must not be nil. What diverges is a row, see
// tidy.DivergedMetric, and no error.
type Run interface {
	Run(ctx context.Context, in Input, report func(done, total int)) (Output, error)
}

// Experiment is one experiment of the paper.
type Experiment struct {
	Name   string // as on the command line, such as "sine"
	Title  string // one line for people
	Figure string // the figure of the paper, such as "Fig. 2, top row"
	Paper  Run    // the paper's size
	Quick  Run    // the same in seconds
	Claims []Claim
	// Revision is raised by hand when a change of the code changes the numbers of the
	// experiment though its settings are the same: what is stored of an older revision
	// is stale. A hash of the sources would not do: it would call every result stale
	// after every refactoring, though the values are the same bits, and so would be
	// ignored. That a raise is not forgotten is checked by recomputing one stored seed of
	// every experiment in CI.
	Revision int
	// Inputs says, in a line each, which data of the data folder the rows depend on;
	// nil for none.
	Inputs func(data string) ([]string, error)
	// Reference returns the authors' own curves as rows whose method begins with
	// "reference", read from the data folder, to be drawn below ours; nil if
	// there are none. Claims do not see them.
	Reference func(data string) (tidy.Table, error)
}

// All returns the experiments in the order of the paper's figures.
func All() []Experiment {
	return []Experiment{
		sineExperiment(),
		digitsExperiment(),
		pointmassExperiment(),
		reacherExperiment(),
		freeReacherExperiment(),
		freeAntExperiment(),
		shapedSineExperiment(),
		invdynReacherExperiment(),
		invdynSawyerExperiment(),
		mountainCarExperiment(),
		expertExperiment(),
	}
}

// Lookup returns the named experiment; the error lists the known names.
func Lookup(name string) (Experiment, error) {
	var known []string
	for _, e := range All() {
		if e.Name == name {
			return e, nil
		}
		known = append(known, e.Name)
	}
	return Experiment{}, fmt.Errorf("unknown experiment %q; known: %s", name, strings.Join(known, ", "))
}

// inputBytes bounds a file that an experiment depends on.
const inputBytes = 64 << 20

// digests are inputs that are files, by name and SHA-256 of their content.
func digests(names ...string) func(data string) ([]string, error) {
	return func(data string) ([]string, error) {
		var lines []string
		for _, name := range names {
			content, err := files.Read(filepath.Join(data, filepath.FromSlash(name)), inputBytes)
			if err != nil {
				return nil, err
			}
			lines = append(lines, fmt.Sprintf("%s sha256 %x", name, sha256.Sum256(content)))
		}
		return lines, nil
	}
}
