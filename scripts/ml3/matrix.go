package main

import (
	"slices"

	"ml3/scripts/ml3/store"
)

// cell is one job of the matrix experiment × seed, and what it is expected to need.
type cell struct {
	job    int // index of the experiment among the jobs of a run
	seed   uint64
	cost   estimate
	weight float64 // its share of the work, in any unit
}

// estimate is what the stored results say that a seed needs; 0 is unknown.
type estimate struct {
	seconds float64 // median over the stored seeds
	memory  int64   // most of the stored seeds, bytes
}

// matrix lists the jobs of a run seed by seed. What they are expected to need comes
// from the manifest of the results that belong to the clone, which is the same for
// every shard, wherever it runs; those at other settings (a quick run) are assumed to
// need time in the same proportion, and an experiment that was never run the mean.
func (a *app) matrix(jobs []store.Job) ([]cell, error) {
	in, err := a.places(profilePaper, "")
	if err != nil {
		return nil, err
	}
	m, err := in.ReadManifest()
	if err != nil {
		return nil, err
	}
	costs, sum, known := make([]estimate, len(jobs)), 0.0, 0
	for i, j := range jobs {
		costs[i] = estimateOf(m.Experiments[j.Experiment.Name])
		if costs[i].seconds > 0 {
			sum, known = sum+costs[i].seconds, known+1
		}
	}
	mean := 1.0
	if known > 0 {
		mean = sum / float64(known)
	}
	var cells []cell
	for i, j := range jobs {
		weight := costs[i].seconds
		if weight == 0 {
			weight = mean
		}
		if j.Profile != profilePaper {
			costs[i] = estimate{}
		}
		for _, seed := range j.Seeds {
			cells = append(cells, cell{i, seed, costs[i], weight})
		}
	}
	return cells, nil
}

// estimateOf is what the seeds of a record needed.
func estimateOf(r *store.Record) estimate {
	var e estimate
	if r == nil {
		return e
	}
	var seconds []float64
	for _, s := range r.Seeds {
		if s.Error == "" && s.Seconds > 0 {
			seconds = append(seconds, s.Seconds)
		}
		e.memory = max(e.memory, s.Memory)
	}
	if len(seconds) > 0 {
		slices.Sort(seconds)
		e.seconds = seconds[len(seconds)/2]
	}
	return e
}

// spread divides cells among n shards so that each has about the same work: the
// heaviest first, each to the shard with the least so far. It returns the shard of
// each cell, the same for the same cells on every machine.
func spread(cells []cell, n int) []int {
	order := make([]int, len(cells))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case cells[a].weight > cells[b].weight:
			return -1
		case cells[a].weight < cells[b].weight:
			return 1
		}
		return 0
	})
	of := make([]int, len(cells))
	h := make(loads, n)
	for i := range h {
		h[i].shard = i
	}
	for _, c := range order {
		of[c] = h[0].shard
		h[0].work += cells[c].weight
		h.sink()
	}
	return of
}

// load is the work that a shard has so far.
type load struct {
	work  float64
	shard int
}

// loads is a heap: the shard with the least work comes first, of equals the first.
type loads []load

func (l load) less(m load) bool { return l.work < m.work || l.work == m.work && l.shard < m.shard }

// sink puts the first, whose work has grown, where it belongs.
func (h loads) sink() {
	for i := 0; ; {
		least := i
		for _, c := range []int{2*i + 1, 2*i + 2} {
			if c < len(h) && h[c].less(h[least]) {
				least = c
			}
		}
		if least == i {
			return
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}

// choose are the jobs with the seeds of one shard; experiments of which it has none
// are left out.
func choose(jobs []store.Job, cells []cell, s shard) []store.Job {
	seeds := make([][]uint64, len(jobs))
	for i, of := range spread(cells, s.of) {
		if of == s.index {
			seeds[cells[i].job] = append(seeds[cells[i].job], cells[i].seed)
		}
	}
	var mine []store.Job
	for i, j := range jobs {
		if len(seeds[i]) > 0 {
			j.Seeds = seeds[i]
			mine = append(mine, j)
		}
	}
	return mine
}
