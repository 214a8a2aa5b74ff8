package paper

import (
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
)

// parityMountainCar: one inner step on M_φ, then the task loss of a new roll-out,
// with and without the extra goal.
func parityMountainCar(t *testing.T, f *parityFile) {
	theta, phi := f.linear(t, "theta0"), f.linear(t, "phi")
	p := paperCar()
	f.into(t, "s0", &p.Start)
	f.into(t, "goal", &p.Goal)
	f.into(t, "goal_extra", &p.Extra)
	f.into(t, "horizon", &p.Horizon)
	task := NewCarTask(p, mlpOf(theta, nn.Linear, nn.Linear), releasedInputs())
	loss := meta.Loss{Net: mlpOf(phi, ad.ELU, nn.Linear)}

	before := task.Rollout(theta)
	same(t, "states before", ad.ConcatRows(before.States...).Data, f.matrix(t, "expected.states_before").Data)
	same(t, "actions before", ad.ConcatRows(before.Actions...).Data, f.matrix(t, "expected.actions_before").Data)
	same(t, "final distance", task.Features(theta, nil).Row(0)[3:], []float64{f.number(t, "expected.reward_input")})

	obj := loss.At(phi)
	l := obj(task, theta, nil)
	same(t, "meta-loss", l.Data, []float64{f.number(t, "expected.meta_loss")})
	sameParams(t, "gradient of the meta-loss", ad.Grad(l, theta...), f.linear(t, "expected.grad_meta_loss_wrt_theta"))
	steps := 1
	if f.has("inner_steps") {
		f.into(t, "inner_steps", &steps)
	}
	after := theta
	for range steps {
		after, _ = meta.Step(obj, task, after, f.number(t, "inner_lr"), nil)
	}
	sameParams(t, "θ after", after, f.linear(t, "expected.theta_after"))
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
