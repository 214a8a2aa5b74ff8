package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"ml3/mllib/paper"
)

// runOptions are the flags of ml3 run.
type runOptions struct {
	profile string
	seeds   string
	out     string
	jobs    int
}

// task is one experiment that is going to run.
type task struct {
	experiment paper.Experiment
	run        paper.Run
	seeds      []uint64
}

func (a *app) runCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run [experiment...]",
		Short: "Recompute experiments from their seeds",
		Long: `Recompute experiments from the seeds in data/seeds, all of them by default:
write the tables, draw the figures and judge the claims.

A quick run writes to data/results/quick and figures/quick, a run of the paper
profile to data/results and figures, with --out DIR either writes to DIR and
DIR/figures. The tables are the same for every number of jobs.`,
		Example: `  ml3 run
  ml3 run sine digits --jobs 4
  ml3 run sine --profile paper
  ml3 run sine --seeds 1,2,3 --out /tmp/try`,
		ValidArgsFunction: a.completeExperiments,
		RunE: func(c *cobra.Command, names []string) error {
			return a.run(c.Context(), names, o)
		},
	}
	c.Flags().StringVar(&o.profile, "profile", profileQuick, profileUsage)
	c.Flags().StringVar(&o.seeds, "seeds", "", seedsUsage)
	c.Flags().StringVar(&o.out, "out", "", "write tables to this `folder`, and figures to its folder figures")
	c.Flags().IntVar(&o.jobs, "jobs", runtime.NumCPU(), "how many seeds to run at a time")
	return c
}

// run runs experiments one after the other. One that fails does not keep the
// others from running; their errors are joined.
func (a *app) run(ctx context.Context, names []string, o runOptions) error {
	tasks, to, err := a.plan(names, o)
	if err != nil {
		return err
	}
	var failed []error
	var done []string
	for _, t := range tasks {
		err := a.runTask(ctx, t, to, o)
		if ctx.Err() != nil {
			return cmp.Or(err, ctx.Err())
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", t.experiment.Name, err))
			continue
		}
		done = append(done, t.experiment.Name)
	}
	if len(done) > 0 {
		failed = append(failed, a.drawOthers(to.figures), a.reportClaims(to, done))
	}
	return errors.Join(failed...)
}

// plan finds out what to run and where the results go, and refuses whatever
// can be refused before anything is computed.
func (a *app) plan(names []string, o runOptions) ([]task, places, error) {
	to, err := a.places(o.profile, o.out)
	if err != nil {
		return nil, to, err
	}
	if o.jobs < 1 {
		return nil, to, fmt.Errorf("--jobs %d: at least one seed must run at a time", o.jobs)
	}
	if o.profile == profilePaper && o.seeds != "" && o.out == "" {
		return nil, to, errors.New("--seeds with --profile paper would replace the stored results by those of other seeds: add --out DIR")
	}
	chosen, err := a.lookup(names)
	if err != nil {
		return nil, to, err
	}
	var tasks []task
	for _, e := range chosen {
		seeds, err := a.seeds(e.Name, o.seeds)
		if err != nil {
			return nil, to, err
		}
		tasks = append(tasks, task{experiment: e, run: runOf(e, o.profile), seeds: seeds})
	}
	for _, dir := range []string{to.results, to.figures} {
		if err := writable(dir); err != nil {
			return nil, to, err
		}
	}
	_, err = to.readManifest()
	return tasks, to, err
}

// runTask computes an experiment and writes its table, its record and its figures.
func (a *app) runTask(ctx context.Context, t task, to places, o runOptions) error {
	name := t.experiment.Name
	title := fmt.Sprintf("%s (%s, %d seeds)", name, o.profile, len(t.seeds))
	fmt.Fprintln(a.progress, title)
	m := newMeter(a.progress, a.terminal, name)
	start := time.Now()
	table, err := paper.RunSeeds(ctx, t.run, t.seeds, filepath.Join(a.root, "data"), o.jobs, m.set)
	m.end()
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := to.make(); err != nil {
		return err
	}
	r := machine()
	r.Profile, r.Seeds, r.Rows, r.Jobs = o.profile, t.seeds, len(table), o.jobs
	r.Seconds = float64(time.Since(start).Milliseconds()) / 1000
	if err := table.WriteFile(to.table(name)); err != nil {
		return err
	}
	if r.SHA256, err = digest(to.table(name)); err != nil {
		return err
	}
	if err := to.note(name, r); err != nil {
		return err
	}
	if err := a.picture(t.experiment, table, to.figures); err != nil {
		return fmt.Errorf("figures: %w", err)
	}
	fmt.Fprintf(a.progress, "  %d rows in %s, %.1f s; figures in %s\n", len(table), a.relative(to.table(name)), r.Seconds, a.relative(to.figures))
	return nil
}

// exists says whether there is a file at path.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
