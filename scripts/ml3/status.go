package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ml3/scripts/ml3/store"
)

func (a *app) statusCommand() *cobra.Command {
	var profile, from string
	c := &cobra.Command{
		Use:   "status [experiment...]",
		Short: "Say what is stored of the experiments",
		Long: `Say which seeds of the experiments are stored in data/results, and why the others
are not what ml3 run would compute:

  missing   not run, or it failed
  stale     of an older revision of the experiment: ml3 run --fresh computes it again
  foreign   of other settings, other data or another kind of processor
  damaged   not as the manifest says: ml3 run computes it again

Nothing is changed.`,
		Example: `  ml3 status
  ml3 status sine --profile quick`,
		ValidArgsFunction: a.completeExperiments,
		RunE: func(_ *cobra.Command, names []string) error {
			in, err := a.places(profile, from)
			if err != nil {
				return err
			}
			if _, err := os.Stat(from); err != nil && from != "" {
				return err
			}
			return a.status(in, profile, names)
		},
	}
	c.Flags().StringVar(&profile, "profile", profilePaper, profileUsage)
	c.Flags().StringVar(&from, "from", "", "look into this `folder`")
	return c
}

// status prints a line for each experiment, and one for each reason below it.
func (a *app) status(in places, profile string, names []string) error {
	chosen, err := a.lookup(names)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "EXPERIMENT\tCOMPLETE\tSTATE")
	for _, e := range chosen {
		seeds, err := a.seeds(e.Name, "")
		if err != nil {
			return err
		}
		s, err := in.Status(store.Job{Experiment: e, Run: runOf(e, profile), Profile: profile, Seeds: seeds, First: seeds[0], Data: filepath.Join(a.root, "data")})
		if err != nil {
			return fmt.Errorf("%s: %w", e.Name, err)
		}
		describeStatus(t, e.Name, s)
	}
	return t.Flush()
}

// describeStatus writes the lines of one experiment.
func describeStatus(w io.Writer, experiment string, s store.Status) {
	counts := map[store.State]int{}
	var reasons []string // in the order of the seeds
	who := map[string][]string{}
	for _, seed := range s.Seeds {
		counts[seed.State]++
		if seed.State == store.Complete {
			continue
		}
		reason := string(seed.State) + ": " + seed.Why
		if who[reason] == nil {
			reasons = append(reasons, reason)
		}
		who[reason] = append(who[reason], fmt.Sprint(seed.Seed))
	}
	var states []string
	for _, state := range []store.State{store.Missing, store.Stale, store.Foreign, store.Damaged} {
		if n := counts[state]; n > 0 {
			states = append(states, fmt.Sprintf("%d %s", n, state))
		}
	}
	total, all := len(s.Seeds), strings.Join(states, ", ")
	switch {
	case counts[store.Complete] == total:
		all = "complete"
	case len(reasons) == 1 && counts[store.Missing] == total && reasons[0] == "missing: not run":
		all, reasons = "not run", nil
	}
	if s.Others > 0 {
		all += fmt.Sprintf("; %d other seeds are stored", s.Others)
	}
	if s.Parts > 0 {
		all += fmt.Sprintf("; an interrupted run has finished %d seeds", s.Parts)
	}
	fmt.Fprintf(w, "%s\t%d of %d\t%s\n", experiment, counts[store.Complete], total, all)
	for _, r := range reasons {
		fmt.Fprintf(w, "\t\tseed %s %s\n", strings.Join(who[r], ", "), r)
	}
}
