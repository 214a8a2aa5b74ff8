package digits

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ml3/mllib/files"
)

// Progress is told how many bytes of a compressed file have arrived.
type Progress func(file string, done, total int64)

var errStalled = errors.New("the transfer stalled")

// localError is a failure of this machine's files: no other mirror helps.
type localError struct{ error }

func (e localError) Unwrap() error { return e.error }

// Fetch downloads MNIST to dir; see Distribution.Fetch.
func Fetch(ctx context.Context, dir string, progress Progress) error {
	return MNIST().Fetch(ctx, dir, progress)
}

// Fetch downloads the files that are missing or damaged in dir, over HTTPS,
// from the first mirror that has them. What arrives is kept in a file .part,
// which a later call resumes, and gets its final name only after its content
// is checked. progress may be nil.
func (d Distribution) Fetch(ctx context.Context, dir string, progress Progress) error {
	if progress == nil {
		progress = func(string, int64, int64) {}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("digits: fetch: %w", err)
	}
	for _, f := range d.Files {
		if err := d.fetchFile(ctx, f, dir, progress); err != nil {
			return fmt.Errorf("digits: fetch %s: %w", f.gz(), err)
		}
	}
	return nil
}

// fetchFile tries all mirrors, d.Rounds times.
func (d Distribution) fetchFile(ctx context.Context, f File, dir string, progress Progress) error {
	final := filepath.Join(dir, f.gz())
	if f.intact(final) {
		progress(f.gz(), f.GzBytes, f.GzBytes)
		return nil
	}
	var failures []string
	for round := range d.Rounds {
		if round > 0 {
			select {
			case <-time.After(d.Pause):
			case <-ctx.Done():
			}
		}
		for _, mirror := range d.Mirrors {
			err := d.attempt(ctx, mirror+f.gz(), f, final, progress)
			if err == nil {
				return nil
			}
			if ctx.Err() != nil {
				return fmt.Errorf("%w; call it again to resume", context.Cause(ctx))
			}
			if local := (localError{}); errors.As(err, &local) {
				return err
			}
			failures = append(failures, err.Error())
		}
	}
	return fmt.Errorf("no mirror works: %s; check the network and try again, or use `ml3 mnist --from DIR` with a copy of the file",
		strings.Join(failures, "; "))
}

// intact reports whether the file at path has the right content.
func (f File) intact(path string) bool {
	file, err := files.Open(path, f.gzLimit())
	if err != nil {
		return false
	}
	defer file.Close()
	_, err = f.read(file)
	return err == nil
}

// attempt downloads what is missing of the file, checks the whole and puts it
// in its place. A part that turns out wrong is removed.
func (d Distribution) attempt(ctx context.Context, url string, f File, final string, progress Progress) error {
	part := final + ".part"
	if info, err := os.Stat(part); err == nil && info.Size() >= f.GzBytes {
		if f.promote(part, final) == nil {
			progress(f.gz(), f.GzBytes, f.GzBytes)
			return nil
		}
	}
	if err := d.download(ctx, url, f, part, progress); err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	if err := f.promote(part, final); err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	return nil
}

// promote writes the checked content of part to final and removes part. Final
// is written from the bytes that were checked, not renamed, so that nobody who
// still holds part open can change it.
func (f File) promote(part, final string) error {
	defer os.Remove(part)
	file, err := files.Open(part, f.gzLimit())
	if err != nil {
		return localError{err}
	}
	data, err := io.ReadAll(io.LimitReader(file, f.gzLimit()))
	file.Close()
	if err != nil {
		return localError{err}
	}
	if err := f.check(data); err != nil {
		return err
	}
	if data, err = compressed(data); err != nil {
		return err
	}
	if err := writeAtomically(final, data); err != nil {
		return localError{err}
	}
	return nil
}

// download appends to part what the server has beyond it.
func (d Distribution) download(ctx context.Context, url string, f File, part string, progress Progress) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(d.Stall, func() { cancel(errStalled) })
	defer watch.Stop()
	if info, err := os.Lstat(part); err == nil && !info.Mode().IsRegular() { // a link would be written through
		if err := os.Remove(part); err != nil {
			return localError{err}
		}
	}
	out, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return localError{err}
	}
	defer out.Close()
	offset, err := out.Seek(0, io.SeekEnd)
	if err != nil {
		return localError{err}
	}
	body, length, resumed, err := d.request(ctx, url, offset)
	if err != nil {
		return reason(ctx, err)
	}
	defer body.Close()
	if !resumed { // the server sends the whole file
		offset = 0
		if err := rewind(out); err != nil {
			return err
		}
	}
	if length > f.gzLimit()-offset {
		return fmt.Errorf("the server announces %d bytes, more than the %d allowed", offset+length, f.gzLimit())
	}
	err = transfer(out, body, f, offset, func(done int64) {
		watch.Reset(d.Stall)
		progress(f.gz(), done, max(done, f.GzBytes))
	})
	// A server that notices the cancellation first may end the body properly.
	return reason(ctx, err)
}

// reason replaces the error of a cancelled request by why it was cancelled.
func reason(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// rewind empties the file.
func rewind(out *os.File) error {
	if err := out.Truncate(0); err != nil {
		return localError{err}
	}
	if _, err := out.Seek(0, io.SeekStart); err != nil {
		return localError{err}
	}
	return nil
}

// request asks for the file from an offset on. It returns the body, its length
// (negative if unknown) and whether it starts at the offset rather than at 0.
func (d Distribution) request(ctx context.Context, url string, offset int64) (body io.ReadCloser, length int64, resumed bool, err error) {
	if !strings.HasPrefix(url, "https://") {
		return nil, 0, false, errors.New("not an HTTPS address")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, 0, false, err
	}
	request.Header.Set("Accept-Encoding", "identity") // the file itself is gzip
	if offset > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
	}
	client := *d.Client
	client.CheckRedirect = onlyHTTPS
	response, err := client.Do(request)
	if err != nil {
		return nil, 0, false, err
	}
	switch response.StatusCode {
	case http.StatusOK:
		return response.Body, response.ContentLength, false, nil
	case http.StatusPartialContent:
		if offset > 0 && strings.HasPrefix(response.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", offset)) {
			return response.Body, response.ContentLength, true, nil
		}
		err = fmt.Errorf("asked for bytes from %d on, got %q", offset, response.Header.Get("Content-Range"))
	default:
		err = fmt.Errorf("the server answers %s", response.Status)
	}
	response.Body.Close()
	if response.StatusCode == http.StatusRequestedRangeNotSatisfiable && offset > 0 {
		return d.request(ctx, url, 0) // the part is longer than the file: start over
	}
	return nil, 0, false, err
}

// onlyHTTPS refuses redirects to anything else, and long chains of them.
func onlyHTTPS(request *http.Request, via []*http.Request) error {
	if request.URL.Scheme != "https" {
		return fmt.Errorf("refused a redirect to %s, which is not HTTPS", request.URL.Redacted())
	}
	if len(via) >= 5 {
		return errors.New("more than five redirects")
	}
	return nil
}

// transfer copies body to out and stops beyond f's limit; arrived is told the
// size of out after every read.
func transfer(out *os.File, body io.Reader, f File, size int64, arrived func(size int64)) error {
	buffer := make([]byte, 1<<16)
	for {
		n, err := body.Read(buffer)
		if size+int64(n) > f.gzLimit() {
			if err := rewind(out); err != nil {
				return err
			}
			return fmt.Errorf("the server sends more than the %d bytes allowed", f.gzLimit())
		}
		if _, err := out.Write(buffer[:n]); err != nil {
			return localError{err}
		}
		size += int64(n)
		if n > 0 {
			arrived(size)
		}
		if err == io.EOF {
			if err := out.Sync(); err != nil {
				return localError{err}
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
}
