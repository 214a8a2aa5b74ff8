package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"

	"ml3/mllib/random"
	"ml3/scripts/ml3/store"
)

// runOptions are the flags of ml3 run.
type runOptions struct {
	profile string
	seeds   string
	out     string
	jobs    int
	fresh   bool
}

// quickSeeds is how many of an experiment's seeds a quick run takes unless told.
const quickSeeds = 10

// elsewhere is what to do if a folder of ml3 run cannot be used.
const elsewhere = "; choose another folder with --out"

func (a *app) runCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run [experiment...]",
		Short: "Recompute experiments from their seeds",
		Long: `Recompute experiments from the seeds in data/seeds, all of them by default (the
first ten in a quick run): write the tables and the learned losses, draw the figures
and judge the claims.

A quick run writes to data/results/quick and figures/quick, a run of the paper
profile to data/results, data/losses, figures and data/claims.csv, with --out DIR
either writes to DIR. The tables are the same for every number of jobs.

Only what is missing is computed, seed by seed: a run that was interrupted, by
Ctrl-C or anything else, goes on where it was. Results of other settings are not
replaced, and those of an older revision of an experiment stay, unless --fresh
asks for it. ml3 status says what there is. A learned loss of more than 100 000
numbers is stored for the first seed only.`,
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
	c.Flags().StringVar(&o.out, "out", "", "write tables to this `folder`, and the rest to folders in it")
	c.Flags().IntVar(&o.jobs, "jobs", runtime.NumCPU(), "how many seeds to run at a time")
	c.Flags().BoolVar(&o.fresh, "fresh", false, "compute again what is there, and replace results of other settings")
	return c
}

// run runs experiments and judges their claims.
func (a *app) run(ctx context.Context, names []string, o runOptions) error {
	jobs, to, err := a.plan(names, o)
	if err != nil {
		return err
	}
	leave, err := a.enter(ctx, to)
	if err != nil {
		return err
	}
	defer leave()
	jobs, refused := a.refuse(jobs, to, o)
	done, failed := a.runJobs(ctx, jobs, to, o)
	failed = append(refused, failed...)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if len(done) > 0 {
		fmt.Fprintf(a.progress, "figures in %s\n", a.relative(to.figures))
		failed = append(failed, a.drawOthers(to.figures), a.reportClaims(to, done))
	}
	return errors.Join(failed...)
}

// runJobs runs experiments: each is drawn when its seeds are computed, beside those of
// the next. One that fails does not keep the others from running. It returns the names of
// those that have rows, and all errors in the order of the jobs.
func (a *app) runJobs(ctx context.Context, jobs []store.Job, to places, o runOptions) (done []string, failed []error) {
	drawn := drawing{app: a, ctx: ctx, to: to, jobs: o.jobs}
	drawn.left.Store(int64(len(jobs)))
	show := a.newProgress(jobs, o.profile)
	ended, errs := make([]bool, len(jobs)), make([][]error, len(jobs))
	err := to.Run(ctx, jobs, store.Options{Fresh: o.fresh, Jobs: o.jobs, Report: show.set, Note: a.note,
		Done: func(i int, r store.Result, err error) {
			drawn.left.Add(-1)
			show.end(i, r, err, a.relative(to.Table(jobs[i].Experiment.Name)))
			for _, e := range append(split(err), split(r.Failed)...) {
				errs[i] = append(errs[i], fmt.Errorf("%s: %w", jobs[i].Experiment.Name, e))
			}
			if len(r.Rows) > 0 {
				ended[i] = true
				drawn.begin(stored{jobs[i].Experiment, r.Rows, r.Pictures})
			}
		}})
	show.stop()
	for i, j := range jobs {
		if ended[i] {
			done = append(done, j.Experiment.Name)
		}
		failed = append(failed, errs[i]...)
	}
	return done, append(append(failed, split(err)...), drawn.wait()...)
}

// plan finds out what to run and where the results go.
func (a *app) plan(names []string, o runOptions) ([]store.Job, places, error) {
	to, err := a.places(o.profile, o.out)
	if err != nil {
		return nil, to, err
	}
	if o.jobs < 1 {
		return nil, to, fmt.Errorf("--jobs %d: at least one seed must run at a time", o.jobs)
	}
	if to.stored && o.profile != profilePaper {
		return nil, to, fmt.Errorf("%s has the results of the profile %s, which a %s run must not replace%s", a.relative(to.Tables), profilePaper, o.profile, elsewhere)
	}
	chosen, err := a.lookup(names)
	if err != nil {
		return nil, to, err
	}
	var jobs []store.Job
	for _, e := range chosen {
		seeds, err := a.seeds(e.Name, o.seeds)
		if err != nil {
			return nil, to, err
		}
		if o.profile == profileQuick && o.seeds == "" && len(seeds) > quickSeeds {
			seeds = seeds[:quickSeeds]
		}
		known, err := random.ReadSeeds(a.seedFile(e.Name))
		if to.stored {
			for _, s := range seeds {
				if err == nil && !slices.Contains(known, s) {
					err = fmt.Errorf("seed %d is not in %s: add it there, or choose another folder than that of the stored results with --out", s, a.relative(a.seedFile(e.Name)))
				}
			}
			if err != nil {
				return nil, to, err
			}
		}
		jobs = append(jobs, store.Job{Experiment: e, Run: runOf(e, o.profile), Profile: o.profile, Seeds: seeds,
			First: append(known, seeds...)[0], Data: filepath.Join(a.root, "data")})
	}
	return jobs, to, nil
}

// enter waits for the folders of a run, checks that they can be written to and
// removes what killed runs have left.
func (a *app) enter(ctx context.Context, to places) (leave func(), err error) {
	var unlock []func()
	leave = func() {
		for _, u := range slices.Backward(unlock) {
			u()
		}
	}
	for _, dir := range []string{to.Tables, to.figures} {
		u, err := a.lock(ctx, dir, elsewhere)
		if err != nil {
			leave()
			return nil, err
		}
		unlock = append(unlock, u)
	}
	for _, dir := range []string{to.Tables, to.Losses, to.figures, filepath.Dir(to.claims)} {
		if err == nil {
			err = writable(dir, elsewhere)
		}
	}
	if err == nil {
		err = a.clean(to)
	}
	if err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

// refuse leaves out, before anything is computed, the jobs whose results would
// replace others, and says why.
func (a *app) refuse(jobs []store.Job, to places, o runOptions) (kept []store.Job, refused []error) {
	for _, j := range jobs {
		if err := to.Check(j, o.fresh); err != nil {
			refused = append(refused, fmt.Errorf("%s: %w", j.Experiment.Name, err))
			continue
		}
		kept = append(kept, j)
	}
	return kept, refused
}

// drawing draws one experiment after the other beside what else goes on.
type drawing struct {
	*app
	ctx  context.Context
	to   places
	left atomic.Int64 // experiments that are still being computed
	jobs int          // figures at a time when none is
	mu   sync.Mutex   // held while one is drawn
	all  sync.WaitGroup
	errs []error
}

// begin draws tables as soon as nothing else is drawn.
func (d *drawing) begin(s stored) {
	d.all.Go(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		jobs := 1 // beside the seeds of others
		if d.left.Load() == 0 {
			jobs = d.jobs
		}
		if err := d.picture(d.ctx, s, d.to, jobs); err != nil {
			d.errs = append(d.errs, fmt.Errorf("figures of %s: %w", s.experiment.Name, err))
		}
	})
}

// wait returns the errors when all is drawn.
func (d *drawing) wait() []error {
	d.all.Wait()
	return d.errs
}

// exists says whether there is a file at path.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
