package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// terminated is the cause of the end of a context by SIGTERM: what a scheduler sends
// to have the program end soon and begin again later.
type terminated struct{}

func (terminated) Error() string { return "terminated" }

// Is makes it a cancelled context for those that see the cause.
func (terminated) Is(target error) bool { return target == context.Canceled }

// untilSignal returns a context that ends with the first signal to end; the second one
// ends the program at once.
func untilSignal(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		s := <-signals
		signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
		if s == syscall.SIGTERM {
			cancel(terminated{})
		} else {
			cancel(nil)
		}
	}()
	return ctx
}

// interruption says that a context was cancelled, and the exit status for it.
func interruption(ctx context.Context) (text string, status int) {
	if errors.Is(context.Cause(ctx), terminated{}) {
		return "terminated; all files are whole, and the same command goes on where it was", statusAgain
	}
	return "interrupted; all files are whole, and seeds that ml3 run has finished are not computed again", statusInterrupted
}

// leave ends the program at once.
func (a *app) leave(status int) {
	if a.exit != nil {
		a.exit(status)
		return
	}
	os.Exit(status)
}

// again is a failure that may be gone if the same command is run again.
type again struct{ error }

func (a again) Unwrap() error { return a.error }

// passing says whether what failed may work if it is tried again, without a change of
// the command or the program: the disk or the memory is full, a file server is away.
// A run that diverged or a wrong flag fails the same way each time.
func passing(err error) bool {
	var marked again
	if errors.As(err, &marked) {
		return true
	}
	var code syscall.Errno
	return errors.As(err, &code) && slices.Contains([]syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.ENOMEM,
		syscall.EAGAIN, syscall.EINTR, syscall.EBUSY, syscall.EMFILE, syscall.ENFILE, syscall.ETIMEDOUT, syscall.ESTALE}, code)
}
