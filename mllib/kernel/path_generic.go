//go:build !amd64 || noasm

package kernel

// A path is one way to compute; without assembly there is only one.
type path int

const (
	portable path = iota
	withAVX2
	withAVX512
)

const active = portable
