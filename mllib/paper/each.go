package paper

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Options say how seeds are run.
type Options struct {
	Data   string                 // the data folder
	Jobs   int                    // seeds at a time, at least 1
	Report func(fraction float64) // is told the fraction of all work done; nil for nobody
}

// Each runs every seed and gives each output to done as soon as it is there, in
// whatever order they end; calls of done and Report do not overlap. A seed that
// fails does not stop the others: the errors, each with its seed, are joined in
// the order of the seeds. An error of done stops everything, and so does ctx.
func Each(ctx context.Context, run Run, seeds []uint64, o Options, done func(seed uint64, out Output) error) error {
	if len(seeds) == 0 {
		return errors.New("no seeds to run")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := progress{done: make([]float64, len(seeds)), report: o.Report}
	errs := make([]error, len(seeds))
	next := make(chan int, len(seeds))
	for i := range seeds {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range max(1, min(o.Jobs, len(seeds))) {
		wg.Go(func() {
			for i := range next {
				if ctx.Err() != nil {
					return
				}
				out, err := run.Run(ctx, Input{Seed: seeds[i], Data: o.Data}, func(n, total int) {
					p.set(i, float64(n)/float64(max(1, total)))
				})
				if err != nil {
					errs[i] = err
					continue
				}
				if err := p.finish(i, func() error { return done(seeds[i], out) }); err != nil {
					cancel(err)
				}
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for i, err := range errs {
		if err != nil {
			errs[i] = fmt.Errorf("seed %d: %w", seeds[i], err)
		}
	}
	return errors.Join(errs...)
}

// RunAll runs every seed and joins the outputs in the order of the seeds: the result does not
// depend on the number of jobs. The error is that of Each; the outputs of the
// seeds that did not fail are there.
func RunAll(ctx context.Context, run Run, seeds []uint64, o Options) (Output, error) {
	outputs := map[uint64]Output{}
	err := Each(ctx, run, seeds, o, func(seed uint64, out Output) error {
		outputs[seed] = out
		return nil
	})
	var all Output
	for _, seed := range seeds {
		all.Rows = append(all.Rows, outputs[seed].Rows...)
		all.Pictures = append(all.Pictures, outputs[seed].Pictures...)
	}
	return all, err
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

// finish calls f while no other call of the progress runs.
func (p *progress) finish(i int, f func() error) error {
	p.set(i, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	return f()
}
