package paper

import (
	"strings"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
)

// parityShapedSine: the frequency of a sine, M_φ (ELU, linear output) on (x,
// prediction, target) or (prediction, target), (θ − ν)² or the MSE after some inner
// steps. The file says in its description which task loss it has.
func parityShapedSine(t *testing.T, f *parityFile) {
	x, y, phi := f.matrix(t, "inputs.x"), f.matrix(t, "inputs.y"), f.linear(t, "phi")
	shaped := strings.Contains(f.text(t, "description", ""), "theta_new - theta_label")
	task := NewWave(f.number(t, "label_freq"), f.number(t, "theta0"), x, shaped, phi[0].Rows == 3)
	same(t, "targets", task.Y.Data, y.Data)
	task.Y = y
	loss := meta.Loss{Net: mlpOf(phi, activation(t, f.text(t, "meta_loss.activation", "elu")), activation(t, f.text(t, "meta_loss.output", "linear")))}

	theta0 := task.Init(nil, nil)
	g := ad.Grad(loss.Objective(phi)(task, theta0, nil), theta0...)
	for _, name := range []string{"expected.grad_meta_loss_wrt_theta", "expected.grad_meta_loss_wrt_theta_step0"} {
		if f.has(name) {
			same(t, "gradient of the meta-loss for θ", g[0].Data, f.matrix(t, name).Data)
		}
	}
	theta := theta0
	var losses []float64
	for range int(f.number(t, "inner_steps")) {
		var l *ad.Value
		theta, l, _ = loss.Objective(phi).At(f.number(t, "inner_lr")).Step(task, theta, nil)
		losses = append(losses, l.Item())
	}
	same(t, "meta-loss", losses, f.matrix(t, "expected.meta_loss").Data)
	same(t, "θ after", theta[0].Data, f.matrix(t, "expected.theta_after").Data)
	l := task.Loss(theta, nil)
	same(t, "task loss", l.Data, f.matrix(t, "expected.task_loss").Data)
	sameParams(t, "gradient of the task loss for φ", ad.Grad(l, phi...), f.linear(t, "expected.grad_task_loss_wrt_phi"))
	if f.has("expected.grad_task_loss_wrt_theta0") {
		same(t, "gradient of the task loss for θ₀", ad.Grad(l, theta0...)[0].Data, f.matrix(t, "expected.grad_task_loss_wrt_theta0").Data)
	}
}
