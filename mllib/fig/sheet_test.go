package fig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// numbered is panel i of some that differ.
func numbered(i int) (Panel, error) {
	p := lineOf(i%2 == 0, 1, 2, float64(3+i))
	p.Name, p.Title = fmt.Sprintf("panel-%d", i), fmt.Sprintf("Panel %d with φ and α", i)
	return p.Panel()
}

// TestSaveAllInParallel: the files are those that panels save one after the other,
// whatever the number of jobs (with the race detector, this is where fonts and
// caches are shared).
func TestSaveAllInParallel(t *testing.T) {
	const n = 8
	one, many := t.TempDir(), t.TempDir()
	for i := range n {
		if err := must(numbered(i)).Save(one); err != nil {
			t.Fatal(err)
		}
	}
	if err := SaveAll(context.Background(), Output{Dir: many, Jobs: 4, Small: true}, n, numbered); err != nil {
		t.Fatal(err)
	}
	files := must(os.ReadDir(many))
	if len(files) != 2*n {
		t.Errorf("%d files of %d panels", len(files), n)
	}
	for _, f := range files {
		if a, b := must(os.ReadFile(filepath.Join(one, f.Name()))), must(os.ReadFile(filepath.Join(many, f.Name()))); !bytes.Equal(a, b) {
			t.Errorf("%s depends on the number of jobs", f.Name())
		}
	}
}

// TestSaveAllSmall: small files have the same pixels as others, in fewer bytes.
func TestSaveAllSmall(t *testing.T) {
	small, large := t.TempDir(), t.TempDir()
	for dir, s := range map[string]bool{small: true, large: false} {
		if err := SaveAll(context.Background(), Output{Dir: dir, Jobs: 1, Small: s}, 1, numbered); err != nil {
			t.Fatal(err)
		}
	}
	a, b := must(os.ReadFile(filepath.Join(small, "panel-0.png"))), must(os.ReadFile(filepath.Join(large, "panel-0.png")))
	if len(a) >= len(b) {
		t.Errorf("%d bytes small and %d bytes otherwise", len(a), len(b))
	}
	if !reflect.DeepEqual(must(png.Decode(bytes.NewReader(a))), must(png.Decode(bytes.NewReader(b)))) {
		t.Error("the pixels differ")
	}
}

// TestSaveAllFails: a panel that fails does not keep the others from being saved.
func TestSaveAllFails(t *testing.T) {
	dir, bad := t.TempDir(), errors.New("no such rows")
	err := SaveAll(context.Background(), Output{Dir: dir, Jobs: 2}, 5, func(i int) (Panel, error) {
		if i == 1 {
			return Panel{}, bad
		}
		return numbered(i)
	})
	if !errors.Is(err, bad) || len(must(os.ReadDir(dir))) != 8 {
		t.Errorf("error %v, %d files", err, len(must(os.ReadDir(dir))))
	}
}

// TestSaveAllListens: after ctx is cancelled no panel is begun.
func TestSaveAllListens(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var begun atomic.Int32
	start := time.Now()
	err := SaveAll(ctx, Output{Dir: t.TempDir(), Jobs: 2}, 1000, func(i int) (Panel, error) {
		if begun.Add(1) == 2 {
			cancel()
		}
		return numbered(i)
	})
	if n := begun.Load(); !errors.Is(err, context.Canceled) || n > 3 {
		t.Errorf("error %v after %d panels", err, n)
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("it took %v to stop", d)
	}
}

// TestSheet: plots in columns, and a key with every label once.
func TestSheet(t *testing.T) {
	a, b := lineOf(false, 1, 2), lineOf(false, 2, 1)
	a.Width, b.Height = 10, 7
	key := []Layer{Curve{Label: "one", Style: LineStyle(Red, Solid, NoMarker)}, Curve{Label: "two"}, Curve{Label: "one"}, Curve{}}
	p := must(Sheet(2, []Plot{a, b}, key...))
	if p.Width != 10+8 || p.Height != 7+6 {
		t.Errorf("the sheet is %v×%v", p.Width, p.Height)
	}
	texts := lookAt(p).texts
	for _, label := range []string{"one", "two"} {
		n := 0
		for _, s := range texts {
			if s == label {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%q is there %d times", label, n)
		}
	}
	if alone := must(Sheet(3, []Plot{a})); alone.Width != 10 || alone.Height != 6 {
		t.Errorf("a sheet of one is %v×%v", alone.Width, alone.Height)
	}
	if _, err := Sheet(2, nil); err == nil {
		t.Error("a sheet of nothing")
	}
	b.Layers = nil
	if _, err := Sheet(2, []Plot{a, b}); err == nil || !strings.Contains(err.Error(), "nothing to draw") {
		t.Errorf("error %v", err)
	}
}

// TestMoving: Save writes the animation beside the picture, and Frames returns it.
func TestMoving(t *testing.T) {
	still := must(numbered(0))
	if frames, _ := still.Frames(); len(frames) != 0 {
		t.Errorf("a still picture has %d frames", len(frames))
	}
	p := still.Moving([]Panel{still, must(numbered(2))}, time.Second)
	if frames, delay := p.Frames(); len(frames) != 2 || delay != time.Second {
		t.Errorf("%d frames, each %v", len(frames), delay)
	}
	dir := t.TempDir()
	if err := p.Save(dir); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range must(os.ReadDir(dir)) {
		names = append(names, f.Name())
	}
	if !slices.Equal(names, []string{"panel-0.gif", "panel-0.png", "panel-0.svg"}) {
		t.Errorf("files %q", names)
	}
}
