//go:build !amd64.v3

package store

// level is the part of GOAMD64 that changes numbers: below v3, nothing is fused.
const level = ""
