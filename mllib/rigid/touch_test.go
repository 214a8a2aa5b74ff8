package rigid

import (
	"fmt"
	"math"
	"testing"
)

// puck is a sphere that slides and turns on a floor it exactly touches: up is
// how high the body is, the sphere's centre the rest of its radius above that.
func puck(axes [3]string, floor, up, centre, radius string) string {
	return fmt.Sprintf(`<mujoco model="puck"><option timestep="0.02" integrator="RK4"/><worldbody>
		<geom type="plane" size="4 4 1" pos="0 0 %s" conaffinity="1"/>
		<body pos="0 0 %s"><inertial pos="0 0 0" mass="0.1" diaginertia="1 1 1"/><joint type="slide" axis="%s"/><joint type="slide" axis="%s"/>
		<body><joint axis="%s"/><geom size="%s" pos="0 0 %s" conaffinity="0" density="100"/></body></body>
		</worldbody></mujoco>`, floor, up, axes[0], axes[1], axes[2], radius, centre)
}

// TestTouch: at a distance of exactly the margin there is no contact, so that
// what slides level is not braked, whichever way its axes point. Heights are
// numbers whose sums are exact, or round the way MuJoCo's do.
func TestTouch(t *testing.T) {
	for _, axes := range [][3]string{
		{"1 0 0", "0 1 0", "0 0 1"}, {"0 1 0", "1 0 0", "0 0 -1"}, {"-1 0 0", "0 -1 0", "0 0 1"},
		{"1 2 0", "-2 1 0", "0 0 1"}, {"3 -1 0", "0.1 0.7 0", "0 0 3"},
	} {
		for _, h := range [][4]string{{"0", "0", "0.5", "0.5"}, {"0.25", "0.25", "0.5", "0.5"}, {"0", "0.1", "0.2", "0.3"}} {
			s := parse(t, puck(axes, h[0], h[1], h[2], h[3])).NewState()
			s.SetState([]float64{-0.5, 0, 0}, []float64{1, 0.5, 0.3}, nil)
			s.Advance(RK4, 100)
			at := fmt.Sprint("axes ", axes, " heights ", h)
			wantNear(t, at, s.Q, []float64{1.5, 1, 0.6}, 1e-12)
			wantNear(t, at, s.V, []float64{1, 0.5, 0.3}, 1e-12)
		}
	}
}

// TestSincosExact: the rounded sum of the squares is one, the angle comes back,
// and near zeros every digit is right.
func TestSincosExact(t *testing.T) {
	for i := range 2000 {
		x := 0.0123 * float64(i-1000) * float64(i)
		sin, cos := sincosExact(x)
		s, c := math.Sincos(x)
		wantNear(t, fmt.Sprint("sin, cos of ", x), []float64{sin, cos}, []float64{s, c}, 3e-16)
	}
	for x, want := range map[float64][2]float64{
		math.Pi:  {1.2246467991473532e-16, -1},
		0.00606:  {0.006059962909232106, 0.9999816382561926}, // the C library's
		22:       {-0.008851309290403876, -0.9999608263946371},
		710. / 2: {-3.014435335948845e-05, -0.9999999995456590}, // sin(355)
	} {
		if s, c := sincosExact(x); s != want[0] || c != want[1] {
			t.Errorf("sin, cos of %g are %v %v, want %v", x, s, c, want)
		}
	}
}

// TestZeroWeight: a body that only turns about its centre of mass has no
// inverse weight; MuJoCo's constraints then have the softness 1e-15. The values
// are the library's.
func TestZeroWeight(t *testing.T) {
	m := fixtureModel(t, "wheel")
	s := m.NewState()
	acc := make([]float64, 1)
	s.Q[0] = 0.5
	s.Forward(acc)
	wantNear(t, "wheel", acc, []float64{-1218.7458252263893}, 1e-9)
	s = fixtureModel(t, "turntable").NewState()
	s.V[0] = 1
	s.Forward(acc)
	wantNear(t, "turntable", acc, []float64{-105.26315789473684}, 1e-9)
}
