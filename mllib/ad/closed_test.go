package ad_test

import (
	"math"
	"testing"

	"ml3/mllib/ad"
)

// derivatives returns y and its first n derivatives in x, a scalar.
func derivatives(f func(*ad.Value) *ad.Value, x float64, n int) []float64 {
	at := ad.Scalar(x)
	y := f(at)
	out := []float64{y.Item()}
	for range n {
		y = ad.Grad(y, at)[0]
		out = append(out, y.Item())
	}
	return out
}

// The functions of one number against their derivatives in closed form.
func TestDerivativesInClosedForm(t *testing.T) {
	type closed struct {
		name string
		f    func(*ad.Value) *ad.Value
		want func(x float64) []float64
		at   []float64
	}
	all := []float64{-3, -0.7, -0.01, 0.02, 0.5, 1.9, 4}
	positive := []float64{0.05, 0.5, 1, 3, 40}
	for _, c := range []closed{
		{"exp", ad.Exp, func(x float64) []float64 { e := math.Exp(x); return []float64{e, e, e, e, e} }, all},
		{"log", ad.Log, func(x float64) []float64 {
			return []float64{math.Log(x), 1 / x, -1 / (x * x), 2 / (x * x * x), -6 / (x * x * x * x)}
		}, positive},
		{"sin", ad.Sin, func(x float64) []float64 {
			s, c := math.Sincos(x)
			return []float64{s, c, -s, -c, s}
		}, all},
		{"cos", ad.Cos, func(x float64) []float64 {
			s, c := math.Sincos(x)
			return []float64{c, -s, -c, s, c}
		}, all},
		{"sqrt", ad.Sqrt, func(x float64) []float64 {
			r := math.Sqrt(x)
			return []float64{r, .5 / r, -.25 / (r * x), .375 / (r * x * x), -.9375 / (r * x * x * x)}
		}, positive},
		{"tanh", ad.Tanh, func(x float64) []float64 {
			y := math.Tanh(x)
			d := 1 - y*y
			return []float64{y, d, -2 * y * d, d * (6*y*y - 2), d * (16*y - 24*y*y*y)}
		}, all},
		{"sigmoid", ad.Sigmoid, func(x float64) []float64 {
			y := 1 / (1 + math.Exp(-x))
			d := y * (1 - y)
			return []float64{y, d, d * (1 - 2*y), d * (1 - 6*y + 6*y*y), d * (1 - 2*y) * (1 - 12*y + 12*y*y)}
		}, all},
		{"softplus", ad.Softplus, func(x float64) []float64 {
			y := 1 / (1 + math.Exp(-x))
			d := y * (1 - y)
			return []float64{math.Log1p(math.Exp(x)), y, d, d * (1 - 2*y), d * (1 - 6*y + 6*y*y)}
		}, all},
		{"elu", ad.ELU, func(x float64) []float64 {
			if x > 0 {
				return []float64{x, 1, 0, 0, 0}
			}
			e := math.Exp(x)
			return []float64{math.Expm1(x), e, e, e, e}
		}, all},
		{"relu", ad.ReLU, func(x float64) []float64 {
			if x > 0 {
				return []float64{x, 1, 0, 0, 0}
			}
			return []float64{0, 0, 0, 0, 0}
		}, all},
		{"square", ad.Square, func(x float64) []float64 { return []float64{x * x, 2 * x, 2, 0, 0} }, all},
		{"reciprocal", func(x *ad.Value) *ad.Value { return ad.Div(ad.Scalar(1), x) }, func(x float64) []float64 {
			return []float64{1 / x, -1 / (x * x), 2 / (x * x * x), -6 / (x * x * x * x), 24 / (x * x * x * x * x)}
		}, all},
		{"abs", ad.Abs, func(x float64) []float64 { return []float64{math.Abs(x), math.Copysign(1, x), 0, 0, 0} }, all},
		{"gaussian", func(x *ad.Value) *ad.Value { return ad.Exp(ad.Scale(-0.5, ad.Square(x))) }, func(x float64) []float64 {
			e := math.Exp(-x * x / 2) // times Hermite polynomials
			return []float64{e, -x * e, (x*x - 1) * e, -(x*x*x - 3*x) * e, (x*x*x*x - 6*x*x + 3) * e}
		}, all},
	} {
		for _, x := range c.at {
			want := c.want(x)
			for order, got := range derivatives(c.f, x, len(want)-1) {
				if !(math.Abs(got-want[order]) <= 1e-12*(1+math.Abs(want[order]))) {
					t.Errorf("%s: derivative of order %d at %v is %v, want %v", c.name, order, x, got, want[order])
				}
			}
		}
	}
}

// A polynomial by Horner's rule has the coefficients as derivatives at 0, and none
// beyond its degree.
func TestTaylorCoefficients(t *testing.T) {
	c := []float64{3, -1, 0.5, 2, -0.25, 7}
	horner := func(x *ad.Value) *ad.Value {
		y := ad.Scalar(c[len(c)-1])
		for i := len(c) - 2; i >= 0; i-- {
			y = ad.AddScalar(c[i], ad.Mul(y, x))
		}
		return y
	}
	factorial := 1.0
	for n, got := range derivatives(horner, 0, len(c)) {
		if n > 0 {
			factorial *= float64(n)
		}
		want := 0.0
		if n < len(c) {
			want = factorial * c[n]
		}
		if got != want {
			t.Errorf("derivative of order %d at 0 is %v, want %v", n, got, want)
		}
	}
}

// Least squares: the gradient is 2Xᵀ(Xw−y), the Hessian 2XᵀX, whatever w is.
func TestLeastSquares(t *testing.T) {
	x, y, w := random(1, 9, 4, -2, 2), random(2, 9, 1, -2, 2), random(3, 4, 1, -2, 2)
	residual := ad.Sub(ad.MatMul(x, w), y)
	g := ad.Grad(ad.Sum(ad.Square(residual)), w)[0]
	wantClose(t, "gradient", g, ad.Scale(2, ad.MatMulTN(x, residual)))
	wantClose(t, "Hessian", ad.Jacobian(g, w), ad.Scale(2, ad.MatMulTN(x, x)))
}

// A quadratic form has gradient (A+Aᵀ)x and Hessian A+Aᵀ; a trace has Aᵀ.
func TestQuadraticFormAndTrace(t *testing.T) {
	a, b, x := random(1, 5, 5, -1, 1), random(2, 5, 5, -1, 1), random(3, 5, 1, -1, 1)
	sym := ad.Add(a, ad.Transpose(a))
	g := ad.Grad(ad.MatMul(ad.MatMulTN(x, a), x), x)[0]
	wantClose(t, "gradient of xᵀAx", g, ad.MatMul(sym, x))
	wantClose(t, "Hessian of xᵀAx", ad.Jacobian(g, x), sym)
	eye := ad.Zeros(5, 5)
	for i := range 5 {
		eye.Data[6*i] = 1
	}
	trace := ad.Sum(ad.Mul(ad.MatMul(a, b), eye))
	gs := ad.Grad(trace, a, b)
	wantClose(t, "gradient of tr AB in A", gs[0], ad.Transpose(b))
	wantClose(t, "gradient of tr AB in B", gs[1], ad.Transpose(a))
}

// Softmax p has the Jacobian diag(p) − p pᵀ, and log-sum-exp has it as its Hessian.
func TestSoftmax(t *testing.T) {
	x := ad.RowVector(0.3, -1.2, 2, 0.1)
	p := ad.Exp(ad.LogSoftmax(x))
	want := ad.Scale(-1, ad.MatMulTN(p, p))
	for i, pi := range p.Data {
		want.Data[5*i] += pi
	}
	wantClose(t, "Jacobian of softmax", ad.Jacobian(p, x), want)
	lse := ad.Log(ad.Sum(ad.Exp(x)))
	g := ad.Grad(lse, x)[0]
	wantClose(t, "gradient of log-sum-exp", g, p)
	wantClose(t, "Hessian of log-sum-exp", ad.Jacobian(g, x), want)
}

// Logistic regression with labels 0 and 1 has the gradient Xᵀ(σ(Xw)−y) and the
// Hessian Xᵀ diag(σ(1−σ)) X.
func TestLogisticRegression(t *testing.T) {
	x, w := random(1, 8, 3, -2, 2), random(2, 3, 1, -1, 1)
	y := ad.Column(0, 1, 1, 0, 1, 0, 0, 1)
	z := ad.MatMul(x, w)
	loss := ad.Sum(ad.Sub(ad.Softplus(z), ad.Mul(y, z)))
	g := ad.Grad(loss, w)[0]
	s := ad.Sigmoid(z)
	wantClose(t, "gradient", g, ad.MatMulTN(x, ad.Sub(s, y)))
	wantClose(t, "Hessian", ad.Jacobian(g, w), ad.MatMulTN(x, ad.Mul(x, ad.Mul(s, ad.AddScalar(1, ad.Neg(s))))))
}

// The norm has the gradient x/‖x‖ and the Hessian (I − x̂ x̂ᵀ)/‖x‖.
func TestNormInClosedForm(t *testing.T) {
	x := ad.Column(3, -4, 12)
	g := ad.Grad(ad.Norm(x), x)[0]
	wantClose(t, "gradient", g, ad.Column(3./13, -4./13, 12./13))
	want := ad.MatMulNT(ad.Scale(-1./13, g), g)
	for i := range 3 {
		want.Data[4*i] += 1. / 13
	}
	wantClose(t, "Hessian", ad.Jacobian(g, x), want)
}

// Gradient descent on ½(x−c)²a for n steps of rate α ends at c + (1−αa)ⁿ(x−c): its
// derivatives in the start, the target, the curvature and the rate follow.
func TestThroughManySteps(t *testing.T) {
	const n = 12
	x, c, a, alpha := ad.Scalar(2), ad.Scalar(-0.5), ad.Scalar(0.7), ad.Scalar(0.3)
	at := x
	for range n {
		d := ad.Sub(at, c)
		g := ad.Grad(ad.Scale(0.5, ad.Mul(a, ad.Square(d))), at)[0]
		at = ad.AddScaledBy(at, ad.Neg(alpha), g)
	}
	left := 1 - 0.3*0.7
	power := math.Pow(left, n)
	slope := n * math.Pow(left, n-1) * 2.5
	want := []float64{power, 1 - power, -0.3 * slope, -0.7 * slope}
	for i, g := range ad.Grad(at, x, c, a, alpha) {
		if math.Abs(g.Item()-want[i]) > 1e-12 {
			t.Errorf("derivative %d is %v, want %v", i, g.Item(), want[i])
		}
	}
	if end := -0.5 + power*2.5; math.Abs(at.Item()-end) > 1e-12 {
		t.Errorf("ends at %v, want %v", at.Item(), end)
	}
}
