package rigid

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// span is how far a run is compared: up to a control step, to a tolerance.
type span struct {
	steps int
	tol   float64
}

// spans says for how long a run can be compared number by number: all of it,
// but for the ant only until its chaos has blown up the last digits.
func spans(t *testing.T, r *trajectoryFile, name string) []span {
	all := r.ControlSteps
	switch {
	case r.Constraints == "disabled":
		return []span{{all, tolFree}}
	case r.Constraints != "contacts and limits on":
		t.Fatalf("no rule for constraints %q", r.Constraints)
	case strings.Contains(name, "drop"):
		return []span{{20, tolWhole}}
	case strings.Contains(name, "random"):
		return []span{{25, tolWhole}, {50, tolRandom}}
	case strings.Contains(name, "settle"): // the landing's start, recorded for longer
		return []span{{200, tolWhole}}
	}
	return []span{{all, tolWhole}}
}

// checkTrajectory repeats a run from its first state.
func checkTrajectory(t *testing.T, m *Model, text []byte, name string) {
	var r trajectoryFile
	decode(t, text, &r)
	w := newWorst(t)
	if m.Timestep() != r.Timestep || r.Warnings != 0 || r.RecordEvery < 1 || r.FrameSkip < 1 {
		t.Fatalf("time step %g, model's %g; %d warnings; record_every %d; frame_skip %d", r.Timestep, m.Timestep(), r.Warnings, r.RecordEvery, r.FrameSkip)
	}
	if len(r.Ctrl) != r.ControlSteps && r.CtrlNote != "all zero" {
		t.Fatalf("%d controls for %d control steps, note %q", len(r.Ctrl), r.ControlSteps, r.CtrlNote)
	}
	s := m.NewState()
	s.SetState(r.QPos[0], r.QVel[0], nil)
	if r.Constraints == "disabled" {
		s.Disable = DisableConstraints
	}
	limits := spans(t, &r, name)
	for k := 0; k <= r.ControlSteps; k++ {
		if k%r.RecordEvery == 0 {
			for _, l := range limits {
				if k <= l.steps {
					compareRecord(w, s, &r, k, l.tol)
					break
				}
			}
		}
		if k == r.ControlSteps || t.Failed() {
			break
		}
		controlStep(t, s, &r, k)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
	if strings.Contains(name, "settle") {
		checkRest(t, s)
	}
	if strings.Contains(name, "land") && r.RecordEvery == 1 && len(r.QPos) > 10 {
		checkLanding(t, &r, m)
	}
}

// controlStep applies control k for frame_skip time steps. One file follows the
// rule of an environment that adds the bias force to the commanded torque.
func controlStep(t *testing.T, s *State, r *trajectoryFile, k int) {
	kind := RK4
	switch r.Integrator {
	case "RK4":
	case "Euler":
		kind = Euler
	default:
		t.Fatalf("no rule for integrator %q", r.Integrator)
	}
	if r.Ctrl != nil {
		copy(s.Ctrl, r.Ctrl[k])
	}
	if !strings.Contains(r.What, "bias force compensated") {
		s.Advance(kind, r.FrameSkip)
		return
	}
	bias, acc := make([]float64, s.m.NV()), make([]float64, s.m.NV())
	for range r.FrameSkip {
		s.Bias(bias)
		for i := range bias { // gear 1: control = torque; beyond the motors' range
			bias[i] = r.Ctrl[k][i] + bias[i]
		}
		s.ForwardTorque(bias, acc)
		h := s.m.Timestep()
		for i := range acc {
			s.V[i] += h * acc[i]
			s.Q[i] += h * s.V[i]
		}
	}
}

func compareRecord(w *worst, s *State, r *trajectoryFile, k int, tol float64) {
	i := k / r.RecordEvery
	at := fmt.Sprintf(" after control step %d", k)
	w.near("qpos"+at, s.Q, r.QPos[i], tol, 1)
	w.near("qvel"+at, s.V, r.QVel[i], tol, 1)
	pot, kin := s.Energy()
	w.near("e_pot_kin"+at, []float64{pot, kin}, r.EPotKin[2*i:2*i+2], tol, 1)
	if r.TipPos != nil {
		p, v := s.SitePos(0), s.SiteVelocity(0)
		w.near("tip_pos"+at, p[:], r.TipPos[3*i:3*i+3], tol, 1)
		w.near("tip_vel"+at, v[:], r.TipVel[3*i:3*i+3], tol, 1)
	}
	if r.NLimitRows == nil {
		return
	}
	fresh := s.m.NewState()
	fresh.SetState(s.Q, s.V, s.Ctrl)
	fresh.Forward(make([]float64, s.m.NV()))
	if got := len(fresh.newton.limits); got != r.NLimitRows[i] {
		w.t.Errorf("%d limits are violated%s, reference %d", got, at, r.NLimitRows[i])
	}
	if r.NContact == nil {
		return
	}
	force, nearest := contactSummary(fresh)
	if got := len(fresh.Contacts()); got != r.NContact[i] {
		w.t.Errorf("%d contacts%s, reference %d", got, at, r.NContact[i])
	}
	w.near("normal_force"+at, []float64{force}, r.NormalForce[i:i+1], tol, 1)
	if r.NContact[i] > 0 {
		w.near("min_dist"+at, []float64{nearest}, r.MinDist[i:i+1], tol, 1)
	}
}

// contactSummary is the sum of normal forces and the smallest distance.
func contactSummary(s *State) (force, nearest float64) {
	nearest = 0.01
	for _, c := range s.Contacts() {
		force += c.Force[0]
		nearest = min(nearest, c.Dist)
	}
	return force, nearest
}

// checkRest describes the ant that has come to rest: on its four feet, knees at
// their limit of 30°, the floor carrying its weight.
func checkRest(t *testing.T, s *State) {
	m := s.m
	s.Forward(make([]float64, m.NV()))
	force, _ := contactSummary(s)
	weight := m.TotalMass() * 9.81
	if z := s.Q[2]; math.Abs(z-0.37248) > 0.01 {
		t.Errorf("the torso rests at %g", z)
	}
	if math.Abs(force-weight) > 0.01*weight || len(s.Contacts()) != 4 {
		t.Errorf("%d contacts carry %g N of %g N", len(s.Contacts()), force, weight)
	}
	for i, v := range s.V {
		if !(math.Abs(v) < 1e-3) {
			t.Errorf("it still moves: velocity %d is %g", i, v)
		}
	}
	for i := range m.NumJoints() {
		if j := m.Joint(i); strings.HasPrefix(j.Name, "knee") && math.Abs(math.Abs(s.Q[j.QIndex])-29.998*math.Pi/180) > 1e-4 {
			t.Errorf("%s rests at %g°", j.Name, s.Q[j.QIndex]*180/math.Pi)
		}
	}
}

// checkLanding: the reference itself shows what the numbers mean physically:
// after ten control steps the floor carries the weight.
func checkLanding(t *testing.T, r *trajectoryFile, m *Model) {
	s := m.NewState()
	s.SetState(r.QPos[10], r.QVel[10], nil)
	s.Forward(make([]float64, m.NV()))
	force, _ := contactSummary(s)
	if weight := m.TotalMass() * 9.81; math.Abs(force-weight) > 0.05*weight || math.Abs(s.Q[2]-0.564) > 0.01 {
		t.Errorf("at %g m the floor carries %g N of %g N", s.Q[2], force, weight)
	}
}

// checkStatistics runs episodes with random controls and compares means with
// the reference's, which come from other random numbers: they may differ by four
// standard errors, estimated from how the means of our episodes scatter.
func checkStatistics(t *testing.T, m *Model, text []byte) {
	var r statisticsFile
	decode(t, text, &r)
	var want map[string]any
	decode(t, text, &want)
	kind := map[string]Integrator{"RK4": RK4, "Euler": Euler}[r.Integrator]
	if kind.String() != r.Integrator {
		t.Fatalf("no rule for integrator %q", r.Integrator)
	}
	n := 40
	if testing.Short() {
		n = 8
	}
	got := map[string][]float64{} // by statistic: the means of the episodes
	rng := rand.New(rand.NewPCG(1, 2))
	for range n {
		for name, x := range randomEpisode(t, m, &r, kind, rng) {
			got[name] = append(got[name], x)
		}
	}
	for _, name := range sortedKeys(got) {
		var ref float64
		switch x := want[name].(type) {
		case []any:
			ref = x[0].(float64)
		case float64:
			ref = x
		default:
			t.Errorf("the file has no %s", name)
			continue
		}
		mean, sd := meanSD(got[name])
		slack := 4 * sd * math.Sqrt(1/float64(n)+1/float64(r.Episodes))
		if sd < 1e-12 {
			slack = 3 / float64(n) // what n episodes without an event can say about its frequency
		}
		t.Logf("%s: mean %.4g, reference %.4g, allowed ±%.2g", name, mean, ref, slack)
		if !(math.Abs(mean-ref) <= slack) {
			t.Errorf("%s: mean %g, reference %g, allowed ±%g", name, mean, ref, slack)
		}
	}
}

func meanSD(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		sd += (v - mean) * (v - mean) / float64(len(x)-1)
	}
	return mean, math.Sqrt(sd)
}

// randomEpisode starts as gym does and returns the means over its control steps.
func randomEpisode(t *testing.T, m *Model, r *statisticsFile, kind Integrator, rng *rand.Rand) map[string]float64 {
	s := m.NewState()
	for i := range s.Q {
		s.Q[i] += 0.2*rng.Float64() - 0.1
	}
	for i := range s.V {
		s.V[i] = 0.1 * rng.NormFloat64()
	}
	x0, y0 := s.Q[0], s.Q[1]
	mean := map[string]float64{}
	path := 0.0
	for range r.ControlSteps {
		for i := range s.Ctrl {
			s.Ctrl[i] = r.Amplitude * (2*rng.Float64() - 1)
		}
		x, y := s.Q[0], s.Q[1]
		s.Advance(kind, r.FrameSkip)
		path += math.Hypot(s.Q[0]-x, s.Q[1]-y)
		for name, x := range observe(s) {
			mean[name] += x / float64(r.ControlSteps)
		}
	}
	mean["episode_displacement"] = math.Hypot(s.Q[0]-x0, s.Q[1]-y0)
	mean["episode_path_length"] = path
	const inside = "fraction_of_steps_with_0.2_le_z_le_1"
	mean["fraction_of_episodes_leaving_that_range"] = indicator(mean[inside] < 1-1e-9)
	if err := s.Check(); err != nil {
		t.Error(err)
	}
	return mean
}

// observe is what the statistics are about, in one state.
func observe(s *State) map[string]float64 {
	m := s.m
	s.Forward(make([]float64, m.NV()))
	force, nearest := contactSummary(s)
	joints := 0.0
	for _, v := range s.V[6:] {
		joints += v * v / float64(m.NV()-6)
	}
	up := s.BodyMat(1)[8]
	return map[string]float64{
		"torso_z":                              s.Q[2],
		"torso_up_z":                           up,
		"normal_force_over_weight":             force / (m.TotalMass() * 9.81),
		"contacts":                             float64(len(s.Contacts())),
		"min_dist":                             nearest,
		"joint_speed_rms":                      math.Sqrt(joints),
		"torso_spin":                           norm3([3]float64(s.V[3:])),
		"torso_xy_speed":                       math.Hypot(s.V[0], s.V[1]),
		"fraction_of_steps_with_0.2_le_z_le_1": indicator(s.Q[2] >= 0.2 && s.Q[2] <= 1),
		"fraction_of_steps_upside_down":        indicator(up < 0),
	}
}

func indicator(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
