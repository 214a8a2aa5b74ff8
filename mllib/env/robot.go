package env

import (
	"fmt"
	"path/filepath"

	"ml3/mllib/rigid"
)

// LoadRobot reads the model data/robots/name.xml. The error says which file, and
// where in it.
func LoadRobot(data, name string) (*rigid.Model, error) {
	m, err := rigid.Load(filepath.Join(data, "robots", name+".xml"))
	if err != nil {
		return nil, fmt.Errorf("env: robot %s: %w", name, err)
	}
	return m, nil
}

func openRobot(data, name string, build func(*rigid.Model) (World, error)) (World, error) {
	m, err := LoadRobot(data, name)
	if err != nil {
		return nil, err
	}
	w, err := build(m)
	if err != nil {
		return nil, fmt.Errorf("env: robot %s in %s: %w", name, filepath.Join(data, "robots"), err)
	}
	return w, nil
}

// body is the work space of a world with a robot.
type body struct {
	model  *rigid.Model
	state  *rigid.State
	frames int     // time steps of a control step
	stick  float64 // radius in drawings of what has no geoms, m
}

// newBody checks that the model is of the kind a world is made for.
func newBody(m *rigid.Model, nq, nv, nu, frames int, stick float64) (body, error) {
	if m.NQ() != nq || m.NV() != nv || m.NU() != nu {
		return body{}, fmt.Errorf("env: model %q has %d positions, %d velocities and %d motors, want %d, %d and %d", m.Name(), m.NQ(), m.NV(), m.NU(), nq, nv, nu)
	}
	if frames < 1 {
		return body{}, fmt.Errorf("env: a control step of %d time steps", frames)
	}
	return body{model: m, state: m.NewState(), frames: frames, stick: stick}, nil
}

func (b *body) fork() body {
	c := *b
	c.state = b.model.NewState()
	return c
}

// step is the duration of a control step, s.
func (b *body) step() float64 { return float64(b.frames) * b.model.Timestep() }

// size is the length of a state: positions and velocities.
func (b *body) size() int { return b.model.NQ() + b.model.NV() }

// load puts a state x = (q, v) into the work space.
func (b *body) load(x []float64) {
	mustHave("state", x, b.size())
	b.state.SetState(x[:b.model.NQ()], x[b.model.NQ():], nil)
}

// advance moves the state by one control step; the motors clamp the action.
func (b *body) advance(x, action []float64) {
	mustHave("action", action, b.model.NU())
	b.load(x)
	copy(b.state.Ctrl, action)
	b.state.Advance(b.model.Integrator(), b.frames)
	b.store(x)
}

// store copies positions and velocities out of the work space.
func (b *body) store(x []float64) {
	b.state.GetState(x[:b.model.NQ()], x[b.model.NQ():])
}

// limits are the upper ends of the motors' ranges, all of which must be symmetric.
func (b *body) limits() ([]float64, error) {
	l := make([]float64, b.model.NU())
	for i := range l {
		m := b.model.Motor(i)
		if !m.Limited || m.Range[0] != -m.Range[1] || !(m.Range[1] > 0) {
			return nil, fmt.Errorf("env: model %q: the range %v of motor %q is not symmetric", b.model.Name(), m.Range, m.Name)
		}
		l[i] = m.Range[1]
	}
	return l, nil
}

// joints lists the hinges' positions or rates.
func (b *body) joints(unit string) []Quantity {
	var q []Quantity
	for i := range b.model.NumJoints() {
		if j := b.model.Joint(i); j.Type == rigid.Hinge {
			q = append(q, Quantity{j.Name, unit})
		}
	}
	return q
}
