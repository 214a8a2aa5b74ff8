//go:build !amd64 || noasm

package kernel

func gemmAsm(_, _ bool, _, _, _ int, _, _, _ []float64, _ bool, _ *Then) bool { return false }

func eachAsm(_, _, _ int, _, _, _ []float64) bool { return false }
