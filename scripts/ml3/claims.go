package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// judged is a claim with its verdict.
type judged struct {
	claim   paper.Claim
	name    string // of the experiment
	verdict paper.Verdict
}

func (a *app) claimsCommand() *cobra.Command {
	var profile, from string
	var asCSV bool
	c := &cobra.Command{
		Use:   "claims [experiment...]",
		Short: "Judge the paper's claims by stored tables",
		Long: `Judge the paper's claims by the tables in data/results: the measured effect, its
95 % bootstrap interval over seeds, and the verdict: "reproduced" if the interval
lies above zero, "not reproduced" if it lies below, else "inconclusive".

Exit status: 0 if no claim is "not reproduced", 1 if at least one is, 2 if the
claims could not be judged.`,
		Example: `  ml3 claims
  ml3 claims sine --profile quick
  ml3 claims --csv > claims.csv`,
		ValidArgsFunction: a.completeExperiments,
		RunE: func(_ *cobra.Command, names []string) error {
			in, err := a.places(profile, from)
			if err != nil {
				return err
			}
			show := printClaims
			if asCSV {
				show = writeClaims
			}
			return a.claims(in, names, show)
		},
	}
	c.Flags().StringVar(&profile, "profile", profilePaper, profileUsage)
	c.Flags().StringVar(&from, "from", "", "read tables from this `folder`")
	c.Flags().BoolVar(&asCSV, "csv", false, "print CSV: claim,experiment,verdict,value,low,high")
	return c
}

// claims shows the verdicts; errNotReproduced says that one contradicts the paper.
func (a *app) claims(in places, names []string, show func(io.Writer, []judged) error) error {
	verdicts, err := a.judge(in, names)
	if err != nil {
		return err
	}
	if err := show(a.out, verdicts); err != nil {
		return err
	}
	if anyNotReproduced(verdicts) {
		return errNotReproduced
	}
	return nil
}

// judge evaluates the claims of the named experiments, or of all that have a table.
func (a *app) judge(in places, names []string) ([]judged, error) {
	tables, err := a.load(in, names)
	if err != nil {
		return nil, err
	}
	var all []judged
	for _, s := range tables {
		verdicts, err := a.judgeOne(in, s)
		if err != nil {
			return nil, err
		}
		all = append(all, verdicts...)
	}
	return all, nil
}

// judgeOne evaluates the claims of one experiment.
func (a *app) judgeOne(in places, s stored) ([]judged, error) {
	var all []judged
	for _, c := range s.experiment.Claims {
		v, err := c.Judge(s.table)
		if err != nil {
			return nil, fmt.Errorf("claim %s by %s: %w", c.ID, a.relative(in.table(s.experiment.Name)), err)
		}
		all = append(all, judged{claim: c, name: s.experiment.Name, verdict: v})
	}
	return all, nil
}

// anyNotReproduced says whether a verdict contradicts the paper.
func anyNotReproduced(verdicts []judged) bool {
	for _, j := range verdicts {
		if j.verdict.Outcome == paper.NotReproduced {
			return true
		}
	}
	return false
}

// reportClaims writes claims.csv beside the tables of a folder and prints the
// verdicts on the named experiments. Tables of others that cannot be judged are
// left out with a note, those of the named ones are errors.
func (a *app) reportClaims(in places, names []string) error {
	m, err := in.readManifest()
	if err != nil {
		return err
	}
	var failed []error
	var all, shown []judged
	for _, e := range a.experiments {
		verdicts, err := a.judgeStored(in, m, e)
		named := slices.Contains(names, e.Name)
		switch {
		case named && err != nil:
			failed = append(failed, err)
		case named:
			shown = append(shown, verdicts...)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			fmt.Fprintf(a.progress, "ml3: note: claims of %s left out: %v\n", e.Name, err)
		}
		all = append(all, verdicts...)
	}
	path := filepath.Join(in.results, "claims.csv")
	err = tidy.WriteFileAtomic(path, func(w io.Writer) error { return writeClaims(w, all) })
	return errors.Join(append(failed, err, printClaims(a.out, shown))...)
}

// judgeStored evaluates the claims of one experiment by its stored table.
func (a *app) judgeStored(in places, m manifest, e paper.Experiment) ([]judged, error) {
	s, err := a.read(in, m, e)
	if err != nil {
		return nil, err
	}
	return a.judgeOne(in, s)
}

// writeClaims writes verdicts as CSV.
func writeClaims(w io.Writer, verdicts []judged) error {
	out := csv.NewWriter(w)
	out.Write([]string{"claim", "experiment", "verdict", "value", "low", "high"})
	for _, j := range verdicts {
		v := j.verdict
		out.Write([]string{j.claim.ID, j.name, string(v.Outcome), decimal(v.Value), decimal(v.Low), decimal(v.High)})
	}
	out.Flush()
	return out.Error()
}

// decimal formats x so that it reads back the same, and never like an integer.
func decimal(x float64) string {
	s := strconv.FormatFloat(x, 'g', -1, 64)
	if !strings.ContainsAny(s, ".eIN") {
		s += ".0"
	}
	return s
}

// printClaims prints verdicts for people.
func printClaims(w io.Writer, verdicts []judged) error {
	if len(verdicts) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "CLAIM\tFIGURE\tVERDICT\tEFFECT\t95 % INTERVAL\tMEASURED AS")
	for _, j := range verdicts {
		v := j.verdict
		fmt.Fprintf(t, "%s\t%s\t%s\t%.4g\t%s\t%s\n", j.claim.ID, j.claim.Figure, v.Outcome, v.Value, interval(v), v.Effect)
	}
	return t.Flush()
}

// interval formats the bounds of a verdict. A single seed has none.
func interval(v paper.Verdict) string {
	if math.IsInf(v.Low, -1) && math.IsInf(v.High, 1) {
		return "one seed: no interval"
	}
	return fmt.Sprintf("%.4g … %.4g", v.Low, v.High)
}
