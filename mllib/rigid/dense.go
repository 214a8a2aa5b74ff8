package rigid

// Contacts between branches of a tree, or between trees, couple degrees of
// freedom that the packed layout keeps apart. Models that have such pairs solve
// for constraints with full matrices, of which the lower triangle is used.

// spread writes the packed matrix to a full one.
func (m *Model) spread(packed, full []float64) {
	clear(full)
	for i := range m.dofs {
		d := &m.dofs[i]
		for k := d.row; k < d.row+d.n; k++ {
			full[i*m.nv+int(m.chain[k])] = packed[k]
		}
	}
}

// factorizeFull replaces h by the factors L D Lᵀ and writes 1/D.
func factorizeFull(h, dinv []float64) {
	n := len(dinv)
	for i := range n {
		row := h[i*n : i*n+i+1]
		for j := range i {
			sum := row[j]
			other := h[j*n : j*n+j]
			for k, x := range other {
				sum -= row[k] * x
			}
			row[j] = sum // L_ij D_j
		}
		d := row[i]
		for j := range i {
			l := row[j] * dinv[j]
			d -= row[j] * l
			row[j] = l
		}
		row[i] = d
		dinv[i] = 1 / d
	}
}

// solveFull replaces x by the solution of L D Lᵀ y = x.
func solveFull(h, dinv, x []float64) {
	n := len(dinv)
	for i := range n {
		for k, l := range h[i*n : i*n+i] {
			x[i] -= l * x[k]
		}
	}
	for i := range n {
		x[i] *= dinv[i]
	}
	for i := n - 1; i >= 0; i-- {
		for k, l := range h[i*n : i*n+i] {
			x[k] -= l * x[i]
		}
	}
}
