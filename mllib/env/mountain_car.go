package env

import (
	"fmt"
	"math"

	"ml3/mllib/ad"
)

// CarConstants are the constants of a mountain car.
type CarConstants struct {
	Gravity     float64 // m/s²
	Mass        float64 // kg; scales gravity and divides the force, as in the authors' code
	Friction    float64 // 1/s
	Step        float64 // s
	MinPosition float64 // m, a wall that stops the car
	MaxPosition float64 // m, the end of the track; the car keeps its speed
	MaxSpeed    float64 // m/s
	MaxForce    float64 // N
}

// PaperCar returns the constants of the authors' released code.
func PaperCar() CarConstants {
	return CarConstants{
		Gravity: 9.8, Mass: 0.2, Friction: 0.3, Step: 0.1,
		MinPosition: -1.2, MaxPosition: 0.5, MaxSpeed: 1.5, MaxForce: 0.25,
	}
}

// MountainCar is a car too weak to climb the right-hand hill from its valley
// without a swing to the left first. State x = (position p in m, velocity v in
// m/s), action u = force in N:
//
//	v ← v + (−Gravity·Mass·cos 3p + u/Mass − Friction·v)·Step
//	p ← p + Step·v
//
// Then |v| is limited to MaxSpeed (after p has moved), p to its interval, and v is
// set to 0 where p lies at MinPosition and v points further left.
type MountainCar struct {
	c CarConstants
	// angle [2, 1] takes x to 3p; move [4, 2] takes (p, v, u, cos 3p) to the next
	// state without limits. Both are constants.
	angle, move *ad.Value
}

// NewMountainCar returns the car with the given constants.
func NewMountainCar(c CarConstants) *MountainCar {
	if !(c.Step > 0 && c.Mass > 0 && c.MinPosition < c.MaxPosition && c.MaxSpeed > 0 && c.MaxForce > 0) {
		panic(fmt.Sprintf("env: mountain car with constants %+v", c))
	}
	h := c.Step
	keep, push, pull := 1-h*c.Friction, h/c.Mass, -h*c.Gravity*c.Mass
	return &MountainCar{
		c:     c,
		angle: ad.New(2, 1, []float64{3, 0}),
		move: ad.New(4, 2, []float64{
			1, 0,
			h * keep, keep,
			h * push, push,
			h * pull, pull,
		}),
	}
}

// Constants returns the car's constants.
func (m *MountainCar) Constants() CarConstants { return m.c }

// Limit returns forces u [n, 1] within ±MaxForce. The derivative is the true one:
// 0 beyond the limits, so a policy that asks for too much force gets no signal.
func (m *MountainCar) Limit(u *ad.Value) *ad.Value { return ad.Clip(u, -m.c.MaxForce, m.c.MaxForce) }

// Squash returns MaxForce·tanh(u/MaxForce), a smooth limit that agrees with Limit
// for small forces and keeps a derivative everywhere.
func (m *MountainCar) Squash(u *ad.Value) *ad.Value {
	return ad.Scale(m.c.MaxForce, ad.Tanh(ad.Scale(1/m.c.MaxForce, u)))
}

// Next maps states x [n, 2] and forces u [n, 1], within ±MaxForce (see Limit), to
// the next states [n, 2].
//
// The limits of velocity and position, and the stop at the left wall, replace the
// numbers and let the gradient pass (ad.Through), as the authors' code does: with
// the true derivative the car gets no signal at a wall.
func (m *MountainCar) Next(x, u *ad.Value) *ad.Value {
	if x.Cols != 2 || u.Cols != 1 || u.Rows != x.Rows {
		panic(fmt.Sprintf("env: mountain car with states [%d, %d] and actions [%d, %d]", x.Rows, x.Cols, u.Rows, u.Cols))
	}
	free := ad.MatMul(ad.ConcatCols(x, u, ad.Cos(ad.MatMul(x, m.angle))), m.move)
	if limited, any := m.limited(x, free); any {
		return ad.Through(free, limited)
	}
	return free
}

// limited returns the next states with the limits in force, and whether they
// differ from the free ones.
func (m *MountainCar) limited(x, free *ad.Value) (to *ad.Value, any bool) {
	for i := range x.Rows {
		p, v := free.Row(i)[0], free.Row(i)[1]
		p1, v1 := m.stop(p, v)
		if p1 == p && v1 == v {
			continue
		}
		if !any {
			to, any = free.Tape().Zeros(free.Rows, free.Cols), true
			copy(to.Data, free.Data)
		}
		to.Row(i)[0], to.Row(i)[1] = p1, v1
	}
	return to, any
}

// stop applies the limits to the free move to (p, v): the position has moved with
// the velocity before its limit.
func (m *MountainCar) stop(p, v float64) (float64, float64) {
	v = min(max(v, -m.c.MaxSpeed), m.c.MaxSpeed)
	p = min(max(p, m.c.MinPosition), m.c.MaxPosition)
	if p == m.c.MinPosition && v < 0 {
		v = 0
	}
	return p, v
}

// Energy returns v²/2 + (Gravity·Mass/3)·sin 3p in m²/s²: the motion without
// friction, force and limits conserves it as Step goes to 0, because the slope of
// the second term is the acceleration Gravity·Mass·cos 3p that pulls back.
func (m *MountainCar) Energy(p, v float64) float64 {
	return v*v/2 + m.c.Gravity*m.c.Mass/3*math.Sin(3*p)
}
