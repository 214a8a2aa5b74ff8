//go:build !noasm

package kernel

import "golang.org/x/sys/cpu"

// A path is one way to compute: portable Go or one of the assembly variants.
// All give the same bits.
type path int

const (
	portable path = iota
	withAVX2
	withAVX512
)

// active is set once, before main. Only the tests of this package change it.
var active = detect()

// detect asks the processor and, through its XGETBV flags, the operating system.
func detect() path {
	x := cpu.X86
	switch {
	case !x.HasAVX2 || !x.HasFMA || !x.HasBMI2:
		return portable
	case x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512VL && x.HasAVX512BW:
		return withAVX512
	}
	return withAVX2
}
