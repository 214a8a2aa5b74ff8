package env

import (
	"math"
	"path/filepath"
	"testing"

	"ml3/mllib/random"
)

var armData = filepath.Join("..", "..", "data")

func move(t *testing.T, a Arm, n int) *Motion {
	t.Helper()
	model, err := a.Model(armData)
	if err != nil {
		t.Fatal(err)
	}
	return a.Move(model, n, random.Stream(5, "test"))
}

func invdynArms() map[string]Arm {
	return map[string]Arm{"reacher": ReacherArm(), "sawyer": SawyerArm()}
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

// An arm whose file is not what its trajectories are made for is an error.
func TestArmModelErrors(t *testing.T) {
	a := SawyerArm()
	a.File = "reacher.xml"
	if _, err := a.Model(armData); err == nil {
		t.Error("a model with two joints passes for a Sawyer arm")
	}
	a.File = "nothing.xml"
	if _, err := a.Model(armData); err == nil {
		t.Error("no error without a file")
	}
}
