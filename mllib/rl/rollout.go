// Package rl controls the worlds of package env: roll-outs, trajectory optimization,
// learned dynamics, and the tasks of policies that are planned in them.
package rl

import (
	"fmt"

	"ml3/mllib/ad"
	"ml3/mllib/env"
)

// Trajectory is what n roll-outs side by side went through: States[t] [n, nx] for
// t = 0 … T and Actions[t] [n, nu] for t < T.
type Trajectory struct{ States, Actions []*ad.Value }

// Rollout applies the policy, which maps states [n, nx] to actions [n, nu], for
// horizon steps from states x0 [n, nx]. The result is differentiable with respect
// to whatever the policy, the dynamics and x0 depend on.
func Rollout(d env.Dynamics, policy func(x *ad.Value) *ad.Value, x0 *ad.Value, horizon int) Trajectory {
	if horizon < 1 {
		panic(fmt.Sprintf("rl: roll-out over %d steps", horizon))
	}
	tr := Trajectory{States: make([]*ad.Value, 1, horizon+1), Actions: make([]*ad.Value, 0, horizon)}
	tr.States[0] = x0
	for x := x0; len(tr.Actions) < horizon; {
		u := policy(x)
		x = d.Next(x, u)
		tr.Actions = append(tr.Actions, u)
		tr.States = append(tr.States, x)
	}
	return tr
}

// Last is the final state [n, nx].
func (tr Trajectory) Last() *ad.Value { return tr.States[len(tr.States)-1] }
