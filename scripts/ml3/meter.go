package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
)

// meter shows how far a computation is and how long it will still take: a bar
// in a terminal, elsewhere a line now and then. It says something even if the
// computation does not.
type meter struct {
	title    string
	w        io.Writer
	earlier  time.Duration            // that the work ran before the meter
	fraction atomic.Uint64            // bits of the part that is done
	mu       sync.Mutex               // held while the bar is drawn
	bar      *progressbar.ProgressBar // nil outside a terminal
	stop     func()
}

// meterSteps is the resolution of a bar.
const meterSteps = 1000

// newMeter starts a meter of work that has begun at some time.
func newMeter(w io.Writer, terminal bool, title string, begun time.Time) *meter {
	m := &meter{title: title, w: w, earlier: time.Since(begun)}
	if terminal {
		m.bar = progressbar.NewOptions(meterSteps,
			progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(title),
			progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(), progressbar.OptionSetRenderBlankState(true))
	}
	m.stop = pulse(terminal, m.say)
	return m
}

// set takes the fraction of the work that is done, from 0 to 1. It may be called
// concurrently.
func (m *meter) set(fraction float64) { m.fraction.Store(math.Float64bits(fraction)) }

// say shows what set was told last.
func (m *meter) say(spent time.Duration) {
	fraction := math.Float64frombits(m.fraction.Load())
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.bar != nil {
		m.bar.Set(min(int(fraction*meterSteps), meterSteps-1)) // the last step belongs to end
		return
	}
	if fraction == 0 {
		fmt.Fprintf(m.w, "%s  %d s\n", m.title, int((m.earlier + spent).Seconds()))
		return
	}
	left := time.Duration(float64(m.earlier+spent) * (1 - fraction) / fraction)
	fmt.Fprintf(m.w, "%s  %.0f %%, %s left\n", m.title, 100*fraction, left.Round(time.Second))
}

// hide removes the bar until it is drawn again.
func (m *meter) hide() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.bar != nil {
		m.bar.Clear()
	}
}

// end removes the bar.
func (m *meter) end() {
	m.stop()
	if m.bar != nil {
		m.bar.Finish()
	}
}

// isTerminal says whether f is a terminal.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
