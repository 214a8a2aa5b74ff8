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
		_, v := Landscape(t.obj, LandscapeWave(nu, t.seesX))
		count, lowest := Minima(v)
		w.add(t.method, frequencyTask(nu), s.Train.OuterSteps, "minima", float64(count))
		w.add(t.method, frequencyTask(nu), s.Train.OuterSteps, "minimum distance", math.Abs(lowest-nu))
		everySeed := nu == s.Figure && (t.seesX || t.method == "task loss")
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

// descend follows θ from every start at every frequency and writes how far it is
// from ν.
func (s ShapedSine) descend(ctx context.Context, w *writer, t waveTest) error {
	x := uniformPoints(s.Points, s.MaxX, random.Stream(w.seed, "test points"))
	distance := make([][]float64, s.Steps+1) // by step
	tester, outside := meta.NewTester(), 0
	for _, nu := range s.Frequencies {
		var last []float64
		for k := range s.Starts {
			start := s.MaxNu * float64(2*k+1-s.Starts) / float64(s.Starts)
			theta, err := s.follow(ctx, tester, t, NewWave(nu, start, x, false, t.seesX))
			if err != nil {
				return fmt.Errorf("ν = %g from θ₀ = %g: %w", nu, start, err)
			}
			for step, v := range theta {
				distance[step] = append(distance[step], math.Abs(v-nu))
				if w.seed == s.Shown && nu == s.Figure && waveLogged(step, s.Steps) {
					w.add(t.method, fmt.Sprintf("%s from %g", frequencyTask(nu), start), step, "theta", v)
				}
			}
			last = append(last, math.Abs(theta[s.Steps]-nu))
			if math.Abs(theta[s.Steps]) > landscapeEnd/10 {
				outside++
			}
		}
		w.add(t.method, frequencyTask(nu), s.Steps, "found", shareBelow(last, waveFound))
	}
	w.add(t.method, "all", s.Steps, "outside", float64(outside)/float64(len(distance[0])))
	for step, d := range distance {
		if waveLogged(step, s.Steps) {
			w.add(t.method, "all", step, "distance median", tidy.Quantile(d, 0.5))
			w.add(t.method, "all", step, "found", shareBelow(d, waveFound))
		}
	}
	return nil
}

// follow returns θ before the first and after each gradient step.
func (s ShapedSine) follow(ctx context.Context, tester *meta.Tester, t waveTest, wave Wave) ([]float64, error) {
	var path []float64
	_, err := tester.Test(ctx, t.obj, wave, s.Steps, t.rate, nil, func(_ int, theta nn.Params) {
		path = append(path, theta[0].Item())
	})
	return path, err
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
	wave, loss := LandscapeWave(s.Figure, l.seesX), meta.Loss{Net: s.Net(l.seesX)}
	return func(p meta.Progress) {
		if len(steps) > 0 && p.Step == steps[0] {
			steps = steps[1:]
			task := fmt.Sprintf("%s after %d updates", frequencyTask(s.Figure), p.Step)
			_, v := Landscape(loss.At(p.Phi), wave)
			w.landscape(l.method, task, v)
		}
	}
}
