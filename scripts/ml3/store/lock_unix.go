//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package store

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// tryLock takes the advisory lock of a file (flock) if nobody holds one that excludes
// it. Where the file system has no such locks, everybody gets it.
func tryLock(f *os.File, m mode) (bool, error) {
	how := unix.LOCK_EX
	if m == shared {
		how = unix.LOCK_SH
	}
	for {
		switch err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB); {
		case err == nil, errors.Is(err, unix.ENOTSUP), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.ENOLCK):
			return true, nil
		case errors.Is(err, unix.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, unix.EINTR):
			return false, &os.PathError{Op: "flock", Path: f.Name(), Err: err}
		}
	}
}

// release removes the file of a lock, which whoever waits for it notices, unless
// others share it, and ends the lock.
func release(f *os.File, m mode) {
	alone := m == exclusive
	if m == shared { // the last one can have it alone
		alone, _ = tryLock(f, exclusive)
	}
	if alone && isFile(f, f.Name()) {
		os.Remove(f.Name())
	}
	f.Close()
}
