// Package random gives every use of randomness its own named stream, and reads
// the seed files from which the experiments are recomputed.
package random

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Stream returns the generator of the named purpose under seed: the same
// (seed, name) always gives the same numbers, and any other pair gives
// unrelated ones, so that a new use of randomness never changes an old one.
//
// The 128 bits of PCG state are the head of SHA-256(seed ‖ name), seed as eight
// little-endian bytes. PCG alone would not do: generators whose states differ
// in one half share the other half for ever.
func Stream(seed uint64, name string) *rand.Rand {
	key := binary.LittleEndian.AppendUint64(make([]byte, 0, 8+len(name)), seed)
	sum := sha256.Sum256(append(key, name...))
	return rand.New(rand.NewPCG(
		binary.LittleEndian.Uint64(sum[0:8]),
		binary.LittleEndian.Uint64(sum[8:16])))
}
