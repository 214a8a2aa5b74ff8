package paper

import (
	"fmt"
	"math"
	"math/rand/v2"

	"ml3/mllib/ad"
	"ml3/mllib/env"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

// Units make the joints of an arm comparable. They come from the trajectories of
// meta-training alone. With a and t the standard deviations of joint i's
// acceleration and of its inertial torque (H q̈)ᵢ:
//
//   - Power scales accelerations by 1/Sᵢ and torques by Sᵢ, Sᵢ = √(aᵢ/tᵢ), so that the
//     matrix between them, S H S, stays symmetric, and both have the same size
//     √(aᵢ tᵢ), the root of a power per second. This is what the network predicts.
//   - Joint is the size of the scaled torque of joint i, √(aᵢ tᵢ) over the root of its mean
//     square c: torques divided by it as well have deviation 1 in every joint.
type Units struct {
	S     []float64
	Size  float64   // c: scaled torques and accelerations are divided by it
	Joint []float64 // √(aᵢ tᵢ)/c
}

// NewUnits measures m.
func NewUnits(m *env.Motion) Units {
	d := m.Joints
	u := Units{S: make([]float64, d), Joint: make([]float64, d)}
	sum := 0.0
	for j := range d {
		acc := deviation(m.Rows, func(i int) float64 { return m.Acc[i*d+j] })
		torque := deviation(m.Rows, func(i int) float64 { return m.Torque[i*d+j] - m.Bias[i*d+j] })
		u.S[j] = math.Sqrt(acc / torque)
		u.Joint[j] = math.Sqrt(acc * torque)
		sum += acc * torque
	}
	u.Size = math.Sqrt(sum / float64(d))
	for j := range d {
		u.Joint[j] /= u.Size
	}
	return u
}

// deviation is the standard deviation of x(0) … x(n−1).
func deviation(n int, x func(int) float64) float64 {
	mean, ss := 0.0, 0.0
	for i := range n {
		mean += x(i) / float64(n)
	}
	for i := range n {
		ss += (x(i) - mean) * (x(i) - mean)
	}
	return math.Sqrt(ss / float64(n))
}

// Samples are a motion in units: what networks and losses see.
type Samples struct {
	Q, Acc, Torque, H *ad.Value // [n, d] and [n, d²]: angles in rad, the rest scaled by Units; torque is the inertial part
}

// Scale expresses m in units.
func (u Units) Scale(m *env.Motion) Samples {
	d := m.Joints
	s := Samples{Q: ad.New(m.Rows, d, m.Q), Acc: ad.Zeros(m.Rows, d), Torque: ad.Zeros(m.Rows, d), H: ad.Zeros(m.Rows, d*d)}
	for i := range m.Rows {
		for j := range d {
			at := i*d + j
			s.Acc.Data[at] = m.Acc[at] / u.S[j] / u.Size
			s.Torque.Data[at] = (m.Torque[at] - m.Bias[at]) * u.S[j] / u.Size
			for k := range d {
				s.H.Data[at*d+k] = m.Inertia[at*d+k] * u.S[j] * u.S[k]
			}
		}
	}
	return s
}

// Dynamics is the task of fitting the inertia matrix of an arm to samples by
// mini-batches of them, drawn with replacement. M_φ sees the error and the value
// of the torque of every joint, per deviation of the joint, and never H. The task
// loss is the mean square of these errors, the paper's baseline, or, if Shaped,
// ‖H − H_θ‖².
type Dynamics struct {
	Net    nn.Inertia
	Data   Samples
	Batch  int
	Joint  *ad.Value // Units.Joint, [1, d]
	Shaped bool
}

var _ meta.Task = Dynamics{}

// Init draws θ₀.
func (t Dynamics) Init(tape *ad.Tape, rng *rand.Rand) nn.Params { return t.Net.Init(tape, rng) }

// Features are (τ̂ − τ, τ) [Batch, 2 d].
func (t Dynamics) Features(theta nn.Params, rng *rand.Rand) *ad.Value {
	b := t.draw(theta, rng)
	return ad.ConcatCols(ad.Div(t.residual(theta, b), t.Joint), ad.Div(b.Torque, t.Joint))
}

// Loss is the task loss on a mini-batch.
func (t Dynamics) Loss(theta nn.Params, rng *rand.Rand) *ad.Value {
	b := t.draw(theta, rng)
	if t.Shaped {
		return ad.Scale(1/float64(t.Batch), ad.Sum(ad.Square(ad.Sub(t.Net.Matrix(t.Net.Factor(theta, b.Q)), b.H))))
	}
	return ad.Mean(ad.Square(ad.Div(t.residual(theta, b), t.Joint)))
}

// PowerMSE is the task loss, not shaped, without dividing by the deviations: the joints
// are weighted by the power that their errors mean.
func (t Dynamics) PowerMSE(theta nn.Params, rng *rand.Rand) *ad.Value {
	return ad.Mean(ad.Square(t.residual(theta, t.draw(theta, rng))))
}

// residual is the error of the predicted scaled torque [n, d].
func (t Dynamics) residual(theta nn.Params, b Samples) *ad.Value {
	return ad.Sub(t.Net.Torque(t.Net.Factor(theta, b.Q), b.Acc), b.Torque)
}

// draw picks a mini-batch, on theta's tape.
func (t Dynamics) draw(theta nn.Params, rng *rand.Rand) Samples {
	tape, d := theta[0].Tape(), t.Net.Joints
	b := Samples{Q: tape.Zeros(t.Batch, d), Acc: tape.Zeros(t.Batch, d), Torque: tape.Zeros(t.Batch, d)}
	if t.Shaped {
		b.H = tape.Zeros(t.Batch, d*d)
	}
	for i := range t.Batch {
		k := rng.IntN(t.Data.Q.Rows)
		copy(b.Q.Row(i), t.Data.Q.Row(k))
		copy(b.Acc.Row(i), t.Data.Acc.Row(k))
		copy(b.Torque.Row(i), t.Data.Torque.Row(k))
		if t.Shaped {
			copy(b.H.Row(i), t.Data.H.Row(k))
		}
	}
	return b
}

// Errors are the errors of θ on all samples of s: of the torque, the mean over the
// joints of the mean square per variance of the joint's inertial torque in
// meta-training, and of the inertia matrix, Σ ‖S (H − H_θ) S‖² / Σ ‖S H S‖². The
// numbers of the computation live on tape, which is reset first.
func (t Dynamics) Errors(tape *ad.Tape, theta nn.Params, s Samples) (torque, inertia float64) {
	tape.Reset()
	l := t.Net.Factor(tape.Leaves(theta), s.Q)
	return t.errors(t.Net.Torque(l, s.Acc), t.Net.Matrix(l), s)
}

// errors are the errors of predicted torques [n, d] and matrices [n, d²].
func (t Dynamics) errors(tau, h *ad.Value, s Samples) (torque, inertia float64) {
	torque = ad.Mean(ad.Square(ad.Div(ad.Sub(tau, s.Torque), t.Joint))).Item()
	inertia = ad.Sum(ad.Square(ad.Sub(h, s.H))).Item() / ad.Sum(ad.Square(s.H)).Item()
	return torque, inertia
}

// Setting is what a seed of the experiment begins with.
type Setting struct {
	Units Units
	Task  Dynamics // of meta-training, not shaped
	Tests []NewPaths
}

// NewPaths are the trajectories of a test: those that are fitted and those that the
// error is measured on.
type NewPaths struct {
	Fit, New Samples
	Motion   *env.Motion // New, in SI units
}

// Setting draws the trajectories of a seed: those of meta-training, and those of
// the tests from other streams.
func (e InverseDynamics) Setting(in Input) (Setting, error) {
	model, err := e.Arm.Model(in.Data)
	if err != nil {
		return Setting{}, err
	}
	train := e.Arm.Move(model, e.TrainPaths, random.Stream(in.Seed, "meta-train trajectories"))
	u := NewUnits(train)
	s := Setting{Units: u, Task: Dynamics{Net: nn.NewInertia(e.Arm.Joints(), e.Hidden...), Data: u.Scale(train), Batch: e.Batch,
		Joint: ad.New(1, e.Arm.Joints(), u.Joint)}}
	for k := range e.Tests {
		rng := random.Stream(in.Seed, fmt.Sprintf("test %d trajectories", k))
		fit, fresh := e.Arm.Move(model, e.FitPaths, rng), e.Arm.Move(model, e.NewPaths, rng)
		s.Tests = append(s.Tests, NewPaths{Fit: u.Scale(fit), New: u.Scale(fresh), Motion: fresh})
	}
	return s, nil
}
