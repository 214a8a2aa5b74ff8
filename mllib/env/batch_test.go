package env_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/env"
	"ml3/mllib/random"
)

// rowStream is a stream of its own for every row.
func rowStream(i int) *rand.Rand { return random.Stream(7, fmt.Sprintf("row %d", i)) }

// rowAction is a random action within the limits.
func rowAction(action []float64, s *env.Spec, rng *rand.Rand) {
	for j := range action {
		action[j] = s.Limit[j] * (2*rng.Float64() - 1)
	}
}

// single runs row i by itself, as an Episode, and returns all there is to see.
func single(t *testing.T, w env.World, i, steps int, goal []float64) []float64 {
	t.Helper()
	e, rng := env.NewEpisode(w), rowStream(i)
	if err := e.Reset(goal, rng); err != nil {
		t.Fatal(err)
	}
	action := make([]float64, len(w.Spec().Action))
	all := slices.Clone(e.Observation())
	for range steps {
		rowAction(action, w.Spec(), rng)
		if err := e.Step(action); err != nil {
			t.Fatal(err)
		}
		all = slices.Concat(all, e.Observation(), []float64{e.Reward(), e.Measure(), e.Distance()})
	}
	return all
}

// batched runs the rows in a batch and returns the same.
func batched(t *testing.T, w env.World, workers, steps int, goals [][]float64) [][]float64 {
	t.Helper()
	n, s := len(goals), w.Spec()
	no, na := len(s.Observation), len(s.Action)
	b := env.NewBatch(w, n, workers)
	streams := make([]*rand.Rand, n)
	for i := range streams {
		streams[i] = rowStream(i)
	}
	if err := b.Start(goals, func(i int) *rand.Rand { return streams[i] }); err != nil {
		t.Fatal(err)
	}
	all, actions := make([][]float64, n), make([]float64, n*na)
	for i := range all {
		all[i] = slices.Clone(b.Observation()[i*no : (i+1)*no])
	}
	for range steps {
		for i := range n {
			rowAction(actions[i*na:(i+1)*na], s, streams[i])
		}
		if err := b.Step(actions); err != nil {
			t.Fatal(err)
		}
		for i := range all {
			all[i] = slices.Concat(all[i], b.Observation()[i*no:(i+1)*no], []float64{b.Reward()[i], b.Measure()[i], b.Distance()[i]})
		}
	}
	if got := b.Samples(); got != n*steps {
		t.Errorf("%s: %d samples of %d rows and %d steps", s.Name, got, n, steps)
	}
	if b.Done() != (steps == s.Steps) {
		t.Errorf("%s: done is %v after %d of %d steps", s.Name, b.Done(), steps, s.Steps)
	}
	return all
}

// TestBatchIsEpisodes: every row of a batch is the episode it would be by itself, to
// the bit, for any number of workers.
func TestBatchIsEpisodes(t *testing.T) {
	for _, name := range names {
		w := open(t, name)
		steps := 8
		if name == "reacher-goal" {
			steps = w.Spec().Steps
		}
		goals := env.Goals(w, 5, env.Anywhere, random.Stream(7, "goals"))
		for _, workers := range []int{1, 2, 3, 7} {
			for i, got := range batched(t, w, workers, steps, goals) {
				if !slices.Equal(got, single(t, w, i, steps, goals[i])) {
					t.Errorf("%s: with %d workers row %d is not its episode", name, workers, i)
				}
			}
		}
	}
}

// TestEachRow: the workers' rows are all rows, each once, also when there are more
// workers than rows.
func TestEachRow(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 7} {
		b := env.NewBatch(open(t, "pointmass-goal"), 5, workers)
		seen := make([]int, 5)
		if err := b.Each(func(lo, hi int) error {
			for i := lo; i < hi; i++ {
				seen[i]++
			}
			return nil
		}); err != nil || !slices.Equal(seen, []int{1, 1, 1, 1, 1}) {
			t.Errorf("%d workers see the rows %v times, error %v", workers, seen, err)
		}
	}
}

// TestBatchErrors: a row that cannot move is named, the others have moved, and what
// was not taken is not counted.
func TestBatchErrors(t *testing.T) {
	w := open(t, "pointmass-goal")
	for _, workers := range []int{1, 3} {
		b := env.NewBatch(w, 4, workers)
		goals := env.Goals(w, 4, env.Anywhere, random.Stream(7, "goals"))
		if err := b.Start(goals, rowStream); err != nil {
			t.Fatal(err)
		}
		actions := []float64{1, 0, 1, math.NaN(), 1, 0, math.Inf(1), 0}
		err := b.Step(actions)
		if err == nil || !strings.Contains(err.Error(), "row 1") || !strings.Contains(err.Error(), "NaN") {
			t.Errorf("the error is %v, want one of row 1 and NaN", err)
		}
		if b.Samples() != 2 || b.State(2)[0] == 0 || b.State(1)[0] != 0 {
			t.Errorf("%d samples, states %v %v", b.Samples(), b.State(1), b.State(2))
		}
		if err := b.Start(goals[1:], rowStream); err == nil || !strings.Contains(err.Error(), "3 goals") {
			t.Errorf("too few goals give the error %v", err)
		}
		goals[2] = []float64{1, math.NaN()}
		if err := b.Start(goals, rowStream); err == nil || !strings.Contains(err.Error(), "row 2") {
			t.Errorf("a goal that is no number gives the error %v", err)
		}
	}
}

func TestBatchDoesNotAllocate(t *testing.T) {
	for _, name := range names {
		w := open(t, name)
		b := env.NewBatch(w, 3, 2)
		rng := random.Stream(7, "start")
		goals := env.Goals(w, 3, env.Anywhere, rng)
		actions := make([]float64, 3*len(w.Spec().Action))
		row := func(int) *rand.Rand { return rng }
		if n := testing.AllocsPerRun(50, func() {
			if b.Samples()%(3*w.Spec().Steps) == 0 {
				if err := b.Start(goals, row); err != nil {
					t.Fatal(err)
				}
			}
			if err := b.Step(actions); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: a step allocates %v times", name, n)
		}
	}
}

// BenchmarkBatch takes steps of 16 ants with one worker, and with two.
func BenchmarkBatch(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("ant-goal/workers=%d", workers), func(b *testing.B) {
			if workers > runtime.GOMAXPROCS(0) {
				b.Skip("too few processors")
			}
			w := open(b, "ant-goal")
			batch := env.NewBatch(w, 16, workers)
			rng := random.Stream(7, "bench")
			goals := env.Goals(w, 16, env.Anywhere, rng)
			actions := make([]float64, 16*8)
			rowAction(actions, &env.Spec{Limit: slices.Repeat([]float64{1}, 128)}, rng)
			b.ReportAllocs()
			for b.Loop() {
				if batch.Samples()%(16*200) == 0 {
					if err := batch.Start(goals, func(int) *rand.Rand { return rng }); err != nil {
						b.Fatal(err)
					}
				}
				if err := batch.Step(actions); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(16*b.N)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}
