package store

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"

	"ml3/mllib/files"
)

// failure says that a shard could not compute a seed. It is a file beside the parts,
// so that whoever joins them knows what a shard knew.
type failure struct {
	Basis    string `json:"basis"` // as in part
	Seed     uint64 `json:"seed"`
	Revision int    `json:"revision"`
	Error    string `json:"error"`
}

// failureExt ends the names of the files of failures.
const failureExt = ".failed"

// failureBytes bounds the file of a failure.
const failureBytes = 64 << 10

func (f Folder) failure(experiment string, seed uint64) string {
	return f.part(experiment, seed) + failureExt
}

// Remaining are the seeds of a job that a shard, or Run, would compute, in order.
func (f Folder) Remaining(j Job, fresh bool) ([]uint64, error) {
	v, err := f.look(j)
	if err != nil {
		return nil, err
	}
	if !fresh {
		if err := f.refusal(v, j.Experiment.Name); err != nil {
			return nil, err
		}
	}
	return f.todo(v, j, Options{Fresh: fresh}, f.ownParts(j, v.basis, fresh)), nil
}

// ownParts returns the usable parts of a job's seeds. It changes nothing: other
// shards may be writing.
func (f Folder) ownParts(j Job, basis Basis, fresh bool) map[uint64]part {
	parts := map[uint64]part{}
	for _, seed := range j.Seeds {
		p, err := readPart(f.part(j.Experiment.Name, seed))
		if err == nil && p.misfit(j, basis, seed) == "" && (p.Fresh || !fresh) {
			parts[seed] = p
		}
	}
	return parts
}

// writeFailure notes why a seed failed.
func (f Folder) writeFailure(r *running, seed uint64) error {
	name := r.Experiment.Name
	n := failure{Basis: r.view.basis.id(name), Seed: seed, Revision: r.Experiment.Revision, Error: clip(r.failed[seed].Error(), 1000)}
	return files.WriteAtomic(f.failure(name, seed), func(w io.Writer) error { return json.NewEncoder(w).Encode(n) })
}

// readFailure returns why a seed of a job failed in a folder, "" if it did not.
func (f Folder) readFailure(j Job, basis Basis, seed uint64) string {
	data, err := files.Read(f.failure(j.Experiment.Name, seed), failureBytes)
	if err != nil {
		return ""
	}
	var n failure
	if json.Unmarshal(data, &n) != nil || n.Seed != seed || n.Basis != basis.id(j.Experiment.Name) || n.Revision != j.Experiment.Revision {
		return ""
	}
	return n.Error
}

// removeFailures removes the files of failures of an experiment: the manifest has
// what is still true of them.
func (f Folder) removeFailures(experiment string) error {
	entries, err := os.ReadDir(f.parts(experiment))
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), failureExt)
		if _, seed := seedOf(name); ok && seed {
			if err := f.remove(filepath.Join(f.parts(experiment), e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// HasParts says whether a folder is one that shards have written to.
func (f Folder) HasParts() bool {
	info, err := os.Stat(filepath.Join(f.Tables, partsFolder))
	return err == nil && info.IsDir()
}

// MakeParts makes the folder of parts, so that a shard without work leaves one, too.
func (f Folder) MakeParts() error {
	return os.MkdirAll(filepath.Join(f.Tables, partsFolder), 0o777)
}
