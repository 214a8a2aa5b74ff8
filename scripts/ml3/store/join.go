package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
)

// Gathering is what shards have computed of a job, before it is joined.
type Gathering struct {
	Problems []Problem // of the job's seeds, in its order

	job    Job
	view   view
	parts  map[uint64]part
	failed map[uint64]error
}

// Problem is why a seed cannot be joined.
type Problem struct {
	Seed  uint64
	Why   string
	Again bool // whether running the shards again can help
}

// Gather reads the parts of a job's seeds that are not in the folder yet: its own and
// those in other folders. It changes nothing. What Run refuses is refused.
func (f Folder) Gather(j Job, others []Folder, fresh bool) (Gathering, error) {
	g := Gathering{job: j, parts: map[uint64]part{}, failed: map[uint64]error{}}
	var err error
	if g.view, err = f.look(j); err != nil {
		return g, err
	}
	if !fresh {
		if err := f.refusal(g.view, j.Experiment.Name); err != nil {
			return g, err
		}
	}
	in := append([]Folder{f}, others...)
	for _, seed := range j.Seeds {
		p, found, conflict := gather(j, g.view.basis, seed, in, fresh)
		stored := Missing
		if !fresh {
			stored = f.state(g.view, j, seed).State
		}
		switch {
		case conflict != "":
			g.Problems = append(g.Problems, Problem{Seed: seed, Why: conflict})
		case found:
			g.parts[seed] = p
		case stored == Complete || stored == Stale:
		default:
			g.Problems = append(g.Problems, g.problem(seed, in))
		}
	}
	return g, nil
}

// gather looks for the part of a seed in folders. Two that differ are a conflict.
func gather(j Job, basis Basis, seed uint64, in []Folder, fresh bool) (p part, found bool, conflict string) {
	var where string
	for _, from := range in {
		q, err := readPart(from.part(j.Experiment.Name, seed))
		switch {
		case err != nil || q.misfit(j, basis, seed) != "" || fresh && !q.Fresh:
		case !found:
			p, found, where = q, true, from.Tables
		case p.Seed.Rows != q.Seed.Rows || p.Seed.Pictures != q.Seed.Pictures || p.Seed.Losses != q.Seed.Losses:
			conflict = fmt.Sprintf("other results in %s than in %s: remove those that are wrong", from.Tables, where)
		}
	}
	return p, found, conflict
}

// problem says why there is no part of a seed.
func (g *Gathering) problem(seed uint64, in []Folder) Problem {
	name := g.job.Experiment.Name
	bad := Problem{Seed: seed, Why: "missing", Again: true}
	for _, from := range in {
		path := from.part(name, seed)
		p, err := readPart(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if why := from.readFailure(g.job, g.view.basis, seed); why != "" {
				g.failed[seed] = errors.New(why)
				return Problem{Seed: seed, Why: "failed: " + why}
			}
		case err != nil:
			bad.Why = "damaged: " + clip(err.Error(), 200)
		default:
			why := cmp.Or(p.misfit(g.job, g.view.basis, seed), "not computed with --fresh")
			bad.Why = fmt.Sprintf("the part in %s is %s", from.Tables, why)
		}
	}
	return bad
}

// Join merges what was gathered with what the folder holds; seeds with a problem are
// left out, and the manifest says which of them failed. The caller holds the lock
// since before Gather.
func (f Folder) Join(g Gathering) (Result, error) {
	var err error
	if g.view.manifest, err = f.ReadManifest(); err != nil { // other jobs may have been joined since
		return Result{}, err
	}
	res, err := f.merge(g.view, g.job, g.parts, g.failed)
	for _, seed := range g.job.Seeds {
		if _, ok := g.parts[seed]; ok {
			res.Computed = append(res.Computed, seed)
		}
	}
	return res, err
}
