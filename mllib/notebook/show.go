package fig

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// errNoNotebook says why Show cannot show.
var errNoNotebook = errors.New("fig: not running in a GoNB notebook; use Save to write files")

// notebookDPI is the resolution in notebooks: two panels fill the width of a page,
// and the file that stores them stays small.
const notebookDPI = 105

// Show displays panels in a GoNB notebook, as PNG: stored SVG is dropped from
// notebooks that are not trusted.
func Show(panels ...Panel) error {
	if !gonbui.IsNotebook {
		return errNoNotebook
	}
	for _, p := range panels {
		var b bytes.Buffer
		if err := encodePNG(&b, p.Image(notebookDPI)); err != nil {
			return fmt.Errorf("fig: %s: %w", p.Name, err)
		}
		gonbui.DisplayPNG(b.Bytes())
	}
	return flush()
}

// ShowGIF displays an animation of the frames in a GoNB notebook.
func ShowGIF(frames []Panel, delay time.Duration) error {
	if !gonbui.IsNotebook {
		return errNoNotebook
	}
	data, err := GIF(frames, delay)
	if err != nil {
		return err
	}
	gonbui.DisplayHTML(fmt.Sprintf(`<img alt="animation" src="data:image/gif;base64,%s">`, base64.StdEncoding.EncodeToString(data)))
	return flush()
}

// flush waits until the notebook has what was sent: without it the kernel may
// lose the last output of a cell.
func flush() error {
	gonbui.Sync()
	return gonbui.Error()
}

// Progress returns a function that draws a bar with the time left in a GoNB
// notebook whenever it is called with the work done so far, at most five times a
// second. Several goroutines may call it. Outside a notebook it does nothing.
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
