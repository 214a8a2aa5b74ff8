package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// Options say how jobs are run.
type Options struct {
	Fresh  bool                               // compute again what is stored, and replace what is foreign
	Parts  bool                               // write parts and merge nothing: one of several that share a folder
	Jobs   int                                // seeds at a time
	Report func(job int, fraction float64)    // is told the fraction of a job's work done; nil for nobody
	Note   func(experiment, text string)      // is told what a reader should know; nil for nobody
	Done   func(job int, r Result, err error) // is told what has become of a job; one call at a time
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

// Run computes the seeds of jobs that are missing in a folder, so many at a time, those
// of a job beside the last ones of the job before, and merges those of a job with what
// is there when all are computed; then it calls o.Done. All jobs have one data folder.
//
// Seeds of an older revision stay, with a note, unless o.Fresh. Results of other
// settings, data or processors, and tables that cannot be read, are refused unless
// o.Fresh, which replaces them. A seed that fails does not stop the others; the manifest
// says why it is missing. If ctx ends, or a file cannot be written, jobs that are not
// merged yet are not, and the next run goes on with their seeds that are whole. The
// caller holds the lock, or shares it with others if o.Parts: then parts are all that is
// written, with a file for each seed that fails, and Join, or Run, merges them.
func (f Folder) Run(ctx context.Context, jobs []Job, o Options) error {
	var batches []paper.Batch
	var data string
	for i, j := range jobs {
		data = j.Data
		r, err := f.begin(j, o)
		if err != nil {
			o.Done(i, Result{}, err)
			continue
		}
		if len(r.todo) == 0 {
			res, err := f.finish(r)
			o.Done(i, res, err)
			continue
		}
		b := paper.Batch{Run: j.Run, Seeds: r.todo}
		if o.Report != nil {
			b.Report = func(fraction float64) { o.Report(i, fraction) }
		}
		b.Done = func(seed uint64, out paper.Output, took time.Duration, err error) error {
			if err := f.keep(r, seed, out, took, err); err != nil {
				return fmt.Errorf("%s: %w", j.Experiment.Name, err)
			}
			if r.ended++; r.ended == len(r.todo) {
				res, err := f.finish(r)
				o.Done(i, res, err)
			}
			return nil
		}
		batches = append(batches, b)
	}
	return paper.Each(ctx, paper.Options{Data: data, Jobs: o.Jobs}, batches...)
}

// running is a job whose seeds are being computed.
type running struct {
	Job
	Options
	machine Machine
	view    view
	parts   map[uint64]part  // that were whole when it began
	todo    []uint64         // the seeds to compute
	ended   int              // how many of them are computed
	failed  map[uint64]error // why seeds failed
}

// begin finds out what is to be computed of a job.
func (f Folder) begin(j Job, o Options) (*running, error) {
	r := &running{Job: j, Options: o, machine: thisMachine(o.Jobs), failed: map[uint64]error{}}
	var err error
	if r.view, err = f.look(j); err != nil {
		return nil, err
	}
	if !o.Fresh {
		if err := f.refusal(r.view, j.Experiment.Name); err != nil {
			return nil, err
		}
	}
	if o.Parts {
		r.parts = f.ownParts(j, r.view.basis, o.Fresh)
	} else if r.parts, err = f.readParts(j, r.view.basis, o.Fresh); err != nil {
		return nil, err
	}
	if r.todo = f.todo(r.view, j, o, r.parts); len(r.todo) > 0 {
		err = os.MkdirAll(f.parts(j.Experiment.Name), 0o777)
	}
	return r, err
}

// keep writes the part of a seed, or remembers why it failed. That its output cannot be
// stored is a failure of the seed; that its file cannot be written is an error.
func (f Folder) keep(r *running, seed uint64, out paper.Output, took time.Duration, failed error) error {
	name := r.Experiment.Name
	p := part{Basis: r.view.basis.id(name), Fresh: r.Fresh,
		Seed: Seed{Seed: seed, Revision: r.Experiment.Revision, Machine: r.machine, Seconds: float64(took.Milliseconds()) / 1000, Memory: peakMemory()}}
	if failed == nil {
		failed = p.fill(r.Job, out)
	}
	if failed != nil {
		r.failed[seed] = failed
		if r.Parts {
			return f.writeFailure(r, seed)
		}
		return nil
	}
	f.change("write part")
	if err := p.write(f.part(name, seed)); err != nil || !r.Parts {
		return err
	}
	return f.remove(f.failure(name, seed))
}

// finish merges a job of which all seeds are computed, if it is to be merged.
func (f Folder) finish(r *running) (Result, error) {
	if r.Parts {
		var res Result
		r.tell(&res)
		return res, nil
	}
	parts, err := r.parts, error(nil)
	if len(r.todo) > 0 {
		if parts, err = f.readParts(r.Job, r.view.basis, r.Fresh); err != nil {
			return Result{}, err
		}
	}
	if r.view.manifest, err = f.ReadManifest(); err != nil { // other jobs have been merged
		return Result{}, err
	}
	res, err := f.merge(r.view, r.Job, parts, r.failed)
	r.tell(&res)
	return res, err
}

// tell says in a result which seeds were computed and which failed.
func (r *running) tell(res *Result) {
	var failed []error
	for _, seed := range r.todo {
		if r.failed[seed] == nil {
			res.Computed = append(res.Computed, seed)
		} else {
			failed = append(failed, fmt.Errorf("seed %d: %w", seed, r.failed[seed]))
		}
	}
	res.Failed = errors.Join(failed...)
	slices.Sort(res.Computed)
}

// todo are the seeds to compute, in the order of the job.
func (f Folder) todo(v view, j Job, o Options, parts map[uint64]part) []uint64 {
	note := func(text string) {
		if o.Note != nil {
			o.Note(j.Experiment.Name, text)
		}
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
