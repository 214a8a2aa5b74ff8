package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// meter shows how far a computation is and how long it will still take: a bar
// in a terminal, elsewhere a line now and then.
type meter struct {
	title string
	w     io.Writer
	bar   *progressbar.ProgressBar // nil outside a terminal
	start time.Time
	said  time.Time // when the last line was written
}

// meterSteps is the resolution of a bar, lineEvery the time between lines.
const (
	meterSteps = 1000
	lineEvery  = 10 * time.Second
)

// newMeter starts a meter.
func newMeter(w io.Writer, terminal bool, title string) *meter {
	m := &meter{title: title, w: w, start: time.Now(), said: time.Now()}
	if terminal {
		m.bar = progressbar.NewOptions(meterSteps,
			progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(title),
			progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish())
	}
	return m
}

// set shows the fraction of the work that is done, from 0 to 1. It must not be
// called concurrently.
func (m *meter) set(fraction float64) {
	if m.bar != nil {
		m.bar.Set(min(int(fraction*meterSteps), meterSteps-1)) // the last step belongs to end
		return
	}
	if now := time.Now(); now.Sub(m.said) >= lineEvery && fraction > 0 {
		m.said = now
		left := time.Duration(float64(now.Sub(m.start)) * (1 - fraction) / fraction)
		fmt.Fprintf(m.w, "%s  %.0f %%, %s left\n", m.title, 100*fraction, left.Round(time.Second))
	}
}

// hide removes the bar until set shows it again.
func (m *meter) hide() {
	if m.bar != nil {
		m.bar.Clear()
	}
}

// end removes the bar.
func (m *meter) end() {
	if m.bar != nil {
		m.bar.Finish()
	}
}

// isTerminal says whether f is a terminal.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
