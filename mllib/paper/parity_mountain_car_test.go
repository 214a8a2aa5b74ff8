package paper

import (
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/rl"
)

// parityMountainCar: some inner steps on M_φ, then the task loss of a new roll-out,
// with and without the extra goal.
func parityMountainCar(t *testing.T, f *parityFile) {
	theta, phi := f.linear(t, "theta0"), f.linear(t, "phi")
	p := rl.PaperCar()
	f.into(t, "s0", &p.Start)
	f.into(t, "goal", &p.Goal)
	f.into(t, "goal_extra", &p.Extra)
	f.into(t, "horizon", &p.Horizon)
	task := rl.NewCarTask(p, mlpOf(theta, nn.Linear, nn.Linear), carVersions()[0].Inputs)
	loss := meta.Loss{Net: mlpOf(phi, activation(t, f.text(t, "meta_loss.activation", "elu")), activation(t, f.text(t, "meta_loss.output", "linear")))}

	before := task.Rollout(theta)
	same(t, "states before", ad.ConcatRows(before.States...).Data, f.matrix(t, "expected.states_before").Data)
	same(t, "actions before", ad.ConcatRows(before.Actions...).Data, f.matrix(t, "expected.actions_before").Data)

	obj := loss.Objective(phi)
	g := ad.Grad(obj(task, theta, nil), theta...)
	sameParams(t, "gradient of the meta-loss", g, f.linear(t, f.either(t, "expected.grad_meta_loss_wrt_theta", "expected.grad_meta_loss_wrt_theta_step0")))
	after := theta
	var losses, distances []float64
	for range f.steps(t) {
		distances = append(distances, task.Features(after, nil).At(0, 3))
		var l *ad.Value
		after, l, _ = obj.At(f.number(t, "inner_lr")).Step(task, after, nil)
		losses = append(losses, l.Item())
	}
	f.sameSteps(t, "final distance", distances, "expected.reward_input")
	f.sameSteps(t, "meta-loss", losses, "expected.meta_loss")
	sameParams(t, "θ after", after, f.linear(t, f.either(t, "expected.theta_after", "expected.theta_after_last_step")))
	same(t, "states after", ad.ConcatRows(task.Rollout(after).States...).Data, f.matrix(t, "expected.states_after").Data)

	for _, k := range []struct {
		name      string
		extraGoal bool
	}{{"expected.shaped.", true}, {"expected.plain.", false}} {
		taskLoss := task.ForMetaTraining(k.extraGoal, false).Loss(after, nil)
		same(t, k.name+"task loss", taskLoss.Data, []float64{f.number(t, k.name+"task_loss")})
		sameParams(t, k.name+"gradient for φ", ad.Grad(taskLoss, phi...), f.linear(t, k.name+"grad_task_loss_wrt_phi"))
	}
}

// steps is the number of inner steps, 1 if the file does not say.
func (f *parityFile) steps(t *testing.T) int {
	t.Helper()
	n := 1
	if f.has("inner_steps") {
		f.into(t, "inner_steps", &n)
	}
	return n
}

// sameSteps compares a number of each inner step with the list at path, or the
// first step's with the single number there.
func (f *parityFile) sameSteps(t *testing.T, what string, got []float64, path string) {
	t.Helper()
	want := f.matrix(t, path)
	if _, shape := flat(t, f.raw(path)); len(shape) == 0 {
		got = got[:1]
	}
	same(t, what, got, want.Data)
}
