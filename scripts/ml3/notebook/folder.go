package notebook

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// maxSocket bounds the path of a socket: macOS has room for 104 bytes with the zero at
// the end, Linux for 108.
const maxSocket = 103

// plainPath matches the paths of which go, shells and ZeroMQ make nothing special.
var plainPath = regexp.MustCompile(`^/[A-Za-z0-9 _./+=@%-]*$`)

// newFolder makes the folder of a kernel, in the system's folder for temporary files or,
// if that has a path that does not do for sockets, in /tmp.
func newFolder() (string, error) {
	var errs []error
	for _, parent := range []string{os.TempDir(), "/tmp"} {
		parent, err := filepath.Abs(parent)
		if err != nil {
			return "", err
		}
		dir, err := os.MkdirTemp(parent, "ml3-kernel-*.d")
		if err == nil {
			if err = fitsSockets(dir); err == nil {
				return dir, nil
			}
			os.Remove(dir)
		}
		errs = append(errs, err)
		if parent == "/tmp" {
			break
		}
	}
	return "", fmt.Errorf("no folder for temporary files: %w; set TMPDIR to another one", errors.Join(errs...))
}

// fitsSockets says why sockets cannot be in a kernel's folder.
func fitsSockets(dir string) error {
	switch socket := socketPrefix(dir) + "-5"; {
	case !plainPath.MatchString(dir):
		return fmt.Errorf("%q: sockets need a path of letters and digits", dir)
	case len(socket) > maxSocket:
		return fmt.Errorf("%s: sockets there would have paths of %d bytes, and %d is the most", filepath.Dir(dir), len(socket), maxSocket)
	}
	return nil
}

// socketPrefix is the path of the kernel's sockets but for "-" and their numbers.
func socketPrefix(dir string) string { return filepath.Join(dir, "k") }
