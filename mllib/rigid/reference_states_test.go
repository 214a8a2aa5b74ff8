package rigid

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// checkStates compares the smooth dynamics state by state.
func checkStates(t *testing.T, m *Model, text []byte) {
	var r statesFile
	decode(t, text, &r)
	if r.Constraints != "disabled" {
		t.Fatalf("no rule for constraints %q", r.Constraints)
	}
	w := newWorst(t)
	s := m.NewState()
	s.Disable = DisableConstraints
	nv := m.NV()
	vec := make([]float64, nv)
	mass := make([]float64, nv*nv)
	for i := range r.States {
		x := &r.States[i]
		s.SetState(x.QPos, x.QVel, x.Ctrl)
		at := fmt.Sprintf(" of state %d", i)
		check := func(name string, fill func([]float64), want []float64, tol float64) {
			t.Helper()
			fill(vec)
			w.near(name+at, vec, want, tol, 1)
		}
		s.MassMatrix(mass)
		w.near("M"+at, mass, x.M, tolRigid, 1)
		check("bias", s.Bias, x.Bias, tolRigid)
		check("gravity", s.GravityForce, x.Gravity, tolRigid)
		check("passive", s.Damping, x.Passive, tolRigid)
		check("actuator", s.Actuation, x.Actuator, tolRigid)
		check("tau_inv", func(tau []float64) { s.Inverse(x.QAccIn, tau) }, x.TauInv, tolRigid)
		check("qacc", s.Forward, x.QAcc, tolAccel)
		pot, kin := s.Energy()
		w.near("energy"+at, []float64{pot, kin}, []float64{x.EPot, x.EKin}, tolRigid, 1)
		com := s.CoM()
		w.near("com"+at, com[:], x.Com, tolRigid, 1)
		p, l := s.Momentum()
		p = scale(1/m.TotalMass(), p)
		w.near("com_vel"+at, p[:], x.ComVel, tolRigid, 1)
		w.near("angmom"+at, l[:], x.AngMom, tolRigid, 1)
		s.Kinematics()
		checkPoses(w, s, at, x.XPos, x.XQuat, x.XCom)
		checkSites(w, s, at, x.SiteXPos, x.SiteXMat, x.SiteJacP, x.SiteJacR)
	}
}

func checkPoses(w *worst, s *State, at string, pos, quat, com []float64) {
	for b := 1; b < s.m.NumBodies(); b++ {
		p, q, c := s.BodyPos(b), s.BodyQuat(b), s.BodyCoM(b)
		w.near("xpos"+at, p[:], pos[3*b-3:3*b], tolRigid, 1)
		w.near("xquat"+at, q[:], quat[4*b-4:4*b], tolRigid, 1)
		w.near("xcom"+at, c[:], com[3*b-3:3*b], tolRigid, 1)
		mat, fromQuat := s.BodyMat(b), quatMat(q)
		w.near("xmat"+at, mat[:], fromQuat[:], tolRigid, 1)
	}
}

func checkSites(w *worst, s *State, at string, pos, mat []float64, jacp, jacr [][]float64) {
	nv := s.m.NV()
	jp, jr := make([]float64, 3*nv), make([]float64, 3*nv)
	for i := range s.m.NumSites() {
		p, r := s.SitePos(i), s.SiteMat(i)
		w.near("site_xpos"+at, p[:], pos[3*i:3*i+3], tolRigid, 1)
		w.near("site_xmat"+at, r[:], mat[9*i:9*i+9], tolRigid, 1)
		s.SiteJacobian(i, jp, jr)
		w.near("site_jacp"+at, jp, jacp[i], tolRigid, 1)
		if i < len(jacr) {
			w.near("site_jacr"+at, jr, jacr[i], tolRigid, 1)
		}
		v := s.SiteVelocity(i)
		var want [3]float64
		for k := range want {
			for d := range nv {
				want[k] += jacp[i][k*nv+d] * s.V[d]
			}
		}
		w.near("site_vel"+at, v[:], want[:], tolRigid, 1)
	}
}

// checkConstraintStates compares the rows of limits and contacts, their forces
// and the accelerations; the latter relative to the largest of the state.
func checkConstraintStates(t *testing.T, m *Model, text []byte) {
	var r constraintStatesFile
	decode(t, text, &r)
	w := newWorst(t)
	s := m.NewState()
	switch {
	case strings.Contains(r.What, "with joint limits on and contacts off"):
		s.Disable = DisableContacts
	case strings.Contains(r.What, "with contacts and limits"):
	default:
		t.Fatalf("no rule for %q", r.What)
	}
	acc := make([]float64, m.NV())
	for i := range r.States {
		x := &r.States[i]
		s.SetState(x.QPos, x.QVel, x.Ctrl)
		s.Forward(acc)
		at := fmt.Sprintf(" of state %d", i)
		w.near("qacc_smooth"+at, s.SmoothAccelerations(), x.QAccSmooth, tolAccel, largest(x.QAccSmooth))
		w.near("qacc"+at, acc, x.QAcc, tolAccel, largest(x.QAcc))
		w.near("qfrc_constraint"+at, s.ConstraintForces(), x.QFrcConstaint, tolAccel, largest(x.QFrcConstaint))
		if x.NEfc != nil {
			checkRows(w, s, at, x)
		}
		if x.Contact != nil {
			checkContacts(w, s, at, x)
		}
	}
}

func largest(x []float64) float64 {
	big := 1.0
	for _, v := range x {
		big = max(big, math.Abs(v))
	}
	return big
}

// checkRows compares the solver's rows, limits, then four per contact, as far as
// the file has them.
func checkRows(w *worst, s *State, at string, x *constraintState) {
	n := &s.newton
	if n.n != *x.NEfc {
		w.t.Errorf("%d rows%s, reference %d", n.n, at, *x.NEfc)
		return
	}
	aref, force, r := make([]float64, n.n), make([]float64, n.n), make([]float64, n.n)
	jac := make([]float64, 0, n.n*s.m.NV())
	for i := range n.n {
		row := s.denseRow(i)
		jac = append(jac, row...)
		for d, j := range row {
			aref[i] += j * s.smooth[d]
		}
		aref[i] -= n.y0[i]
		force[i] = max(0, -n.d[i]*n.y[i])
		r[i] = 1 / n.d[i]
	}
	for _, c := range []struct {
		name       string
		got, want  []float64
		tol, floor float64
	}{
		{"efc_J", jac, x.EfcJ, tolRigid, 1}, // written for the first states only
		{"efc_R", r, x.EfcR, tolRigid, 1},
		{"efc_aref", aref, x.EfcARef, tolAccel, largest(x.EfcARef)},
		{"efc_force", force, x.EfcForce, tolAccel, largest(x.EfcForce)},
	} {
		if c.want != nil {
			w.near(c.name+at, c.got, c.want, c.tol, c.floor)
		}
	}
}

// denseRow is row i of J as MuJoCo writes it.
func (s *State) denseRow(i int) []float64 {
	row := make([]float64, s.m.NV())
	w := &s.newton
	if i < len(w.limits) {
		row[w.limits[i].dof] = w.limits[i].sign
		return row
	}
	at := 0
	k, which := (i-len(w.limits))/4, (i-len(w.limits))%4
	for c := range k {
		at += 3 * len(s.m.pairs[s.contacts[c].pair].cols)
	}
	c := &s.contacts[k]
	cols := s.m.pairs[c.pair].cols
	n := len(cols)
	mu := s.m.pairs[c.pair].friction * float64(1-2*(which%2))
	for e, col := range cols {
		row[col] = w.jac[at+e] + mu*w.jac[at+n*(1+which/2)+e]
	}
	return row
}

func checkContacts(w *worst, s *State, at string, x *constraintState) {
	if len(s.Contacts()) != len(x.Contact) {
		w.t.Errorf("%d contacts%s, reference %d", len(s.Contacts()), at, len(x.Contact))
		return
	}
	for i, c := range s.Contacts() {
		r := &x.Contact[i]
		if c.Geom != r.Geom {
			w.t.Errorf("contact %d%s: geom %d, reference %d", i, at, c.Geom, r.Geom)
		}
		w.near("contact_dist"+at, []float64{c.Dist}, []float64{r.Dist}, tolRigid, 1)
		w.near("contact_pos"+at, c.Pos[:], r.Pos, tolRigid, 1)
		w.near("contact_frame"+at, c.Frame[:], r.Frame, tolRigid, 1)
		w.near("contact_force"+at, c.Force[:], r.Force, tolAccel, largest(x.EfcForce))
	}
}
