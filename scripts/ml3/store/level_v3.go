//go:build amd64.v3

package store

// level is the part of GOAMD64 that changes numbers: from v3 on, x*y + z is fused.
const level = "v3"
