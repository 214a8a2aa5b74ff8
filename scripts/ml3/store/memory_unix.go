//go:build darwin || linux

package store

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// peakMemory is the most memory that this program has had so far, bytes.
func peakMemory() int64 {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	if runtime.GOOS == "linux" {
		return int64(u.Maxrss) << 10 // Linux counts in KiB, macOS in bytes
	}
	return int64(u.Maxrss)
}
