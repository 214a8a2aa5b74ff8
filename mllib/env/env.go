// Package env has the worlds of the experiments, in two forms. A World moves slices
// of numbers, for roll-outs that are data: single (Episode) or many side by side over
// the cores (Batch). A Dynamics maps values of ad to values, for roll-outs that are
// differentiated with respect to the policy that steers them. Arm draws prescribed
// motions.
//
// Units are SI unless a field says otherwise.
package env

import "ml3/mllib/ad"

// Dynamics is a world in discrete time.
type Dynamics interface {
	// Next maps states x [n, nx] and actions u [n, nu] to the next states [n, nx].
	// The n rows do not influence each other.
	Next(x, u *ad.Value) *ad.Value
}
