package main

import (
	"context"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func (a *app) figuresCommand() *cobra.Command {
	var profile, from string
	c := &cobra.Command{
		Use:   "figures [experiment...]",
		Short: "Redraw the figures from stored tables",
		Long: `Redraw the figures from the tables in data/results, all of them by default,
into figures/; with --profile quick from data/results/quick into figures/quick.`,
		Example: `  ml3 figures
  ml3 figures sine --profile quick`,
		ValidArgsFunction: a.completeExperiments,
		RunE: func(c *cobra.Command, names []string) error {
			in, err := a.places(profile, from)
			if err != nil {
				return err
			}
			return a.figures(c.Context(), in, names)
		},
	}
	c.Flags().StringVar(&profile, "profile", profilePaper, profileUsage)
	c.Flags().StringVar(&from, "from", "", "read tables from this `folder`, and draw into its folder figures")
	return c
}

// figures draws what there are tables for.
func (a *app) figures(ctx context.Context, in places, names []string) error {
	tables, err := a.load(in, names, true)
	if err != nil {
		return err
	}
	unlock, err := a.lock(ctx, in.figures, "")
	if err != nil {
		return err
	}
	defer unlock()
	if err := cleanFigures(in.figures); err != nil {
		return err
	}
	for _, s := range tables {
		if err := a.picture(ctx, s, in, runtime.NumCPU()); err != nil {
			return fmt.Errorf("figures of %s: %w", s.experiment.Name, err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		fmt.Fprintf(a.progress, "%s: drawn in %s\n", s.experiment.Name, a.relative(in.figures))
	}
	if len(names) > 0 {
		return nil
	}
	return a.drawOthers(in.figures)
}
