package fig

import (
	"encoding/base64"
	"fmt"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// Show displays panels in a GoNB notebook, as PNG: stored SVG is dropped from
// notebooks that are not trusted.
func Show(panels ...Panel) error {
	for _, p := range panels {
		data, err := p.PNG()
		if err != nil {
			return err
		}
		gonbui.DisplayPNG(data)
		gonbui.Sync() // without it the kernel may lose the last output of a cell
	}
	return nil
}

// ShowGIF displays an animation of the frames in a GoNB notebook.
func ShowGIF(frames []Panel, delay time.Duration) error {
	data, err := GIF(frames, delay)
	if err != nil {
		return err
	}
	gonbui.DisplayHTML(fmt.Sprintf(`<img alt="animation" src="data:image/gif;base64,%s">`, base64.StdEncoding.EncodeToString(data)))
	gonbui.Sync()
	return nil
}
