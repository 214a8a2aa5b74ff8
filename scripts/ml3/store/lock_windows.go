package store

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// beyond is where the locked byte is: far behind the content, which stays readable.
const beyond = 1 << 30

// tryLock takes the lock of a file (LockFileEx) if nobody holds one that excludes it.
func tryLock(f *os.File, m mode) (bool, error) {
	flags := uint32(windows.LOCKFILE_FAIL_IMMEDIATELY)
	if m == exclusive {
		flags |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{Offset: beyond})
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION), errors.Is(err, windows.ERROR_IO_PENDING):
		return false, nil
	}
	return false, &os.PathError{Op: "LockFileEx", Path: f.Name(), Err: err}
}

// release ends the lock and removes its file, unless another program has opened it.
func release(f *os.File, _ mode) {
	f.Close()
	os.Remove(f.Name())
}
