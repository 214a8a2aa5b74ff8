//go:build !noasm

package kernel

import "testing"

// forEachPath runs f as a subtest on every path this machine has.
func forEachPath(t *testing.T, f func(t *testing.T)) {
	best := detect()
	defer func() { active = best }()
	for p := portable; p <= best; p++ {
		active = p
		t.Run(Features(), f)
	}
}

// onPortable runs f on the portable path and restores the one in use.
func onPortable(f func()) {
	defer func(p path) { active = p }(active)
	active = portable
	f()
}

// benchEachPath runs f as a sub-benchmark on every path but the portable one.
func benchEachPath(b *testing.B, f func(b *testing.B)) {
	best := detect()
	defer func() { active = best }()
	for p := withAVX2; p <= best; p++ {
		active = p
		b.Run(Features(), f)
	}
}
