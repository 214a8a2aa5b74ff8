// Package env has the worlds of the experiments as functions on values of ad, so
// that a roll-out can be differentiated with respect to the policy that steers it.
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
