package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ml3/scripts/ml3/store"
)

// join merges the parts of shards and draws what they give.
func (a *app) join(ctx context.Context, folders []string, o joinOptions) error {
	jobs, to, err := a.plan(o.experiments, o.runOptions)
	if err != nil {
		return err
	}
	others, err := a.partFolders(folders, to)
	if err != nil {
		return err
	}
	leave, err := a.enter(ctx, to)
	if err != nil {
		return err
	}
	defer leave()
	gathered, refused, err := gatherAll(ctx, jobs, to, others, o.fresh)
	if err != nil || refused != nil && !o.partial {
		return errors.Join(append(refused, err)...)
	}
	for _, r := range refused {
		fmt.Fprintln(a.progress, "ml3: note:", oneLine(r.Error()))
	}
	drawn := drawing{app: a, ctx: ctx, to: to, jobs: o.jobs}
	var done []string
	var failed []error
	for i, g := range gathered {
		name := jobs[i].Experiment.Name
		res, err := to.Join(g)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
			continue
		}
		fmt.Fprintf(a.progress, "%s: %d rows in %s; %d seeds joined\n", name, len(res.Rows), a.relative(to.Table(name)), len(res.Computed))
		if len(res.Rows) > 0 {
			done = append(done, name)
			drawn.begin(stored{jobs[i].Experiment, res.Rows, res.Pictures})
		}
	}
	failed = append(failed, drawn.wait()...)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if len(done) > 0 {
		failed = append(failed, a.drawOthers(to.figures), a.reportClaims(to, done))
	}
	return errors.Join(failed...)
}

// partFolders are the folders of an argument list, without the one of the tables.
func (a *app) partFolders(folders []string, to places) ([]store.Folder, error) {
	var others []store.Folder
	for _, dir := range folders {
		f := store.Folder{Tables: dir}
		if !f.HasParts() {
			return nil, fmt.Errorf("%s has no folder .parts: give the folders that ml3 run --shard wrote to (its --out)", store.Clip(dir))
		}
		if !sameFolder(dir, to.Tables) {
			others = append(others, f)
		}
	}
	return others, nil
}

// gatherAll reads the parts of all jobs; refused are the reasons not to join them, one
// for each reason and experiment.
func gatherAll(ctx context.Context, jobs []store.Job, to places, others []store.Folder, fresh bool) (all []store.Gathering, refused []error, err error) {
	for _, j := range jobs {
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		g, err := to.Gather(j, others, fresh)
		if err != nil {
			return nil, refused, fmt.Errorf("%s: %w", j.Experiment.Name, err)
		}
		all = append(all, g)
		refused = append(refused, problems(j.Experiment.Name, g.Problems)...)
	}
	return all, refused, nil
}

// problems are the reasons that seeds of an experiment cannot be joined, one error
// for each reason.
func problems(experiment string, all []store.Problem) (errs []error) {
	type reason struct {
		why   string
		again bool
	}
	var reasons []reason // in the order of the seeds
	seeds := map[reason][]uint64{}
	for _, p := range all {
		r := reason{p.Why, p.Again}
		if seeds[r] == nil {
			reasons = append(reasons, r)
		}
		seeds[r] = append(seeds[r], p.Seed)
	}
	for _, r := range reasons {
		err := fmt.Errorf("%s: seeds %s: %s", experiment, ranges(seeds[r]), r.why)
		if r.again {
			err = again{fmt.Errorf("%w; the same shards, run again, compute only this", err)}
		}
		errs = append(errs, err)
	}
	return errs
}

// ranges writes seeds in order, as 1, 3-7, 9.
func ranges(seeds []uint64) string {
	seeds = slices.Sorted(slices.Values(seeds))
	var parts []string
	for i := 0; i < len(seeds); {
		k := i
		for k+1 < len(seeds) && seeds[k+1] == seeds[k]+1 {
			k++
		}
		text := strconv.FormatUint(seeds[i], 10)
		if k > i+1 {
			text += "-" + strconv.FormatUint(seeds[k], 10)
		} else if k == i+1 {
			k = i
		}
		parts = append(parts, text)
		i = k + 1
	}
	return strings.Join(parts, ", ")
}
