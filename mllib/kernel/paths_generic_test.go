//go:build !amd64 || noasm

package kernel

import "testing"

func forEachPath(t *testing.T, f func(t *testing.T)) { t.Run(Features(), f) }

func onPortable(f func()) { f() }

func benchEachPath(b *testing.B, f func(b *testing.B)) { b.Run(Features(), f) }
