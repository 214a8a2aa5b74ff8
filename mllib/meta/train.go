package meta

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
)

// TrainConfig has the hyperparameters of meta-training.
type TrainConfig struct {
	OuterSteps int     // updates of φ
	Unroll     int     // inner steps that one update of φ looks through
	Lifetime   int     // updates of φ before a member's task and θ are drawn afresh
	Population int     // optimizees trained side by side; an update of φ averages their gradients
	InnerRate  float64 // α
	Outer      nn.Adam // η and its constants
	Decay      bool    // lets η fall linearly to 0 at OuterSteps
	Clip       float64 // limit of the norm of each member's ∇φ; +Inf for none
}

// Validate says what is wrong with c, if anything.
func (c TrainConfig) Validate() error {
	for _, f := range []struct {
		name string
		v    int
	}{{"OuterSteps", c.OuterSteps}, {"Unroll", c.Unroll}, {"Lifetime", c.Lifetime}, {"Population", c.Population}} {
		if f.v < 1 {
			return fmt.Errorf("meta: TrainConfig.%s is %d, want at least 1", f.name, f.v)
		}
	}
	if !(c.InnerRate > 0) || !(c.Outer.Rate > 0) || !(c.Clip > 0) {
		return fmt.Errorf("meta: TrainConfig InnerRate %v, Outer.Rate %v and Clip %v must be positive", c.InnerRate, c.Outer.Rate, c.Clip)
	}
	return nil
}

// Progress is what Train tells its observer before each update, and once after
// the last.
type Progress struct {
	Step     int       // updates of φ done
	Phi      nn.Params // current φ; it changes with the next update, Clone to keep it
	TaskLoss float64   // mean L_T over the population after the inner steps of the last update; NaN at step 0
}

// Train is algorithm 1. For each member of the population it draws a task and θ₀,
// takes Unroll inner steps on M_φ, evaluates L_T at the new θ, and updates φ by
// Adam with the gradient (5, 6) through those steps. After Lifetime updates the
// member begins anew; the members' ages are spread evenly.
//
// Randomness: tasks, θ₀ and everything the tasks draw come from rng. observe may
// be nil; its error ends the run and is returned. Train returns the final φ, or
// the context's error, or a *Diverged.
func Train(ctx context.Context, loss Loss, phi nn.Params, draw func(*rand.Rand) Task, c TrainConfig,
	rng *rand.Rand, observe func(Progress) error) (nn.Params, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	t := NewTrainer(loss, phi, draw, c, rng)
	last := math.NaN()
	for step := 0; ; step++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if observe != nil {
			if err := observe(Progress{Step: step, Phi: t.Phi(), TaskLoss: last}); err != nil {
				return nil, err
			}
		}
		if step == c.OuterSteps {
			return t.Phi().Clone(), nil
		}
		var err error
		if last, err = t.Update(); err != nil {
			return nil, err
		}
	}
}

// Trainer is meta-training between two updates of φ. It owns the memory of its
// steps: in the steady state an update allocates next to nothing.
type Trainer struct {
	loss    Loss
	draw    func(*rand.Rand) Task
	c       TrainConfig
	rng     *rand.Rand
	tape    *ad.Tape
	opt     *nn.AdamState
	members []member
	grad    nn.Params // mean gradient over the population
	step    int
}

type member struct {
	task  Task
	theta nn.Params // current θ, on the heap
	age   int       // updates lived; the member is renewed when it reaches Lifetime
}

// NewTrainer starts meta-training at φ.
func NewTrainer(loss Loss, phi nn.Params, draw func(*rand.Rand) Task, c TrainConfig, rng *rand.Rand) *Trainer {
	t := &Trainer{loss: loss, draw: draw, c: c, rng: rng, tape: ad.NewTape(), opt: c.Outer.Start(phi)}
	t.grad = phi.Clone()
	t.members = make([]member, c.Population)
	for i := range t.members {
		t.renew(&t.members[i])
		t.members[i].age = i * c.Lifetime / c.Population
	}
	return t
}

// Phi is the current φ; it changes with the next update.
func (t *Trainer) Phi() nn.Params { return t.opt.Params }

func (t *Trainer) renew(m *member) {
	m.task, m.age = t.draw(t.rng), 0
	theta := m.task.Init(t.tape, t.rng)
	if len(m.theta) == 0 {
		m.theta = theta.Clone()
		return
	}
	theta.CopyTo(m.theta)
}

// Update is one update of φ. It returns the mean task loss after the inner steps.
func (t *Trainer) Update() (float64, error) {
	sum := 0.0
	for i := range t.members {
		m := &t.members[i]
		t.tape.Reset()
		if m.age == t.c.Lifetime {
			t.renew(m)
		}
		l, err := t.gradient(m, i == 0)
		if err != nil {
			return 0, err
		}
		m.age++
		sum += l
	}
	scale := 1.0
	if t.c.Decay {
		scale = 1 - float64(t.step)/float64(t.c.OuterSteps)
	}
	t.opt.Step(t.grad, scale)
	t.step++
	for _, p := range t.opt.Params {
		for _, x := range p.Data {
			if err := finite(t.step-1, "a parameter of the learned loss", x); err != nil {
				return 0, err
			}
		}
	}
	return sum / float64(len(t.members)), nil
}

// gradient moves m by its inner steps and adds its share of ∇φ L_T to t.grad,
// which it clears first if first.
func (t *Trainer) gradient(m *member, first bool) (float64, error) {
	phi := nn.Params(t.tape.Leaves(t.opt.Params))
	obj := t.loss.At(phi)
	theta := nn.Params(t.tape.Leaves(m.theta))
	for range t.c.Unroll {
		var l *ad.Value
		theta, l = Step(obj, m.task, theta, t.c.InnerRate, t.rng)
		if err := finite(t.step, "learned loss", l.Item()); err != nil {
			return 0, err
		}
	}
	l := m.task.Loss(theta, t.rng)
	if err := finite(t.step, "task loss", l.Item()); err != nil {
		return 0, err
	}
	g := ad.Gradient(l, phi...)
	share := clipFactor(g, t.c.Clip) / float64(len(t.members))
	for i, gi := range g {
		dst := t.grad[i].Data
		for j, x := range gi.Data {
			if first {
				dst[j] = share * x
			} else {
				dst[j] += share * x
			}
		}
	}
	theta.CopyTo(m.theta)
	return l.Item(), nil
}

// clipFactor is what g must be multiplied by to have at most the given norm.
func clipFactor(g []*ad.Value, limit float64) float64 {
	if math.IsInf(limit, 1) {
		return 1
	}
	sum := 0.0
	for _, v := range g {
		for _, x := range v.Data {
			sum += x * x
		}
	}
	if norm := math.Sqrt(sum); norm > limit {
		return limit / norm
	}
	return 1
}
