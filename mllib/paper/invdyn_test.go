package paper

import (
	"math"
	"path/filepath"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
	"ml3/mllib/env"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

var invdynData = filepath.Join("..", "..", "data")

func move(t *testing.T, a env.Arm, n int) *env.Motion {
	t.Helper()
	model, err := a.Model(invdynData)
	if err != nil {
		t.Fatal(err)
	}
	return a.Move(model, n, random.Stream(5, "test"))
}

// In units the matrix still takes accelerations to torques, and stays symmetric;
// torques per joint have deviation 1.
func TestUnitsKeepTheEquation(t *testing.T) {
	for name, a := range map[string]env.Arm{"reacher": env.ReacherArm(), "sawyer": env.SawyerArm()} {
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
	m := move(t, env.SawyerArm(), 2)
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
