package paper

import (
	"context"
	"errors"
	"fmt"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

// errorCap is what a diverged network counts as, and the largest error that is
// stored. Errors begin near 1.
const errorCap = 1000

// capped returns x or, if it is larger or no number, errorCap.
func capped(x float64) float64 {
	if x < errorCap {
		return x
	}
	return errorCap
}

// test fits fresh networks to the trajectories of every test and writes their
// errors on the new ones, the means over the tests. All methods start from the same
// networks and see the same mini-batches. A method that diverges in a test has a
// row "diverged" with the step.
func (e InverseDynamics) test(ctx context.Context, w *writer, s Setting, fits []fit) error {
	for _, f := range fits {
		torque, inertia := make([]float64, e.Steps+1), make([]float64, e.Steps+1)
		for k := range s.Tests {
			theta, a, b, err := e.fit(ctx, s, w.seed, f, k)
			if err != nil {
				return fmt.Errorf("%s, test %d: %w", f.method, k, err)
			}
			for i := range a {
				torque[i] += a[i] / float64(len(s.Tests))
				inertia[i] += b[i] / float64(len(s.Tests))
			}
			if theta == nil {
				w.add(f.method, fmt.Sprintf("test %d", k), 0, "diverged", 1)
			} else if k == 0 && w.seed == e.Shown && a[e.Steps] < errorCap {
				e.pictures(w, s, f.method, theta)
			}
		}
		for step := range torque {
			if waveLogged(step, e.Steps) {
				w.add(f.method, "new", step, "torque error", torque[step])
				w.add(f.method, "new", step, "inertia error", inertia[step])
			}
		}
	}
	return nil
}

// fit fits a network in test k and returns it with its errors on the new
// trajectories at the steps that are stored; no network if the method diverges,
// from where on the errors are errorCap.
func (e InverseDynamics) fit(ctx context.Context, s Setting, seed uint64, f fit, k int) (theta nn.Params, torque, inertia []float64, err error) {
	task, tape := s.Task, ad.NewTape()
	task.Data = s.Tests[k].Fit
	torque, inertia = make([]float64, e.Steps+1), make([]float64, e.Steps+1)
	for i := range torque {
		torque[i], inertia[i] = errorCap, errorCap
	}
	theta, err = meta.Test(ctx, f.obj, task, e.Steps, f.rate, random.Stream(seed, fmt.Sprintf("network for test %d", k)),
		func(step int, theta nn.Params) {
			if waveLogged(step, e.Steps) {
				a, b := task.Errors(tape, theta, s.Tests[k].New)
				torque[step], inertia[step] = capped(a), capped(b)
			}
		})
	var diverged *meta.Diverged
	if errors.As(err, &diverged) || err == nil && !theta.Finite() {
		return nil, torque, inertia, nil
	}
	return theta, torque, inertia, err
}

// constant writes the errors of a constant inertia matrix, the mean over the
// trajectories of meta-training: what can be had without looking at q.
func (e InverseDynamics) constant(w *writer, s Setting) {
	d := e.Arm.Joints()
	mean := ad.SumRows(ad.Scale(1/float64(s.Task.Data.H.Rows), s.Task.Data.H))
	torque, inertia := 0.0, 0.0
	for _, t := range s.Tests {
		h := ad.Broadcast(mean, t.New.H.Rows, d*d)
		a, b := s.Task.errors(ad.EachMatMul(h, t.New.Acc, d), h, t.New)
		torque += a / float64(len(s.Tests))
		inertia += b / float64(len(s.Tests))
	}
	w.add("constant", "new", 0, "torque error", torque)
	w.add("constant", "new", 0, "inertia error", inertia)
}

// pictures writes what a fitted network predicts on the first new trajectory of
// test 0: torques with bias in N m at every time, in step the index of the sample,
// and the scaled matrix S H S at its first sample, in step the index of the entry.
func (e InverseDynamics) pictures(w *writer, s Setting, method string, theta nn.Params) {
	d, t := e.Arm.Joints(), s.Tests[0]
	l := s.Task.Net.Factor(theta, t.New.Q)
	torque, h := s.Task.Net.Torque(l, t.New.Acc), s.Task.Net.Matrix(l)
	for i := range e.Arm.Points {
		for j := range d {
			at := i*d + j
			w.add(method, jointTask(j), i, "torque", torque.Data[at]*s.Units.Size/s.Units.S[j]+t.Motion.Bias[at])
		}
	}
	for k, x := range h.Row(0) {
		w.add(method, "matrix", k, "S H S", x)
	}
}

func jointTask(j int) string { return fmt.Sprintf("joint %d", j+1) }

// poses writes the truth beside the pictures: torques and bias of the first new
// trajectory, its first matrix, and the places of the bodies at some of its times,
// in task the time and in step the index of the body along the arm.
func (e InverseDynamics) poses(w *writer, in Input, s Setting) error {
	model, err := e.Arm.Model(in.Data)
	if err != nil {
		return err
	}
	d, t := e.Arm.Joints(), s.Tests[0]
	for i := range e.Arm.Points {
		for j := range d {
			w.add("truth", jointTask(j), i, "torque", t.Motion.Torque[i*d+j])
			w.add("truth", jointTask(j), i, "bias", t.Motion.Bias[i*d+j])
		}
	}
	for k, x := range t.New.H.Row(0) {
		w.add("truth", "matrix", k, "S H S", x)
	}
	state := model.NewState()
	for i := 0; i < e.Arm.Points; i += e.Arm.Points / 5 {
		state.SetState(t.Motion.Q[i*d:(i+1)*d], nil, nil)
		state.Kinematics()
		at := 0
		for b := range model.NumBodies() {
			if model.Body(b).Name == "head" { // beside the arm
				continue
			}
			p := state.BodyPos(b)
			for k, axis := range []string{"x", "y", "z"} {
				w.add("arm", fmt.Sprintf("%g s", e.Arm.Duration*float64(i)/float64(e.Arm.Points)), at, "position/"+axis, p[k])
			}
			at++
		}
	}
	return nil
}
