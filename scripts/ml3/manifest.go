package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"ml3/mllib/kernel"
	"ml3/mllib/tidy"
)

// manifest says, for every table of a folder, how it came about.
type manifest struct {
	Experiments map[string]record `json:"experiments"`
}

// record is how one table came about. The numbers in a table depend on the
// profile, the seeds and GOAMD64 (see README.md), the time on all the rest.
type record struct {
	Profile string   `json:"profile"`
	Seeds   []uint64 `json:"seeds"`
	Rows    int      `json:"rows"`
	SHA256  string   `json:"sha256"` // of the CSV file
	Seconds float64  `json:"wall_seconds"`
	Jobs    int      `json:"jobs"`
	Go      string   `json:"go"`
	GOOS    string   `json:"goos"`
	GOARCH  string   `json:"goarch"`
	GOAMD64 string   `json:"goamd64,omitempty"`
	Kernel  string   `json:"kernel"` // the path of the inner loops: avx512, avx2, portable
}

// machine returns a record of the program and machine that compute.
func machine() record {
	r := record{Go: runtime.Version(), GOOS: runtime.GOOS, GOARCH: runtime.GOARCH, Kernel: kernel.Features()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "GOAMD64" {
				r.GOAMD64 = s.Value
			}
		}
	}
	return r
}

// manifestFile is the manifest of a folder of tables.
func (p places) manifestFile() string { return filepath.Join(p.results, "manifest.json") }

// readManifest reads the manifest of a folder; a folder without one has an empty one.
func (p places) readManifest() (manifest, error) {
	m := manifest{Experiments: map[string]record{}}
	data, err := os.ReadFile(p.manifestFile())
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(data, &m); err != nil || m.Experiments == nil {
		return m, fmt.Errorf("%s: damaged (%v); restore or remove it", p.manifestFile(), err)
	}
	return m, nil
}

// note adds a record to the folder's manifest.
func (p places) note(experiment string, r record) error {
	m, err := p.readManifest()
	if err != nil {
		return err
	}
	m.Experiments[experiment] = r
	return tidy.WriteFileAtomic(p.manifestFile(), func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(m)
	})
}

// digest returns the SHA-256 of a file in hexadecimal.
func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
