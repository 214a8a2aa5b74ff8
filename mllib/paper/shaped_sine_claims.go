package paper

import (
	"fmt"
	"slices"

	"ml3/mllib/tidy"
)

func shapedSineClaims() []Claim {
	return []Claim{
		{ID: "sine-convex", Figure: "5a", Text: "the shaped landscape has one minimum, at the true frequency", Judge: sineConvex},
		{ID: "sine-shaped", Figure: "5b", Text: "unshaped losses get stuck, the shaped one converges", Judge: sineShaped},
	}
}

// sineConvex judges the share of test frequencies whose landscape has exactly one
// local minimum on the grid, less than 0.5 from the true frequency. It must exceed
// one half.
func sineConvex(t tidy.Table) (Verdict, error) {
	const effect = "share of test frequencies with one interior minimum, at ν ± 0.5, − 1/2"
	t = t.Where(tidy.Method(LearnedShaped))
	convex, distance := t.Where(tidy.Metric("minima")).Sorted(), t.Where(tidy.Metric("minimum distance")).Sorted()
	if len(convex) == 0 || len(convex) != len(distance) {
		return Verdict{}, fmt.Errorf("%s: %d rows of minima and %d of minimum distance", effect, len(convex), len(distance))
	}
	for i, r := range convex {
		d := distance[i]
		if d.Seed != r.Seed || d.Task != r.Task {
			return Verdict{}, fmt.Errorf("%s: no minimum distance for seed %d, %s", effect, r.Seed, r.Task)
		}
		convex[i].Value = -0.5
		if r.Value == 1 && d.Value < waveFound {
			convex[i].Value = 0.5
		}
	}
	_, perSeed := convex.PerSeed()
	return judge(effect, perSeed)
}

// sineShaped judges the share of pairs of start and frequency that descent ends
// near the truth, by the weaker half of the sentence: more than half for the shaped
// loss, and less than half for the best of the others, which are the learned loss
// without shaping and the MSE at every rate.
func sineShaped(t tidy.Table) (Verdict, error) {
	found := lastOf(tidy.Metric("found"), tidy.Task(everyFrequency))
	rivals := slices.DeleteFunc(found(t).Methods(), func(m string) bool { return m == LearnedShaped || m == WithoutX(LearnedShaped) })
	if len(rivals) == 0 {
		return Verdict{}, fmt.Errorf("sine-shaped: no loss to compare with")
	}
	return contest{effect: "share of descents within 0.5 of ν, weaker of: learned shaped − 1/2, 1/2 − %s",
		own: LearnedShaped, rivals: rivals, strongest: higher,
		effectOf: func(own, rival float64) float64 { return min(own-0.5, 0.5-rival) }}.among(found)(t)
}
