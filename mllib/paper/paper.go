// Package paper defines the experiments of the paper: hyperparameters, runs and claims.
package paper

import (
	"context"
	"fmt"
	"strings"

	"ml3/mllib/tidy"
)

// Input is what one run of an experiment depends on besides its hyperparameters.
type Input struct {
	Seed uint64
	Data string // the data folder (robots, mnist)
}

// Run recomputes one seed of an experiment. It is deterministic: the same
// hyperparameters and input give the same table, bit for bit. It stops early
// with ctx's error when ctx is cancelled. report is called with the work done
// so far; it must not be nil.
type Run interface {
	Run(ctx context.Context, in Input, report func(done, total int)) (tidy.Table, error)
}

// Experiment is one experiment of the paper.
type Experiment struct {
	Name   string // as on the command line, such as "sine"
	Title  string // one line for people
	Figure string // the figure of the paper, such as "Fig. 2, top row"
	Paper  Run    // the paper's size
	Quick  Run    // the same in seconds
	Claims []Claim
	// Reference returns the authors' own curves as rows whose method begins with
	// "reference", read from the data folder, to be drawn below ours; nil if
	// there are none. Claims do not see them.
	Reference func(data string) (tidy.Table, error)
}

// Claim is one statement of the paper that a table can support or contradict.
type Claim struct {
	ID     string // such as "sine-train"
	Figure string
	Text   string
	Judge  func(t tidy.Table) (Verdict, error)
}

// Outcome says what a table has to say about a claim.
type Outcome string

// The outcomes of a claim.
const (
	Reproduced    Outcome = "reproduced"
	NotReproduced Outcome = "not reproduced"
	Inconclusive  Outcome = "inconclusive"
)

// Verdict is the measured effect behind a claim with its 95 % bootstrap
// interval over seeds; a positive effect supports the claim.
type Verdict struct {
	Outcome          Outcome
	Value, Low, High float64
	Effect           string // what Value measures, with its unit
}

// Decide turns an effect and its interval into a verdict.
func Decide(effect string, value, low, high float64) Verdict {
	v := Verdict{Outcome: Inconclusive, Value: value, Low: low, High: high, Effect: effect}
	switch {
	case low > 0:
		v.Outcome = Reproduced
	case high < 0:
		v.Outcome = NotReproduced
	}
	return v
}

// All returns the experiments in the order of the paper's figures.
func All() []Experiment {
	return []Experiment{
		sineExperiment(),
		digitsExperiment(),
		shapedSineExperiment(),
		invdynReacherExperiment(),
		invdynSawyerExperiment(),
		mountainCarExperiment(),
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
