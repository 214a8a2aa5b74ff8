package paper

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"ml3/mllib/tidy"
)

// RunSeeds runs every seed, at most jobs at a time, and returns their tables
// joined in the order of the seeds: the result does not depend on jobs. report,
// which may be nil, is told the fraction of all work done; calls do not overlap.
// The first error, in the order of the seeds, cancels the rest and names its seed.
func RunSeeds(ctx context.Context, run Run, seeds []uint64, data string, jobs int, report func(fraction float64)) (tidy.Table, error) {
	if len(seeds) == 0 {
		return nil, errors.New("no seeds to run")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	tables, errs := make([]tidy.Table, len(seeds)), make([]error, len(seeds))
	p := progress{done: make([]float64, len(seeds)), report: report}
	next := make(chan int, len(seeds))
	for i := range seeds {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range max(1, min(jobs, len(seeds))) {
		wg.Go(func() {
			for i := range next {
				if errs[i] = ctx.Err(); errs[i] != nil {
					continue
				}
				tables[i], errs[i] = run.Run(ctx, Input{Seed: seeds[i], Data: data}, func(done, total int) {
					p.set(i, float64(done)/float64(max(1, total)))
				})
				if errs[i] != nil {
					cancel()
				}
			}
		})
	}
	wg.Wait()
	if err := firstError(seeds, errs); err != nil {
		return nil, err
	}
	var all tidy.Table
	for _, t := range tables {
		all = append(all, t...)
	}
	return all, nil
}

// firstError prefers the error that caused the cancellation to those it caused.
func firstError(seeds []uint64, errs []error) error {
	var cancelled error
	for i, err := range errs {
		switch {
		case err == nil:
		case errors.Is(err, context.Canceled):
			cancelled = err
		default:
			return fmt.Errorf("seed %d: %w", seeds[i], err)
		}
	}
	return cancelled
}

type progress struct {
	mu     sync.Mutex
	done   []float64
	report func(float64)
}

func (p *progress) set(i int, fraction float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done[i] = fraction
	if p.report == nil {
		return
	}
	sum := 0.0
	for _, d := range p.done {
		sum += d
	}
	p.report(sum / float64(len(p.done)))
}
