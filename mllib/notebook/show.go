// Package notebook is what the notebooks repeat: showing pictures in GoNB, reading
// and recomputing tables, judging claims, checking a meta-gradient. No other package
// knows gonbui.
//
// Cells have no use for an error but to end with it, so functions of this package
// panic with theirs. Folders are relative to the folder of the notebooks.
package notebook

import (
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"ml3/mllib/fig"
)

// errNoNotebook says why nothing can be shown.
var errNoNotebook = errors.New("notebook: not running in a GoNB notebook; use Save of a panel to write files")

// screenDPI is the resolution in notebooks: two panels fill the width of a page, and
// the file that stores them stays small.
const screenDPI = 105

// Must ends a cell with the error, if there is one.
func Must(err error) {
	if err != nil {
		panic(err)
	}
}

// Value is v, unless there is an error: then the cell ends with it.
func Value[T any](v T, err error) T {
	Must(err)
	return v
}

// Show displays panels side by side, as PNG: stored SVG is dropped from notebooks
// that are not trusted.
func Show(panels ...fig.Panel) {
	row := Value(fig.Grid("row", max(1, len(panels)), panels...))
	if !gonbui.IsNotebook {
		panic(errNoNotebook)
	}
	gonbui.DisplayPNG(Value(row.PNG(screenDPI)))
	flush()
}

// Plot is a plot of the usual size with linear axes.
func Plot(title, x, y string, layers ...fig.Layer) fig.Plot {
	return fig.Plot{Name: "plot", Title: title, Width: fig.PanelWidth, Height: fig.PanelHeight,
		X: fig.Axis{Label: x}, Y: fig.Axis{Label: y}, Layers: layers}
}

// ShowPlots displays plots side by side.
func ShowPlots(plots ...fig.Plot) {
	var panels []fig.Panel
	for _, p := range plots {
		panels = append(panels, Value(p.Panel()))
	}
	Show(panels...)
}

// ShowGIF displays an animation of the frames.
func ShowGIF(frames []fig.Panel, delay time.Duration) {
	data := Value(fig.GIF(frames, delay))
	if !gonbui.IsNotebook {
		panic(errNoNotebook)
	}
	gonbui.DisplayHTML(fmt.Sprintf(`<img alt="animation" src="data:image/gif;base64,%s">`, base64.StdEncoding.EncodeToString(data)))
	flush()
}

// flush waits until the notebook has what was sent: without it the kernel may
// lose the last output of a cell.
func flush() {
	gonbui.Sync()
	Must(gonbui.Error())
}

// Progress returns a function that draws a bar with the time left whenever it is
// called with the work done so far, at most five times a second. Several goroutines
// may call it. Outside a notebook it does nothing.
func Progress(label string) func(done, total int) {
	if !gonbui.IsNotebook {
		return func(int, int) {}
	}
	id, start := gonbui.UniqueId(), time.Now()
	var mu sync.Mutex
	var drawn time.Time
	return func(done, total int) {
		mu.Lock()
		defer mu.Unlock()
		if done < total && time.Since(drawn) < 200*time.Millisecond {
			return
		}
		drawn = time.Now()
		gonbui.UpdateHTML(id, progressHTML(label, done, total, drawn.Sub(start)))
		if done >= total {
			gonbui.Sync()
		}
	}
}

// progressHTML is the bar after a time. A finished bar says no time, so that a
// notebook stores the same whenever it is executed.
func progressHTML(label string, done, total int, spent time.Duration) string {
	times := ""
	if done < total {
		times = fmt.Sprintf(", %v", spent.Round(time.Second/10))
	}
	if 0 < done && done < total {
		t := time.Duration(float64(spent) / float64(done) * float64(total-done))
		times += fmt.Sprintf(", %v left", t.Round(time.Second))
	}
	return fmt.Sprintf(`%s <progress value="%d" max="%d"></progress> %d of %d%s`,
		html.EscapeString(label), done, total, done, total, times)
}
