package main

import (
	"fmt"
	"sync"
	"time"

	"ml3/scripts/ml3/store"
)

// progress tells how far the jobs of a run are. The meter is that of the first job that
// is not done, though seeds of the next run beside its last ones. Its functions may be
// called concurrently.
type progress struct {
	*app
	profile string
	jobs    []job
	mu      sync.Mutex
	meter   *meter // of the first job that is not done; nil if all are
}

// job is a job while it runs.
type job struct {
	store.Job
	begun time.Time // when the first of its seeds began
	done  bool
}

func (a *app) newProgress(jobs []store.Job, profile string) *progress {
	p := &progress{app: a, profile: profile}
	for _, j := range jobs {
		p.jobs = append(p.jobs, job{Job: j})
	}
	p.next()
	return p
}

// first is the place of the first job that is not done, len(p.jobs) if all are.
func (p *progress) first() int {
	for i, j := range p.jobs {
		if !j.done {
			return i
		}
	}
	return len(p.jobs)
}

// next shows the first job that is not done.
func (p *progress) next() {
	i := p.first()
	if p.meter = nil; i == len(p.jobs) {
		return
	}
	j := &p.jobs[i]
	j.begin()
	fmt.Fprintf(p.app.progress, "%s (%s, %d seeds)\n", j.Experiment.Name, p.profile, len(j.Seeds))
	p.meter = newMeter(p.app.progress, p.terminal, j.Experiment.Name, j.begun)
}

func (j *job) begin() {
	if j.begun.IsZero() {
		j.begun = time.Now()
	}
}

// set tells the fraction of a job's work that is done.
func (p *progress) set(i int, fraction float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.jobs[i].begin()
	if i == p.first() {
		p.meter.set(fraction)
	}
}

// end tells what has become of a job, whose table is in a file, "" for none.
func (p *progress) end(i int, r store.Result, err error, file string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	j := &p.jobs[i]
	j.begin()
	if p.meter != nil {
		p.meter.hide()
	}
	if what := fmt.Sprintf("%d seeds computed in %.1f s", len(r.Computed), time.Since(j.begun).Seconds()); err == nil {
		if len(r.Computed) == 0 && r.Failed == nil {
			what = "nothing was missing"
		}
		if file != "" {
			what = fmt.Sprintf("%d rows in %s; %s", len(r.Rows), file, what)
		}
		fmt.Fprintf(p.app.progress, "%s: %s\n", j.Experiment.Name, what)
	}
	shown := p.first() == i
	if j.done = true; shown {
		p.stop()
		p.next()
	}
}

// stop ends the meter.
func (p *progress) stop() {
	if p.meter != nil {
		p.meter.end()
	}
}
