package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"strings"

	"ml3/mllib/files"
	"ml3/mllib/kernel"
	"ml3/mllib/tidy"
)

// Manifest says, for every experiment of a folder, how its results came about.
type Manifest struct {
	Format      int                `json:"format"`
	Experiments map[string]*Record `json:"experiments"`
	// Coming are records of tables that are being written; where they are, a table
	// may be that of either record.
	Coming map[string]*Record `json:"coming,omitempty"`
}

// manifestFormat is the number of the form that this package writes and reads.
const manifestFormat = 2

// manifestBytes bounds a manifest file.
const manifestBytes = 64 << 20

// Record is how the results of one experiment came about: what decides the numbers,
// and its seeds in order.
type Record struct {
	Profile string `json:"profile"` // the name of the settings
	Basis
	Seeds []Seed `json:"seeds"`
}

// Basis is what decides the numbers of an experiment besides revision and seed.
type Basis struct {
	Settings []string `json:"settings"` // see the function Settings
	Inputs   []string `json:"inputs,omitempty"`
	// Class is the kind of processor that the program was built for: those that fuse
	// x*y + z into one operation have other last digits.
	Class string `json:"class"`
}

// Seed is what is known of one seed: how it was computed, or why it is missing.
type Seed struct {
	Seed     uint64  `json:"seed"`
	Revision int     `json:"revision"`
	Error    string  `json:"error,omitempty"` // why there are no results
	Rows     Content `json:"rows,omitzero"`
	Pictures Content `json:"pictures,omitzero"`
	Losses   string  `json:"losses_sha256,omitempty"` // of the file; "" if there is none
	Seconds  float64 `json:"seconds,omitempty"`
	Machine  Machine `json:"machine,omitzero"`
}

// Content identifies the rows of a seed in a table.
type Content struct {
	Rows   int    `json:"rows"`
	SHA256 string `json:"sha256"` // of these rows as a CSV file of their own
}

// Machine is what computed. Only the time depends on it.
type Machine struct {
	Go     string `json:"go"`
	GOOS   string `json:"goos"`
	GOARCH string `json:"goarch"`
	Kernel string `json:"kernel"` // the path of the inner loops: avx512, avx2, portable
	CPUs   int    `json:"cpus"`
	Jobs   int    `json:"jobs"` // seeds at a time
}

// thisMachine describes the running program.
func thisMachine(jobs int) Machine {
	return Machine{Go: runtime.Version(), GOOS: runtime.GOOS, GOARCH: runtime.GOARCH, Kernel: kernel.Features(), CPUs: runtime.NumCPU(), Jobs: jobs}
}

// ReadManifest reads the manifest of a folder; a folder without one has an empty one.
func (f Folder) ReadManifest() (Manifest, error) {
	m := Manifest{Format: manifestFormat, Experiments: map[string]*Record{}}
	data, err := files.Read(f.manifest(), manifestBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	var head struct{ Format int }
	if err := json.Unmarshal(data, &head); err == nil && head.Format != manifestFormat {
		return m, fmt.Errorf("%s is of another version of this program (form %d, this one has %d): remove it with the tables beside it and compute them again",
			f.manifest(), head.Format, manifestFormat)
	}
	err = decode(data, &m)
	if err == nil {
		err = m.check()
	}
	if err != nil {
		return m, fmt.Errorf("%s: damaged (%w); restore or remove it", f.manifest(), err)
	}
	return m, nil
}

// check wants every record, and the seeds of each in order.
func (m Manifest) check() error {
	if m.Experiments == nil {
		return errors.New("it lists no experiments")
	}
	for _, records := range []map[string]*Record{m.Experiments, m.Coming} {
		for name, r := range records {
			if r == nil {
				return fmt.Errorf("nothing is said of %q", Clip(name))
			}
			for i := 1; i < len(r.Seeds); i++ {
				if compareSeeds(r.Seeds[i-1], r.Seeds[i]) >= 0 {
					return fmt.Errorf("seed %d of %q is twice there or out of order", r.Seeds[i].Seed, Clip(name))
				}
			}
		}
	}
	return nil
}

func compareSeeds(a, b Seed) int {
	switch {
	case a.Seed < b.Seed:
		return -1
	case a.Seed > b.Seed:
		return 1
	}
	return 0
}

// writeManifest replaces the manifest.
func (f Folder) writeManifest(m Manifest) error {
	f.change("write " + f.manifest())
	return files.WriteAtomic(f.manifest(), func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(m)
	})
}

// find returns what is known of a seed.
func (r *Record) find(seed uint64) (Seed, bool) {
	if r == nil {
		return Seed{}, false
	}
	i, ok := slices.BinarySearchFunc(r.Seeds, Seed{Seed: seed}, compareSeeds)
	if !ok {
		return Seed{}, false
	}
	return r.Seeds[i], true
}

// put adds or replaces a seed.
func (r *Record) put(s Seed) {
	i, ok := slices.BinarySearchFunc(r.Seeds, s, compareSeeds)
	if ok {
		r.Seeds[i] = s
	} else {
		r.Seeds = slices.Insert(r.Seeds, i, s)
	}
}

// Differs says in what two bases differ, "" if in nothing.
func (b Basis) Differs(other Basis) string {
	for _, part := range []struct {
		name        string
		here, there []string
	}{{"settings", b.Settings, other.Settings}, {"data", b.Inputs, other.Inputs}, {"processors", []string{b.Class}, []string{other.Class}}} {
		for i := range max(len(part.here), len(part.there)) {
			here, there := line(part.here, i), line(part.there, i)
			if here != there {
				return fmt.Sprintf("other %s: %s instead of %s", part.name, there, here)
			}
		}
	}
	return ""
}

// line is a line of a list, shortened for people.
func line(lines []string, i int) string {
	if i >= len(lines) {
		return "nothing"
	}
	return Clip(lines[i])
}

// Clip shortens a text that is repeated in a message.
func Clip(s string) string { return clip(s, 60) }

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// content identifies rows.
func content(t tidy.Table) (Content, error) {
	if len(t) == 0 {
		return Content{}, nil
	}
	var b bytes.Buffer
	if err := t.Write(&b); err != nil {
		return Content{}, err
	}
	return Content{Rows: len(t), SHA256: digest(b.Bytes())}, nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// bySeed splits a table.
func bySeed(t tidy.Table) map[uint64]tidy.Table {
	seeds := map[uint64]tidy.Table{}
	for _, r := range t {
		seeds[r.Seed] = append(seeds[r.Seed], r)
	}
	return seeds
}

// class is the kind of processor that this program was built for.
func class() string { return strings.TrimSpace(runtime.GOARCH + " " + level) }
