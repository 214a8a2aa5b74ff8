package fig

import (
	"context"
	"errors"
	"image/png"
	"sync"
)

// Panels makes panels of plots.
func Panels(plots []Plot) ([]Panel, error) {
	all := make([]Panel, len(plots))
	for i, p := range plots {
		var err error
		if all[i], err = p.Panel(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Sheet is a panel of plots side by side, columns in a row, and after them, if it is
// not empty, a key: the legend of its layers.
func Sheet(columns int, plots []Plot, key ...Layer) (Panel, error) {
	all, err := Panels(plots)
	if err != nil {
		return Panel{}, err
	}
	if len(key) > 0 && len(plots) > 0 {
		all = append(all, Key(plots[0].Width, plots[0].Height, key...))
	}
	return Grid("sheet", min(columns, len(all)), all...)
}

// Output says where and how panels are saved.
type Output struct {
	Dir  string // the folder
	Jobs int    // panels at a time
	// Small makes PNG files as small as the encoder can, with the same pixels. That is
	// most of the time that drawing takes.
	Small bool
}

// SaveAll draws n panels and saves them, beginning with the first. A panel that fails does not keep the others from being saved; the
// errors are joined in the order of the panels. When ctx is cancelled no further
// panel is begun, and ctx's error is among them.
func SaveAll(ctx context.Context, o Output, n int, draw func(i int) (Panel, error)) error {
	errs, level := make([]error, n), png.BestSpeed
	if o.Small {
		level = png.BestCompression
	}
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range max(1, o.Jobs) {
		wg.Go(func() {
			for i := range next {
				if ctx.Err() != nil {
					return
				}
				p, err := draw(i)
				if err == nil {
					err = p.save(o.Dir, level)
				}
				errs[i] = err
			}
		})
	}
	wg.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}
