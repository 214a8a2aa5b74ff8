package paper

import (
	"context"
	"fmt"
	"math"

	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

// waveFound is the distance to ν below which θ counts as having found it: less than
// half of what separates neighbouring minima of the MSE (1.2 and more).
const waveFound = 0.5

// waveTest is an objective with the rate it is descended at.
type waveTest struct {
	method string
	obj    meta.Objective
	rate   float64
	seesX  bool
}

// test writes the landscapes of an objective and how descent on it ends.
func (s ShapedSine) test(ctx context.Context, w *writer, t waveTest) error {
	for _, nu := range s.Frequencies {
		if t.method != "task loss" && t.rate != s.Train.InnerRate {
			break // the landscape does not depend on the rate
		}
		v := landscape(t.obj, NewWave(nu, 0, landscapePoints(), false, t.seesX))
		count, lowest := minima(v)
		w.add(t.method, frequencyTask(nu), s.Train.OuterSteps, "minima", float64(count))
		w.add(t.method, frequencyTask(nu), s.Train.OuterSteps, "minimum distance", math.Abs(lowest-nu))
		everySeed := nu == s.Figure && t.seesX
		if everySeed || w.seed == s.Shown {
			w.landscape(t.method, frequencyTask(nu), v)
		}
	}
	return s.descend(ctx, w, t)
}

func (w *writer) landscape(method, task string, v []float64) {
	for i, x := range v {
		w.add(method, task, 10*(i-landscapeEnd), "landscape", x)
	}
}

// descend follows |θ − ν| from every start at every frequency.
func (s ShapedSine) descend(ctx context.Context, w *writer, t waveTest) error {
	x := uniformPoints(s.Points, s.MaxX, random.Stream(w.seed, "test points"))
	all := make([][]float64, s.Steps+1)
	outside := 0.0
	for _, nu := range s.Frequencies {
		found, total := 0.0, float64(s.Starts*len(s.Frequencies))
		for k := range s.Starts {
			start := s.MaxNu * (2*(float64(k)+0.5)/float64(s.Starts) - 1)
			wave := NewWave(nu, start, x, false, t.seesX)
			theta, err := meta.Test(ctx, t.obj, wave, s.Steps, t.rate, nil, func(step int, theta nn.Params) {
				d := math.Abs(theta[0].Item() - nu)
				all[step] = append(all[step], d)
				if w.seed == s.Shown && nu == s.Figure && waveLogged(step, s.Steps) {
					w.add(t.method, fmt.Sprintf("%s from %g", frequencyTask(nu), start), step, "theta", theta[0].Item())
				}
			})
			if err != nil {
				return fmt.Errorf("ν = %g from θ₀ = %g: %w", nu, start, err)
			}
			last := theta[0].Item()
			if math.Abs(last-nu) < waveFound {
				found++
			}
			if math.Abs(last) > landscapeEnd/10 {
				outside += 1 / total
			}
		}
		w.add(t.method, frequencyTask(nu), s.Steps, "found", found/float64(s.Starts))
	}
	w.add(t.method, "all", s.Steps, "outside", outside)
	for step, d := range all {
		if !waveLogged(step, s.Steps) {
			continue
		}
		w.add(t.method, "all", step, "distance mean", tidy.Mean(d))
		w.add(t.method, "all", step, "distance median", tidy.Quantile(d, 0.5))
		w.add(t.method, "all", step, "found", shareBelow(d, waveFound))
	}
	return nil
}

// shareBelow is the fraction of x below bound.
func shareBelow(x []float64, bound float64) float64 {
	n := 0.0
	for _, v := range x {
		if v < bound {
			n++
		}
	}
	return n / float64(len(x))
}

// waveLogged says whether a step of a test is stored: all up to 10, then every fifth
// to 30 and every tenth, and the last.
func waveLogged(step, last int) bool {
	return step <= 10 || step <= 30 && step%5 == 0 || step%10 == 0 || step == last
}

// snapshots stores the landscape of a loss while it is learned, more often in the
// beginning: after updates · (k/Snapshots)².
func (s ShapedSine) snapshots(w *writer, l waveLoss) func(meta.Progress) {
	var steps []int
	for k := range s.Snapshots + 1 {
		steps = append(steps, s.Train.OuterSteps*k*k/(s.Snapshots*s.Snapshots))
	}
	wave, loss := NewWave(s.Figure, 0, landscapePoints(), l.shaped, l.seesX), meta.Loss{Net: s.Net(l.seesX)}
	return func(p meta.Progress) {
		if len(steps) > 0 && p.Step == steps[0] {
			steps = steps[1:]
			task := fmt.Sprintf("%s after %d updates", frequencyTask(s.Figure), p.Step)
			w.landscape(l.method, task, landscape(loss.At(p.Phi), wave))
		}
	}
}
