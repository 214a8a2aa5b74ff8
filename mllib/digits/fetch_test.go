package digits

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// mirror is an HTTPS server of the published files; answer, if it returns true,
// has dealt with a request in its own way.
type mirror struct {
	*httptest.Server
	mu     sync.Mutex
	ranges []string // the Range header of each request for pictures of the training set
}

func newMirror(t *testing.T, published map[string][]byte, answer func(w http.ResponseWriter, r *http.Request, data []byte) bool) *mirror {
	m := &mirror{}
	m.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		if strings.HasPrefix(name, "train-images") {
			m.mu.Lock()
			m.ranges = append(m.ranges, r.Header.Get("Range"))
			m.mu.Unlock()
		}
		if answer == nil || !answer(w, r, published[name]) {
			http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(published[name]))
		}
	}))
	m.Config.ErrorLog = nil
	t.Cleanup(m.Close)
	return m
}

// from directs d to mirrors and makes it impatient.
func from(d Distribution, mirrors ...*mirror) Distribution {
	d.Mirrors, d.Pause, d.Stall = nil, time.Millisecond, 5*time.Second
	for _, m := range mirrors {
		d.Mirrors = append(d.Mirrors, m.URL+"/")
		d.Client = m.Client() // all test servers share one certificate
	}
	return d
}

// firstHalf sends half of a large answer and hangs up, as often as times says.
func firstHalf(times int) func(http.ResponseWriter, *http.Request, []byte) bool {
	return func(w http.ResponseWriter, r *http.Request, data []byte) bool {
		if times == 0 || !strings.Contains(r.URL.Path, "train-images") {
			return false
		}
		times--
		w.Header().Set("Content-Length", itoa(len(data)))
		w.Write(data[:len(data)/2])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// wantLoadable checks that the four files, and nothing else, lie in dir.
func wantLoadable(t *testing.T, d Distribution, dir string) {
	t.Helper()
	if _, _, err := d.Load(dir); err != nil {
		t.Error(err)
	}
	if list := names(t, dir); len(list) != 4 {
		t.Errorf("the folder holds %v", list)
	}
}

func TestFetch(t *testing.T) {
	d, published := small()
	m := newMirror(t, published, nil)
	d = from(d, m)
	dir := filepath.Join(t.TempDir(), "data", "mnist")
	arrived := map[string]int64{}
	if err := d.Fetch(t.Context(), dir, func(file string, done, total int64) {
		if done < arrived[file] || done > total {
			t.Errorf("progress of %s: %d of %d after %d", file, done, total, arrived[file])
		}
		arrived[file] = done
	}); err != nil {
		t.Fatal(err)
	}
	wantLoadable(t, d, dir)
	for name, data := range published {
		if arrived[name] != int64(len(data)) {
			t.Errorf("progress of %s ended at %d, want %d", name, arrived[name], len(data))
		}
	}
	if err := d.Fetch(t.Context(), dir, nil); err != nil || len(m.ranges) != 1 {
		t.Errorf("a second call: %v, %d requests in all; want none", err, len(m.ranges)-1)
	}
	path := filepath.Join(dir, d.Files[0].gz())
	os.WriteFile(path, []byte("damaged"), 0o644)
	if err := d.Fetch(t.Context(), dir, nil); err != nil {
		t.Errorf("a damaged file: %v", err)
	}
	wantLoadable(t, d, dir)
}

// A transfer that breaks off is continued where it stopped, in the same call
// at the other mirror or in a later call.
func TestFetchResumes(t *testing.T) {
	d, published := small()
	half := len(published[d.Files[0].gz()]) / 2
	want := []string{"", "bytes=" + itoa(half) + "-"}
	t.Run("other mirror", func(t *testing.T) {
		a, b := newMirror(t, published, firstHalf(1)), newMirror(t, published, nil)
		d, dir := from(d, a, b), t.TempDir()
		if err := d.Fetch(t.Context(), dir, nil); err != nil {
			t.Fatal(err)
		}
		wantLoadable(t, d, dir)
		if got := append(a.ranges, b.ranges...); !slices.Equal(got, want) {
			t.Errorf("ranges %q, want %q", got, want)
		}
	})
	t.Run("later call", func(t *testing.T) {
		m := newMirror(t, published, firstHalf(1))
		d, dir := from(d, m), t.TempDir()
		d.Rounds = 1
		if err := d.Fetch(t.Context(), dir, nil); err == nil || !strings.Contains(err.Error(), "--from DIR") {
			t.Fatalf("the broken transfer: %v", err)
		}
		if list := names(t, dir); !slices.Equal(list, []string{d.Files[0].gz() + ".part"}) {
			t.Errorf("after it the folder holds %v", list)
		}
		if _, _, err := d.Load(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Load after it: %v", err)
		}
		if err := d.Fetch(t.Context(), dir, nil); err != nil {
			t.Fatal(err)
		}
		wantLoadable(t, d, dir)
		if !slices.Equal(m.ranges, want) {
			t.Errorf("ranges %q, want %q", m.ranges, want)
		}
	})
}

// TestFetchPartIsLink expects that a part that is a link is not written through.
func TestFetchPartIsLink(t *testing.T) {
	d, published := small()
	d = from(d, newMirror(t, published, nil))
	dir, other := t.TempDir(), filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(other, []byte("keep"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, filepath.Join(dir, d.Files[0].gz()+".part")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	if err := d.Fetch(t.Context(), dir, nil); err != nil {
		t.Fatal(err)
	}
	wantLoadable(t, d, dir)
	if data, err := os.ReadFile(other); string(data) != "keep" {
		t.Errorf("the file behind the link has %q, %v", data, err)
	}
}

func itoa(n int) string { // not fmt, to keep the expectation independent
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

// Leftovers that do not belong to the file cost a transfer, not the result.
func TestFetchWithForeignPart(t *testing.T) {
	d, published := small()
	ignoresRange := func(w http.ResponseWriter, r *http.Request, data []byte) bool {
		w.Write(data)
		return true
	}
	wrongRange := func(w http.ResponseWriter, r *http.Request, data []byte) bool {
		if r.Header.Get("Range") == "" {
			return false
		}
		w.Header().Set("Content-Range", "bytes 1-2/3")
		w.WriteHeader(http.StatusPartialContent)
		w.Write(data[1:3])
		return true
	}
	size := len(published[d.Files[0].gz()])
	for name, c := range map[string]struct {
		part   []byte
		answer func(http.ResponseWriter, *http.Request, []byte) bool
		fails  bool
	}{
		"other bytes":          {bytes.Repeat([]byte{1}, 100), nil, false},
		"longer than the file": {bytes.Repeat([]byte{1}, size+10), nil, false},
		"complete":             {published[d.Files[0].gz()], nil, false},
		"server ignores Range": {published[d.Files[0].gz()][:50], ignoresRange, false},
		"server sends another": {published[d.Files[0].gz()][:50], wrongRange, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := from(d, newMirror(t, published, c.answer))
			dir := folder(t, map[string][]byte{d.Files[0].gz() + ".part": c.part})
			err := d.Fetch(t.Context(), dir, nil)
			if c.fails {
				if err == nil || !strings.Contains(err.Error(), `got "bytes 1-2/3"`) {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			wantLoadable(t, d, dir)
		})
	}
}

// misbehaviour is an answer to the first request and what the error must say.
type misbehaviour struct {
	want   string
	answer func(w http.ResponseWriter, r *http.Request, data []byte)
}

// misbehaviours are what a server may do wrong; plain is an address without TLS
// and limit the largest file accepted.
func misbehaviours(plain string, limit int) map[string]misbehaviour {
	return map[string]misbehaviour{
		"error status": {"503", func(w http.ResponseWriter, _ *http.Request, _ []byte) { w.WriteHeader(503) }},
		"wrong content": {"SHA-256", func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			raw := idxImages(30)
			raw[500]++
			w.Write(zipped(raw, 9))
		}},
		"page instead": {"magic number", func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			w.Write([]byte("<html>Please log in to this network</html>"))
		}},
		"truncated, no length": {"truncated", func(w http.ResponseWriter, _ *http.Request, data []byte) {
			w.(http.Flusher).Flush()
			w.Write(data[:len(data)/2])
		}},
		"announces too much": {"announces", func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			w.Header().Set("Content-Length", itoa(limit+1))
			w.Write(make([]byte, limit+1))
		}},
		"sends too much": {"sends more than", func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			w.(http.Flusher).Flush()
			w.Write(make([]byte, limit+1))
		}},
		"bomb": {"bytes follow", func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			w.Write(zipped(append(idxImages(30), make([]byte, 1<<20)...), 9))
		}},
		"redirect to http": {"not HTTPS", func(w http.ResponseWriter, r *http.Request, _ []byte) {
			http.Redirect(w, r, plain+r.URL.Path, http.StatusFound)
		}},
		"endless redirect": {"five redirects", func(w http.ResponseWriter, r *http.Request, _ []byte) {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		}},
		"stall": {"stalled", func(w http.ResponseWriter, r *http.Request, data []byte) {
			w.Write(data[:10])
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}},
	}
}

// Whatever the server does wrong, the call fails with the reason, nothing gets
// a final name, and a second mirror helps.
func TestFetchRefuses(t *testing.T) {
	d, published := small()
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	for name, c := range misbehaviours(plain.URL, int(d.Files[0].gzLimit())) {
		t.Run(name, func(t *testing.T) {
			bad := newMirror(t, published, func(w http.ResponseWriter, r *http.Request, data []byte) bool {
				if !strings.Contains(r.URL.Path, "train-images") {
					return false
				}
				c.answer(w, r, data)
				return true
			})
			d, dir := from(d, bad), t.TempDir()
			if name == "stall" {
				d.Stall = 50 * time.Millisecond
			}
			err := d.Fetch(t.Context(), dir, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), bad.URL) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			for _, file := range names(t, dir) {
				if !strings.HasSuffix(file, ".part") {
					t.Errorf("left behind: %s", file)
				}
			}
			good := newMirror(t, published, nil)
			both := from(d, bad, good)
			both.Stall = max(d.Stall/5, time.Second)
			if err := both.Fetch(t.Context(), dir, nil); err != nil {
				t.Fatalf("with a good mirror: %v", err)
			}
			wantLoadable(t, d, dir)
		})
	}
}

func TestFetchRefusesHTTPMirror(t *testing.T) {
	d, published := small()
	asked := false
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	t.Cleanup(plain.Close)
	d = from(d, newMirror(t, published, nil))
	d.Mirrors = []string{plain.URL + "/"}
	if err := d.Fetch(t.Context(), t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), "not an HTTPS address") || asked {
		t.Errorf("error %v, asked %v", err, asked)
	}
}

func TestFetchAcceptsRecompressed(t *testing.T) {
	d, published := small()
	fast := map[string][]byte{}
	for _, f := range d.Files {
		raw := idxImages(f.Count)
		if f.Labels {
			raw = idxLabels(f.Count)
		}
		fast[f.gz()] = zipped(raw, gzip.BestSpeed)
		if bytes.Equal(fast[f.gz()], published[f.gz()]) {
			t.Fatal("the copy does not differ from the published file")
		}
	}
	d = from(d, newMirror(t, fast, nil))
	dir := t.TempDir()
	if err := d.Fetch(t.Context(), dir, nil); err != nil {
		t.Fatal(err)
	}
	wantLoadable(t, d, dir)
}

func TestFetchCancelled(t *testing.T) {
	d, published := small()
	m := newMirror(t, published, func(w http.ResponseWriter, r *http.Request, data []byte) bool {
		if r.Header.Get("Range") != "" {
			return false
		}
		w.Write(data[:10])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	})
	d, dir := from(d, m), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	err := d.Fetch(ctx, dir, func(string, int64, int64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	if list := names(t, dir); !slices.Equal(list, []string{d.Files[0].gz() + ".part"}) {
		t.Errorf("the folder holds %v", list)
	}
	if len(m.ranges) != 1 {
		t.Errorf("%d requests after the cancellation", len(m.ranges)-1)
	}
}

// A failure of the local disk is reported at once, not blamed on the mirrors.
func TestFetchLocalFailure(t *testing.T) {
	d, published := small()
	m := newMirror(t, published, nil)
	d, dir := from(d, m), t.TempDir()
	os.Mkdir(filepath.Join(dir, d.Files[0].gz()), 0o755)
	if err := d.Fetch(t.Context(), dir, nil); err == nil || strings.Contains(err.Error(), "mirror") || len(m.ranges) != 1 {
		t.Errorf("error %v after %d requests", err, len(m.ranges))
	}
}
