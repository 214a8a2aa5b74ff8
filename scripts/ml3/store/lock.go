package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// lockFile is the file whose lock a program holds while it writes to a folder.
const lockFile = ".ml3.lock"

// lockEvery is the time between two tries of a lock that another program holds.
const lockEvery = 50 * time.Millisecond

// Lock makes a folder, if it is missing, and waits until no other program holds its
// lock. waiting is told once who holds it, if somebody does. The lock ends with
// unlock or with the program, however it ends; the file goes with unlock, and so
// does the folder if Lock made it, nothing was written and nobody else waits.
func Lock(ctx context.Context, dir string, waiting func(holder string)) (unlock func(), err error) {
	return lock(ctx, dir, exclusive, waiting)
}

// LockShared does as Lock does, but several programs can hold the lock at once; none
// of them and one of Lock. The file goes with the last of them.
func LockShared(ctx context.Context, dir string, waiting func(holder string)) (unlock func(), err error) {
	return lock(ctx, dir, shared, waiting)
}

// mode says who else may hold a lock.
type mode bool

const (
	exclusive mode = false // nobody
	shared    mode = true  // those that share it
)

func lock(ctx context.Context, dir string, m mode, waiting func(holder string)) (unlock func(), err error) {
	path := filepath.Join(dir, lockFile)
	const tries = 100 // to make a folder whose parent another program removes
	for n, told := 0, false; ; {
		made, err := makeFolder(dir)
		if n++; os.IsNotExist(err) && n < tries {
			continue
		}
		if err != nil {
			return nil, err
		}
		f, err := takeLock(path, m)
		if err != nil {
			return nil, err
		}
		if f != nil {
			return func() {
				release(f, m)
				for _, d := range made {
					os.Remove(d) // unless it has something
				}
			}, nil
		}
		if holder := holderOf(path); holder != "" && !told {
			told = true
			waiting(holder)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(lockEvery):
		}
	}
}

// takeLock returns the locked file, or nil if it has to be tried again.
func takeLock(path string, m mode) (*os.File, error) {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file; remove it", path)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if os.IsNotExist(err) { // another program has just removed the folder that it had made
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	ok, err := tryLock(f, m)
	if err != nil || !ok || !isFile(f, path) {
		f.Close()
		return nil, err
	}
	if err := f.Truncate(0); err == nil {
		f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0) // for people alone
	}
	return f, nil
}

// isFile says whether f is still what path names: whoever held the lock before has
// removed the file.
func isFile(f *os.File, path string) bool {
	a, err1 := f.Stat()
	b, err2 := os.Lstat(path)
	return err1 == nil && err2 == nil && os.SameFile(a, b)
}

// holderOf names the program that holds a lock; "" if nobody does any more.
func holderOf(path string) string {
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return ""
	}
	if pid, err := strconv.Atoi(strings.TrimSpace(string(data))); err == nil {
		return fmt.Sprintf("process %d", pid)
	}
	return "another process"
}

// makeFolder makes a folder and returns those that were missing, innermost first.
func makeFolder(dir string) (made []string, err error) {
	for d := dir; d != filepath.Dir(d); d = filepath.Dir(d) {
		if _, err := os.Lstat(d); err == nil {
			break
		}
		made = append(made, d)
	}
	return made, os.MkdirAll(dir, 0o777)
}
