package meta

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/kernel"
	"ml3/mllib/nn"
)

// TrainConfig has the hyperparameters of meta-training.
type TrainConfig struct {
	OuterSteps int     // updates of φ
	Unroll     int     // inner steps that one update of φ looks through
	Lifetime   int     // updates of φ before a member's task and θ are drawn afresh
	Population int     // optimizees trained side by side; an update of φ averages their gradients
	Outer      nn.Adam // η and its constants
	Decay      bool    // lets η fall linearly to 0 at OuterSteps
	Clip       float64 // limit of the norm of each member's ∇φ; +Inf for none
}

// DefaultTrainConfig is where to begin: the configuration of the sine experiment, in
// which every update of φ sees one fresh optimizee after one inner step, and Adam has
// η = 1e-3. Three fields are worth trying, in this order.
//
//   - Outer.Rate, η: from 1e-4 to 3e-3. With a larger one the task loss after the inner
//     step falls for some hundred updates and then jumps; Decay or a Clip of 1 help.
//   - Population: 4 to 8 if the task loss scatters from update to update more than it
//     falls, as it does when tasks differ much. Time grows in proportion.
//   - Lifetime: as many steps as the loss is to take at meta-test, or about ten. With 1 it
//     learns the first step from a fresh θ alone; what lives longer brings later steps into
//     the training. Unroll > 1 looks through several steps at once, at their price in
//     memory and with gradients that grow or vanish; the paper finds 1 better.
func DefaultTrainConfig(outerSteps int) TrainConfig {
	return TrainConfig{OuterSteps: outerSteps, Unroll: 1, Lifetime: 1, Population: 1,
		Outer: nn.DefaultAdam(1e-3), Clip: math.Inf(1)}
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
	if !(c.Outer.Rate > 0) || !(c.Clip > 0) {
		return fmt.Errorf("meta: TrainConfig Outer.Rate %v and Clip %v must be positive", c.Outer.Rate, c.Clip)
	}
	return nil
}

// Trainer is meta-training, algorithm 1. For each member of the population it
// draws a task and θ₀, takes Unroll inner steps by the learner's rule, evaluates
// L_T at the new θ, and updates φ by Adam with the gradient (5, 6) through those
// steps. After Lifetime updates the member begins anew; the members' ages are
// spread evenly. It is used like a scanner:
//
//	t := NewTrainer(learner, phi, draw, config, rng)
//	for t.Next(ctx) {
//		… t.Step(), t.Phi(), t.TaskLoss() …
//	}
//	if err := t.Err(); err != nil { … }
//
// Tasks, θ₀ and everything the tasks draw come from rng. The trainer owns the
// memory of its steps: in the steady state one allocates next to nothing. It
// belongs to one goroutine.
type Trainer struct {
	learner  Learner
	draw     func(*rand.Rand) Task
	c        TrainConfig
	rng      *rand.Rand
	tape     *ad.Tape
	opt      *nn.AdamState
	members  []Member
	grad     nn.Params // mean gradient over the population
	step     int       // updates of φ done; −1 before the first Next
	taskLoss float64
	rate     float64
	first    float64 // rate of the first update
	err      error
}

// Member is one optimizee of the population.
type Member struct {
	Task  Task
	Theta nn.Params // current θ, on the heap
	Age   int       // updates lived; the member is renewed when it reaches Lifetime
}

// NewTrainer prepares meta-training from φ, which is copied. What is wrong with
// the configuration is the error of the first Next.
func NewTrainer(learner Learner, phi nn.Params, draw func(*rand.Rand) Task, c TrainConfig, rng *rand.Rand) *Trainer {
	t := &Trainer{learner: learner, draw: draw, c: c, rng: rng, tape: ad.NewTape(), step: -1, taskLoss: math.NaN(), rate: math.NaN()}
	t.opt, t.grad, t.err = c.Outer.Start(phi), phi.Clone(), c.Validate()
	return t
}

// Next moves on and says whether there is something to see: first φ before any
// update as step 0, then φ after each update. It is false after the last of
// OuterSteps updates, and when the run has failed or ctx is cancelled.
func (t *Trainer) Next(ctx context.Context) bool {
	if t.err == nil {
		t.err = ctx.Err()
	}
	if t.err != nil || t.step == t.c.OuterSteps {
		return false
	}
	if t.step < 0 {
		t.populate()
	} else if t.err = t.update(); t.err != nil {
		return false
	}
	t.step++
	return true
}

// Step is the number of updates of φ done.
func (t *Trainer) Step() int { return t.step }

// Phi is the current φ. It changes with Next; Clone to keep it.
func (t *Trainer) Phi() nn.Params { return t.opt.Params }

// TaskLoss is the mean L_T over the population after the inner steps of the last
// update, NaN before the first.
func (t *Trainer) TaskLoss() float64 { return t.taskLoss }

// Rate is the mean α over the population in the last inner step of the last
// update, NaN before the first.
func (t *Trainer) Rate() float64 { return t.rate }

// GradientNorm is the norm of the last update's ∇φ, the mean over the population
// after each member's was limited to Clip.
func (t *Trainer) GradientNorm() float64 { return nn.Norm(t.grad) }

// Members are the optimizees, as the last update has left them. They change with
// Next and must not be changed.
func (t *Trainer) Members() []Member { return t.members }

// Live changes the lifetime from the next update on, and spreads the members' ages
// evenly over it, as at the start: it is a stage of a curriculum, from θ that are
// next to fresh to θ that have come further.
func (t *Trainer) Live(lifetime int) {
	t.c.Lifetime = lifetime
	if t.err == nil {
		t.err = t.c.Validate()
	}
	t.spread()
}

// Err is why Next was false before the last update: a wrong configuration, the
// context's error, or a *Diverged.
func (t *Trainer) Err() error { return t.err }

func (t *Trainer) populate() {
	t.members = make([]Member, t.c.Population)
	for i := range t.members {
		t.renew(&t.members[i])
	}
	t.spread()
}

// spread spreads the ages evenly.
func (t *Trainer) spread() {
	for i := range t.members {
		t.members[i].Age = i * t.c.Lifetime / t.c.Population
	}
}

func (t *Trainer) renew(m *Member) {
	m.Task, m.Age = t.draw(t.rng), 0
	theta := m.Task.Init(t.tape, t.rng)
	if len(m.Theta) == 0 {
		m.Theta = theta.Clone()
		return
	}
	theta.CopyTo(m.Theta)
}

// update is one update of φ.
func (t *Trainer) update() error {
	for _, g := range t.grad {
		clear(g.Data)
	}
	sum, rates := 0.0, 0.0
	for i := range t.members {
		m := &t.members[i]
		t.tape.Reset()
		if m.Age == t.c.Lifetime {
			t.renew(m)
		}
		loss, rate, err := t.member(m)
		if err != nil {
			return err
		}
		m.Age++
		sum += loss
		rates += rate
	}
	n := float64(len(t.members))
	t.taskLoss, t.rate = sum/n, rates/n
	if err := t.vanished(); err != nil {
		return err
	}
	t.opt.Step(t.grad, t.scale())
	return finiteAll(t.step, "a parameter of the learned loss", t.opt.Params)
}

// scale is what is left of η.
func (t *Trainer) scale() float64 {
	if t.c.Decay {
		return 1 - float64(t.step)/float64(t.c.OuterSteps)
	}
	return 1
}

// vanishing is the fraction of its first value below which a rate has vanished:
// no step moves anything then, and no gradient brings the rate back.
const vanishing = 1e-6

func (t *Trainer) vanished() error {
	if t.step == 0 {
		t.first = t.rate
	}
	if t.rate <= vanishing*t.first {
		return &Diverged{Step: t.step, Quantity: "learned rate", Value: t.rate}
	}
	return nil
}

// member moves m by its inner steps and adds its share of ∇φ L_T, equations (5)
// and (6), to t.grad. It returns L_T at the new θ and the last step's rate.
func (t *Trainer) member(m *Member) (taskLoss, rate float64, err error) {
	phi := nn.Params(t.tape.Leaves(t.opt.Params))
	rule := t.learner.At(phi)
	theta := nn.Params(t.tape.Leaves(m.Theta))
	for range t.c.Unroll {
		var l, alpha *ad.Value
		theta, l, alpha = rule.Step(m.Task, theta, t.rng)
		if err := finite(t.step, "learned loss", l.Item()); err != nil {
			return 0, 0, err
		}
		rate = alpha.Item()
		if err := finite(t.step, "rate", rate); err != nil {
			return 0, 0, err
		}
	}
	l := m.Task.Loss(theta, t.rng)
	if err := finite(t.step, "task loss", l.Item()); err != nil {
		return 0, 0, err
	}
	g := ad.Gradient(l, phi...)
	if err := finiteAll(t.step, "gradient of the learned loss's parameters", g); err != nil {
		return 0, 0, err
	}
	share := clipFactor(g, t.c.Clip) / float64(len(t.members))
	for i, gi := range g {
		kernel.Scale(gi.Data, share, gi.Data)
		kernel.Add(t.grad[i].Data, t.grad[i].Data, gi.Data)
	}
	theta.CopyTo(m.Theta)
	return l.Item(), rate, nil
}

// clipFactor is what g must be multiplied by to have at most the given norm.
func clipFactor(g []*ad.Value, limit float64) float64 {
	if math.IsInf(limit, 1) {
		return 1
	}
	if n := nn.Norm(g); n > limit {
		return limit / n
	}
	return 1
}
