package rl

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/env"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

func rowStream(i int) *rand.Rand { return random.Stream(3, fmt.Sprintf("row %d", i)) }

// TestRecordByHand: the rows are the episodes that a loop over Episode, policy and
// stream gives, and their numbers are those of the graph.
func TestRecordByHand(t *testing.T) {
	w := reacher(t)
	g := nn.NewGaussian(11, 2, -1, 16, 16)
	g.Learned = true
	theta := g.Init(nil, random.Stream(3, "theta"))
	theta[len(theta)-1].Data[1] = -0.3
	goals := env.Goals(w, 3, env.Anywhere, random.Stream(3, "goals"))
	rec := NewRecorder(env.NewBatch(w, 3, 2), g)
	s := rec.NewSamples()
	if err := rec.Record(s, theta, goals, rowStream); err != nil {
		t.Fatal(err)
	}
	score, last := 0.0, 0.0
	for i, goal := range goals {
		e, rng := env.NewEpisode(w), rowStream(i)
		if err := e.Reset(goal, rng); err != nil {
			t.Fatal(err)
		}
		for k := i * 50; !e.Done(); k++ {
			d := g.At(theta, ad.RowVector(slices.Clone(e.Observation())...))
			a := []float64{0, 0}
			for j := range a {
				a[j] = d.Mean.Data[j] + math.Exp(d.LogStd.Data[j])*rng.NormFloat64()
				if math.Abs(a[j]-s.Action[2*k+j]) > 1e-9 {
					t.Fatalf("row %d: action %v, want %v", k, s.Action[2*k:2*k+2], a)
				}
			}
			a = s.Action[2*k : 2*k+2] // of the same bits from here on
			if !slices.Equal(s.Mean[2*k:2*k+2], d.Mean.Data) || !slices.Equal(s.Observation[11*k:11*k+11], e.Observation()) {
				t.Fatalf("row %d: mean or observation differ", k)
			}
			if got := d.LogProb(ad.RowVector(a...)).Item(); got != s.LogProb[k] {
				t.Fatalf("row %d: log π %v, want %v", k, s.LogProb[k], got)
			}
			if err := e.Step(a); err != nil {
				t.Fatal(err)
			}
			if s.Reward[k] != e.Reward() || s.Measure[k] != e.Measure() {
				t.Fatalf("row %d: reward %v and measure %v, want %v and %v", k, s.Reward[k], s.Measure[k], e.Reward(), e.Measure())
			}
			score += e.Measure() / 3
		}
		if !slices.Equal(s.Last[11*i:11*i+11], e.Observation()) || s.Distance[i] != e.Distance() {
			t.Errorf("episode %d ends elsewhere", i)
		}
		last += e.Distance() / 3
	}
	if math.Abs(s.Score()-score) > 1e-12 || math.Abs(s.FinalDistance()-last) > 1e-12 || rec.Batch().Samples() != 150 {
		t.Errorf("score %v, want %v; final distance %v, want %v; %d samples", s.Score(), score, s.FinalDistance(), last, rec.Batch().Samples())
	}
	if d := s.Acted(nil).LogProb(ad.New(150, 2, s.Action)); !slices.Equal(d.Data, s.LogProb) || !slices.Equal(s.LogStd, theta[len(theta)-1].Data) {
		t.Error("the distribution that acted gives another log π")
	}
}

// TestRecordWorkers: the same bytes for any number of workers, and a second recording
// in the same memory does not remember the first.
func TestRecordWorkers(t *testing.T) {
	w := ant(t)
	g := nn.NewGaussian(28, 8, -1, 8)
	theta := g.Init(nil, random.Stream(3, "theta"))
	goals := env.Goals(w, 5, env.Anywhere, random.Stream(3, "goals"))
	var want *Samples
	for _, workers := range []int{1, 2, 3, 7} {
		rec := NewRecorder(env.NewBatch(w, 5, workers), g)
		s := rec.NewSamples()
		for range 2 {
			if err := rec.Record(s, theta, goals, rowStream); err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want, s = s, rec.NewSamples()
			}
		}
		if !reflect.DeepEqual(s, want) {
			t.Errorf("%d workers: other samples", workers)
		}
	}
}

// TestRecordFails: a policy that is not finite is an error that says where.
func TestRecordFails(t *testing.T) {
	w := reacher(t)
	rec := NewRecorder(env.NewBatch(w, 2, 1), nn.NewGaussian(11, 2, -1, 4))
	theta := rec.Policy().Init(nil, random.Stream(3, "theta"))
	theta[0].Data[0] = math.NaN()
	err := rec.Record(rec.NewSamples(), theta, Same([]float64{0.1, 0}, 2), rowStream)
	if err == nil || !strings.Contains(err.Error(), "row 0") || !strings.Contains(err.Error(), "NaN") {
		t.Errorf("the error is %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a policy for another world is accepted")
		}
	}()
	NewRecorder(env.NewBatch(w, 2, 1), nn.NewGaussian(10, 2, -1, 4))
}

// TestRecordDoesNotAllocate in the steady state.
func TestRecordDoesNotAllocate(t *testing.T) {
	w := reacher(t)
	rec := NewRecorder(env.NewBatch(w, 4, 2), nn.NewGaussian(11, 2, -1, 16))
	rng := random.Stream(3, "theta")
	theta, s, st, goals := rec.Policy().Init(nil, rng), rec.NewSamples(), newStreams(4), Same([]float64{0.1, 0}, 4)
	if n := testing.AllocsPerRun(20, func() {
		if err := rec.Record(s, theta, goals, st.seed(rng)); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("a recording allocates %v times", n)
	}
}
