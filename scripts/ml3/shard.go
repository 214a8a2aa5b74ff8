package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"ml3/scripts/ml3/store"
)

// shard is one of several parts of the jobs of a run, counted from 0. The zero value
// is no shard but all.
type shard struct{ index, of int }

// shardUsage describes the flag --shard.
const shardUsage = "`which`: i/n, the share i of 0 to n-1; auto/n or auto takes i, or both, from a Slurm array or a Kubernetes Indexed Job"

// maxShards bounds the number of shards.
const maxShards = 1_000_000

// Environment variables that say which shard a program is.
const (
	slurmTask  = "SLURM_ARRAY_TASK_ID"
	slurmCount = "SLURM_ARRAY_TASK_COUNT"
	slurmMin   = "SLURM_ARRAY_TASK_MIN"
	slurmMax   = "SLURM_ARRAY_TASK_MAX"
	kubeTask   = "JOB_COMPLETION_INDEX"
)

// parseShard reads the flag --shard; env is the environment.
func parseShard(flag string, env func(string) string) (shard, error) {
	bad := func(why string, a ...any) (shard, error) {
		return shard{}, fmt.Errorf("--shard %s: %s", store.Clip(flag), fmt.Sprintf(why, a...))
	}
	which, count, counted := strings.Cut(flag, "/")
	var s shard
	var err error
	if counted {
		if s.of, err = strconv.Atoi(count); err != nil || s.of < 1 || s.of > maxShards {
			return bad("%q is no number of shards; write i/n with n from 1 to %d", store.Clip(count), maxShards)
		}
	}
	switch {
	case which == "auto" && !counted:
		return wholeArray(env, bad)
	case which == "auto":
		task := env(slurmTask)
		if task == "" {
			task = env(kubeTask)
		}
		if task == "" {
			return bad("neither %s nor %s is set; write i/n outside an array", slurmTask, kubeTask)
		}
		which = task
	case !counted:
		return bad("write i/n, such as 0/4 for the first of four, or auto")
	}
	if s.index, err = strconv.Atoi(which); err != nil || s.index < 0 || s.index >= s.of {
		return bad("%q is no shard of %d: they are 0 to %d", store.Clip(which), s.of, s.of-1)
	}
	return s, nil
}

// wholeArray is the shard of a task of a Slurm array, which knows how many there are.
func wholeArray(env func(string) string, bad func(string, ...any) (shard, error)) (shard, error) {
	if env(slurmTask) == "" && env(kubeTask) != "" {
		return bad("%s does not say of how many: write auto/n with the number of completions", kubeTask)
	}
	var n [4]int
	for i, name := range []string{slurmTask, slurmMin, slurmMax, slurmCount} {
		var err error
		if n[i], err = strconv.Atoi(env(name)); err != nil {
			return bad("%s=%q is no number; write i/n outside an array", name, store.Clip(env(name)))
		}
	}
	task, first, last, count := n[0], n[1], n[2], n[3]
	if count < 1 || last-first+1 != count || task < first || task > last {
		return bad("task %d of %d from %d to %d: an array with gaps does not say which shards it has; write auto/n with the number of the first array", task, count, first, last)
	}
	return shard{task - first, count}, nil
}

// graceAfterSignal is how long a shard may take to end after a signal. Its files are
// whole at any moment, so that nothing is lost if it has to go.
const graceAfterSignal = 2 * time.Second

// runShard computes the jobs of a shard that are missing and leaves them as parts.
func (a *app) runShard(ctx context.Context, jobs []store.Job, to places, o runOptions) error {
	s, err := parseShard(o.shard, os.Getenv)
	if err != nil {
		return err
	}
	cells, err := a.matrix(jobs)
	if err != nil {
		return err
	}
	mine := choose(jobs, cells, s)
	leave, err := a.enterShared(ctx, to)
	if err != nil {
		return err
	}
	defer leave()
	defer context.AfterFunc(ctx, func() {
		time.Sleep(graceAfterSignal)
		text, status := interruption(ctx)
		fmt.Fprintln(a.progress, "ml3:", text)
		a.leave(status)
	})()
	fmt.Fprintf(a.progress, "shard %d/%d: %d of %d jobs, parts in %s\n", s.index, s.of, countSeeds(mine), len(cells), a.relative(to.Tables))
	failed := make([][]error, len(mine))
	show := a.newProgress(mine, o.profile)
	stopped := to.Run(ctx, mine, store.Options{Parts: true, Fresh: o.fresh, Jobs: o.jobs, Report: show.set, Note: a.note,
		Done: func(i int, r store.Result, err error) {
			show.end(i, r, err, "")
			for _, e := range append(split(err), split(r.Failed)...) {
				failed[i] = append(failed[i], fmt.Errorf("%s: %w", mine[i].Experiment.Name, e))
			}
		}})
	show.stop()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(append(slices.Concat(failed...), split(stopped)...)...)
}

// enterShared does as enter for a program that writes parts only: others like it may
// write to the folder at the same time.
func (a *app) enterShared(ctx context.Context, to places) (leave func(), err error) {
	leave, err = a.lockWith(ctx, store.LockShared, to.Tables, elsewhere)
	if err != nil {
		return nil, err
	}
	if err = writable(to.Tables, elsewhere); err == nil {
		err = to.MakeParts()
	}
	if err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

func countSeeds(jobs []store.Job) (n int) {
	for _, j := range jobs {
		n += len(j.Seeds)
	}
	return n
}
