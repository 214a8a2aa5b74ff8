package rigid

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// eachRobot runs f in a few random states of every robot.
func eachRobot(t *testing.T, f func(t *testing.T, s *State, rng *rand.Rand)) {
	all := robots(t)
	for _, name := range sortedKeys(all) {
		t.Run(name, func(t *testing.T) {
			s := all[name].NewState()
			rng := rand.New(rand.NewPCG(7, 11))
			for range 20 {
				randomize(s, rng)
				f(t, s, rng)
			}
		})
	}
}

func wantNear(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	scale := max(1, largest(want))
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol*scale) {
			t.Fatalf("%s[%d] = %.15g, want %.15g (scale %g)", what, i, got[i], want[i], scale)
		}
	}
}

// TestInverseOfForward: the torques that Newton-Euler finds for the
// accelerations of the factorized mass matrix are the torques that caused them.
func TestInverseOfForward(t *testing.T) {
	eachRobot(t, func(t *testing.T, s *State, rng *rand.Rand) {
		nv := s.m.NV()
		tau, acc, back := randomVec(nv, rng), make([]float64, nv), make([]float64, nv)
		s.ForwardTorque(tau, acc)
		s.Inverse(acc, back)
		wantNear(t, "torque", back, tau, 1e-11)
	})
}

// TestMassColumns: composite bodies and Newton-Euler are two ways to M: column
// j is the torque of acceleration e_j less that of none.
func TestMassColumns(t *testing.T) {
	eachRobot(t, func(t *testing.T, s *State, _ *rand.Rand) {
		nv := s.m.NV()
		mass := make([]float64, nv*nv)
		s.MassMatrix(mass)
		unit, base, tau := make([]float64, nv), make([]float64, nv), make([]float64, nv)
		s.Inverse(unit, base)
		for j := range nv {
			unit[j] = 1
			s.Inverse(unit, tau)
			unit[j] = 0
			for i := range tau {
				tau[i] -= base[i]
			}
			wantNear(t, fmt.Sprintf("column %d", j), tau, mass[j*nv:(j+1)*nv], 1e-12)
		}
	})
}

// TestMassPositive: M is symmetric, and vᵀMv/2 is the kinetic energy summed
// body by body, ½ m |v|² + ½ ωᵀIω, plus ½ armature·q̇²; all of it positive.
func TestMassPositive(t *testing.T) {
	eachRobot(t, func(t *testing.T, s *State, rng *rand.Rand) {
		m, nv := s.m, s.m.NV()
		mass := make([]float64, nv*nv)
		s.MassMatrix(mass)
		if !m.factorize(append([]float64(nil), s.mass...), make([]float64, nv)) {
			t.Fatal("M has a pivot that is not positive")
		}
		sum := 0.0
		for i := range nv {
			for j := range nv {
				if mass[i*nv+j] != mass[j*nv+i] {
					t.Fatalf("M[%d,%d] differs from its mirror image", i, j)
				}
				sum += s.V[i] * mass[i*nv+j] * s.V[j] / 2
			}
		}
		want := 0.0
		for i := range nv {
			want += m.dofs[i].armature * s.V[i] * s.V[i] / 2
		}
		jp, jr := make([]float64, 3*nv), make([]float64, 3*nv)
		for b := 1; b < m.NumBodies(); b++ {
			body := m.Body(b)
			s.BodyJacobian(b, body.CoM, jp, jr)
			v, w := [3]float64(times(jp, s.V)), [3]float64(times(jr, s.V))
			rot := s.BodyMat(b)
			back := transpose(&rot)
			own := mulVec(&back, w)
			i := &body.Inertia
			iw := mulVec(&[9]float64{i[0], i[3], i[4], i[3], i[1], i[5], i[4], i[5], i[2]}, own)
			want += body.Mass*dot3(v, v)/2 + dot3(own, iw)/2
		}
		_, kinetic := s.Energy()
		wantNear(t, "kinetic energy", []float64{sum, kinetic}, []float64{want, want}, 1e-13)
	})
}

// times is a matrix with rows as long as x, times x.
func times(a, x []float64) []float64 {
	y := make([]float64, len(a)/len(x))
	for i := range y {
		for j := range x {
			y[i] += a[i*len(x)+j] * x[j]
		}
	}
	return y
}

// TestJacobians: central differences of poses along each degree of freedom.
func TestJacobians(t *testing.T) {
	const h = 1e-6
	eachRobot(t, func(t *testing.T, s *State, _ *rand.Rand) {
		m, nv := s.m, s.m.NV()
		q := append([]float64(nil), s.Q...)
		pose := func(site, d int, by float64) ([3]float64, [9]float64) {
			unit := make([]float64, nv)
			unit[d] = 1
			m.integrate(s.Q, q, unit, by)
			s.Kinematics()
			return s.SitePos(site), s.SiteMat(site)
		}
		jp, jr := make([]float64, 3*nv), make([]float64, 3*nv)
		for site := range m.NumSites() {
			for d := range nv {
				p1, r1 := pose(site, d, h)
				p0, r0 := pose(site, d, -h)
				_, r := pose(site, d, 0)
				s.SiteJacobian(site, jp, jr)
				// dR = [w]× R dt, so the axial part of dR Rᵀ is w.
				var dr [9]float64
				for k := range dr {
					dr[k] = (r1[k] - r0[k]) / (2 * h)
				}
				rt := transpose(&r)
				w := mulMat(&dr, &rt)
				for k, want := range scale(1/(2*h), sub(p1, p0)) {
					wantNear(t, "position", []float64{jp[k*nv+d]}, []float64{want}, 1e-8)
				}
				for k, want := range [3]float64{w[7], w[2], w[3]} {
					wantNear(t, "rotation", []float64{jr[k*nv+d]}, []float64{want}, 1e-8)
				}
			}
		}
	})
}

// TestGravityIsGradient: the bias at rest is the gradient of the potential energy.
func TestGravityIsGradient(t *testing.T) {
	const h = 1e-5
	eachRobot(t, func(t *testing.T, s *State, _ *rand.Rand) {
		m, nv := s.m, s.m.NV()
		q := append([]float64(nil), s.Q...)
		got, want := make([]float64, nv), make([]float64, nv)
		s.GravityForce(got)
		unit := make([]float64, nv)
		for d := range nv {
			unit[d] = 1
			m.integrate(s.Q, q, unit, h)
			up, _ := s.Energy()
			m.integrate(s.Q, q, unit, -h)
			down, _ := s.Energy()
			unit[d] = 0
			want[d] = (up - down) / (2 * h)
		}
		wantNear(t, "gravity", got, want, 1e-8)
	})
}

// TestOptimality: the accelerations with constraints satisfy the equation of
// motion M a + c = forces + Jᵀf, and every row pushes exactly when it should.
func TestOptimality(t *testing.T) {
	eachRobot(t, func(t *testing.T, s *State, _ *rand.Rand) {
		nv := s.m.NV()
		acc, tau, motors := make([]float64, nv), make([]float64, nv), make([]float64, nv)
		s.Forward(acc)
		w := &s.newton
		for r := range w.n {
			row, y := s.denseRow(r), w.y0[r]
			for i, j := range row {
				y += j * (acc[i] - s.smooth[i])
			}
			wantNear(t, "residual", []float64{w.y[r]}, []float64{y}, 1e-9*max(1, math.Abs(w.y0[r])))
			if (w.y[r] < 0) != w.active[r] {
				t.Fatalf("row %d: residual %g, active %v", r, w.y[r], w.active[r])
			}
		}
		reach := append([]float64(nil), s.reach...)
		s.Inverse(acc, tau)
		s.Actuation(motors)
		for i := range motors {
			motors[i] += reach[i]
		}
		wantNear(t, "force", tau, motors, 1e-10)
	})
}
