package rl

import (
	"math"
	"testing"

	"ml3/mllib/env"
	"ml3/mllib/random"
)

// TestBabble: actions stay within the limits and change at the times they are held
// to, and the states are where an episode of the world goes under them.
func TestBabble(t *testing.T) {
	w := reacherWorld(t)
	hold := []int{1, 4, 16}
	for i, r := range Babble(w, 5, hold, random.Stream(1, "babble")) {
		e := env.NewEpisode(w)
		if err := e.Set(r.States.Row(0), []float64{0, 0}); err != nil {
			t.Fatal(err)
		}
		for k := range r.Actions.Rows {
			u := r.Actions.Row(k)
			if math.Abs(u[0]) > 1 || math.Abs(u[1]) > 1 {
				t.Fatalf("run %d: action %d is %v", i, k, u)
			}
			if k > 0 && (u[0] == r.Actions.Row(k - 1)[0]) != (k%hold[i%3] != 0) {
				t.Errorf("run %d holds actions for %d steps; those of steps %d and %d are %v and %v", i, hold[i%3], k-1, k, r.Actions.Row(k-1), u)
			}
			if err := e.Step(u); err != nil {
				t.Fatal(err)
			}
			for j, x := range r.States.Row(k + 1) {
				if x != e.State()[j] {
					t.Fatalf("run %d: state %d is %v, of an episode %v", i, k+1, r.States.Row(k+1), e.State())
				}
			}
		}
	}
}

// frozen does not move.
type frozen struct{}

func (frozen) Advance(_, _ []float64) {}

// TestPredictionError: the world predicts itself, and what stands still is off by how
// far each run has come.
func TestPredictionError(t *testing.T) {
	w := env.NewPointmassGoal(env.DefaultPointmass())
	runs := Babble(w, 4, []int{8}, random.Stream(2, "babble"))
	own, still := PredictionError(w, runs), PredictionError(frozen{}, runs)
	for k := range own {
		if own[k] != 0 {
			t.Errorf("the world's own error after step %d is %v", k+1, own[k])
		}
		want := 0.0
		for _, r := range runs {
			x := r.States.Row(k + 1)
			want += math.Hypot(x[0], x[1]) / 4
		}
		if math.Abs(still[k]-want) > 1e-15 {
			t.Errorf("after step %d: error %v, want %v", k+1, still[k], want)
		}
	}
}
