package rigid

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestNearest compares the nearest point of a triangle with a search over a
// fine grid of its points.
func TestNearest(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for range 200 {
		x := randomVec(9, rng)
		a, b, c := [3]float64(x), [3]float64(x[3:]), [3]float64(x[6:])
		got, best := norm3(nearestOfTriangle(a, b, c)), math.Inf(1)
		const n = 200
		for i := range n + 1 {
			for j := range n + 1 - i {
				u, v := float64(i)/n, float64(j)/n
				best = min(best, norm3(add(scale(1-u-v, a), add(scale(u, b), scale(v, c)))))
			}
		}
		if got > best+1e-12 || got < best-0.05 {
			t.Errorf("distance %g, grid %g", got, best)
		}
	}
}

// TestPortal: an upright cylinder and a capsule beside it, above it and away
// from it have contacts that are clear from a drawing.
func TestPortal(t *testing.T) {
	shapeAt := func(size, pos [3]float64) *shape { return &shape{pos: pos, rot: identity(), size: size} }
	drum := shapeAt([3]float64{0.3, 0.4, 0}, [3]float64{})
	for _, c := range []struct {
		pos, dir [3]float64
		depth    float64
	}{
		{[3]float64{0.45, 0.02, 0.05}, unit([3]float64{-0.45, -0.02, 0}), 0.4 - math.Hypot(0.45, 0.02)},
		{[3]float64{0.05, -0.02, 0.65}, [3]float64{0, 0, -1}, 0.05}, // the capsule is 0.2 + 0.1 high
		{[3]float64{0.6, 0, 0}, [3]float64{}, -1},
	} {
		s := portal{kind: [2]GeomType{Capsule, Cylinder}, solid: [2]*shape{shapeAt([3]float64{0.1, 0.2, 0}, c.pos), drum}}
		depth, dir, _, ok := s.find()
		if ok != (c.depth > 0) {
			t.Errorf("capsule at %g: contact %t", c.pos, ok)
		} else if ok {
			wantNear(t, "depth", []float64{depth}, []float64{c.depth}, 2*portalTolerance)
			wantNear(t, "direction", dir[:], c.dir[:], 0.01)
		}
	}
}

// TestFull: factorization and solution with full matrices are those of the
// packed ones where both apply.
func TestFull(t *testing.T) {
	m := robot(t, "ant")
	s := m.NewState()
	acc := make([]float64, m.NV())
	s.Forward(acc)
	n := m.NV()
	full, dinv := make([]float64, n*n), make([]float64, n)
	m.spread(s.mass, full)
	x := randomVec(n, rand.New(rand.NewPCG(1, 1)))
	y := append([]float64(nil), x...)
	factorizeFull(full, dinv)
	solveFull(full, dinv, x)
	m.solve(s.factor, s.dinv, y)
	wantNear(t, "solution", x, y, 1e-12)
}
