package paper

import (
	"math"
	"path/filepath"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

var invdynData = filepath.Join("..", "..", "data")

func invdynArms() map[string]Arm {
	return map[string]Arm{"reacher": ReacherArm(), "sawyer": SawyerArm()}
}

func move(t *testing.T, a Arm, n int) *Motion {
	t.Helper()
	model, err := a.Model(invdynData)
	if err != nil {
		t.Fatal(err)
	}
	return a.Move(model, n, random.Stream(5, "test"))
}

// Equation (10): H q̈ + bias is the torque, which another algorithm computes.
func TestMotionObeysTheEquationOfMotion(t *testing.T) {
	for name, a := range invdynArms() {
		m, d := move(t, a, 4), a.Joints()
		for i := range m.Rows {
			scale := 0.0
			for j := range d {
				scale = max(scale, math.Abs(m.Torque[i*d+j]))
			}
			for j := range d {
				want := m.Bias[i*d+j]
				for k := range d {
					want += m.Inertia[(i*d+j)*d+k] * m.Acc[i*d+k]
				}
				if got := m.Torque[i*d+j]; math.Abs(got-want) > 1e-12*scale {
					t.Fatalf("%s, sample %d, joint %d: torque %v, want %v", name, i, j, got, want)
				}
			}
		}
	}
}

// Two rods of a plane: with the tip's mass, H depends on cos q₂ alone.
func TestReacherInertiaIsTheClosedForm(t *testing.T) {
	const rod, rodI, tip, tipI = 0.0356047167406843, 3.91756603902647e-05, 0.00418879020478639, 1.67551608191456e-07
	const l1, c, l2 = 0.1, 0.05, 0.11
	m := move(t, ReacherArm(), 3)
	for i := range m.Rows {
		cos := math.Cos(m.Q[2*i+1])
		h22 := rodI + rod*c*c + tipI + tip*l2*l2
		h12 := h22 + (rod*c+tip*l2)*l1*cos
		h11 := rodI + rod*c*c + (rod+tip)*l1*l1 + 2*h12 - h22
		for k, want := range []float64{h11, h12, h12, h22} {
			if got := m.Inertia[4*i+k]; math.Abs(got-want) > 1e-15 {
				t.Fatalf("sample %d, entry %d: %v, want %v", i, k, got, want)
			}
		}
	}
}

// Trajectories stay within angles and speeds, and velocity and acceleration are the
// derivatives of the position.
func TestTrajectories(t *testing.T) {
	for name, a := range invdynArms() {
		rng := random.Stream(9, name)
		for range 50 {
			for j := range a.Joints() {
				w := a.draw(j, rng)
				for k := range 200 {
					at := a.Duration * float64(k) / 200
					q, v, acc := w.at(at)
					if q < a.Low[j] || q > a.High[j] || math.Abs(v) > a.Speed[j] {
						t.Fatalf("%s, joint %d: position %v, speed %v", name, j, q, v)
					}
					const h = 1e-5
					before, vBefore, _ := w.at(at - h)
					after, vAfter, _ := w.at(at + h)
					// truncation h² q‴/6 and rounding 1e-16/h stay below 1e-8 for rates up to 10/s
					if dv, da := (after-before)/(2*h)-v, (vAfter-vBefore)/(2*h)-acc; math.Abs(dv) > 1e-7 || math.Abs(da) > 1e-6 {
						t.Fatalf("%s, joint %d: velocity off by %v, acceleration by %v", name, j, dv, da)
					}
				}
			}
		}
	}
}

// In units the matrix still takes accelerations to torques, and stays symmetric;
// torques per joint have deviation 1.
func TestUnitsKeepTheEquation(t *testing.T) {
	for name, a := range invdynArms() {
		m, d := move(t, a, 10), a.Joints()
		u := NewUnits(m)
		s := u.Scale(m)
		tau := ad.EachMatMul(s.H, s.Acc, d)
		for i := range tau.Data {
			if math.Abs(tau.Data[i]-s.Torque.Data[i]) > 1e-11 {
				t.Fatalf("%s: scaled torque %v, want %v", name, s.Torque.Data[i], tau.Data[i])
			}
		}
		perJoint := ad.Div(s.Torque, ad.New(1, d, u.Joint))
		for j := range d {
			for k := range j {
				if x, y := s.H.Row(3)[j*d+k], s.H.Row(3)[k*d+j]; math.Abs(x-y) > 1e-13 {
					t.Errorf("%s: S H S has %v and %v", name, x, y)
				}
			}
			if sd := deviation(m.Rows, func(i int) float64 { return perJoint.At(i, j) }); math.Abs(sd-1) > 1e-12 {
				t.Errorf("%s, joint %d: deviation %v of the torque per joint", name, j, sd)
			}
		}
	}
}

func smallTask(t *testing.T, shaped bool) (Dynamics, nn.Params) {
	t.Helper()
	m := move(t, SawyerArm(), 2)
	u := NewUnits(m)
	task := Dynamics{Net: nn.NewInertia(7, 5), Data: u.Scale(m), Batch: 4, Joint: ad.New(1, 7, u.Joint), Shaped: shaped}
	return task, task.Init(nil, random.Stream(2, "θ"))
}

// The losses and features are what their definitions say, sample by sample, on the
// mini-batch that the same stream draws.
func TestDynamicsLossesByHand(t *testing.T) {
	task, theta := smallTask(t, true)
	const d = 7
	l := task.Net.Factor(theta, task.Data.Q)
	tau, h := task.Net.Torque(l, task.Data.Acc), task.Net.Matrix(l)
	features := task.Features(theta, random.Stream(3, "batch"))
	rng := random.Stream(3, "batch")
	mse, power, shaped := 0.0, 0.0, 0.0
	for i := range task.Batch {
		row := rng.IntN(task.Data.Q.Rows)
		for j := range d {
			r := tau.At(row, j) - task.Data.Torque.At(row, j)
			power += r * r / (4 * d)
			r /= task.Joint.Data[j]
			mse += r * r / (4 * d)
			want := task.Data.Torque.At(row, j) / task.Joint.Data[j]
			if math.Abs(features.At(i, j)-r) > 1e-12 || math.Abs(features.At(i, d+j)-want) > 1e-12 {
				t.Errorf("sample %d, joint %d: features (%v, %v), want (%v, %v)", i, j, features.At(i, j), features.At(i, d+j), r, want)
			}
		}
		for k := range d * d {
			r := h.At(row, k) - task.Data.H.At(row, k)
			shaped += r * r / 4
		}
	}
	plain := task
	plain.Shaped = false
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"shaped", task.Loss(theta, random.Stream(3, "batch")).Item(), shaped},
		{"plain", plain.Loss(theta, random.Stream(3, "batch")).Item(), mse},
		{"MSE", plain.MSE(theta, random.Stream(3, "batch")).Item(), mse},
		{"power MSE", plain.PowerMSE(theta, random.Stream(3, "batch")).Item(), power},
	} {
		if math.Abs(c.got-c.want) > 1e-12*c.want {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
}

// M_φ does not see H: with other matrices its inputs have the same bits, while the
// shaped task loss changes.
func TestFeaturesHideTheInertiaMatrix(t *testing.T) {
	task, theta := smallTask(t, true)
	other := task
	other.Data.H = ad.AddScalar(1, task.Data.H)
	a, b := task.Features(theta, random.Stream(3, "b")), other.Features(theta, random.Stream(3, "b"))
	for i := range a.Data {
		if a.Data[i] != b.Data[i] {
			t.Fatalf("feature %d changes with H: %v and %v", i, a.Data[i], b.Data[i])
		}
	}
	if task.Loss(theta, random.Stream(3, "b")).Item() == other.Loss(theta, random.Stream(3, "b")).Item() {
		t.Error("the shaped loss does not depend on H")
	}
}

func TestDynamicsGradients(t *testing.T) {
	for _, shaped := range []bool{false, true} {
		task, theta := smallTask(t, shaped)
		adtest.CheckGrads(t, func(p []*ad.Value) *ad.Value { return task.Loss(p, random.Stream(3, "b")) }, theta, 2)
		adtest.CheckGrads(t, func(p []*ad.Value) *ad.Value { return task.Features(p, random.Stream(3, "b")) }, theta, 2)
	}
}

// A network whose matrix is the constant c 1 has the errors of that matrix.
func TestErrorsOfAConstantMatrix(t *testing.T) {
	task, theta := smallTask(t, false)
	clear(theta[2].Data)
	clear(theta[3].Data)
	for j := range 7 {
		theta[3].Data[j] = math.Log(math.Expm1(2 - task.Net.MinDiagonal)) // softplus⁻¹
	}
	torque, inertia := task.Errors(ad.NewTape(), theta, task.Data)
	wantT, wantH, norm := 0.0, 0.0, 0.0
	for i := range task.Data.Q.Rows {
		for j := range 7 {
			r := (4*task.Data.Acc.At(i, j) - task.Data.Torque.At(i, j)) / task.Joint.Data[j]
			wantT += r * r / float64(7*task.Data.Q.Rows)
			for k := range 7 {
				x := task.Data.H.At(i, 7*j+k)
				norm += x * x
				if j == k {
					x -= 4
				}
				wantH += x * x
			}
		}
	}
	if math.Abs(torque-wantT) > 1e-12*wantT || math.Abs(inertia-wantH/norm) > 1e-12 {
		t.Errorf("errors (%v, %v), want (%v, %v)", torque, inertia, wantT, wantH/norm)
	}
}

// The quick runs, or with -short smaller ones: the same bits twice, finite, every
// claim judged; all methods start from the same networks.
func TestInverseDynamicsQuick(t *testing.T) {
	for _, e := range []Experiment{invdynReacherExperiment(), invdynSawyerExperiment()} {
		t.Run(e.Name, func(t *testing.T) {
			run, seeds := e.Quick.(InverseDynamics), []uint64{0, 1}
			run.Train.OuterSteps, run.EvalEvery = 100, 50
			if testing.Short() {
				run.Train.OuterSteps, run.EvalEvery, run.Steps, run.Tests, run.FitPaths, run.TrainPaths = 20, 20, 20, 1, 8, 8
			}
			table := quickTwice(t, e, run, seeds)
			start := table.Where(tidy.Task(invdynTest), tidy.Metric("torque error"), tidy.Steps(0, 0), tidy.Not(tidy.Method("constant")))
			if n := len(start.Methods()); n != 5 {
				t.Errorf("%d methods, want 5", n)
			}
			for _, r := range start {
				if first := start.Where(tidy.Seed(r.Seed))[0]; r.Value != first.Value {
					t.Errorf("seed %d: %s starts at %v, %s at %v", r.Seed, r.Method, r.Value, first.Method, first.Value)
				}
			}
		})
	}
}

// An arm whose file is not what its trajectories are made for is an error.
func TestArmModelErrors(t *testing.T) {
	a := SawyerArm()
	a.File = "reacher.xml"
	if _, err := a.Model(invdynData); err == nil {
		t.Error("a model with two joints passes for a Sawyer arm")
	}
	a.File = "nothing.xml"
	if _, err := a.Model(invdynData); err == nil {
		t.Error("no error without a file")
	}
}
