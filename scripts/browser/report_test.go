package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// open starts Chromium without a window and returns a context for its page.
func open(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.Flag("disable-dev-shm-usage", true))
	if path := os.Getenv("ML3_CHROMIUM"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// file is the path in an environment variable.
func file(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Skipf("%s is not set: scripts/browser/check.sh sets it", variable)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// awaitPromise has a script's promise waited for.
func awaitPromise(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// violation is what axe finds.
type violation struct {
	ID, Impact, Help string
	Nodes            []struct{ HTML string }
}

// layout is what is measured of a page.
type layout struct {
	Width, Inner, Images, Broken, Unnamed, Scripts, H1 int
	Outside                                            []string // what is loaded from elsewhere
}

const measure = `(() => {
  const images = [...document.images];
  return {
    Width: document.documentElement.scrollWidth, Inner: window.innerWidth, Images: images.length,
    Broken: images.filter(i => !i.complete || i.naturalWidth === 0).length,
    Unnamed: images.filter(i => !i.alt.trim()).length,
    Scripts: document.scripts.length, H1: document.querySelectorAll("h1").length,
    Outside: performance.getEntriesByType("resource").map(e => e.name).filter(n => !n.startsWith("data:")),
  };
})()`

// TestReport: the page is whole, needs nothing from elsewhere, fits on a telephone, and
// axe has no finding.
func TestReport(t *testing.T) {
	page := file(t, "ML3_REPORT")
	axe, err := os.ReadFile(file(t, "ML3_AXE"))
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(page); err != nil || info.Size() > 2<<20 {
		t.Errorf("%v, %v: more than 2 MB", info, err)
	}
	ctx := open(t)
	for _, width := range []int64{1280, 400} {
		var l layout
		var found string
		var shot []byte
		err := chromedp.Run(ctx,
			chromedp.EmulateViewport(width, 900),
			chromedp.Navigate("file://"+page),
			chromedp.Evaluate(`Promise.all([...document.images].map(i => i.decode())).then(() => true)`, nil, awaitPromise),
			chromedp.Evaluate(measure, &l),
			chromedp.FullScreenshot(&shot, 100),
			chromedp.Evaluate(string(axe)+"; true", nil),
			chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => d.open = true);
				axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.map(v => ({ID: v.id, Impact: v.impact, Help: v.help, Nodes: v.nodes.slice(0, 3).map(n => ({HTML: n.html.slice(0, 200)}))}))))`,
				&found, awaitPromise),
		)
		if err != nil {
			t.Fatal(err)
		}
		var violations []violation
		if err := json.Unmarshal([]byte(found), &violations); err != nil {
			t.Fatalf("%v in %s", err, found)
		}
		for _, v := range violations {
			t.Errorf("at %d px: %s (%s): %s: %v", width, v.ID, v.Impact, v.Help, v.Nodes)
		}
		if l.Width > l.Inner || l.Images == 0 || l.Broken > 0 || l.Unnamed > 0 || l.Scripts > 0 || l.H1 != 1 || len(l.Outside) > 0 {
			t.Errorf("at %d px: %+v", width, l)
		}
		if dir := os.Getenv("ML3_SHOTS"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("report-%d.png", width)), shot, 0o644); err != nil {
				t.Error(err)
			}
		}
	}
}
