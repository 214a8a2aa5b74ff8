package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ml3/mllib/files"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// judged is a claim with its verdict.
type judged struct {
	claim   paper.Claim
	name    string // of the experiment
	seeds   int    // in its table
	verdict paper.Verdict
}

func (a *app) claimsCommand() *cobra.Command {
	var profile, from string
	var asCSV, asJSON, write bool
	c := &cobra.Command{
		Use:   "claims [experiment...]",
		Short: "Judge the paper's claims by stored tables",
		Long: `Judge the paper's claims by the tables in data/results: the measured effect, its
95 % interval of its mean over seeds, and the verdict: "reproduced" if the interval
lies above zero, "not reproduced" if it lies below, else "inconclusive". Beside it: of
how many seeds the effect is above zero, the p-value of the sign-flip test, and that
value after Holm's correction for all claims that are judged together. With fewer than
five seeds nothing is certain, and a note says so.

With --write the verdicts on all experiments are also stored in data/claims.csv, or
in claims/claims.csv of another folder of tables, as ml3 run does, and the stored
tables are described in data/datapackage.json.

Exit status: 0 if no claim is "not reproduced", 1 if at least one is, 2 if the
claims could not be judged.`,
		Example: `  ml3 claims
  ml3 claims sine --profile quick
  ml3 claims --csv > claims.csv`,
		ValidArgsFunction: a.completeExperiments,
		RunE: func(c *cobra.Command, names []string) error {
			in, err := a.places(profile, from)
			if err != nil {
				return err
			}
			if write {
				if err := a.storeClaims(c.Context(), in); err != nil {
					return err
				}
			}
			show := printClaims
			switch {
			case asCSV:
				show = writeClaims
			case asJSON:
				show = claimsJSON
			}
			return a.claims(in, names, show)
		},
	}
	c.Flags().StringVar(&profile, "profile", profilePaper, profileUsage)
	c.Flags().StringVar(&from, "from", "", "read tables from this `folder`")
	c.Flags().BoolVar(&asCSV, "csv", false, "print CSV: "+strings.Join(claimColumns(), ","))
	c.Flags().BoolVar(&asJSON, "json", false, jsonUsage)
	c.MarkFlagsMutuallyExclusive("csv", "json")
	c.Flags().BoolVar(&write, "write", false, "store the verdicts on all experiments")
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

// storeClaims writes the verdicts on all experiments that have a table.
func (a *app) storeClaims(ctx context.Context, in places) error {
	unlock, err := a.lock(ctx, in.Tables, "")
	if err != nil {
		return err
	}
	defer unlock()
	verdicts, err := a.judge(in, nil)
	if err != nil {
		return err
	}
	return errors.Join(saveClaims(in.claims, verdicts), a.describe(in))
}

// describe writes what the stored tables are like beside them.
func (a *app) describe(in places) error {
	if !in.stored {
		return nil
	}
	return files.WriteAtomic(filepath.Join(a.root, "data", "datapackage.json"), describeData(a.withTables(in)).write)
}

// saveClaims writes a file of verdicts.
func saveClaims(path string, verdicts []judged) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return files.WriteAtomic(path, func(w io.Writer) error { return writeClaims(w, verdicts) })
}

// judge evaluates the claims of the named experiments, or of all that have a table.
func (a *app) judge(in places, names []string) ([]judged, error) {
	tables, err := a.load(in, names, false)
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

// judgeOne evaluates the claims of one experiment. An effect that is no number is an
// error; an interval may be all numbers, which is what one seed says.
func (a *app) judgeOne(in places, s stored) ([]judged, error) {
	var all []judged
	for _, c := range s.experiment.Claims {
		v, err := c.Judge(s.rows)
		finite := !math.IsInf(v.Value, 0) && v.Value == v.Value && v.Low == v.Low && v.High == v.High
		if err == nil && (!finite || math.IsInf(v.Low, 1) || math.IsInf(v.High, -1) || math.IsInf(v.Low, -1) != math.IsInf(v.High, 1)) {
			err = fmt.Errorf("the effect is %v with the interval %v … %v: the table has values that are out of the range of their metric", v.Value, v.Low, v.High)
		}
		if err != nil {
			return nil, fmt.Errorf("claim %s by %s: %w", c.ID, a.relative(in.Table(s.experiment.Name)), err)
		}
		all = append(all, judged{claim: c, name: s.experiment.Name, seeds: len(s.rows.Seeds()), verdict: v})
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

// reportClaims writes the file of verdicts of a folder and prints those on the named
// experiments. Tables of others that cannot be judged are left out with a note, those
// of the named ones are errors.
func (a *app) reportClaims(in places, names []string) error {
	var failed []error
	var all, shown []judged
	done := a.working("judging the claims")
	for _, e := range a.experiments {
		verdicts, err := a.judgeStored(in, e)
		named := slices.Contains(names, e.Name)
		switch {
		case named && err != nil:
			failed = append(failed, err)
		case named:
			shown = append(shown, verdicts...)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			fmt.Fprintf(cmp.Or(a.notes, a.progress), "ml3: note: claims of %s left out: %v\n", e.Name, err)
		}
		all = append(all, verdicts...)
	}
	done()
	return errors.Join(append(failed, saveClaims(in.claims, all), a.describe(in), a.summarize(in, names, shown))...)
}

// judgeStored evaluates the claims of one experiment by its stored table.
func (a *app) judgeStored(in places, e paper.Experiment) ([]judged, error) {
	s, err := a.read(in, e, false)
	if err != nil {
		return nil, err
	}
	return a.judgeOne(in, s)
}

// claimColumns are the columns of a file of verdicts.
func claimColumns() []string {
	return []string{"claim", "experiment", "figure", "n", "verdict", "value", "low", "high", "positive", "p", "p_holm", "effect", "text"}
}

// holm are the p-values of verdicts after Holm's correction for all of them.
func holm(verdicts []judged) []float64 {
	p := make([]float64, len(verdicts))
	for i, j := range verdicts {
		p[i] = j.verdict.P
	}
	return tidy.Holm(p)
}

// few is the number of seeds below which a verdict says little.
const few = 5

// writeClaims writes verdicts as CSV; n is the number of seeds, positive that of
// effects above zero.
func writeClaims(w io.Writer, verdicts []judged) error {
	out := csv.NewWriter(w)
	out.Write(claimColumns())
	corrected := holm(verdicts)
	for i, j := range verdicts {
		v := j.verdict
		out.Write([]string{j.claim.ID, j.name, j.claim.Figure, strconv.Itoa(j.seeds), string(v.Outcome),
			decimal(v.Value), decimal(v.Low), decimal(v.High), strconv.Itoa(v.Positive), decimal(v.P), decimal(corrected[i]), v.Effect, j.claim.Text})
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
	fmt.Fprintln(t, "CLAIM\tFIGURE\tVERDICT\tEFFECT\t95 % INTERVAL\tABOVE 0\tP\tP, HOLM\tMEASURED AS")
	corrected, least := holm(verdicts), few
	for i, j := range verdicts {
		v := j.verdict
		fmt.Fprintf(t, "%s\t%s\t%s\t%.4g\t%s\t%d of %d\t%.2g\t%.2g\t%s\n",
			j.claim.ID, j.claim.Figure, v.Outcome, v.Value, interval(v), v.Positive, v.N, v.P, corrected[i], v.Effect)
		least = min(least, j.seeds)
	}
	if least < few {
		fmt.Fprintf(t, "note: a table has only %d of the %d seeds from which on a verdict says something\n", least, few)
	}
	return t.Flush()
}

// interval formats the bounds of a verdict. A single seed has none, nor has a method
// that always diverged.
func interval(v paper.Verdict) string {
	if math.IsInf(v.Low, -1) && math.IsInf(v.High, 1) {
		return "no interval"
	}
	return fmt.Sprintf("%.4g … %.4g", v.Low, v.High)
}
