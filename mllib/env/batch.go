package env

import (
	"fmt"
	"math/rand/v2"
	"sync"
)

// Batch is n episodes of one world side by side, its rows, shared out to workers
// that run at the same time. What happens in row i depends on what row i is given
// alone, so the numbers are the same for any number of workers. Everything a batch
// returns is its own and changes with Start and Step. In the steady state nothing is
// allocated. A batch belongs to one goroutine, but see Each.
type Batch struct {
	spec        *Spec
	episodes    []*Episode
	observation []float64 // [n, no]
	reward      []float64 // [n], likewise measure and distance
	measure     []float64
	distance    []float64
	samples     []int // taken by each row

	workers int
	share   func(lo, hi int) error // what the workers do to their rows
	starts  []func()               // by which they start
	errs    []error
	wait    sync.WaitGroup
	actions []float64 // of Step
	advance func(lo, hi int) error
}

// NewBatch returns n episodes of w for a number of workers, of which more than n are
// idle. Call Start before anything else.
func NewBatch(w World, n, workers int) *Batch {
	if n < 1 || workers < 1 {
		panic(fmt.Sprintf("env: batch of %d episodes for %d workers", n, workers))
	}
	s := w.Spec()
	b := &Batch{spec: s, observation: make([]float64, n*len(s.Observation)), reward: make([]float64, n),
		measure: make([]float64, n), distance: make([]float64, n), samples: make([]int, n), workers: min(n, workers)}
	b.errs = make([]error, b.workers)
	b.advance = func(lo, hi int) error {
		na := len(s.Action)
		return b.StepRows(lo, hi, b.actions[lo*na:hi*na])
	}
	for k := range b.workers {
		fork := w.Fork()
		lo, hi := k*n/b.workers, (k+1)*n/b.workers
		for range hi - lo {
			b.episodes = append(b.episodes, NewEpisode(fork))
		}
		b.starts = append(b.starts, func() { defer b.wait.Done(); b.errs[k] = b.share(lo, hi) })
	}
	return b
}

// Spec describes the world of the batch.
func (b *Batch) Spec() *Spec { return b.spec }

// Len is the number of rows.
func (b *Batch) Len() int { return len(b.episodes) }

// Start begins an episode in every row: row i with the goal goals[i] and a start
// drawn from rng(i), which is called for the rows in turn. The error is that of a
// wrong goal and says in which row.
func (b *Batch) Start(goals [][]float64, rng func(i int) *rand.Rand) error {
	if len(goals) != len(b.episodes) {
		return fmt.Errorf("env: %s: %d goals for a batch of %d episodes", b.spec.Name, len(goals), len(b.episodes))
	}
	for i, e := range b.episodes {
		if err := e.Reset(goals[i], rng(i)); err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
		b.look(i)
	}
	return nil
}

// Step applies the actions [n, na] for one control step. Like Episode.Step, it
// refuses an action that is not finite, and finds states that are not; the error is
// that of the first row in which this happens, and the other rows have moved.
func (b *Batch) Step(actions []float64) error {
	mustHave("actions", actions, len(b.episodes)*len(b.spec.Action))
	b.actions = actions
	return b.Each(b.advance)
}

// Each calls f(lo, hi) for the rows lo ≤ i < hi of every worker, at the same time, and
// waits. It is for work in which a worker can go on without the others, such as
// whole episodes: f may read its own rows and move them with StepRows. The error is
// that of the lowest rows.
func (b *Batch) Each(f func(lo, hi int) error) error {
	b.share = f
	b.wait.Add(b.workers)
	for _, start := range b.starts[1:] {
		go start()
	}
	b.starts[0]()
	b.wait.Wait()
	for _, err := range b.errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// StepRows is Step for the rows lo ≤ i < hi with actions [hi−lo, na], in the calling
// goroutine. Within Each, these are rows that f was called for.
func (b *Batch) StepRows(lo, hi int, actions []float64) error {
	na := len(b.spec.Action)
	mustHave("actions", actions, (hi-lo)*na)
	var first error
	for i := lo; i < hi; i++ {
		e := b.episodes[i]
		err := e.Step(actions[(i-lo)*na : (i-lo+1)*na])
		if err != nil {
			if first == nil {
				first = fmt.Errorf("row %d: %w", i, err)
			}
			continue
		}
		b.samples[i]++
		b.look(i)
	}
	return first
}

// look writes what is seen of row i.
func (b *Batch) look(i int) {
	e, no := b.episodes[i], len(b.spec.Observation)
	e.world.Observe(b.observation[i*no:(i+1)*no], e.state, e.goal)
	b.reward[i], b.measure[i], b.distance[i] = e.reward, e.Measure(), e.distance
}

// Done says whether the episodes have had all their steps.
func (b *Batch) Done() bool { return b.episodes[0].Done() }

// Observation is what a policy sees now, [n, no] row by row.
func (b *Batch) Observation() []float64 { return b.observation }

// Reward is that of the last step, [n]; 0 after Start.
func (b *Batch) Reward() []float64 { return b.reward }

// Measure is what the last step adds to the quantity of the paper's figures, [n].
func (b *Batch) Measure() []float64 { return b.measure }

// Distance is the present distance to the goal, [n], m.
func (b *Batch) Distance() []float64 { return b.distance }

// State is the present state of row i.
func (b *Batch) State(i int) []float64 { return b.episodes[i].state }

// Samples is the number of control steps taken in all rows since NewBatch.
func (b *Batch) Samples() int {
	sum := 0
	for _, n := range b.samples {
		sum += n
	}
	return sum
}
