package paper

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/tidy"
)

// frequencyTask names a test frequency in rows.
func frequencyTask(nu float64, more ...string) string {
	return tidy.TaskOf(append([]string{"nu", strconv.FormatFloat(nu, 'g', -1, 64)}, more...)...)
}

// everyFrequency names what is measured over all frequencies together.
const everyFrequency = "nu=all"

// waveFound is the distance to ν below which θ counts as having found it: less than
// half of what separates neighbouring minima of the MSE (1.2 and more).
const waveFound = 0.5

// shapedSineLab is one seed of the experiment.
type shapedSineLab struct {
	*lab
	ShapedSine
}

// Run recomputes one seed.
func (s ShapedSine) Run(ctx context.Context, in Input, report func(done, total int)) (Output, error) {
	if !slices.Contains(s.Frequencies, s.ShownNu) {
		return Output{}, fmt.Errorf("shaped sine: the figure's frequency %g is none of the tests' %v", s.ShownNu, s.Frequencies)
	}
	methods := len(waveLosses()) + 1 + len(s.Rates)
	work := len(waveLosses())*s.Train.OuterSteps + methods*s.Starts*len(s.Frequencies)*s.Steps
	l := shapedSineLab{newLab(ctx, "shaped-sine", in, work, report), s}
	theta, _ := Landscape(meta.TaskLoss, LandscapeWave(s.ShownNu, false))
	l.picture(ThetaAt, everyFrequency, "theta", theta)
	for _, w := range waveLosses() {
		m := l.learn(s.Training(w.shaped, w.seesX), l.snapshots(w)) // all losses of a seed learn from the same tasks
		l.landscapes(m, w.seesX)
		l.descents(m, w.seesX)
	}
	baseline := descends(TaskLoss, s.Rate)
	l.landscapes(baseline, true) // which do not depend on the rate
	l.descents(baseline, false)
	for _, rate := range s.Rates {
		l.descents(descends(AtRate(rate), rate), false)
	}
	return l.out, l.err
}

// Training is the meta-training of a loss, shaped or not, that sees x or does not.
func (s ShapedSine) Training(shaped, seesX bool) Training {
	method := learnedName(shaped)
	if !seesX {
		method = WithoutX(method)
	}
	return Training{Method: method, Task: tidy.TaskOf("split", "meta-train"), Learner: s.Loss(seesX),
		Draw:   func(rng *rand.Rand) meta.Task { return s.Draw(rng, shaped, seesX) },
		Config: s.Train, Init: "loss init", Stream: "meta-training"}
}

// snapshots stores the landscape of the first loss of the shown seed while it is
// learned, more often in the beginning: after updates · (k/Snapshots)².
func (l shapedSineLab) snapshots(w waveLoss) func(*meta.Trainer, Method) {
	if l.Seed != l.Shown || w != waveLosses()[0] {
		return nil
	}
	var steps []int
	for k := range l.Snapshots + 1 {
		steps = append(steps, l.Train.OuterSteps*k*k/(l.Snapshots*l.Snapshots))
	}
	wave := LandscapeWave(l.ShownNu, w.seesX)
	return func(tr *meta.Trainer, m Method) {
		if len(steps) > 0 && tr.Step() == steps[0] {
			steps = steps[1:]
			_, v := Landscape(m.objective(), wave)
			l.picture(m.Name, frequencyTask(l.ShownNu, "updates", strconv.Itoa(tr.Step())), "landscape", v)
		}
	}
}

// landscapes writes what the landscapes of a method's objective are like, and
// those that are shown.
func (l shapedSineLab) landscapes(m Method, seesX bool) {
	if m.Rule == nil {
		return
	}
	for _, nu := range l.Frequencies {
		_, v := Landscape(m.objective(), LandscapeWave(nu, seesX))
		count, lowest := Minima(v)
		l.row(m.Name, frequencyTask(nu), l.Train.OuterSteps, "minima", float64(count))
		l.row(m.Name, frequencyTask(nu), l.Train.OuterSteps, "minimum distance", math.Abs(lowest-nu))
		if l.Seed == l.Shown || nu == l.ShownNu && seesX {
			l.picture(m.Name, frequencyTask(nu), "landscape", v)
		}
	}
}

// descents follows θ from every start at every frequency and writes how far it is
// from ν. A descent that diverges has found nothing.
func (l shapedSineLab) descents(m Method, seesX bool) {
	x := uniformPoints(l.Points, l.MaxX, l.stream("test points"))
	distance := make([][]float64, l.Steps+1) // by step
	outside := 0
	for _, nu := range l.Frequencies {
		for k := range l.Starts {
			start := l.MaxNu * float64(2*k+1-l.Starts) / float64(l.Starts)
			t := l.try(m, upTo(l.Steps), cell{task: NewWave(nu, start, x, false, seesX),
				measure: func(theta nn.Params) []float64 { return []float64{theta[0].Item()} }})
			if l.err != nil {
				return
			}
			for step := range distance {
				d := math.Inf(1)
				if step < len(t.means) {
					d = math.Abs(t.means[step][0] - nu)
				}
				distance[step] = append(distance[step], d)
			}
			if l.Seed == l.Shown && nu == l.ShownNu {
				l.curves(m, frequencyTask(nu, "start", strconv.FormatFloat(start, 'g', -1, 64)), t.only(storedSteps(l.Steps)), "theta")
			}
			if len(t.diverged) > 0 || math.Abs(t.last[0].Item()) > landscapeEnd/10 {
				outside++
			}
		}
		last := distance[l.Steps]
		l.row(m.Name, frequencyTask(nu), l.Steps, "found", shareBelow(last[len(last)-l.Starts:], waveFound))
	}
	l.row(m.Name, everyFrequency, l.Steps, "outside", float64(outside)/float64(len(distance[0])))
	for _, step := range storedSteps(l.Steps) {
		if median := tidy.Quantile(distance[step], 0.5); finite(median) {
			l.row(m.Name, everyFrequency, step, "median distance", median)
		}
		l.row(m.Name, everyFrequency, step, "found", shareBelow(distance[step], waveFound))
	}
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
