package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ml3/mllib/random"
	"ml3/scripts/ml3/store"
)

func (a *app) listCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the experiments",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			stored, err := a.places(profilePaper, "")
			if err != nil {
				return err
			}
			m, err := stored.ReadManifest()
			if err != nil {
				return err
			}
			t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "EXPERIMENT\tFIGURE\tSEEDS\tSTORED\tTITLE")
			for _, e := range a.experiments {
				seeds, err := random.ReadSeeds(a.seedFile(e.Name))
				if err != nil {
					return err
				}
				fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\n", e.Name, e.Figure, len(seeds), describe(m.Experiments[e.Name]), e.Title)
			}
			return t.Flush()
		},
	}
}

// describe says in a few words what is stored of an experiment.
func describe(r *store.Record) string {
	if r == nil {
		return "–"
	}
	rows, seeds, seconds := 0, 0, 0.0
	for _, s := range r.Seeds {
		if s.Error == "" {
			rows, seeds, seconds = rows+s.Rows.Rows, seeds+1, seconds+s.Seconds
		}
	}
	return fmt.Sprintf("%d rows, %d seeds, %.0f s", rows, seeds, seconds)
}
