package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ml3/mllib/paper"
	"ml3/mllib/random"
	"ml3/scripts/ml3/store"
)

func (a *app) listCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the experiments",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			all, err := a.list()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(a.out, all)
			}
			t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "EXPERIMENT\tFIGURE\tSEEDS\tSTORED\tTITLE")
			for _, e := range all {
				fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\n", e.Experiment, e.Figure, e.Seeds, e.Stored, e.Title)
			}
			return t.Flush()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, jsonUsage)
	return c
}

// list describes all experiments.
func (a *app) list() ([]listed, error) {
	in, err := a.places(profilePaper, "")
	if err != nil {
		return nil, err
	}
	m, err := in.ReadManifest()
	if err != nil {
		return nil, err
	}
	var all []listed
	for _, e := range a.experiments {
		seeds, err := random.ReadSeeds(a.seedFile(e.Name))
		if err != nil {
			return nil, err
		}
		all = append(all, listed{e.Name, e.Title, e.Figure, paper.GuideOf(e.Name).Notebook, len(seeds), describe(m.Experiments[e.Name])})
	}
	return all, nil
}

// describe says what is stored of an experiment, nil for nothing.
func describe(r *store.Record) *listedStored {
	if r == nil {
		return nil
	}
	var l listedStored
	for _, s := range r.Seeds {
		if s.Error == "" {
			l.Rows, l.Seeds, l.Seconds = l.Rows+s.Rows.Rows, l.Seeds+1, l.Seconds+s.Seconds
		}
	}
	return &l
}

// String is for people.
func (l *listedStored) String() string {
	if l == nil {
		return "–"
	}
	return fmt.Sprintf("%d rows, %d seeds, %.0f s", l.Rows, l.Seeds, l.Seconds)
}
