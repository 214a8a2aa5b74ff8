package rigid

// factorize replaces the packed symmetric matrix h by its factors LᵀDL, L unit
// lower triangular, D diagonal, and writes 1/D (Featherstone 2008, table 6.3).
// Neither the mass matrix nor what contacts with the fixed world add to it has
// elements between branches of a tree, and the factors have none either.
// It is false if the matrix is not positive definite.
func (m *Model) factorize(h, dinv []float64) bool {
	ok := true
	for k := len(m.dofs) - 1; k >= 0; k-- {
		d := &m.dofs[k]
		row := h[d.row : d.row+d.n]
		if !(row[0] > 0) {
			ok = false
		}
		inv := 1 / row[0]
		dinv[k] = inv
		rows := m.rows[d.row : d.row+d.n]
		for i := 1; i < len(row); i++ {
			tail := row[i:]
			a := tail[0] * inv
			to := h[rows[i]:]
			to = to[:len(tail)]
			for j, x := range tail {
				to[j] -= a * x
			}
			row[i] = a
		}
	}
	return ok
}

// solve replaces x by the solution of LᵀDL y = x.
func (m *Model) solve(h, dinv, x []float64) {
	for k := len(m.dofs) - 1; k >= 0; k-- {
		d := &m.dofs[k]
		row := h[d.row+1 : d.row+d.n]
		chain := m.chain[d.row+1 : d.row+d.n]
		chain = chain[:len(row)]
		xk := x[k]
		for i, l := range row {
			x[chain[i]] -= l * xk
		}
		x[k] = xk * dinv[k]
	}
	for k := range m.dofs {
		d := &m.dofs[k]
		row := h[d.row+1 : d.row+d.n]
		chain := m.chain[d.row+1 : d.row+d.n]
		chain = chain[:len(row)]
		xk := x[k]
		for i, l := range row {
			xk -= l * x[chain[i]]
		}
		x[k] = xk
	}
}
