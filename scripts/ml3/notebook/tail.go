package notebook

import (
	"strings"
	"sync"
)

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// tailSize is how much a tail keeps, in bytes.
const tailSize = 4096

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if n := len(t.text); n > tailSize {
		t.text = append(t.text[:0], t.text[n-tailSize:]...)
	}
	return len(p), nil
}

// String returns the last line, for error messages.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if line := strings.TrimSpace(lastLine(string(t.text))); line != "" {
		return "its last words: " + line
	}
	return "it said nothing"
}
