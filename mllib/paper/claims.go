package paper

import (
	"errors"
	"fmt"
	"math"

	"ml3/mllib/tidy"
)

// judge turns one effect per seed into a verdict: their mean and its 95 %
// bootstrap interval.
func judge(effect string, perSeed []float64) (Verdict, error) {
	return judgeBy(effect, perSeed, tidy.Mean)
}

// judgeBy is judge with another statistic than the mean. A single seed has no
// interval: it could be anything.
func judgeBy(effect string, perSeed []float64, statistic func([]float64) float64) (Verdict, error) {
	if len(perSeed) == 1 {
		return Decide(effect, statistic(perSeed), math.Inf(-1), math.Inf(1)), nil
	}
	i, err := tidy.Bootstrap(perSeed, statistic)
	if err != nil {
		return Verdict{}, fmt.Errorf("%s: %w", effect, err)
	}
	return Decide(effect, statistic(perSeed), i.Low, i.High), nil
}

// lastStep is the largest step of t.
func lastStep(t tidy.Table) (int, error) {
	if len(t) == 0 {
		return 0, errors.New("no rows")
	}
	last := t[0].Step
	for _, r := range t {
		last = max(last, r.Step)
	}
	return last, nil
}

// difference judges the mean over a's rows minus the mean over b's, seed by seed,
// at the last step that both have.
func difference(effect string, a, b tidy.Table) (Verdict, error) {
	la, err := lastStep(a)
	if err != nil {
		return Verdict{}, fmt.Errorf("%s: %w", effect, err)
	}
	lb, err := lastStep(b)
	if err != nil {
		return Verdict{}, fmt.Errorf("%s: %w", effect, err)
	}
	last := min(la, lb)
	d, err := tidy.PairedDifferences(a.Where(tidy.Steps(last, last)), b.Where(tidy.Steps(last, last)))
	if err != nil {
		return Verdict{}, fmt.Errorf("%s: %w", effect, err)
	}
	return judge(effect, d)
}
