package paper

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Options say how seeds are run.
type Options struct {
	Data string // the data folder
	Jobs int    // seeds at a time, at least 1
}

// Batch is a run with its seeds. Calls of the functions of all batches of Each do not
// overlap, but Report may be called while Done runs.
type Batch struct {
	Run    Run
	Seeds  []uint64
	Report func(fraction float64) // is told the fraction of the batch's work done; nil for nobody
	// Done is given each output, or why the seed failed, and the time that it took, as
	// soon as it is there, in whatever order the seeds end. Its error stops everything.
	Done func(seed uint64, out Output, took time.Duration, err error) error
}

// Each runs every seed of every batch, so many at a time: those of a batch begin when
// the last of the batch before has begun. A seed that fails does not stop the others.
// The error is the first of a Done, or ctx's, which stops everything.
func Each(ctx context.Context, o Options, batches ...Batch) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	type place struct {
		batch, seed int
	}
	var all []place
	var reports sync.Mutex
	fractions := make([][]float64, len(batches))
	for i, b := range batches {
		fractions[i] = make([]float64, len(b.Seeds))
		for k := range b.Seeds {
			all = append(all, place{i, k})
		}
	}
	report := func(p place, fraction float64) {
		reports.Lock()
		defer reports.Unlock()
		done, f := 0.0, fractions[p.batch]
		f[p.seed] = fraction
		for _, x := range f {
			done += x
		}
		if r := batches[p.batch].Report; r != nil {
			r(done / float64(len(f)))
		}
	}
	var dones sync.Mutex
	run := func(p place) {
		b, start := batches[p.batch], time.Now()
		in := Input{Seed: b.Seeds[p.seed], Data: o.Data}
		out, err := b.Run.Run(ctx, in, func(n, total int) { report(p, float64(n)/float64(max(1, total))) })
		took := time.Since(start)
		if err != nil && ctx.Err() != nil {
			return
		}
		report(p, 1)
		dones.Lock()
		defer dones.Unlock()
		if err := b.Done(in.Seed, out, took, err); err != nil {
			cancel(err)
		}
	}
	next := make(chan place, len(all))
	for _, p := range all {
		next <- p
	}
	close(next)
	var workers sync.WaitGroup
	for range max(1, min(o.Jobs, len(all))) {
		workers.Go(func() {
			for p := range next {
				if ctx.Err() != nil {
					return
				}
				run(p)
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

// RunAll runs every seed and joins the outputs in the order of the seeds: the result does not
// depend on the number of jobs. Seeds that fail have no output; their errors, each with
// its seed, are joined in the same order. report may be nil, see Batch.
func RunAll(ctx context.Context, run Run, seeds []uint64, o Options, report func(fraction float64)) (Output, error) {
	if len(seeds) == 0 {
		return Output{}, errors.New("no seeds to run")
	}
	outputs, failed := map[uint64]Output{}, map[uint64]error{}
	err := Each(ctx, o, Batch{Run: run, Seeds: seeds, Report: report, Done: func(seed uint64, out Output, _ time.Duration, err error) error {
		outputs[seed], failed[seed] = out, err
		return nil
	}})
	var all Output
	for _, seed := range seeds {
		if failed[seed] != nil {
			err = errors.Join(err, fmt.Errorf("seed %d: %w", seed, failed[seed]))
			continue
		}
		all.Rows = append(all.Rows, outputs[seed].Rows...)
		all.Pictures = append(all.Pictures, outputs[seed].Pictures...)
	}
	return all, err
}
