package env

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"

	"ml3/mllib/rigid"
)

// Arm is a robot whose motion is prescribed, and how trajectories of it are drawn
// for learning its inverse dynamics.
type Arm struct {
	File      string     // in the folder robots
	Low, High []float64  // joint angles of trajectories, rad
	Speed     []float64  // limit of the joints' speeds, rad/s
	Frequency [2]float64 // of the sines, Hz
	Spread    float64    // of the trajectories' centres: 0 all in the middle of the angles, 1 as far apart as fits
	Sines     int        // of a joint's trajectory
	Duration  float64    // s
	Points    int        // samples of a trajectory, evenly spaced
}

// ReacherArm is gym's two-link arm without the armature of its joints. That is
// 1 kg m², a thousand times the inertia of the links, and would make the inertia
// matrix a constant to 0.03 %. The damping, a known term, is left out with it.
// The shoulder has no limit; the speeds are ours, since gym names none. The elbow,
// on which alone H depends, is bent differently in every trajectory.
func ReacherArm() Arm {
	return Arm{File: "reacher.xml", Low: []float64{-math.Pi, -3}, High: []float64{math.Pi, 3},
		Speed: []float64{8, 8}, Frequency: [2]float64{0.2, 1.5}, Spread: 1, Sines: 3, Duration: 5, Points: 50}
}

// SawyerArm is the arm with seven joints within the angles and speeds of its
// manufacturer's description. Its trajectories swing about the middle of the angles.
func SawyerArm() Arm {
	return Arm{File: "sawyer.xml",
		Low:   []float64{-3.0503, -3.8095, -3.0426, -3.0439, -2.9761, -2.9761, -4.7124},
		High:  []float64{3.0503, 2.2736, 3.0426, 3.0439, 2.9761, 2.9761, 4.7124},
		Speed: []float64{1.74, 1.328, 1.957, 1.957, 3.485, 3.485, 4.545}, Frequency: [2]float64{0.05, 0.5}, Spread: 0,
		Sines: 3, Duration: 10, Points: 50}
}

// Joints is the number of joints.
func (a Arm) Joints() int { return len(a.Low) }

// Model reads the arm from the data folder, without armature and damping.
func (a Arm) Model(data string) (*rigid.Model, error) {
	m, err := rigid.Load(filepath.Join(data, "robots", a.File))
	if err != nil {
		return nil, err
	}
	if m.NV() != a.Joints() {
		return nil, fmt.Errorf("%s has %d degrees of freedom, want %d", a.File, m.NV(), a.Joints())
	}
	return m.WithJoints(func(j *rigid.Joint) { j.Armature, j.Damping = 0, 0 })
}

// swing is the motion of one joint: q(t) = centre + Σ amplitude sin(rate t + phase).
type swing struct {
	centre                 float64
	amplitude, rate, phase []float64
}

// draw draws the motion of joint j. Its amplitudes add up to at most half the
// range of the joint, and their products with the rates to at most its speed.
func (a Arm) draw(j int, rng *rand.Rand) swing {
	var w swing
	sum, fast := 0.0, 0.0
	for range a.Sines {
		w.amplitude = append(w.amplitude, 0.2+0.8*rng.Float64())
		w.rate = append(w.rate, 2*math.Pi*(a.Frequency[0]+(a.Frequency[1]-a.Frequency[0])*rng.Float64()))
		w.phase = append(w.phase, 2*math.Pi*rng.Float64())
	}
	for k, x := range w.amplitude {
		sum += x
		fast += x * w.rate[k]
	}
	half := (a.High[j] - a.Low[j]) / 2
	size := (0.3 + 0.7*rng.Float64()) * min(half/sum, a.Speed[j]/fast)
	for k := range w.amplitude {
		w.amplitude[k] *= size
	}
	room := half - size*sum
	w.centre = (a.Low[j]+a.High[j])/2 + a.Spread*room*(2*rng.Float64()-1)
	return w
}

// at is position, velocity and acceleration at time t.
func (w swing) at(t float64) (q, v, acc float64) {
	q = w.centre
	for k, a := range w.amplitude {
		sin, cos := math.Sincos(w.rate[k]*t + w.phase[k])
		q += a * sin
		v += a * w.rate[k] * cos
		acc -= a * w.rate[k] * w.rate[k] * sin
	}
	return q, v, acc
}

// Motion holds samples of trajectories, one after the other: each row is one time
// of one trajectory. Torque = Inertia · Acc + Bias.
type Motion struct {
	Joints, Rows            int
	Q, V, Acc, Torque, Bias []float64 // [Rows, Joints]: rad, rad/s, rad/s², N m
	Inertia                 []float64 // [Rows, Joints²], kg m²
}

// Move draws n trajectories and computes their torques and inertia matrices.
func (a Arm) Move(m *rigid.Model, n int, rng *rand.Rand) *Motion {
	d, s := a.Joints(), m.NewState()
	rows := n * a.Points
	vectors := func() []float64 { return make([]float64, rows*d) }
	r := &Motion{Joints: d, Rows: rows, Q: vectors(), V: vectors(), Acc: vectors(), Torque: vectors(), Bias: vectors(),
		Inertia: make([]float64, rows*d*d)}
	swings := make([]swing, d)
	for i := range rows {
		if i%a.Points == 0 {
			for j := range swings {
				swings[j] = a.draw(j, rng)
			}
		}
		t := a.Duration * float64(i%a.Points) / float64(a.Points)
		at := i * d
		for j, w := range swings {
			r.Q[at+j], r.V[at+j], r.Acc[at+j] = w.at(t)
		}
		s.SetState(r.Q[at:at+d], r.V[at:at+d], nil)
		s.Inverse(r.Acc[at:at+d], r.Torque[at:at+d])
		s.Bias(r.Bias[at : at+d])
		s.MassMatrix(r.Inertia[at*d : (at+d)*d])
	}
	return r
}
