package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// Options say how a job is run.
type Options struct {
	Fresh  bool                   // compute again what is stored, and replace what is foreign
	Jobs   int                    // seeds at a time
	Report func(fraction float64) // is told the fraction of the work done; nil for nobody
	Note   func(text string)      // is told what a reader should know; nil for nobody
}

// Result is what a folder holds after a run.
type Result struct {
	Rows, Pictures tidy.Table
	Computed       []uint64 // the seeds that this run computed, in order
	Failed         error    // the seeds that failed, each with why, joined
}

// Check says whether a job can be run in a folder: an error is what Run would refuse
// before computing anything.
func (f Folder) Check(j Job, fresh bool) error {
	v, err := f.look(j)
	if err != nil || fresh {
		return err
	}
	return f.refusal(v, j.Experiment.Name)
}

// Run computes the seeds of a job that are missing in a folder and merges them with
// what is there. Seeds of an older revision stay, with a note, unless o.Fresh.
// Results of other settings, data or processors, and tables that cannot be read, are
// refused unless o.Fresh, which replaces them. A seed that fails does not stop the
// others; the manifest says why it is missing. If ctx ends, nothing is merged, and
// the next run goes on with the seeds that are whole. The caller holds the lock.
func (f Folder) Run(ctx context.Context, j Job, o Options) (Result, error) {
	v, err := f.look(j)
	if err != nil {
		return Result{}, err
	}
	if !o.Fresh {
		if err := f.refusal(v, j.Experiment.Name); err != nil {
			return Result{}, err
		}
	}
	parts, err := f.readParts(j, v.basis, o.Fresh)
	if err != nil {
		return Result{}, err
	}
	todo := f.todo(v, j, o, parts)
	failed, err := f.compute(ctx, j, o, v.basis, todo)
	if err != nil {
		return Result{}, err
	}
	if len(todo) > 0 {
		if parts, err = f.readParts(j, v.basis, o.Fresh); err != nil {
			return Result{}, err
		}
	}
	res, err := f.merge(v, j, parts, failed)
	for _, seed := range todo {
		if failed[seed] == nil {
			res.Computed = append(res.Computed, seed)
		} else {
			res.Failed = errors.Join(res.Failed, fmt.Errorf("seed %d: %w", seed, failed[seed]))
		}
	}
	slices.Sort(res.Computed)
	return res, err
}

// todo are the seeds to compute, in the order of the job.
func (f Folder) todo(v view, j Job, o Options, parts map[uint64]part) []uint64 {
	note := o.Note
	if note == nil {
		note = func(string) {}
	}
	var todo, stale []uint64
	for _, seed := range j.Seeds {
		if _, whole := parts[seed]; whole {
			continue
		}
		s := f.state(v, j, seed)
		switch {
		case o.Fresh || s.State == Missing:
			todo = append(todo, seed)
		case s.State == Damaged:
			note(fmt.Sprintf("seed %d is computed again: %s", seed, s.Why))
			todo = append(todo, seed)
		case s.State == Stale:
			stale = append(stale, seed)
		}
	}
	if len(stale) > 0 {
		note(fmt.Sprintf("stale, of an older revision of the experiment than %d: seeds %v; --fresh computes them again", j.Experiment.Revision, stale))
	}
	return todo
}

// worker runs seeds of a job and makes parts of what they find.
type worker struct {
	Job
	part   part // what all parts have
	mu     sync.Mutex
	parts  map[uint64]part
	failed map[uint64]error
}

// Run runs one seed. That its output cannot be stored is a failure of the seed.
func (w *worker) Run(ctx context.Context, in paper.Input, report func(done, total int)) (paper.Output, error) {
	start := time.Now()
	out, err := w.Job.Run.Run(ctx, in, report)
	p := w.part
	p.Seed.Seed, p.Seed.Seconds = in.Seed, float64(time.Since(start).Milliseconds())/1000
	if err == nil {
		err = p.fill(w.Job, out)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.failed[in.Seed] = err
	} else {
		w.parts[in.Seed] = p
	}
	return paper.Output{}, err
}

// take returns the part of a seed once.
func (w *worker) take(seed uint64) part {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer delete(w.parts, seed)
	return w.parts[seed]
}

// compute runs seeds and writes a part for each; it returns why seeds failed.
func (f Folder) compute(ctx context.Context, j Job, o Options, basis Basis, seeds []uint64) (map[uint64]error, error) {
	if len(seeds) == 0 {
		return nil, ctx.Err()
	}
	name := j.Experiment.Name
	if err := os.MkdirAll(f.parts(name), 0o777); err != nil {
		return nil, err
	}
	w := &worker{Job: j, parts: map[uint64]part{}, failed: map[uint64]error{}, part: part{Basis: basis.id(name), Fresh: o.Fresh,
		Seed: Seed{Revision: j.Experiment.Revision, Machine: thisMachine(o.Jobs)}}}
	var unwritten error
	err := paper.Each(ctx, w, seeds, paper.Options{Data: j.Data, Jobs: o.Jobs, Report: o.Report}, func(seed uint64, _ paper.Output) error {
		f.change("write part")
		unwritten = w.take(seed).write(f.part(name, seed))
		return unwritten
	})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case unwritten != nil:
		return nil, unwritten
	case err != nil && len(w.failed) == 0:
		return nil, err
	}
	return w.failed, nil
}

// fill puts the output of a seed into its part.
func (p *part) fill(j Job, out paper.Output) error {
	name, seed := j.Experiment.Name, p.Seed.Seed
	if len(out.Rows) == 0 {
		return errors.New("it measured nothing")
	}
	for _, r := range slices.Concat(out.Rows, out.Pictures) {
		if r.Experiment != name || r.Seed != seed {
			return fmt.Errorf("it wrote a row of seed %d of %q", r.Seed, r.Experiment)
		}
	}
	var err error
	p.rows, p.pictures = out.Rows, out.Pictures
	if p.Seed.Rows, err = content(out.Rows); err != nil {
		return err
	}
	if p.Seed.Pictures, err = content(out.Pictures); err != nil {
		return err
	}
	if p.losses, err = paper.EncodeLosses(name, seed, storedLosses(out.Losses, seed == j.First)); err != nil {
		return err
	}
	if len(p.losses) > 0 {
		p.Seed.Losses = digest(p.losses)
	}
	return nil
}
