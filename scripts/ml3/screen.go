package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// screen is where progress goes: lines that stay and, in a terminal, one below them
// that changes.
type screen struct {
	mu       sync.Mutex
	w        io.Writer
	terminal bool
	line     string // that is there now
}

// Write writes text above the line that changes.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	return s.w.Write(p)
}

// show replaces the line that changes; outside a terminal it is one of those that stay.
func (s *screen) show(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.terminal {
		fmt.Fprintln(s.w, line)
		return
	}
	s.clear()
	s.line = line
	io.WriteString(s.w, line)
}

// hide removes the line that changes.
func (s *screen) hide() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
}

// clear removes the line that changes; the caller holds mu.
func (s *screen) clear() {
	if s.line != "" {
		io.WriteString(s.w, "\r\x1b[K")
		s.line = ""
	}
}

// patience is the longest silence in a terminal while something runs, and elsewhere the
// first one; there the next are a tenth of the time that has passed.
const patience = 2 * time.Second

// pulse calls say, from another goroutine, as often as patience asks for, until stop
// is called. say is not running any more when stop returns.
func pulse(terminal bool, say func(spent time.Duration)) (stop func()) {
	start, end, ended := time.Now(), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for wait := patience; ; {
			if terminal {
				wait = patience / 4
			}
			select {
			case <-end:
				return
			case <-time.After(wait):
			}
			spent := time.Since(start)
			say(spent)
			wait = max(patience, spent/10)
		}
	}()
	return func() {
		close(end)
		<-ended
	}
}

// working says what runs, and since when, until done is called.
func (a *app) working(what string) (done func()) {
	s, ok := a.progress.(*screen)
	if !ok { // one that was made for this call: nobody else writes lines that change
		s = &screen{w: a.progress, terminal: a.terminal}
	}
	stop := pulse(s.terminal, func(spent time.Duration) {
		s.show(fmt.Sprintf("%s, %d s", what, int(spent.Seconds())))
	})
	return func() {
		stop()
		s.hide()
	}
}
