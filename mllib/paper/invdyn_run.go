package paper

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/tidy"
)

// powerObjective is the objective of a baseline; that of the paper's is the task loss of a
// task that is not shaped.
func powerObjective(task meta.Task, theta nn.Params, rng *rand.Rand) *ad.Value {
	return task.(Dynamics).PowerMSE(theta, rng)
}

// The tasks of the rows.
const (
	invdynTest     = "split=meta-test"
	invdynTraining = "split=meta-train"
)

// errorLost is the error from which on a network counts as diverged. Errors begin
// near 1.
const errorLost = 1000

// invdynLab is one seed of the experiment.
type invdynLab struct {
	*lab
	InverseDynamics
	setting Setting
}

// Run recomputes one seed.
func (e InverseDynamics) Run(ctx context.Context, in Input, report func(done, total int)) (Output, error) {
	s, err := e.Setting(in)
	if err != nil {
		return Output{}, err
	}
	tries := (len(e.Rates)+len(e.PowerRates))*e.RateStarts + 2*e.Train.OuterSteps/e.EvalEvery
	work := 2*e.Train.OuterSteps*e.Train.Population + (tries+5*e.Tests)*e.Steps
	l := invdynLab{newLab(ctx, e.Name, in, work, report), e, s}
	methods := []Method{l.learn(e.Training(s, false), l.progress), l.learn(e.Training(s, true), l.progress)}
	for _, m := range append(methods, l.baselines()...) {
		l.test(m)
	}
	l.constant()
	if in.Seed == e.Shown {
		l.fail(l.poses())
	}
	return l.out, l.err
}

// Training is the meta-training of a loss, shaped or not, on the trajectories of meta-training.
func (e InverseDynamics) Training(s Setting, shaped bool) Training {
	task := s.Task
	task.Shaped = shaped
	return Training{Method: learnedName(shaped), Task: invdynTraining, Learner: e.Loss(),
		Draw: func(*rand.Rand) meta.Task { return task }, Config: e.Train, Init: "loss init", Stream: "meta-training"}
}

// invdynMetrics are what a cell measures.
func invdynMetrics() []string { return []string{"torque error", "inertia error"} }

// cell is the fit of a fresh network to the samples fit, of which the errors on the
// samples measured are measured.
func (l invdynLab) cell(fit, measured Samples, name, stream string) cell {
	task := l.setting.Task
	task.Data = fit
	return cell{name: name, task: task, stream: stream, measure: func(theta nn.Params) []float64 {
		torque, inertia := task.Errors(l.tape, theta, measured)
		if max(torque, inertia) >= errorLost {
			return []float64{math.Inf(1), math.Inf(1)}
		}
		return []float64{torque, inertia}
	}}
}

// onTraining is the fit to the trajectories of meta-training.
func (l invdynLab) onTraining(m Method, stream string) trial {
	data := l.setting.Task.Data
	return l.try(m, []int{l.Steps}, l.cell(data, data, "", stream))
}

// progress writes the errors on the trajectories of meta-training after all
// gradient steps, at a φ on the way.
func (l invdynLab) progress(tr *meta.Trainer, m Method) {
	if tr.Step()%l.EvalEvery == 0 {
		l.outer(m, invdynTraining, tr.Step(), l.onTraining(m, "network for meta-training"), invdynMetrics()...)
	}
}

// baselines are the mean squared errors at the best of their rates, and the first
// also at the rate of the learned losses.
func (l invdynLab) baselines() []Method {
	methods := []Method{descends(TaskLoss, l.Rate)}
	for _, s := range []search{
		{name: BestRate, of: meta.TaskLoss, rates: l.Rates},
		{name: PowerMSE, of: powerObjective, rates: l.PowerRates},
	} {
		s.starts = l.RateStarts
		s.end = func(m Method, k int) float64 { return l.onTraining(m, fmt.Sprintf("network %d for rates", k)).end() }
		methods = append(methods, l.best(s, invdynTraining))
	}
	return methods
}

// test fits fresh networks to the trajectories of every test and writes their
// errors on the new ones. All methods start from the same networks and see the same
// mini-batches.
func (l invdynLab) test(m Method) {
	var cells []cell
	for k, t := range l.setting.Tests {
		cells = append(cells, l.cell(t.Fit, t.New, "test="+strconv.Itoa(k), fmt.Sprintf("network for test %d", k)))
	}
	l.curves(m, invdynTest, l.try(m, storedSteps(l.Steps), cells...), invdynMetrics()...)
	if l.Seed != l.Shown {
		return
	}
	if t := l.try(m, []int{l.Steps}, cells[0]); t.last != nil {
		l.predicted(m.Name, t.last)
	}
}

// constant writes the errors of a constant inertia matrix, the mean over the
// trajectories of meta-training: what can be had without looking at q.
func (l invdynLab) constant() {
	s, d := l.setting, l.Arm.Joints()
	mean := ad.SumRows(ad.Scale(1/float64(s.Task.Data.H.Rows), s.Task.Data.H))
	torque, inertia := 0.0, 0.0
	for _, t := range s.Tests {
		h := ad.Broadcast(mean, t.New.H.Rows, d*d)
		a, b := s.Task.errors(ad.EachMatMul(h, t.New.Acc, d), h, t.New)
		torque += a / float64(len(s.Tests))
		inertia += b / float64(len(s.Tests))
	}
	l.row(Constant, invdynTest, 0, "torque error", torque)
	l.row(Constant, invdynTest, 0, "inertia error", inertia)
}

// pictures writes the torques, with bias, of the joints at every time of the first new
// trajectory of test 0, in N m, and the scaled matrix S H S at its first sample.
func (l invdynLab) pictures(method string, torque func(i, joint int) float64, h []float64) {
	for i := range l.Arm.Points {
		for j := range l.Arm.Joints() {
			l.pixel(method, jointTask(j), i, "torque", torque(i, j))
		}
	}
	l.picture(method, "test=0", "scaled inertia", h)
}

// predicted are the pictures of a fitted network.
func (l invdynLab) predicted(method string, theta nn.Params) {
	s, t := l.setting, l.setting.Tests[0]
	factor := s.Task.Net.Factor(theta, t.New.Q)
	torque := s.Task.Net.Torque(factor, t.New.Acc)
	l.pictures(method, func(i, j int) float64 {
		return torque.At(i, j)*s.Units.Size/s.Units.S[j] + t.Motion.Bias[i*torque.Cols+j]
	}, s.Task.Net.Matrix(factor).Row(0))
}

func jointTask(j int) string {
	return tidy.TaskOf("test", "0", "joint", strconv.Itoa(j+1))
}

// poses writes the truth beside the pictures, with the bias, and the places of the
// bodies at some times of the trajectory.
func (l invdynLab) poses() error {
	model, err := l.Arm.Model(l.Data)
	if err != nil {
		return err
	}
	d, t := l.Arm.Joints(), l.setting.Tests[0]
	l.pictures(Truth, func(i, j int) float64 {
		l.pixel(Truth, jointTask(j), i, "bias", t.Motion.Bias[i*d+j])
		return t.Motion.Torque[i*d+j]
	}, t.New.H.Row(0))
	state := model.NewState()
	for i := 0; i < l.Arm.Points; i += l.Arm.Points / 5 {
		state.SetState(t.Motion.Q[i*d:(i+1)*d], nil, nil)
		state.Kinematics()
		var place [3][]float64
		for b := range model.NumBodies() {
			if model.Body(b).Name == "head" { // beside the arm
				continue
			}
			for k, x := range state.BodyPos(b) {
				place[k] = append(place[k], x)
			}
		}
		task := tidy.TaskOf("test", "0", "seconds", strconv.FormatFloat(l.Arm.Duration*float64(i)/float64(l.Arm.Points), 'g', -1, 64))
		for k, axis := range []string{"x", "y", "z"} {
			l.picture(ArmPose, task, axis, place[k])
		}
	}
	return nil
}
