package paper

import (
	"math/rand/v2"
	"testing"

	"ml3/mllib/ad"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
)

// given is Regression with an explicit θ₀.
type given struct {
	Regression
	theta nn.Params
}

func (g given) Init(*ad.Tape, *rand.Rand) nn.Params { return g.theta.Clone() }

// paritySine: regression by an MLP, M_φ on (prediction, target), MSE after some
// inner steps.
func paritySine(t *testing.T, f *parityFile) {
	theta, phi := f.linear(t, "theta0"), f.linear(t, "phi")
	net := mlpOf(theta, activation(t, f.text(t, "optimizee.activation", "relu")), activation(t, f.text(t, "optimizee.output", "linear")))
	task := given{Regression{Net: net, X: f.matrix(t, "inputs.x"), Y: f.matrix(t, "inputs.y")}, theta}
	loss := meta.Loss{Net: mlpOf(phi, activation(t, f.text(t, "meta_loss.activation", "relu")), activation(t, f.text(t, "meta_loss.output", "softplus")))}
	alpha, steps := f.number(t, "inner_lr"), int(f.number(t, "inner_steps"))

	if f.has("expected.task_loss_before") {
		same(t, "task loss before", task.Loss(theta, nil).Data, f.matrix(t, "expected.task_loss_before").Data)
	}
	theta0 := theta
	var losses []float64
	for range steps {
		var l *ad.Value
		theta, l, _ = loss.Objective(phi).At(alpha).Step(task, theta, nil)
		losses = append(losses, l.Item())
	}
	same(t, "meta-loss", losses, f.matrix(t, "expected.meta_loss").Data)
	if f.has("expected.grad_meta_loss_wrt_theta_step0") {
		g := ad.Grad(loss.Objective(phi)(task, theta0, nil), theta0...)
		sameParams(t, "gradient of the meta-loss for θ", g, f.linear(t, "expected.grad_meta_loss_wrt_theta_step0"))
	}
	for _, name := range []string{"expected.theta_after", "expected.theta_after_last_step"} {
		if f.has(name) {
			sameParams(t, "θ after", theta, f.linear(t, name))
		}
	}
	same(t, "prediction after", task.Net.Apply(theta, task.X).Data, f.matrix(t, "expected.y_pred_after").Data)
	l := task.Loss(theta, nil)
	same(t, "task loss", l.Data, f.matrix(t, "expected.task_loss").Data)
	sameParams(t, "gradient of the task loss for φ", ad.Grad(l, phi...), f.linear(t, "expected.grad_task_loss_wrt_phi"))
	if f.has("expected.grad_task_loss_wrt_theta0") {
		sameParams(t, "gradient of the task loss for θ₀", ad.Grad(l, theta0...), f.linear(t, "expected.grad_task_loss_wrt_theta0"))
	}
}
