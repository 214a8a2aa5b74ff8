package nn_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"ml3/mllib/ad"
	"ml3/mllib/ad/adtest"
	"ml3/mllib/nn"
)

func angles(n, d int) *ad.Value {
	q, r := ad.Zeros(n, d), rng()
	for i := range q.Data {
		q.Data[i] = 3 * (2*r.Float64() - 1)
	}
	return q
}

// The factor is what the layers give when they are written out for one sample;
// matrix and torque are its products by gonum.
func TestInertiaAgainstLinearAlgebra(t *testing.T) {
	for _, d := range []int{1, 2, 7} {
		h := nn.NewInertia(d, 8, 9)
		p, q, a := h.Init(nil, rng()), angles(5, d), angles(5, d)
		p[5].Data[0] = -4 // a diagonal entry near its floor
		l := h.Factor(p, q)
		matrix, torque := h.Matrix(l), h.Torque(l, a)
		for i := range 5 {
			want := factorByHand(p, q.Row(i), h.MinDiagonal)
			var m mat.Dense
			m.Mul(want, want.T())
			var tau mat.VecDense
			tau.MulVec(&m, mat.NewVecDense(d, a.Row(i)))
			for j := range d {
				for k := range d {
					near(t, "L", l.Row(i)[j*d+k], want.At(j, k))
					near(t, "H", matrix.Row(i)[j*d+k], m.At(j, k))
				}
				near(t, "torque", torque.Row(i)[j], tau.AtVec(j))
			}
		}
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-13*(1+math.Abs(want)) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// factorByHand is L at one q by plain loops.
func factorByHand(p nn.Params, q []float64, floor float64) *mat.Dense {
	var x []float64
	for _, v := range q {
		x = append(x, math.Cos(v))
	}
	for _, v := range q {
		x = append(x, math.Sin(v))
	}
	for layer := 0; layer < len(p); layer += 2 {
		w, b := p[layer], p[layer+1]
		y := make([]float64, w.Cols)
		for j := range y {
			y[j] = b.Data[j]
			for i, v := range x {
				y[j] += v * w.At(i, j)
			}
			if layer < len(p)-2 {
				y[j] = math.Tanh(y[j])
			}
		}
		x = y
	}
	d := len(q)
	l := mat.NewDense(d, d, nil)
	at := d
	for i := range d {
		l.Set(i, i, math.Log1p(math.Exp(x[i]))+floor)
		for j := range i {
			l.Set(i, j, x[at])
			at++
		}
	}
	return l
}

// H_θ is symmetric, and positive definite as far as rounding lets a Cholesky
// factorization see it: with weights larger than here the condition number
// exceeds 1e16.
func TestInertiaIsPositiveDefinite(t *testing.T) {
	const d = 7
	h := nn.NewInertia(d, 16)
	for _, size := range []float64{0.1, 1, 2} {
		p := h.Init(nil, rng())
		for _, v := range p {
			for i := range v.Data {
				v.Data[i] *= size
			}
		}
		m := h.Matrix(h.Factor(p, angles(20, d)))
		for i := range m.Rows {
			row := m.Row(i)
			for j := range d {
				for k := range j {
					if row[j*d+k] != row[k*d+j] {
						t.Errorf("size %g: entries (%d, %d) %v and %v differ", size, j, k, row[j*d+k], row[k*d+j])
					}
				}
			}
			var c mat.Cholesky
			if !c.Factorize(mat.NewSymDense(d, row)) {
				t.Errorf("size %g, sample %d: not positive definite", size, i)
			}
		}
	}
}

func TestInertiaGradients(t *testing.T) {
	h := nn.NewInertia(3, 4)
	p, q, a := h.Init(nil, rng()), angles(2, 3), angles(2, 3)
	adtest.CheckGrads(t, func(p []*ad.Value) *ad.Value { return h.Matrix(h.Factor(p, q)) }, p, 2)
	adtest.CheckGrads(t, func(xs []*ad.Value) *ad.Value { return h.Torque(h.Factor(xs[2:], xs[0]), xs[1]) },
		append([]*ad.Value{q, a}, p...), 2)
}

// The angle q + 2π is the angle q.
func TestInertiaIsPeriodic(t *testing.T) {
	h := nn.NewInertia(2, 8)
	p, q := h.Init(nil, rng()), angles(4, 2)
	around := ad.AddScalar(2*math.Pi, q)
	a, b := h.Factor(p, q), h.Factor(p, around)
	for i := range a.Data {
		near(t, "a turn later", b.Data[i], a.Data[i])
	}
}
