// Package random gives every use of randomness its own named stream.
package random

import (
	"hash/fnv"
	"math/rand/v2"
)

// Stream returns the generator of the named purpose under seed: the same
// (seed, name) always gives the same numbers, different names independent ones.
func Stream(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}
