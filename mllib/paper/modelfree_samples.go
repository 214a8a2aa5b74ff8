package paper

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

// FreeRows select what policies of a version score on goals of meta-test.
type FreeRows struct{ Metric, Version string }

// freeCurve is what policies of a method score on a goal after so many samples.
type freeCurve struct {
	seed    uint64
	goal    string
	samples []int
	score   []float64
}

// of are the curves of a method on the goals, in order; layers is "" for policies as in
// meta-training. A policy that diverges has the score of a random one from there on.
func (f FreeRows) of(t tidy.Table, method, layers string) []freeCurve {
	t = t.Where(tidy.Has("version", f.Version), tidy.Has("split", "meta-test"), tidy.Metric(f.Metric))
	depth := func(r tidy.Row) bool { return tidy.TaskValue(r.Task, "layers") == layers }
	own := t.Where(tidy.Method(method), depth)
	steps, floor := own.Steps(), map[string]float64{}
	key := func(seed uint64, task string) string { return fmt.Sprint(seed, " ", tidy.TaskValue(task, "goal")) }
	for _, r := range t.Where(tidy.Method(RandomPolicy)) {
		floor[key(r.Seed, r.Task)] = r.Value
	}
	var all []freeCurve
	for _, s := range own.Series() {
		c := freeCurve{seed: s.Seed, goal: tidy.TaskValue(s.Task, "goal"), samples: steps, score: slices.Clone(s.Values)}
		for len(c.score) < len(steps) {
			c.score = append(c.score, floor[key(s.Seed, s.Task)])
		}
		all = append(all, c)
	}
	return all
}

// means are the curves of the seeds, each the mean over its goals.
func means(curves []freeCurve) []freeCurve {
	var all []freeCurve
	for _, c := range curves {
		i := slices.IndexFunc(all, func(m freeCurve) bool { return m.seed == c.seed })
		if i < 0 {
			i, all = len(all), append(all, freeCurve{seed: c.seed, samples: c.samples, score: make([]float64, len(c.samples))})
		}
		n := 0
		for _, o := range curves {
			if o.seed == c.seed {
				n++
			}
		}
		for k, x := range c.score {
			all[i].score[k] += x / float64(n)
		}
	}
	return all
}

// end is where a curve ends: the mean of the last three measurements.
func (c freeCurve) end() float64 { return tidy.Mean(c.score[max(0, len(c.score)-3):]) }

// reaches is the number of samples after which a curve is first at a level.
func (c freeCurve) reaches(level float64) (samples int, ok bool) {
	for i, x := range c.score {
		if x >= level {
			return c.samples[i], true
		}
	}
	return 0, false
}

// FreeReach is how soon a method is at a share of the way from a random policy to where
// PPO ends.
type FreeReach struct {
	Seed    uint64
	Goal    string // "" for the mean over all goals
	Samples int    // if it is not reached, those that PPO takes until it ends
	Reached bool
}

// Reach are how soon a method is there, seed by seed, and with each goal by goal, where
// it, PPO and the random policy have been measured.
func (f FreeRows) Reach(t tidy.Table, method string, share float64, each bool) []FreeReach {
	own, ppo, random := f.of(t, method, ""), f.of(t, PPO, ""), f.of(t, RandomPolicy, "")
	if !each {
		own, ppo, random = means(own), means(ppo), means(random)
	}
	find := func(curves []freeCurve, c freeCurve) (freeCurve, bool) {
		i := slices.IndexFunc(curves, func(o freeCurve) bool { return o.seed == c.seed && o.goal == c.goal })
		if i < 0 {
			return freeCurve{}, false
		}
		return curves[i], true
	}
	var all []FreeReach
	for _, c := range own {
		p, ok := find(ppo, c)
		floor, found := find(random, c)
		if !ok || !found {
			continue
		}
		r := FreeReach{Seed: c.seed, Goal: c.goal}
		low := floor.score[0]
		if r.Samples, r.Reached = c.reaches(low + share*(p.end()-low)); !r.Reached {
			r.Samples = p.samples[len(p.samples)-1]
		}
		all = append(all, r)
	}
	return all
}

// FreeEfficiency is how many samples a method takes to a share of the way from the
// random policy to where PPO ends, goal by goal.
type FreeEfficiency struct {
	Method         string
	Share          float64
	Goals, Reached int // of all seeds
	// Median over the goals of all seeds, and its 95 % interval over seeds and, within
	// them, goals; +Inf where less than half of the goals are reached.
	Median, Low, High float64
}

// Efficiency is that of a method. The error says that nothing can be compared.
func (f FreeRows) Efficiency(t tidy.Table, method string, share float64) (FreeEfficiency, error) {
	goals := f.Reach(t, method, share, true)
	e := FreeEfficiency{Method: method, Share: share, Goals: len(goals)}
	if len(goals) == 0 {
		return e, fmt.Errorf("no goal has been measured with %s, %s and %s; recompute the experiment", method, PPO, RandomPolicy)
	}
	var seeds [][]float64 // samples by seed
	for i, g := range goals {
		if i == 0 || g.Seed != goals[i-1].Seed {
			seeds = append(seeds, nil)
		}
		n := math.Inf(1)
		if g.Reached {
			n, e.Reached = float64(g.Samples), e.Reached+1
		}
		seeds[len(seeds)-1] = append(seeds[len(seeds)-1], n)
	}
	e.Median = lowerMedian(slices.Concat(seeds...))
	e.Low, e.High = nestedInterval(seeds, lowerMedian, random.Stream(0, "intervals over seeds and goals"))
	return e, nil
}

// lowerMedian is the least of x that half of x does not exceed.
func lowerMedian(x []float64) float64 { return slices.Sorted(slices.Values(x))[(len(x)-1)/2] }

// nestedInterval is the 95 % percentile interval of a statistic of nested numbers: groups
// are drawn with replacement, and from each its numbers (Davison and Hinkley,
// "Bootstrap methods", 1997, section 3.8).
func nestedInterval(groups [][]float64, statistic func([]float64) float64, rng *rand.Rand) (low, high float64) {
	values := make([]float64, 2000)
	var drawn []float64
	for i := range values {
		drawn = drawn[:0]
		for range groups {
			g := groups[rng.IntN(len(groups))]
			for range g {
				drawn = append(drawn, g[rng.IntN(len(g))])
			}
		}
		values[i] = statistic(drawn)
	}
	slices.Sort(values)
	n := float64(len(values) - 1)
	return values[int(0.025*n)], values[int(math.Ceil(0.975*n))]
}
