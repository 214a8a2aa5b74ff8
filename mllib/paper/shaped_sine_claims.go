package paper

import (
	"errors"
	"fmt"

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
	t = t.Where(tidy.Method("learned shaped"))
	distance := map[[2]any]float64{}
	for _, r := range t.Where(tidy.Metric("minimum distance")) {
		distance[[2]any{r.Seed, r.Task}] = r.Value
	}
	convex := t.Where(tidy.Metric("minima"))
	if len(convex) == 0 || len(convex) != len(distance) {
		return Verdict{}, fmt.Errorf("%s: %d rows of minima and %d of minimum distance", effect, len(convex), len(distance))
	}
	for i, r := range convex {
		d, ok := distance[[2]any{r.Seed, r.Task}]
		if !ok {
			return Verdict{}, fmt.Errorf("%s: no minimum distance for seed %d, %s", effect, r.Seed, r.Task)
		}
		convex[i].Value = -0.5
		if r.Value == 1 && d < waveFound {
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
	t = t.Where(tidy.Metric("found"), tidy.Task("all")).Last()
	shaped := t.Where(tidy.Method("learned shaped"))
	best, rival := -1.0, ""
	for _, m := range t.Methods() {
		if m == "learned shaped" || m == "learned shaped without x" {
			continue
		}
		_, perSeed := t.Where(tidy.Method(m)).PerSeed()
		if mean := tidy.Mean(perSeed); mean > best {
			best, rival = mean, m
		}
	}
	if rival == "" {
		return Verdict{}, errors.New("sine-shaped: no loss to compare with")
	}
	_, found := shaped.PerSeed()
	_, other := t.Where(tidy.Method(rival)).PerSeed()
	if len(found) != len(other) {
		return Verdict{}, fmt.Errorf("sine-shaped: %d seeds of the shaped loss and %d of %s", len(found), len(other), rival)
	}
	for i := range found {
		found[i] = min(found[i]-0.5, 0.5-other[i])
	}
	return judge("share of descents within 0.5 of ν, weaker of: learned shaped − 1/2, 1/2 − "+rival, found)
}
