package rigid

import "fmt"

// compileWeights computes the inverse weights that scale the softness of
// constraints, as MuJoCo defines them, in the reference configuration:
// of a degree of freedom (M⁻¹)_ii, of a body the mean diagonal of J M⁻¹ Jᵀ
// with the Jacobian of its centre of mass (translation) or its rotation.
// The six of a free joint are averaged by threes.
func (m *Model) compileWeights() error {
	m.bodyW = make([][2]float64, len(m.bodies))
	m.dofW = make([]float64, m.nv)
	s := m.NewState()
	s.Kinematics()
	s.inertias()
	s.composite()
	copy(s.factor, s.mass)
	if !m.factorize(s.factor, s.dinv) {
		return m.singular(s.dinv)
	}
	m.dofWeights(s)
	m.bodyWeights(s)
	for i := range m.pairs {
		p := &m.pairs[i]
		p.weight = m.bodyW[m.geoms[p.a.geom].Body][0] + m.bodyW[m.geoms[p.b.geom].Body][0]
		if p.rows > 1 {
			p.weight *= 1 + p.friction*p.friction
		}
	}
	return nil
}

// inverseAt is row · M⁻¹ row, with the factors of M in s.
func (s *State) inverseAt(row []float64) float64 {
	copy(s.smooth, row)
	s.m.solve(s.factor, s.dinv, s.smooth)
	sum := 0.0
	for i, x := range s.smooth {
		sum += row[i] * x
	}
	return sum
}

func (m *Model) dofWeights(s *State) {
	unit := make([]float64, m.nv)
	for i := range m.dofW {
		unit[i] = 1
		m.dofW[i] = s.inverseAt(unit)
		unit[i] = 0
	}
	for i := range m.joints {
		if m.joints[i].Type == Free {
			averageThrees(m.dofW[m.joints[i].VIndex:][:6])
		}
	}
}

func (m *Model) bodyWeights(s *State) {
	jac := make([]float64, 6*m.nv)
	for b := 1; b < len(m.bodies); b++ {
		if m.mounts[b].link == 0 {
			continue
		}
		s.BodyJacobian(b, m.bodies[b].CoM, jac[:3*m.nv], jac[3*m.nv:])
		for r := range 6 {
			m.bodyW[b][r/3] += s.inverseAt(jac[r*m.nv:(r+1)*m.nv]) / 3
		}
	}
}

// singular names the joint whose pivot of the mass matrix is not positive.
func (m *Model) singular(dinv []float64) error {
	for k := m.nv - 1; k >= 0; k-- {
		if dinv[k] > 0 && dinv[k] < 1e300 {
			continue
		}
		j := &m.joints[m.links[m.dofs[k].link].joint]
		return &ParseError{File: j.file, Line: j.line, Element: label("joint", j.Name),
			Problem: "what it moves has no mass or inertia; give a body below it mass, or the joint armature"}
	}
	return fmt.Errorf("rigid: the mass matrix of model %q is singular", m.name)
}

func averageThrees(w []float64) {
	for k := 0; k < len(w); k += 3 {
		mean := (w[k] + w[k+1] + w[k+2]) / 3
		w[k], w[k+1], w[k+2] = mean, mean, mean
	}
}
